/* makeup: a make-up day is worked as its neighbours are. Hours are carried over by the wall clock, so that a change of daylight saving
 * time between the two days moves nothing. */
#include "time/makeup.h"

#include <stddef.h>

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

#define DAY 86400

static gint64 day_of(const Zone *zone, Instant t)
{
    Civil c = zone_civil(zone, t);
    return zone_day_number(c.year, c.month, c.day);
}

/* The same time of day, `days` later. */
static Instant moved(const Zone *zone, Instant t, gint64 days, ZoneChoice choice)
{
    Civil c = zone_civil(zone, t);
    Civil d = zone_day_civil(zone_day_number(c.year, c.month, c.day) + days);
    d.hour = c.hour;
    d.minute = c.minute;
    d.second = c.second;
    return zone_instant(zone, d, choice);
}

/* Index of the first span that begins on that day or after it. */
static guint first_on(const GArray *hours, const Zone *zone, gint64 day)
{
    Instant begin = zone_instant(zone, zone_day_civil(day), ZONE_FIRST);
    return spans_search(hours, offsetof(Span, start), begin);
}

/* Whether hours begin on that day; they are copied to `to_day`. */
static gboolean copy_day(GArray *into, const Occurrence *o, const GArray *hours, const Zone *zone, gint64 day, gint64 to_day, Instant from, Instant to)
{
    gboolean any = FALSE;
    for (guint i = first_on(hours, zone, day); i < hours->len; i++) {
        const Span *s = &g_array_index(hours, Span, i);
        if (day_of(zone, s->start) != day)
            break;
        any = TRUE;
        spans_add(into, moved(zone, s->start, to_day - day, ZONE_FIRST), moved(zone, s->end, to_day - day, ZONE_LAST), from, to, o->event);
    }
    return any;
}

/* The nearest day with hours, before it or else after it, is copied. */
static void copy_nearest(GArray *into, const Occurrence *o, const GArray *hours, const Zone *zone, gint64 day, Instant from, Instant to, gint64 *work)
{
    gboolean found = FALSE;
    for (int away = 1; away <= MAKEUP_DAYS && !found; away++, (*work)--)
        found = copy_day(into, o, hours, zone, day - away, day, from, to);
    for (int away = 1; away <= MAKEUP_DAYS && !found; away++, (*work)--)
        found = copy_day(into, o, hours, zone, day + away, day, from, to);
}

gboolean makeup_add(GArray *into, const Occurrence *o, const GArray *hours, const Zone *zone, Instant from, Instant to, gint64 *work, GError **err)
{
    if (!o->event->start.is_date) {
        spans_add(into, o->start, o->end, from, to, o->event);
        return TRUE;
    }
    for (gint64 day = day_of(zone, MAX(o->start, from)); zone_instant(zone, zone_day_civil(day), ZONE_FIRST) < MIN(o->end, to); day++) {
        copy_nearest(into, o, hours, zone, day, from, to, work);
        if (*work < 0 || into->len > LIMIT_ICAL_INSTANCES)
            return error_set(err, ERROR_LIMIT, "calendar file '%s' event '%.200s': too many days that open", o->event->file, o->event->uid);
    }
    return TRUE;
}
