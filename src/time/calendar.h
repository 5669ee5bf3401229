/* calendar: named business hours: open hours minus closures, read from iCalendar files, compiled to a Worktime that grows as
 * questions reach further. A calendar answers the same whatever was asked before. Rules: escalate-calendar(5). */
#ifndef TIME_CALENDAR_H
#define TIME_CALENDAR_H

#include "rules/eventrule.h"
#include "rules/worktime.h"

typedef struct Calendar Calendar;

/* What a calendar is made of. */
typedef struct {
    const char *name;               /* for messages */
    char *const *hours, *const *holidays; /* paths, may be empty or NULL; without hours everything is open but for the closures */
    const char *zone_id;            /* of floating and DATE values and civil days; NULL: X-WR-TIMEZONE of the first file that has one,
                                       else, where nothing is floating, the zone of the first event, else CONFIG error */
    const GPtrArray *closes, *opens, *ignores; /* EventRule * on the events of `holidays`, or NULL: `ignores` before `opens` before
                                       `closes`; without `closes` all others close, with it those that it names */
    gboolean is_leave;              /* somebody's absences: only OPAQUE, CONFIRMED events close, and in a file of which any event bears
                                       X-MICROSOFT-CDO-BUSYSTATUS only those that are OOF */
} CalendarSource;

/* Reads the files at once. An opening wins over a closure, a closure over hours. Warnings (an event off its own rule, no end, …) are
 * appended to `warnings` (char *) unless NULL. DATA error names file and line or UID. */
Calendar *calendar_new(const CalendarSource *source, GPtrArray *warnings, GError **err);
/* Twelve hex digits that change with the files, the zone and the rules. */
const char *calendar_version(const Calendar *c);
/* Appends a line (char *) for each file that runs dry or is older than `max_age` (amount 0: any); see time/dry.h. */
void calendar_dry(const Calendar *c, Instant now, Duration max_age, GPtrArray *reports);
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
