/* recur: the occurrences of one recurrence rule (RFC 5545 3.3.10), DAILY and coarser, on the local time line. A local time is
 * seconds since 1970-01-01T00:00:00 as a wall clock shows them; zones are the caller's business. Pure.
 *
 * Measured against libical 3.0.16's iterator, which ignores BYSETPOS but with MONTHLY and YEARLY, negative BYMONTHDAY with DAILY,
 * and gets BYWEEKNO wrong (29 of 122 rules of its own later table), and walks to the year 2582 (0.1 to 0.9 s) for a rule that
 * never matches: here the work is bounded by the range that was asked for. */
#ifndef TIME_RECUR_H
#define TIME_RECUR_H

#include "base/zone.h"

typedef gint64 LocalTime;

typedef enum { RECUR_DAILY, RECUR_WEEKLY, RECUR_MONTHLY, RECUR_YEARLY } RecurFrequency;

#define RECUR_DAYS_MAX 128
#define RECUR_TIMES_MAX 5000 /* a day, by BYHOUR, BYMINUTE and BYSECOND */

typedef struct {
    RecurFrequency frequency;
    int interval;   /* >= 1 */
    int week_start; /* 1 Monday .. 7 Sunday */
    gint64 count;   /* 0: none */
    gboolean has_until;
    gboolean until_is_utc; /* then `until` is an Instant for the caller to apply, else a local time, included */
    gint64 until;
    gboolean is_date; /* the start is a DATE: BYHOUR, BYMINUTE, BYSECOND do not count */
    guint16 months;   /* bit n: month n is in BYMONTH; 0: not given */
    guint64 hours, minutes, seconds;
    guint32 month_days, month_days_back;      /* bit n: the n-th day, the n-th from the end */
    guint64 weeks, weeks_back;                /* BYWEEKNO 1..53 */
    guint8 year_days[47], year_days_back[47]; /* bitmaps of 1..366; meaningful if has_year_days */
    gboolean has_year_days;
    guint8 week_days; /* bit 1..7: BYDAY without a number */
    struct {
        gint8 week_day, nth; /* BYDAY with one: 2MO, -1FR */
    } nth_days[RECUR_DAYS_MAX];
    int nth_count;
    gint16 positions[RECUR_DAYS_MAX]; /* BYSETPOS */
    int position_count;
} RecurRule;

/* Reads the value of an RRULE. DATA error for what the RFC forbids; LIMIT for sub-daily frequencies, which are refused. */
gboolean recur_parse(const char *text, RecurRule *ret, GError **err);

/* Appends to `out` (LocalTime) the occurrences from `start` (DTSTART) on that lie in [from, to), in order; COUNT and a local
 * UNTIL are applied. DTSTART is an occurrence only if the rule says so. *work is taken down by the days and times looked at;
 * LIMIT when it is used up. */
gboolean recur_expand(const RecurRule *rule, LocalTime start, LocalTime from, LocalTime to, gint64 *work, GArray *out,
                      GError **err);

/* Whether DTSTART is an occurrence of its own rule. */
gboolean recur_has_start(const RecurRule *rule, LocalTime start);

#endif
