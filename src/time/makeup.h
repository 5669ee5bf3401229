/* makeup: days that are worked although they would be closed: a make-up Saturday, a holiday that somebody must work. Private to time/. */
#ifndef TIME_MAKEUP_H
#define TIME_MAKEUP_H

#include "time/occur.h"
#include "time/spans.h"

/* Appends what `o` opens within [from, to) to `into` (Span, no longer settled then). An event with a time of day opens its time. A
 * whole-day event opens on each of its days what the nearest earlier day with hours has, else the nearest later one, at most
 * MAKEUP_DAYS away; `hours` (Span, settled) are the hours without any closure. *work: the days that may still be looked at (a file begins
 * with MAKEUP_WORK); LIMIT error when they are used up, or too much opens. */
gboolean makeup_add(GArray *into, const Occurrence *o, const GArray *hours, const Zone *zone, Instant from, Instant to, gint64 *work, GError **err);

#define MAKEUP_DAYS 14
#define MAKEUP_WORK 500000

#endif
