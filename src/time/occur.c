/* occur: from written times to instants. Ends go by the wall clock: DTEND keeps its distance to DTSTART in local time, so that a
 * shift of 22:00-06:00 ends at 06:00 on the night of a change too (a deviation from RFC 5545 3.8.5.3, told in
 * escalate-calendar(5)). It must never take a floating time for UTC. */
#include "time/occur.h"

#include <stddef.h>

#include "base/error.h"
#include "base/limits.h"
#include "time/spans.h"

#include "base/banned.h"

#define DAY 86400
#define SLACK (3 * DAY) /* between a local time and its instant, in any zone, either way */

/* What is taken out of an event: instants, and days for what was written as a date. */
typedef struct {
    GHashTable *instants; /* gint64 * */
    GHashTable *days;     /* gint64 *, local day number */
    GHashTable *touched;  /* gint64 *, the days of `instants` */
} Exclusion;

/* An override that moves all later occurrences too. */
typedef struct {
    Instant at; /* of the occurrence that it replaces */
    const IcalEvent *event;
} Future;

typedef struct {
    const Zone *zone;
    Instant from, to;
    gint64 work;
    GHashTable *overrides; /* UID -> Exclusion */
    GHashTable *futures;   /* UID -> GArray of Future, in order */
    GArray *out;
} Expansion;

static Instant instant_of(LocalTime local, const Zone *zone, ZoneChoice choice)
{
    gint64 day = local / DAY - (local % DAY < 0);
    Civil c = zone_day_civil(day);
    c.second = (int)(local - day * DAY);
    return zone_instant(zone, c, choice);
}

static const Zone *zone_of(const IcalTime *t, const Zone *zone) { return t->zone != NULL ? t->zone : zone; }

Instant occur_start(const IcalTime *t, const Zone *zone) { return instant_of(t->local, zone_of(t, zone), ZONE_FIRST); }

/* Civil days tile: a day ends where the next begins, also where midnight comes twice. */
static Instant end_of_date(LocalTime start, LocalTime end, const Zone *zone)
{
    return instant_of(end > start ? end : start + DAY, zone, ZONE_FIRST);
}

/* End of an occurrence that begins `shift` later on the local time line than what is written. */
static Instant end_shifted(const IcalTime *start, const IcalEnd *end, LocalTime shift, const Zone *zone)
{
    const Zone *own = zone_of(start, zone);
    LocalTime local = start->local + shift;
    if (start->is_date) {
        LocalTime until = end->kind == ICAL_END_TIME     ? end->time.local + shift
                          : end->kind == ICAL_END_LENGTH ? local + end->length.days * DAY
                                                         : local + DAY;
        return end_of_date(local, until, own);
    }
    if (end->kind == ICAL_END_TIME)
        return instant_of(end->time.local + shift, zone_of(&end->time, zone), ZONE_LAST);
    if (end->kind == ICAL_END_NONE)
        return instant_of(local, own, ZONE_FIRST);
    if (end->length.days == 0)
        return instant_of(local, own, ZONE_FIRST) + end->length.seconds;
    return instant_of(local + end->length.days * DAY, own, ZONE_LAST) + end->length.seconds;
}

Instant occur_end(const IcalTime *start, const IcalEnd *end, const Zone *zone) { return end_shifted(start, end, 0, zone); }

/* ---- exclusions ---- */

static void exclusion_free(Exclusion *x)
{
    g_hash_table_unref(x->instants);
    g_hash_table_unref(x->days);
    g_hash_table_unref(x->touched);
    g_free(x);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Exclusion, exclusion_free)

static Exclusion *exclusion_new(void)
{
    Exclusion *x = g_new(Exclusion, 1);
    x->instants = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    x->days = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    x->touched = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return x;
}

static void add_key(GHashTable *table, gint64 key) { g_hash_table_add(table, g_memdup2(&key, sizeof key)); }

static gint64 day_of(Instant t, const Zone *zone)
{
    Civil c = zone_civil(zone, t);
    return zone_day_number(c.year, c.month, c.day);
}

/* A time excludes one occurrence, and that of a date event on its day; a date excludes all that begin on that day. */
static void exclude(Exclusion *x, const IcalTime *t, const Zone *zone)
{
    if (t->is_date) {
        add_key(x->days, t->local / DAY - (t->local % DAY < 0));
        return;
    }
    Instant at = occur_start(t, zone);
    add_key(x->instants, at);
    add_key(x->touched, day_of(at, zone));
}

static gboolean is_excluded(const Exclusion *x, const IcalTime *start, LocalTime local, Instant at)
{
    if (x == NULL)
        return FALSE;
    gint64 day = local / DAY - (local % DAY < 0);
    if (start->is_date && g_hash_table_contains(x->touched, &day))
        return TRUE;
    return g_hash_table_contains(x->instants, &at) || g_hash_table_contains(x->days, &day);
}

/* What overrides replace, by UID. */
static GHashTable *collect_overrides(const GPtrArray *events, const Zone *zone)
{
    GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)exclusion_free);
    for (guint i = 0; i < events->len; i++) {
        const IcalEvent *e = g_ptr_array_index(events, i);
        if (!e->is_override)
            continue;
        Exclusion *x = g_hash_table_lookup(all, e->uid);
        if (x == NULL)
            g_hash_table_insert(all, e->uid, x = exclusion_new());
        exclude(x, &e->replaces, zone);
    }
    return all;
}

/* ---- one event ---- */

static gboolean fail(const IcalEvent *e, GError **err)
{
    g_prefix_error(err, "calendar file '%s' line %u event '%.200s': ", e->file, e->line, e->uid);
    return FALSE;
}

static gboolean emit(Expansion *x, const IcalEvent *e, Instant start, Instant end, GError **err)
{
    end = MAX(end, start);
    if (start >= x->to || (end <= x->from && !(start == end && start == x->from)))
        return TRUE;
    if (x->out->len >= LIMIT_ICAL_INSTANCES)
        return error_set(err, ERROR_LIMIT, "more than %d occurrences in the file", LIMIT_ICAL_INSTANCES);
    Occurrence o = {start, end, e};
    g_array_append_val(x->out, o);
    return TRUE;
}

/* The last of them that begins before `start`. */
static const IcalEvent *future_of(const GArray *futures, Instant start)
{
    guint lo = futures != NULL ? spans_search(futures, offsetof(Future, at), start) : 0;
    return lo > 0 ? g_array_index(futures, Future, lo - 1).event : NULL;
}

static Seconds shift_of(const IcalEvent *future) { return future->start.local - future->replaces.local; }

/* An occurrence of `e`, or what an override of it and its future makes of it. */
static gboolean emit_moved(Expansion *x, const IcalEvent *e, const GArray *futures, LocalTime local, Instant start, Instant end, GError **err)
{
    const IcalEvent *f = future_of(futures, start);
    if (f == NULL)
        return emit(x, e, start, end, err);
    if (f->standing == ICAL_STANDING_CANCELLED)
        return TRUE;
    LocalTime moved = local + shift_of(f);
    return emit(x, f, instant_of(moved, zone_of(&f->start, x->zone), ZONE_FIRST), end_shifted(&f->start, &f->end, moved - f->start.local, x->zone), err);
}

static int by_local(gconstpointer a, gconstpointer b)
{
    const LocalTime *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Local times that the rules of `rules` give; those beyond a UNTIL in UTC are left out. */
static gboolean collect_rules(Expansion *x, const IcalEvent *e, const GPtrArray *rules, LocalTime from, LocalTime to, GArray *out,
                              GError **err)
{
    const Zone *own = zone_of(&e->start, x->zone);
    for (guint i = 0; i < rules->len; i++) {
        const RecurRule *rule = g_ptr_array_index(rules, i);
        guint kept = out->len;
        if (!recur_expand(rule, e->start.local, from, to, &x->work, out, err))
            return FALSE;
        if (!rule->has_until || !rule->until_is_utc)
            continue;
        while (out->len > kept && instant_of(g_array_index(out, LocalTime, out->len - 1), own, ZONE_FIRST) > rule->until)
            g_array_set_size(out, out->len - 1);
    }
    if (rules->len > 1)
        g_array_sort(out, by_local);
    return TRUE;
}

/* The longest that an occurrence can take on the local time line, so that one which began before `from` is found. */
static Seconds longest(const IcalEvent *e)
{
    if (e->end.kind == ICAL_END_TIME)
        return MAX(e->end.time.local - e->start.local, DAY);
    return MAX(e->end.length.days * DAY + e->end.length.seconds, DAY);
}

/* How much further occurrences reach that an override moved. */
static Seconds reach(const GArray *futures)
{
    Seconds most = 0;
    for (guint i = 0; futures != NULL && i < futures->len; i++) {
        const IcalEvent *f = g_array_index(futures, Future, i).event;
        most = MAX(most, ABS(shift_of(f)) + longest(f));
    }
    return most;
}

static gboolean expand_rules(Expansion *x, const IcalEvent *e, const Exclusion *own, const Exclusion *overrides, const GArray *futures, GError **err)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(LocalTime));
    g_autoptr(GArray) excepted = g_array_new(FALSE, FALSE, sizeof(LocalTime));
    const Zone *zone = zone_of(&e->start, x->zone);
    LocalTime from = x->from - longest(e) - reach(futures) - SLACK, to = x->to + reach(futures) + SLACK;
    if (e->rules->len == 0)
        g_array_append_val(found, e->start.local);
    else if (!collect_rules(x, e, e->rules, from, to, found, err))
        return FALSE;
    if (!collect_rules(x, e, e->exception_rules, from, to, excepted, err))
        return FALSE;
    for (guint i = 0, k = 0; i < found->len; i++) {
        LocalTime local = g_array_index(found, LocalTime, i);
        while (k < excepted->len && g_array_index(excepted, LocalTime, k) < local)
            k++;
        gboolean gone = k < excepted->len && g_array_index(excepted, LocalTime, k) == local;
        gboolean twice = i > 0 && g_array_index(found, LocalTime, i - 1) == local;
        Instant start = instant_of(local, zone, ZONE_FIRST);
        if (gone || twice || is_excluded(own, &e->start, local, start) || is_excluded(overrides, &e->start, local, start))
            continue;
        if (!emit_moved(x, e, futures, local, start, end_shifted(&e->start, &e->end, local - e->start.local, x->zone), err))
            return FALSE;
    }
    return TRUE;
}

static gboolean expand_dates(Expansion *x, const IcalEvent *e, const Exclusion *own, const Exclusion *overrides, const GArray *futures, GError **err)
{
    for (guint i = 0; i < e->dates->len; i++) {
        const IcalDate *d = &g_array_index(e->dates, IcalDate, i);
        Instant start = occur_start(&d->start, x->zone);
        if (is_excluded(own, &d->start, d->start.local, start) || is_excluded(overrides, &d->start, d->start.local, start))
            continue;
        Instant end;
        if (d->end.kind != ICAL_END_NONE) {
            end = occur_end(&d->start, &d->end, x->zone);
        } else if (e->end.kind == ICAL_END_TIME) { /* as long as the event on the wall clock, in the zone of the RDATE */
            IcalEnd as_event = {.kind = ICAL_END_TIME, .time = d->start};
            as_event.time.local += e->end.time.local - e->start.local;
            end = occur_end(&d->start, &as_event, x->zone);
        } else {
            end = occur_end(&d->start, &e->end, x->zone);
        }
        if (!emit_moved(x, e, futures, d->start.local, start, end, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean expand_event(Expansion *x, const IcalEvent *e, GError **err)
{
    if (e->standing == ICAL_STANDING_CANCELLED)
        return TRUE;
    const Exclusion *overrides = e->is_override ? NULL : g_hash_table_lookup(x->overrides, e->uid);
    const GArray *futures = e->is_override ? NULL : g_hash_table_lookup(x->futures, e->uid);
    g_autoptr(Exclusion) own = NULL;
    if (e->exceptions->len > 0)
        own = exclusion_new();
    for (guint i = 0; i < e->exceptions->len; i++)
        exclude(own, &g_array_index(e->exceptions, IcalTime, i), zone_of(&e->start, x->zone));
    return expand_rules(x, e, own, overrides, futures, err) && expand_dates(x, e, own, overrides, futures, err);
}

static int by_start(gconstpointer a, gconstpointer b)
{
    const Occurrence *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return g_strcmp0(x->event->uid, y->event->uid);
}

/* Of several overrides of one occurrence the one with the highest SEQUENCE counts, the last of equals. */
static gboolean is_outdated(GHashTable *newest, const IcalEvent *e)
{
    if (!e->is_override)
        return FALSE;
    g_autofree char *key = g_strdup_printf("%" G_GINT64_FORMAT "/%s", e->replaces.local, e->uid);
    return g_hash_table_lookup(newest, key) != e;
}

static GHashTable *collect_newest(const GPtrArray *events)
{
    GHashTable *newest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < events->len; i++) {
        IcalEvent *e = g_ptr_array_index(events, i);
        if (!e->is_override)
            continue;
        char *key = g_strdup_printf("%" G_GINT64_FORMAT "/%s", e->replaces.local, e->uid);
        const IcalEvent *other = g_hash_table_lookup(newest, key);
        if (other == NULL || other->sequence <= e->sequence)
            g_hash_table_replace(newest, key, e);
        else
            g_free(key);
    }
    return newest;
}

static int by_at(gconstpointer a, gconstpointer b)
{
    const Future *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static GHashTable *collect_futures(const GPtrArray *events, GHashTable *newest, const Zone *zone)
{
    GHashTable *all = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);
    GHashTableIter it;
    gpointer futures;
    for (guint i = 0; i < events->len; i++) {
        const IcalEvent *e = g_ptr_array_index(events, i);
        if (!e->is_override || !e->and_future || is_outdated(newest, e))
            continue;
        GArray *own = g_hash_table_lookup(all, e->uid);
        if (own == NULL)
            g_hash_table_insert(all, e->uid, own = g_array_new(FALSE, FALSE, sizeof(Future)));
        Future f = {occur_start(&e->replaces, zone), e};
        g_array_append_val(own, f);
    }
    g_hash_table_iter_init(&it, all);
    while (g_hash_table_iter_next(&it, NULL, &futures))
        g_array_sort(futures, by_at);
    return all;
}

gboolean occur_expand(const GPtrArray *events, const Zone *zone, Instant from, Instant to, GArray **ret, GError **err)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(Occurrence));
    g_autoptr(GHashTable) overrides = collect_overrides(events, zone);
    g_autoptr(GHashTable) newest = collect_newest(events);
    g_autoptr(GHashTable) futures = collect_futures(events, newest, zone);
    Expansion x = {.zone = zone, .from = from, .to = to, .work = LIMIT_ICAL_WORK, .overrides = overrides, .futures = futures, .out = out};
    for (guint i = 0; i < events->len; i++) {
        const IcalEvent *e = g_ptr_array_index(events, i);
        if (!is_outdated(newest, e) && !expand_event(&x, e, err))
            return fail(e, err);
    }
    g_array_sort(out, by_start);
    *ret = g_steal_pointer(&out);
    return TRUE;
}
