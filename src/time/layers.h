/* layers: VAVAILABILITY (RFC 7953) as a set of open time. Private to time/. */
#ifndef TIME_LAYERS_H
#define TIME_LAYERS_H

#include "time/icalfile.h"

/* Appends the open time of `layers` (IcalLayer) in [from, to) to `open` (Span, then no longer settled). Outside every layer is
 * closed; a higher PRIORITY (1 highest, 9, then 0) decides alone where it reaches; of equals closed wins. */
gboolean layers_open(const GPtrArray *layers, const Zone *zone, Instant from, Instant to, GArray *open, GError **err);

/* Warns of layers of equal priority that overlap. */
void layers_check(const GPtrArray *layers, const Zone *zone, GPtrArray *warnings);

#endif
