/* zone: a time zone by IANA name, with the rules of the system's tz database, whatever TZ says in the environment.
 * Local time is civil (proleptic Gregorian). In the overlap of an autumn night a local time is two instants, in the gap of spring
 * none: the caller says which he wants. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/instant.h"

typedef struct Zone Zone; /* immutable, shared; lives as long as the process */

typedef struct {
    int year, month, day;        /* month 1..12, day 1..31 */
    int hour, minute, second;    /* hour may be 24 with 0:0 on input: the next midnight */
} Civil;

typedef enum {
    ZONE_FIRST, /* ambiguous: the first occurrence; in a gap: the first instant after it (for starts) */
    ZONE_LAST   /* ambiguous: the last occurrence; in a gap: the first instant after it (for ends) */
} ZoneChoice;

/* The zone of that IANA name. CONFIG error for an unknown one. */
const Zone *zone_get(const char *name, GError **err);
const Zone *zone_utc(void); /* cannot fail */
/* A zone that is in no database, from a table: `first` holds before changes[0].at; `at` ascending. The caller frees it. */
typedef struct {
    Instant at;
    Seconds offset;
} ZoneChange;
Zone *zone_new_table(const char *name, Seconds first, const ZoneChange *changes, gsize n);
void zone_free(Zone *z); /* only what zone_new_table gave */
const char *zone_name(const Zone *z);

Civil zone_civil(const Zone *z, Instant t);
Instant zone_instant(const Zone *z, Civil c, ZoneChoice choice); /* fields may overflow (day 32 is next month's first) */
Seconds zone_offset(const Zone *z, Instant t);                     /* east of UTC is positive */
const char *zone_abbreviation(const Zone *z, Instant t);           /* "CET"; owned by the zone */

/* Days since 1970-01-01 of a civil day, and back. Monday is weekday 1, Sunday 7. */
gint64 zone_day_number(int year, int month, int day);
Civil zone_day_civil(gint64 day_number);
int zone_weekday(gint64 day_number);

/* `2026-11-22T10:00:00+01:00`; newly allocated. Old offsets with seconds are written in whole minutes: the instant is exact. */
char *zone_format_rfc3339(const Zone *z, Instant t);
/* For people: `Tue 24 Nov 10:02 CET`; newly allocated. English; other languages format from zone_civil. */
char *zone_format_human(const Zone *z, Instant t);
char *zone_day_human(Civil day); /* `Tue 24 Nov` */

#endif
