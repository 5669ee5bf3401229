/* notify: what escalate itself writes, from template and view to a row of the outbox, in the transaction that decided it. */
#ifndef FLOWS_NOTIFY_H
#define FLOWS_NOTIFY_H

#include <jansson.h>

#include "mail/compose.h"

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* One line of information to a contact, in his language where it is a phrase. */
gboolean notify_line(Desk *d, const Ticket *t, const char *contact, const char *line, GError **err);
/* The same where a run is over for him, or somebody else has it: his invitation goes too. */
gboolean notify_over(Desk *d, const Ticket *t, const RunRow *r, const char *contact, const char *line, GError **err);
/* The address of ours that carries a token: purpose t, w, a or b, of that row. Newly allocated. */
char *notify_token_address(const Desk *d, const ConfigQueue *queue, char purpose, gint64 id, const char *contact);
/* The address at which that contact writes to the requester in relay mode. */
gboolean notify_work_address(Desk *d, const Ticket *t, const ConfigContact *contact, char **ret, GError **err);
/* A new ticket, or (relay) a mail of the requester, to one of the team, with his work address as Reply-To. `from`: who wrote;
 * `news`: a phrase of what that changes, or NULL. */
gboolean notify_team(Desk *d, const Ticket *t, const char *contact, const char *template, const char *from, const char *news, const char *text, GPtrArray *parts,
                     GError **err);
/* That the ticket is his now; where answers go through escalate and he is not of the team, with the requester's last words, as to one of it. */
gboolean notify_owner(Desk *d, const Ticket *t, const char *contact, GError **err);
/* To the requester: "auto-ack", "resolved" …, the whole view of the ticket and `extra` (taken over) beside it. `in_reply_to` or NULL. */
gboolean notify_requester(Desk *d, const Ticket *t, const char *template, json_t *extra, const char *in_reply_to, GError **err);
/* A person's answer to the requester (relay): his words, the queue's address, the ticket's reply address. `answer`: its message. */
gboolean notify_relay(Desk *d, const Ticket *t, const ConfigContact *author, const char *text, GPtrArray *parts, gint64 answer,
                      GError **err);
/* That a ticket has a risk which is to be reported above the ladder. */
gboolean notify_board(Desk *d, const Ticket *t, const char *contact, const char *risk, GError **err);
/* Of a digest of pages, and of what answers to one: stable for each reader, so that it is one thread. Newly allocated. */
char *notify_digest_subject(const Desk *d, const char *language, const ConfigQueue *queue);
/* What became of the verbs in a contact's mail. `page` is the notification that was answered, or 0; `work`, then: his work address (tickets_work), where
 * he is to write again, or 0. */
gboolean notify_transcript(Desk *d, const Ticket *t, const ConfigContact *contact, gint64 page, gint64 work, GPtrArray *lines, gboolean with_choices,
                           gboolean is_refusal, const char *in_reply_to, GError **err);

/* A report about a queue to a contact, that belongs to no ticket; phrases in `subject` and `view` are said in his language. `view` stays the
 * caller's. In a shadow queue it goes to redirect-all, or is only kept in the outbox. */
gboolean notify_report(Desk *d, const ConfigQueue *queue, const char *contact, const char *template, const char *subject, json_t *view, GError **err);
/* The same, as a mail that is to be answered: its Reply-To is its envelope address. *ret_outbox: its row. */
gboolean notify_question(Desk *d, const ConfigQueue *queue, const ConfigContact *contact, const char *template, const char *subject, json_t *view,
                         gint64 *ret_outbox, GError **err);

#endif
