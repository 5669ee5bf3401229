/* tzif: reads the compiled files of the tz database (RFC 8536) into a table of changes. For base/zone only. */
#ifndef BASE_TZIF_H
#define BASE_TZIF_H

#include "base/instant.h"

typedef struct {
    Instant at;               /* from here on; the first entry of a table is G_MININT64 */
    gint32 offset;            /* seconds east of UTC */
    const char *abbreviation; /* interned */
} TzifChange;

/* 400 Gregorian years: the calendar, weekdays included, repeats. */
#define TZIF_CYCLE ((Seconds)146097 * 86400)

/* Changes in order, at least one (array of TzifChange). Where the file ends with a yearly rule, it is written out for one cycle
 * behind the last explicit change and *ret_cycle_end is where that ends: an instant at or behind it is looked up whole cycles
 * earlier. Without such a rule *ret_cycle_end is G_MAXINT64. FALSE if the bytes are no sound TZif file. */
gboolean tzif_read(const char *bytes, gsize length, GArray **ret, Instant *ret_cycle_end);

#endif
