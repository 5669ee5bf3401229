/* operations: an exhausted ladder is an incident of its own. */
#ifndef FLOWS_OPERATIONS_H
#define FLOWS_OPERATIONS_H

#include "store/tickets.h"

#include "flows/desk.h"

/* Opens one ticket in the queue that the policy names, tells its team, and the owner and lead of `about`. */
gboolean operations_open(Desk *d, const Ticket *about, const ConfigQueue *queue, const Policy *policy, GError **err);

/* `about` was taken, or is resolved or spam: tickets about that nobody took it are resolved, with `why` as solution, where nobody has taken them
 * either; people are asked no more for what is over. Who took one decides himself. */
gboolean operations_over(Desk *d, const Ticket *about, const char *why, GError **err);

/* A ticket of our own in that queue, about no other; its team is told. *ret_id is its number. */
gboolean operations_incident(Desk *d, const ConfigQueue *queue, const char *subject, const char *text, gint64 *ret_id, GError **err);

#endif
