/* roundcall: contacts are asked, by mail to the address that an escalation would take, whether that address and what is configured of them
 * is right. Who does not answer is reminded after 3 business days; after 5 the lead of his queue hears who did not, whose mail came back, and
 * what others wrote. They answer at the envelope address of the mail that asks them, which is theirs alone and verifies. */
#ifndef FLOWS_ROUNDCALL_H
#define FLOWS_ROUNDCALL_H

#include <jansson.h>

#include "store/clocks.h"

#include "flows/desk.h"
#include "flows/intake_case.h"

/* What is configured of a contact, as he is shown it; keys: escalate-templates(5), roundcall. */
json_t *roundcard_view(Desk *d, const ConfigContact *c);
/* The queue whose lead hears of him; NULL: no queue is configured. */
const ConfigQueue *roundcard_queue(Desk *d, const ConfigContact *c);

/* Asks these (const ConfigContact *), but for vendors' and those whom an open round waits for, and appends a line for each of them to `left_out`.
 * In a transaction. *ret_round: its number; 0: nobody was left to ask. */
gboolean roundcall_begin(Desk *d, const GPtrArray *contacts, GPtrArray *left_out, gint64 *ret_round, GError **err);
/* A reminder or the end of a round for one queue. */
gboolean roundcall_fire(Desk *d, const DueRow *due, GError **err);
/* A mail that may have asked somebody (`outbox`) did not arrive; nothing happens for any other. */
gboolean roundcall_failed(Desk *d, gint64 outbox, const char *reason, GError **err);
/* A person's mail to an envelope address of no ticket: an answer, or nothing that anybody waits for. */
gboolean roundcall_answer(IntakeCase *c, GError **err);

/* The rounds that are open, else the last one: an array of objects. Keys: escalate(1). */
gboolean roundcall_state(Desk *d, json_t **ret, GError **err);

#endif
