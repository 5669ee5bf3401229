/* finding: the tickets that a person's words mean: FIELD:VALUE, and words of their mails. */
#ifndef FLOWS_FINDING_H
#define FLOWS_FINDING_H

#include "flows/desk.h"

/* Ids (gint64) of the tickets that have all of `args`, worst severity first, then oldest, the first `max` of them (-1: all). An argument that
 * begins with letters and a colon is FIELD:VALUE; every other is words: each must occur, "several in quotes" behind each other, a star behind one stands for any end.
 * Without `all` and without a field that says otherwise, only tickets that are not over. `zone` is that of dates. USAGE: a field or
 * value that there is not, with those that there are. */
gboolean finding_tickets(Desk *d, char *const *args, int n, gboolean all, gint64 max, const Zone *zone, GArray **ret, GError **err);

#endif
