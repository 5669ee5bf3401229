/* rota: the occurrences of duty events around an instant, reduced to names. It must never drop an attendee that it does not know:
 * a person who is not paged because of a typing error is found at load, not at night. */
#include "time/rota.h"

#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/utf8.h"

#include "rules/phrase.h"
#include "time/dry.h"
#include "time/ical.h"
#include "time/occur.h"
#include "time/spans.h"

#include "base/banned.h"

#define MARGIN ((Seconds)32 * 86400)   /* compiled on both sides of what is asked, so that most questions need no work */
#define HORIZON ((Seconds)366 * 86400) /* of rota_next_change */

struct Rota {
    char *name;
    const Zone *zone;
    GPtrArray *files;   /* IcalFile */
    GHashTable *people; /* IcalEvent * -> GPtrArray of names, sorted; events with nobody on duty are not in it */
    GHashTable *names;  /* every name, owned */
    GArray *duties;     /* Occurrence, within [from, to), in order of start */
    Seconds longest;    /* of the duties */
    Instant from, to;
    char *version;
};

void rota_free(Rota *r)
{
    if (r == NULL)
        return;
    g_clear_pointer(&r->duties, g_array_unref);
    g_hash_table_unref(r->people);
    g_hash_table_unref(r->names);
    g_ptr_array_unref(r->files);
    g_free(r->name);
    g_free(r->version);
    g_free(r);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rota, rota_free)

const char *rota_name(const Rota *r) { return r->name; }
const char *rota_version(const Rota *r) { return r->version; }
const Zone *rota_zone(const Rota *r) { return r->zone; }

void rota_dry(const Rota *r, Instant now, Duration max_age, GPtrArray *reports)
{
    g_autofree char *what = phrase_make("rota '{name}'", "name", r->name, NULL);
    dry_check(r->files, r->zone, what, now, max_age, reports);
}

static gboolean add_person(Rota *r, const IcalEvent *e, const char *who, RotaContact contact, void *data, GPtrArray *into,
                           GError **err)
{
    const char *name = contact(who, data);
    if (name == NULL)
        return error_set(err, ERROR_CONFIG, "rota '%s': file '%s' line %u event '%.200s': '%.200s' is no contact, by address, key or name", r->name,
                         e->file, e->line, e->uid, who);
    char *own = g_hash_table_lookup(r->names, name);
    if (own == NULL) {
        own = g_strdup(name);
        g_hash_table_add(r->names, own);
    }
    if (!g_ptr_array_find(into, own, NULL))
        g_ptr_array_add(into, own);
    return TRUE;
}

/* Who is on duty in an event: its attendees, or whom SUMMARY names where it has none. */
static gboolean add_event(Rota *r, IcalEvent *e, RotaContact contact, void *data, GError **err)
{
    if (e->standing == ICAL_STANDING_CANCELLED)
        return TRUE;
    g_autoptr(GPtrArray) on_duty = g_ptr_array_new();
    if (e->attendees->len == 0 && !add_person(r, e, e->summary != NULL ? e->summary : "", contact, data, on_duty, err))
        return FALSE;
    if (e->attendees->len > LIMIT_ADDRESSES)
        return error_set(err, ERROR_LIMIT, "rota '%s': file '%s' line %u event '%.200s': too many attendees", r->name, e->file,
                         e->line, e->uid);
    for (guint i = 0; i < e->attendees->len; i++) {
        const IcalAttendee *a = g_ptr_array_index(e->attendees, i);
        if (a->is_person && !a->declined && !add_person(r, e, a->address, contact, data, on_duty, err))
            return FALSE;
    }
    if (on_duty->len > 0) {
        g_ptr_array_sort(on_duty, utf8_order);
        g_hash_table_insert(r->people, e, g_steal_pointer(&on_duty));
    }
    return TRUE;
}

static gboolean read_file(Rota *r, const char *path, RotaContact contact, void *data, GPtrArray *warnings, GError **err)
{
    IcalFile *f = NULL;
    if (!ical_read(path, warnings, &f, err))
        return FALSE;
    g_ptr_array_add(r->files, f);
    if (f->layers->len > 0)
        return error_set(err, ERROR_DATA, "rota '%s': file '%s': VAVAILABILITY in a rota", r->name, path);
    for (guint i = 0; i < f->events->len; i++)
        if (!add_event(r, g_ptr_array_index(f->events, i), contact, data, err))
            return FALSE;
    return TRUE;
}

Rota *rota_new(const char *name, char *const *files, const char *zone_id, RotaContact contact, void *data, GPtrArray *warnings,
               GError **err)
{
    g_autoptr(Rota) r = g_new0(Rota, 1);
    r->name = g_strdup(name);
    r->files = g_ptr_array_new_with_free_func((GDestroyNotify)icalfile_free);
    r->people = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    r->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (zone_id != NULL && (r->zone = zone_get(zone_id, err)) == NULL)
        return NULL;
    for (char *const *path = files; path != NULL && *path != NULL; path++)
        if (!read_file(r, *path, contact, data, warnings, err))
            return NULL;
    g_autofree char *what = g_strdup_printf("rota '%s'", name);
    if (r->zone == NULL && (r->zone = icalfile_zone(r->files, what, err)) == NULL)
        return NULL;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)zone_name(r->zone), -1);
    for (guint i = 0; i < r->files->len; i++)
        g_checksum_update(sum, (const guchar *)((const IcalFile *)g_ptr_array_index(r->files, i))->digest, -1);
    r->version = g_strndup(g_checksum_get_string(sum), 12);
    return g_steal_pointer(&r);
}

/* ---- compiling ---- */

/* Every answer looks through the duties that began within the longest before it: what that comes to for all of them is bounded. */
static gboolean check_overlap(const Rota *r, const GArray *duties, Seconds longest, GError **err)
{
    gint64 work = 0;
    for (guint i = 0, k = 0; i < duties->len; i++) {
        while (g_array_index(duties, Occurrence, k).start + longest < g_array_index(duties, Occurrence, i).start)
            k++;
        work += i - k;
        if (work > LIMIT_ICAL_WORK)
            return error_set(err, ERROR_LIMIT, "rota '%s': too many duties that overlap", r->name);
    }
    return TRUE;
}

static int by_start(gconstpointer a, gconstpointer b)
{
    const Occurrence *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static gboolean compile(Rota *r, Instant from, Instant to, GError **err)
{
    g_autoptr(GArray) duties = g_array_new(FALSE, FALSE, sizeof(Occurrence));
    Seconds longest = 0;
    for (guint i = 0; i < r->files->len; i++) {
        const IcalFile *f = g_ptr_array_index(r->files, i);
        g_autoptr(GArray) found = NULL;
        if (!occur_expand(f->events, r->zone, from, to, &found, err))
            return FALSE;
        for (guint k = 0; k < found->len; k++) {
            Occurrence o = g_array_index(found, Occurrence, k);
            if (o.start == o.end || !g_hash_table_contains(r->people, o.event))
                continue;
            o.start = MAX(o.start, from); /* so that a duty of years does not make every search long */
            longest = MAX(longest, o.end - o.start);
            g_array_append_val(duties, o);
        }
    }
    g_array_sort(duties, by_start);
    if (!check_overlap(r, duties, longest, err))
        return FALSE;
    g_clear_pointer(&r->duties, g_array_unref);
    r->duties = g_steal_pointer(&duties);
    r->longest = longest;
    r->from = from;
    r->to = to;
    return TRUE;
}

/* Makes [a, b] known. */
static gboolean ensure(Rota *r, Instant a, Instant b, GError **err)
{
    if (r->duties != NULL && a >= r->from && b < r->to)
        return TRUE;
    if (a < -(gint64)300 * HORIZON || b > INSTANT_MAX - 2 * HORIZON)
        return error_set(err, ERROR_LIMIT, "rota '%s': a time beyond what is known", r->name);
    return compile(r, a - MARGIN, b + MARGIN, err);
}

/* Index of the first duty that starts after t. */
static guint first_starting_after(const Rota *r, Instant t) { return spans_search(r->duties, offsetof(Occurrence, start), t + 1); }

/* 0 lowest, then 9 … 1 highest. */
static int rank(const IcalEvent *e) { return e->priority == 0 ? 0 : 10 - e->priority; }

/* The events (IcalEvent *, not owned) on duty at t that decide: those of the highest rank, the latest first. */
static GPtrArray *deciding(const Rota *r, Instant t)
{
    GPtrArray *events = g_ptr_array_new();
    int best = -1;
    for (guint i = first_starting_after(r, t); i-- > 0;) {
        const Occurrence *o = &g_array_index(r->duties, Occurrence, i);
        if (o->start + r->longest <= t)
            break;
        if (o->end <= t || rank(o->event) < best)
            continue;
        if (rank(o->event) > best)
            g_ptr_array_set_size(events, 0);
        best = rank(o->event);
        g_ptr_array_add(events, (gpointer)o->event);
    }
    return events;
}

static GPtrArray *on_duty_at(const Rota *r, Instant t)
{
    GPtrArray *names = g_ptr_array_new();
    g_autoptr(GPtrArray) events = deciding(r, t);
    for (guint i = 0; i < events->len; i++) {
        const GPtrArray *people = g_hash_table_lookup(r->people, g_ptr_array_index(events, i));
        for (guint k = 0; k < people->len; k++)
            if (!g_ptr_array_find(names, g_ptr_array_index(people, k), NULL))
                g_ptr_array_add(names, g_ptr_array_index(people, k));
    }
    g_ptr_array_sort(names, utf8_order);
    return names;
}

gboolean rota_on_duty(Rota *r, Instant t, GPtrArray **ret, GError **err)
{
    if (!ensure(r, t, t, err))
        return FALSE;
    *ret = on_duty_at(r, t);
    return TRUE;
}

static gboolean is_same(const GPtrArray *a, const GPtrArray *b)
{
    if (a->len != b->len)
        return FALSE;
    for (guint i = 0; i < a->len; i++)
        if (a->pdata[i] != b->pdata[i]) /* names are kept once */
            return FALSE;
    return TRUE;
}

static int by_instant(gconstpointer a, gconstpointer b)
{
    const Instant *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Only where a duty begins or ends can the answer change: those in (from, to], each once, in order. */
static GArray *edges_of(const Rota *r, Instant from, Instant to)
{
    GArray *edges = g_array_new(FALSE, FALSE, sizeof(Instant));
    for (guint i = 0; i < r->duties->len; i++) {
        const Occurrence *o = &g_array_index(r->duties, Occurrence, i);
        if (o->start > from && o->start <= to)
            g_array_append_val(edges, o->start);
        if (o->end > from && o->end <= to)
            g_array_append_val(edges, o->end);
    }
    g_array_sort(edges, by_instant);
    guint kept = 0;
    for (guint i = 0; i < edges->len; i++)
        if (kept == 0 || g_array_index(edges, Instant, i) != g_array_index(edges, Instant, kept - 1))
            g_array_index(edges, Instant, kept++) = g_array_index(edges, Instant, i);
    g_array_set_size(edges, kept);
    return edges;
}

gboolean rota_next_change(Rota *r, Instant t, Instant *ret, GError **err)
{
    if (!ensure(r, t, t + HORIZON, err))
        return FALSE;
    g_autoptr(GArray) edges = edges_of(r, t, t + HORIZON);
    g_autoptr(GPtrArray) now = on_duty_at(r, t);
    for (guint i = 0; i < edges->len; i++) {
        Instant edge = g_array_index(edges, Instant, i);
        g_autoptr(GPtrArray) then = on_duty_at(r, edge);
        if (!is_same(now, then)) {
            *ret = edge;
            return TRUE;
        }
    }
    *ret = INSTANT_MAX;
    return TRUE;
}

/* Whether two duties of the rank that decides overlap at t, of different people. */
static gboolean is_equal_at(const Rota *r, Instant t)
{
    g_autoptr(GPtrArray) events = deciding(r, t);
    for (guint i = 1; i < events->len; i++)
        if (!is_same(g_hash_table_lookup(r->people, g_ptr_array_index(events, 0)), g_hash_table_lookup(r->people, g_ptr_array_index(events, i))))
            return TRUE;
    return FALSE;
}

static void period_clear(gpointer p) { g_ptr_array_unref(((RotaPeriod *)p)->names); }

gboolean rota_periods(Rota *r, Instant from, Instant to, GArray **ret, GError **err)
{
    if (to - from > ROTA_RANGE_MAX)
        return error_set(err, ERROR_USAGE, "rota '%s': more than a year was asked for at once", r->name);
    if (!ensure(r, from, to, err))
        return FALSE;
    g_autoptr(GArray) edges = edges_of(r, from, to - 1);
    GArray *periods = g_array_new(FALSE, FALSE, sizeof(RotaPeriod));
    g_array_set_clear_func(periods, period_clear);
    for (guint i = 0; i <= edges->len && from < to; i++) {
        Instant start = i == 0 ? from : g_array_index(edges, Instant, i - 1);
        RotaPeriod p = {start, to, on_duty_at(r, start), is_equal_at(r, start)};
        RotaPeriod *last = periods->len > 0 ? &g_array_index(periods, RotaPeriod, periods->len - 1) : NULL;
        if (last != NULL && is_same(last->names, p.names) && last->is_equal == p.is_equal) {
            g_ptr_array_unref(p.names);
            continue;
        }
        if (last != NULL)
            last->end = start;
        g_array_append_val(periods, p);
    }
    *ret = periods;
    return TRUE;
}
