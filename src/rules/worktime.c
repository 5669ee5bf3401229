/* worktime: a query is one or two binary searches over the starts or the sums of the intervals. It must never answer from what
 * lies outside the range that is known. */
#include "rules/worktime.h"

#include <string.h>

#include "base/error.h"

#include "base/banned.h"

struct Worktime {
    Interval *at;  /* n, ascending, never touching */
    Seconds *sums; /* n + 1: open seconds before at[i]; the last is all of them */
    gsize n;
    Instant from, to;
    const Zone *zone;
};

Worktime *worktime_new(const Interval *intervals, gsize n, Instant from, Instant to, const Zone *zone)
{
    Worktime *w = g_new0(Worktime, 1);
    w->at = g_new(Interval, n + 1);
    w->sums = g_new(Seconds, n + 1);
    for (gsize i = 0; i < n; i++) {
        if (w->n > 0 && w->at[w->n - 1].end == intervals[i].start)
            w->at[w->n - 1].end = intervals[i].end; /* one opening, not two */
        else
            w->at[w->n++] = intervals[i];
    }
    w->sums[0] = 0;
    for (gsize i = 0; i < w->n; i++)
        w->sums[i + 1] = w->sums[i] + (w->at[i].end - w->at[i].start);
    w->from = from;
    w->to = to;
    w->zone = zone;
    return w;
}

void worktime_free(Worktime *w)
{
    if (w == NULL)
        return;
    g_free(w->at);
    g_free(w->sums);
    g_free(w);
}

Instant worktime_from(const Worktime *w) { return w->from; }
Instant worktime_to(const Worktime *w) { return w->to; }

gsize worktime_intervals(const Worktime *w, const Interval **ret)
{
    *ret = w->at;
    return w->n;
}

/* Index of the first interval that ends after t; n if none does. */
static gsize first_ending_after(const Worktime *w, Instant t)
{
    gsize lo = 0, count = w->n;
    while (count > 0) {
        gsize half = count / 2;
        if (w->at[lo + half].end <= t) {
            lo += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return lo;
}

/* Index of the first interval at whose end at least `sum` seconds have been open; n if there is none. sum > 0. */
static gsize first_reaching(const Worktime *w, Seconds sum)
{
    gsize lo = 0, count = w->n;
    while (count > 0) {
        gsize half = count / 2;
        if (w->sums[lo + half + 1] < sum) {
            lo += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return lo;
}

/* Open seconds from the beginning of what is known to t. */
static Seconds open_before(const Worktime *w, Instant t)
{
    gsize i = first_ending_after(w, t);
    if (i == w->n || t <= w->at[i].start)
        return w->sums[i];
    return w->sums[i] + (t - w->at[i].start);
}

static gboolean beyond(GError **err) { return error_set(err, ERROR_LIMIT, "business time: beyond what is known"); }

static gboolean is_known(const Worktime *w, Instant t) { return t >= w->from && t < w->to; }

static gboolean add_open(const Worktime *w, Instant start, Seconds amount, Instant *ret, GError **err)
{
    if (!is_known(w, start) || amount > G_MAXINT64 / 2)
        return beyond(err);
    if (amount == 0) {
        *ret = start;
        return TRUE;
    }
    Seconds sum = open_before(w, start) + amount;
    gsize i = first_reaching(w, sum);
    if (i == w->n)
        return beyond(err);
    Instant t = w->at[i].start + (sum - w->sums[i]);
    if (t >= w->to)
        return beyond(err);
    *ret = t;
    return TRUE;
}

static gint64 day_of(const Worktime *w, Instant t)
{
    Civil c = zone_civil(w->zone, t);
    return zone_day_number(c.year, c.month, c.day);
}

static Instant midnight(const Worktime *w, gint64 day) { return zone_instant(w->zone, zone_day_civil(day), ZONE_FIRST); }

/* The first civil day after `day` that has open time. */
static gboolean next_open_day(const Worktime *w, gint64 day, gint64 *ret, GError **err)
{
    Instant end = midnight(w, day + 1);
    gsize i = first_ending_after(w, end);
    if (end >= w->to || i == w->n)
        return beyond(err);
    *ret = day_of(w, MAX(end, w->at[i].start));
    return TRUE;
}

/* The instant of `clock` (hour, minute, second) on an open day; closed then: the last opening's end before it, else the first. */
static gboolean place_on_day(const Worktime *w, gint64 day, Civil clock, Instant *ret, GError **err)
{
    Instant begin = midnight(w, day), end = midnight(w, day + 1);
    if (end >= w->to)
        return beyond(err);
    Civil c = zone_day_civil(day);
    c.hour = clock.hour;
    c.minute = clock.minute;
    c.second = clock.second;
    Instant t = zone_instant(w->zone, c, ZONE_FIRST);
    gsize i = first_ending_after(w, t);
    if (i < w->n && w->at[i].start <= t && t < end)
        *ret = t;
    else if (i > 0 && w->at[i - 1].end > begin)
        *ret = MIN(w->at[i - 1].end, end);
    else if (i < w->n)
        *ret = MAX(w->at[i].start, begin);
    else
        return beyond(err);
    return TRUE;
}

static gboolean add_days(const Worktime *w, Instant start, gint64 days, Instant *ret, GError **err)
{
    if (!is_known(w, start))
        return beyond(err);
    if (days == 0) {
        *ret = start;
        return TRUE;
    }
    gsize i = first_ending_after(w, start);
    if (i == w->n)
        return beyond(err);
    Instant begun = MAX(start, w->at[i].start);
    gint64 day = day_of(w, begun);
    for (gint64 k = 0; k < days; k++)
        if (!next_open_day(w, day, &day, err))
            return FALSE;
    return place_on_day(w, day, zone_civil(w->zone, begun), ret, err);
}

gboolean worktime_add(const Worktime *w, Instant start, Duration d, Instant *ret, GError **err)
{
    if (d.amount < 0)
        return error_set(err, ERROR_INTERNAL, "business time: a negative duration");
    switch (d.unit) {
    case DURATION_OPEN_SECONDS:
        return add_open(w, start, d.amount, ret, err);
    case DURATION_BUSINESS_DAYS:
        return add_days(w, start, d.amount, ret, err);
    case DURATION_ELAPSED:
    default:
        if (start > INSTANT_MAX || d.amount > INSTANT_MAX - start)
            return error_set(err, ERROR_LIMIT, "time beyond the year 9999");
        *ret = start + d.amount;
        return TRUE;
    }
}

gboolean worktime_between(const Worktime *w, Instant a, Instant b, Seconds *ret, GError **err)
{
    if (MIN(a, b) < w->from || MAX(a, b) > w->to)
        return beyond(err);
    *ret = open_before(w, b) - open_before(w, a);
    return TRUE;
}

gboolean worktime_next(const Worktime *w, Instant t, Instant *ret, GError **err)
{
    gsize i = is_known(w, t) ? first_ending_after(w, t) : w->n;
    if (i == w->n)
        return beyond(err);
    *ret = MAX(t, w->at[i].start);
    return TRUE;
}

gboolean worktime_is_open(const Worktime *w, Instant t, gboolean *ret, GError **err)
{
    if (!is_known(w, t))
        return beyond(err);
    gsize i = first_ending_after(w, t);
    *ret = i < w->n && w->at[i].start <= t;
    return TRUE;
}
