/* calendar: named business hours: open hours minus closures, read from iCalendar files, compiled to a Worktime that grows as
 * questions reach further. A calendar answers the same whatever was asked before. Rules: escalate-calendar(5). */
#ifndef TIME_CALENDAR_H
#define TIME_CALENDAR_H

#include "rules/worktime.h"

typedef struct Calendar Calendar;

/* Reads the files at once (paths, may be empty arrays or NULL). Without hours files everything is open but for the closures.
 * `zone_id` is for floating and DATE values and civil days; NULL: X-WR-TIMEZONE of the first file
 * that has one, else, where nothing is floating, the zone of the first event, else CONFIG error.
 * `name` is for messages. Warnings (an event off its own rule, no end, …) are appended to `warnings` (char *) unless NULL.
 * DATA error names file and line or UID. */
Calendar *calendar_new(const char *name, char *const *hours, char *const *holidays, const char *zone_id, GPtrArray *warnings,
                       GError **err);
/* The built-in calendar that is always open, in UTC. Shared; do not free. */
Calendar *calendar_always(void);
void calendar_free(Calendar *c);
const char *calendar_name(const Calendar *c);
const Zone *calendar_zone(const Calendar *c);

/* As worktime_*; LIMIT ("no open time in sight") only after LIMIT_CALENDAR_YEARS. */
gboolean calendar_add(Calendar *c, Instant start, Duration d, Instant *ret, GError **err);
gboolean calendar_between(Calendar *c, Instant a, Instant b, Seconds *ret, GError **err);
gboolean calendar_next(Calendar *c, Instant t, Instant *ret, GError **err);
gboolean calendar_is_open(Calendar *c, Instant t, gboolean *ret, GError **err);

/* One piece of [from, to), in order and without gaps: open, or closed with the event that closes it (NULL: outside the hours). */
typedef struct {
    Instant start, end;
    gboolean open;
    const char *file, *uid, *summary; /* of the event that opened or closed it; owned by the calendar */
} CalendarPiece;
/* The pieces of [from, to); array of CalendarPiece, free with g_array_unref. */
gboolean calendar_pieces(Calendar *c, Instant from, Instant to, GArray **ret, GError **err);

/* Each occurrence of each VEVENT of one file that overlaps [from, to), unmerged, in order of start: array of CalendarPiece that
 * keep their text alive through `c`. For `escalate calendar FILE --instances`. */
gboolean calendar_instances(Calendar *c, Instant from, Instant to, GArray **ret, GError **err);

#endif
