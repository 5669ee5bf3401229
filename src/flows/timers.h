/* timers: what is due. Rows are re-read when they fire; nothing is kept in memory. */
#ifndef FLOWS_TIMERS_H
#define FLOWS_TIMERS_H

#include "flows/desk.h"

/* Fires at most one batch of rows with next_at <= until, in one transaction at d->now; one that fails by itself is put off. *ret_fired counts. */
gboolean timers_pass(Desk *d, Instant until, guint *ret_fired, GError **err);
/* The last core died while it fired that row: it is put off for an hour, so that the others go on, and people are told. In the caller's
 * transaction. */
gboolean timers_blame(Desk *d, gint64 due, const char *reason, GError **err);
/* When the next row is due; INSTANT_NONE if none is. */
gboolean timers_next(Desk *d, Instant *ret, GError **err);

#endif
