/* spans: union and difference of sorted sets, linear but for the sort. It must never reorder what is equal: the first file wins.
 */
#include "time/spans.h"

#include <string.h>

#include "base/banned.h"

GArray *spans_new(void) { return g_array_new(FALSE, FALSE, sizeof(Span)); }

void spans_add(GArray *spans, Instant start, Instant end, Instant from, Instant to, const IcalEvent *event)
{
    Span s = {.start = MAX(start, from), .end = MIN(end, to)};
    if (s.start >= s.end)
        return;
    if (event != NULL) {
        s.file = event->file;
        s.uid = event->uid;
        s.summary = event->summary;
    }
    g_array_append_val(spans, s);
}

void spans_append(GArray *spans, const GArray *more) { g_array_append_vals(spans, more->data, more->len); }

static int by_start(gconstpointer a, gconstpointer b)
{
    const Span *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end > y->end ? -1 : x->end < y->end;
}

void spans_settle(GArray *spans)
{
    g_array_sort(spans, by_start);
    guint kept = 0;
    Instant covered = G_MININT64;
    for (guint i = 0; i < spans->len; i++) {
        Span s = g_array_index(spans, Span, i);
        if (s.end <= covered)
            continue;
        s.start = MAX(s.start, covered);
        covered = s.end;
        g_array_index(spans, Span, kept++) = s;
    }
    g_array_set_size(spans, kept);
}

void spans_cut(GArray *spans, Instant from, Instant to)
{
    guint kept = 0;
    for (guint i = 0; i < spans->len; i++) {
        Span s = g_array_index(spans, Span, i);
        s.start = MAX(s.start, from);
        s.end = MIN(s.end, to);
        if (s.start < s.end)
            g_array_index(spans, Span, kept++) = s;
    }
    g_array_set_size(spans, kept);
}

GArray *spans_subtract(const GArray *a, const GArray *b)
{
    GArray *left = spans_new();
    for (guint i = 0, k = 0; i < a->len; i++) {
        Span s = g_array_index(a, Span, i);
        while (k < b->len && g_array_index(b, Span, k).end <= s.start)
            k++;
        for (guint m = k; m < b->len && g_array_index(b, Span, m).start < s.end; m++) {
            const Span *cut = &g_array_index(b, Span, m);
            Span before = s;
            before.end = cut->start;
            if (before.start < before.end)
                g_array_append_val(left, before);
            s.start = MAX(s.start, cut->end);
            k = cut->end < s.end ? m + 1 : m;
        }
        if (s.start < s.end)
            g_array_append_val(left, s);
    }
    return left;
}

guint spans_search(const GArray *sorted, gsize offset, Instant t)
{
    const guint size = g_array_get_element_size((GArray *)sorted);
    guint lo = 0, count = sorted->len;
    while (count > 0) {
        guint half = count / 2;
        Instant at;
        memcpy(&at, sorted->data + (gsize)(lo + half) * size + offset, sizeof at);
        if (at < t) {
            lo += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return lo;
}
