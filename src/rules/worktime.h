/* worktime: arithmetic on open time. A Worktime is a compiled calendar: sorted, disjoint, half-open intervals with prefix sums,
 * known from `from` to `to`. Nothing is known outside: a question that needs more answers LIMIT, and time/calendar compiles
 * further and asks again. Worked time is elapsed seconds inside open intervals. Pure; a query is O(log n).
 * Laws, tested: between(t, add(t, d)) = d; add is monotonic and additive; add answers the earliest instant. */
#ifndef RULES_WORKTIME_H
#define RULES_WORKTIME_H

#include "base/zone.h"
#include "rules/duration.h"

typedef struct {
    Instant start, end; /* [start, end), start < end */
} Interval;

typedef struct Worktime Worktime;

/* Copies `n` intervals, sorted by start, disjoint, within [from, to). `zone` gives civil days (rules for Nbd). Cannot fail. */
Worktime *worktime_new(const Interval *intervals, gsize n, Instant from, Instant to, const Zone *zone);
void worktime_free(Worktime *w);
Instant worktime_from(const Worktime *w);
Instant worktime_to(const Worktime *w);
gsize worktime_intervals(const Worktime *w, const Interval **ret);

/* The earliest instant at which `d` has passed since `start`:
 *   elapsed: start + amount;
 *   open seconds: the earliest t with `amount` open seconds in [start, t); amount 0 is start itself;
 *   business days: the same wall-clock time on the N-th following civil day that has open time; if closed then, that day's last
 *   open instant before it (its end), else its first; begun while closed, first move to the next opening; 0 days is start.
 * LIMIT when the answer lies at or beyond what is known. */
gboolean worktime_add(const Worktime *w, Instant start, Duration d, Instant *ret, GError **err);
/* Open seconds in [a, b); negative when b < a. LIMIT when outside what is known. */
gboolean worktime_between(const Worktime *w, Instant a, Instant b, Seconds *ret, GError **err);
/* The first open instant at or after t. LIMIT when none is known. */
gboolean worktime_next(const Worktime *w, Instant t, Instant *ret, GError **err);
/* Whether t is open. LIMIT when outside what is known. */
gboolean worktime_is_open(const Worktime *w, Instant t, gboolean *ret, GError **err);

#endif
