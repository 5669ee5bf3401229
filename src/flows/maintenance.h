/* maintenance: for a while the ladders of a queue step and say nothing: clocks run, what they would have said waits, and goes out at the end. */
#ifndef FLOWS_MAINTENANCE_H
#define FLOWS_MAINTENANCE_H

#include "store/clocks.h"

#include "flows/desk.h"

/* Until when the queue is in maintenance now; INSTANT_NONE: it is not. */
gboolean maintenance_until(Desk *d, const char *queue, Instant *ret, GError **err);
/* Begins, or moves the end of one that lasts. */
gboolean maintenance_begin(Desk *d, const char *queue, Instant until, GError **err);
/* Ends it now, and sends what waited. *ret_was: there was one. `why` goes to the audit. */
gboolean maintenance_end(Desk *d, const char *queue, const char *why, gboolean *ret_was, GError **err);
/* Its time is over. */
gboolean maintenance_due(Desk *d, const DueRow *due, GError **err);

typedef struct {
    char *queue;
    Instant since_at, until_at;
    gint64 folded; /* pages that wait for its end */
} MaintenanceRow;
/* All that last, by queue: MaintenanceRow *, with free func. */
gboolean maintenance_list(Desk *d, GPtrArray **ret, GError **err);

#endif
