/* belonging: what a mail's addresses, headers and subject prove of where it belongs. Private to the flows of a mail. */
#ifndef FLOWS_BELONGING_H
#define FLOWS_BELONGING_H

#include "flows/intake_case.h"

/* Reads the tokens of the envelope's recipients, then To, Cc, Delivered-To: the first that verifies of each purpose counts, and a
 * second one of another row makes `torn`: then nothing that a token allows is done. */
gboolean belonging_tokens(IntakeCase *c, GError **err);
/* The outbox row behind a Message-ID of ours that verifies; *ret is NULL for any other. */
gboolean belonging_own_mail(const IntakeCase *c, const char *message_id, OutboxRow **ret, GError **err);
/* c->ticket: the ticket that the mail joins, or NULL. *ret_claimed: the one that evidence too weak or contradicting names, or 0. */
gboolean belonging_find(IntakeCase *c, gint64 *ret_claimed, GError **err);
/* c->ticket = that ticket; a merged one stands for the one that it went into. */
gboolean belonging_load(IntakeCase *c, gint64 id, GError **err);
/* The addresses that it is for, of the envelope, else of To and Cc, and the queue that the filter named: for a person who must find what the
 * configuration lacks. Newly allocated. */
char *belonging_addressed(const IntakeCase *c);
/* What comes back for a mail of ours that belongs to no ticket, to an address that is of no queue: that of what it carries, else the first. */
gboolean belonging_home(IntakeCase *c, GError **err);

#endif
