/* spans: sets of time that remember which event each piece comes from. Private to time/. */
#ifndef TIME_SPANS_H
#define TIME_SPANS_H

#include "time/icalfile.h"

typedef struct {
    Instant start, end;               /* start < end */
    const char *file, *uid, *summary; /* NULL: of no event */
} Span;

GArray *spans_new(void);
/* Cuts to [from, to) and appends; nothing where nothing is left. */
void spans_add(GArray *spans, Instant start, Instant end, Instant from, Instant to, const IcalEvent *event);
void spans_append(GArray *spans, const GArray *more);
/* Sorts and makes disjoint: where two overlap the one that begins first keeps its whole length. */
void spans_settle(GArray *spans);
/* What of them lies in [from, to). */
void spans_cut(GArray *spans, Instant from, Instant to);
/* a without b; both settled. Newly allocated, settled. */
GArray *spans_subtract(const GArray *a, const GArray *b);
/* Index of the first element whose Instant at `offset` is not before t; the array is sorted by it. */
guint spans_search(const GArray *sorted, gsize offset, Instant t);

#endif
