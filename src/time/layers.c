/* layers: one priority after the other, the lowest first; each takes away what it covers and puts its own open time there.
 * It must never call a moment open that no AVAILABLE opens. */
#include "time/layers.h"

#include "base/error.h"
#include "base/limits.h"
#include "time/occur.h"
#include "time/spans.h"

#include "base/banned.h"

#define LAYERS_MAX 100

static void extent(const IcalLayer *l, const Zone *zone, Instant *ret_start, Instant *ret_end)
{
    *ret_start = l->has_start ? occur_start(&l->start, zone) : G_MININT64;
    *ret_end = G_MAXINT64;
    if (l->end.kind == ICAL_END_TIME && l->end.time.is_date)
        *ret_end = occur_start(&l->end.time, zone);
    else if (l->end.kind != ICAL_END_NONE)
        *ret_end = occur_end(l->has_start ? &l->start : &l->end.time, &l->end, zone);
}

typedef struct {
    GArray *covered, *opened, *closed; /* Span: of all layers of one priority */
} Group;

static gboolean add_layer(const IcalLayer *l, const Zone *zone, Instant from, Instant to, Group *g, GError **err)
{
    Instant start, end;
    extent(l, zone, &start, &end);
    start = MAX(start, from);
    end = MIN(end, to);
    if (start >= end)
        return TRUE;
    g_autoptr(GArray) found = NULL;
    if (!occur_expand(l->available, zone, start, end, &found, err))
        return FALSE;
    g_autoptr(GArray) whole = spans_new();
    g_autoptr(GArray) opened = spans_new();
    spans_add(whole, start, end, start, end, NULL);
    for (guint i = 0; i < found->len; i++) {
        const Occurrence *o = &g_array_index(found, Occurrence, i);
        spans_add(opened, o->start, o->end, start, end, o->event);
    }
    if (g->opened->len + opened->len > LIMIT_ICAL_INSTANCES)
        return error_set(err, ERROR_LIMIT, "calendar file '%s' event '%.200s': too many occurrences", l->file, l->uid);
    spans_settle(opened);
    g_autoptr(GArray) shut = spans_subtract(whole, opened);
    spans_append(g->covered, whole);
    spans_append(g->opened, opened);
    spans_append(g->closed, shut);
    return TRUE;
}

/* Replaces *open by itself without what the group covers, and with what the group opens. */
static void apply_group(Group *g, GArray **open)
{
    spans_settle(g->covered);
    spans_settle(g->opened);
    spans_settle(g->closed);
    GArray *left = spans_subtract(*open, g->covered);
    g_autoptr(GArray) fresh = spans_subtract(g->opened, g->closed);
    spans_append(left, fresh);
    spans_settle(left);
    g_array_unref(*open);
    *open = left;
}

static gboolean layer_priority(const GPtrArray *layers, int priority, const Zone *zone, Instant from, Instant to, GArray **open,
                               GError **err)
{
    Group g = {spans_new(), spans_new(), spans_new()};
    gboolean good = TRUE;
    for (guint i = 0; i < layers->len && good; i++) {
        const IcalLayer *l = g_ptr_array_index(layers, i);
        if (l->priority == priority)
            good = add_layer(l, zone, from, to, &g, err);
    }
    if (good && g.covered->len > 0)
        apply_group(&g, open);
    g_array_unref(g.covered);
    g_array_unref(g.opened);
    g_array_unref(g.closed);
    return good;
}

gboolean layers_open(const GPtrArray *layers, const Zone *zone, Instant from, Instant to, GArray *open, GError **err)
{
    if (layers->len > LAYERS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d VAVAILABILITY components", LAYERS_MAX);
    static const int rising[] = {0, 9, 8, 7, 6, 5, 4, 3, 2, 1};
    GArray *result = spans_new();
    gboolean good = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(rising) && good; i++)
        good = layer_priority(layers, rising[i], zone, from, to, &result, err);
    if (good)
        spans_append(open, result);
    g_array_unref(result);
    return good;
}

typedef struct {
    Instant start, end;
    const IcalLayer *layer;
} Extent;

static int by_start(gconstpointer a, gconstpointer b)
{
    const Extent *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

void layers_check(const GPtrArray *layers, const Zone *zone, GPtrArray *warnings)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Extent));
    for (guint i = 0; i < layers->len; i++) {
        Extent e = {.layer = g_ptr_array_index(layers, i)};
        extent(e.layer, zone, &e.start, &e.end);
        g_array_append_val(all, e);
    }
    g_array_sort(all, by_start);
    const Extent *last[10] = {NULL}; /* per priority the one that reaches furthest */
    for (guint i = 0; i < all->len; i++) {
        const Extent *e = &g_array_index(all, Extent, i);
        const Extent **before = &last[e->layer->priority];
        if (*before != NULL && e->start < (*before)->end && warnings != NULL)
            g_ptr_array_add(warnings,
                            g_strdup_printf("calendar file '%s': VAVAILABILITY '%.200s' and '%.200s' overlap with equal "
                                            "PRIORITY, closed wins",
                                            e->layer->file, (*before)->layer->uid, e->layer->uid));
        if (*before == NULL || e->end > (*before)->end)
            *before = e;
    }
}
