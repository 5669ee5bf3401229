/* feed: what people can subscribe to in their calendars: open deadlines and duties as iCalendar objects (RFC 5545, METHOD:PUBLISH). */
#ifndef FLOWS_FEED_H
#define FLOWS_FEED_H

#include "flows/desk.h"

/* Deadlines that run on the calendar `name`, and until d->now + 60 days the duties of all rotas that policies of its queues ask by.
 * Appends the whole object to `out`. */
gboolean feed_calendar(Desk *d, const char *name, GString *out, GError **err);
/* Duties of one rota in [from, to). */
gboolean feed_rota(Desk *d, const char *name, Instant from, Instant to, GString *out, GError **err);

#endif
