/* upcoming: what happens next, in words: for `escalate next` and `explain`, and for whoever asks STATUS. It changes nothing. */
#ifndef FLOWS_UPCOMING_H
#define FLOWS_UPCOMING_H

#include <jansson.h>

#include "store/tickets.h"

#include "flows/desk.h"

/* What is due, and mail that waits, of that ticket (0: of all), soonest first, at most `max`: array of {at, at_local, what, text, ticket,
 * tag, subject, policy, level}; the last five where there are such. Times are in the zone of the ticket's queue, or, where it is given, in `zone`. */
gboolean upcoming_list(Desk *d, gint64 ticket, gint64 max, const Zone *zone, json_t **ret, GError **err);

/* How the ticket's escalations stand: who has it and until when, or who is asked until when and who is next; a sentence each. */
gboolean upcoming_status(Desk *d, const Ticket *t, const Zone *zone, GPtrArray *lines, GError **err);

#endif
