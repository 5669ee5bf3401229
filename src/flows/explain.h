/* explain: why a deadline is when it is: the log of each clock as a sum of open intervals, each with its calendar, file and UID. */
#ifndef FLOWS_EXPLAIN_H
#define FLOWS_EXPLAIN_H

#include <jansson.h>

#include "store/tickets.h"

#include "flows/desk.h"

/* {"ticket": …, "clocks": [{target, calendar, duration, state, events: […], pieces: [{start, end, open, seconds, file, uid, summary}],
 * "open_seconds": n, "due": …}], "runs": [{id, policy, state, level, causes, …}], "next": as upcoming_list}; times in RFC 3339 of `zone`. NULL with *err. */
json_t *explain_ticket(Desk *d, const Ticket *t, const Zone *zone, GError **err);

#endif
