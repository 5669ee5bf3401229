/* watchers: people beside requester and team who read what is answered: in Cc of the requester, or put there by the team. */
#ifndef FLOWS_WATCHERS_H
#define FLOWS_WATCHERS_H

#include "flows/intake_case.h"

/* A mail of the requester, who alone decides anew: those in its To and Cc. */
gboolean watchers_of_requester(IntakeCase *c, GError **err);
/* An answer of the team at a work address: those in its To and Cc join, and are participants. */
gboolean watchers_of_team(IntakeCase *c, GError **err);
/* After the first row of a mail with recipients in Cc (LetterAddress *): a row for each of them. */
gboolean watchers_copies(Desk *d, const ConfigQueue *queue, gint64 first, const GPtrArray *cc, GError **err);
/* The watchers of a ticket as Cc of a mail: LetterAddress *, with free func. */
gboolean watchers_as_cc(Desk *d, const Ticket *t, GPtrArray **ret, GError **err);
/* A copy did not arrive, by its server's or a bounce's word: he gets no more, and the owner is told. The answer itself arrived. */
gboolean watchers_failed(Desk *d, const OutboxRow *row, const char *reason, GError **err);

#endif
