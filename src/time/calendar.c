/* calendar: hours minus closures, compiled for whole years around what is asked and further when an answer lies beyond. The
 * answer must never depend on what was asked before: a range is always compiled as a whole, and a question that fails on a grown
 * range is asked again on a fresh one. */
#include "time/calendar.h"

#include "base/error.h"
#include "base/limits.h"

#include "rules/phrase.h"
#include "time/ical.h"
#include "time/dry.h"
#include "time/layers.h"
#include "time/occur.h"
#include "time/makeup.h"
#include "time/spans.h"

#include "base/banned.h"

#define FIRST_YEAR 1600
#define LAST_YEAR 3000
#define MARGIN ((Seconds)32 * 86400)

struct Calendar {
    char *name;
    const Zone *zone;
    GPtrArray *hours, *holidays; /* IcalFile; no hours: always open */
    GHashTable *opening, *ignored; /* sets of IcalEvent * of `holidays`: those that open, and those that mean nothing */
    char *version;
    Worktime *work;              /* NULL: nothing compiled yet */
};

static Calendar *calendar_make(const char *name, const Zone *zone)
{
    Calendar *c = g_new0(Calendar, 1);
    c->name = g_strdup(name);
    c->zone = zone;
    c->hours = g_ptr_array_new_with_free_func((GDestroyNotify)icalfile_free);
    c->holidays = g_ptr_array_new_with_free_func((GDestroyNotify)icalfile_free);
    c->opening = g_hash_table_new(NULL, NULL);
    c->ignored = g_hash_table_new(NULL, NULL);
    return c;
}

static void drop_compiled(Calendar *c)
{
    worktime_free(c->work);
    c->work = NULL;
}

Calendar *calendar_always(void)
{
    static Calendar *always; /* immutable but for what is compiled */
    if (always == NULL)
        always = calendar_make("always", zone_utc());
    return always;
}

void calendar_free(Calendar *c)
{
    if (c == NULL || c == calendar_always())
        return;
    drop_compiled(c);
    g_ptr_array_unref(c->hours);
    g_ptr_array_unref(c->holidays);
    g_hash_table_unref(c->opening);
    g_hash_table_unref(c->ignored);
    g_free(c->version);
    g_free(c->name);
    g_free(c);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Calendar, calendar_free)

const char *calendar_name(const Calendar *c) { return c->name; }
const Zone *calendar_zone(const Calendar *c) { return c->zone; }
const char *calendar_version(const Calendar *c) { return c->version != NULL ? c->version : "built-in"; }

/* ---- reading ---- */

static gboolean read_files(char *const *paths, gboolean is_hours, GPtrArray *into, GPtrArray *warnings, GError **err)
{
    for (char *const *path = paths; path != NULL && *path != NULL; path++) {
        IcalFile *f = NULL;
        if (!ical_read(*path, warnings, &f, err))
            return FALSE;
        g_ptr_array_add(into, f);
        if (f->layers->len > 0 && f->events->len > 0)
            return error_set(err, ERROR_DATA, "calendar file '%s': VEVENT beside VAVAILABILITY", *path);
        if (f->layers->len > 0 && !is_hours)
            return error_set(err, ERROR_DATA, "calendar file '%s': VAVAILABILITY in a file of closures", *path);
    }
    return TRUE;
}

static const Zone *zone_from_files(const Calendar *c, GError **err)
{
    g_autofree char *what = g_strdup_printf("calendar '%s'", c->name);
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_ptr_array_extend(all, c->hours, NULL, NULL);
    g_ptr_array_extend(all, c->holidays, NULL, NULL);
    return icalfile_zone(all, what, err);
}

/* ---- which events do what ---- */

static gboolean has_busy_status(const IcalFile *f)
{
    for (guint i = 0; i < f->events->len; i++)
        if (((const IcalEvent *)g_ptr_array_index(f->events, i))->busy_status != NULL)
            return TRUE;
    return FALSE;
}

/* Of a file of absences. */
static gboolean is_absence(const IcalEvent *e, gboolean by_busy_status)
{
    return !e->transparent && e->standing == ICAL_STANDING_CONFIRMED
           && (!by_busy_status || (e->busy_status != NULL && g_ascii_strcasecmp(e->busy_status, "OOF") == 0));
}

static void sort_event(Calendar *c, const CalendarSource *s, IcalEvent *e, gboolean by_busy_status)
{
    const EventFacts facts = {e->summary, e->categories, e->description, e->uid, e->transparent};
    if (eventrule_any(s->ignores, &facts) || (s->is_leave && !is_absence(e, by_busy_status)))
        g_hash_table_add(c->ignored, e);
    else if (eventrule_any(s->opens, &facts))
        g_hash_table_add(c->opening, e);
    else if (s->closes != NULL && s->closes->len > 0 && !eventrule_any(s->closes, &facts))
        g_hash_table_add(c->ignored, e);
}

static void sort_events(Calendar *c, const CalendarSource *s)
{
    for (guint i = 0; i < c->holidays->len; i++) {
        const IcalFile *f = g_ptr_array_index(c->holidays, i);
        gboolean by_busy_status = s->is_leave && has_busy_status(f);
        for (guint k = 0; k < f->events->len; k++)
            sort_event(c, s, g_ptr_array_index(f->events, k), by_busy_status);
    }
}

static void add_files(GChecksum *sum, const GPtrArray *files, const char *what)
{
    for (guint i = 0; i < files->len; i++) {
        g_checksum_update(sum, (const guchar *)what, -1);
        g_checksum_update(sum, (const guchar *)((const IcalFile *)g_ptr_array_index(files, i))->digest, -1);
    }
}

static void add_rules(GChecksum *sum, const GPtrArray *rules, const char *what)
{
    for (guint i = 0; rules != NULL && i < rules->len; i++) {
        g_checksum_update(sum, (const guchar *)what, -1);
        g_checksum_update(sum, (const guchar *)eventrule_text(g_ptr_array_index(rules, i)), -1);
    }
}

static char *version_of(const Calendar *c, const CalendarSource *s)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)zone_name(c->zone), -1);
    add_files(sum, c->hours, "\nhours ");
    add_files(sum, c->holidays, "\nholidays ");
    add_rules(sum, s->closes, "\ncloses ");
    add_rules(sum, s->opens, "\nopens ");
    add_rules(sum, s->ignores, "\nignores ");
    return g_strndup(g_checksum_get_string(sum), 12);
}

Calendar *calendar_new(const CalendarSource *s, GPtrArray *warnings, GError **err)
{
    g_autoptr(Calendar) c = calendar_make(s->name, NULL);
    if (s->zone_id != NULL && (c->zone = zone_get(s->zone_id, err)) == NULL)
        return NULL;
    if (!read_files(s->hours, TRUE, c->hours, warnings, err) || !read_files(s->holidays, FALSE, c->holidays, warnings, err))
        return NULL;
    if (c->zone == NULL && (c->zone = zone_from_files(c, err)) == NULL)
        return NULL;
    for (guint i = 0; i < c->hours->len; i++)
        layers_check(((const IcalFile *)g_ptr_array_index(c->hours, i))->layers, c->zone, warnings);
    sort_events(c, s);
    c->version = version_of(c, s);
    return g_steal_pointer(&c);
}

void calendar_dry(const Calendar *c, Instant now, Duration max_age, GPtrArray *reports)
{
    g_autofree char *what = phrase_make("calendar '{name}'", "name", c->name, NULL);
    dry_check(c->hours, c->zone, what, now, (Duration){0}, reports);
    dry_check(c->holidays, c->zone, what, now, max_age, reports);
}

/* ---- compiling ---- */

static gboolean add_hours(const IcalFile *f, const Zone *zone, Instant from, Instant to, GArray *into, GError **err)
{
    g_autoptr(GArray) found = NULL;
    if (!occur_expand(f->events, zone, from, to, &found, err))
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        const Occurrence *o = &g_array_index(found, Occurrence, i);
        spans_add(into, o->start, o->end, from, to, o->event);
    }
    return TRUE;
}

/* Tentative holidays do not close (rules 9); tentative hours are hours. */
static gboolean add_exceptions(const Calendar *c, const IcalFile *f, const GArray *hours, Instant from, Instant to, GArray *closures, GArray *openings,
                               GError **err)
{
    g_autoptr(GArray) found = NULL;
    gint64 work = MAKEUP_WORK;
    if (!occur_expand(f->events, c->zone, from, to, &found, err))
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        const Occurrence *o = &g_array_index(found, Occurrence, i);
        if (o->event->standing != ICAL_STANDING_CONFIRMED || g_hash_table_contains(c->ignored, o->event))
            continue;
        if (!g_hash_table_contains(c->opening, o->event))
            spans_add(closures, o->start, o->end, from, to, o->event);
        else if (!makeup_add(openings, o, hours, c->zone, from, to, &work, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean compile_hours(const Calendar *c, Instant from, Instant to, GArray *open, GError **err)
{
    if (c->hours->len == 0)
        spans_add(open, from, to, from, to, NULL);
    g_autoptr(GPtrArray) layers = g_ptr_array_new();
    for (guint i = 0; i < c->hours->len; i++) {
        const IcalFile *f = g_ptr_array_index(c->hours, i);
        g_ptr_array_extend(layers, f->layers, NULL, NULL);
        if (!add_hours(f, c->zone, from, to, open, err))
            return FALSE;
    }
    if (!layers_open(layers, c->zone, from, to, open, err))
        return FALSE;
    spans_settle(open);
    return TRUE;
}

static Worktime *worktime_of(const GArray *open, Instant from, Instant to, const Zone *zone)
{
    g_autofree Interval *at = g_new(Interval, open->len + 1);
    for (guint i = 0; i < open->len; i++) {
        const Span *s = &g_array_index(open, Span, i);
        at[i] = (Interval){s->start, s->end};
    }
    return worktime_new(at, open->len, from, to, zone);
}

/* What is open and what closes in [from, to), settled; open is without the closures. It is reckoned with a margin, so that a make-up day at
 * the edge sees its neighbours, and an answer does not depend on the edge. */
static gboolean spans_of(const Calendar *c, Instant from, Instant to, GArray **ret_open, GArray **ret_closures, GError **err)
{
    const Instant low = from - MARGIN, high = to + MARGIN;
    g_autoptr(GArray) hours = spans_new();
    g_autoptr(GArray) closures = spans_new();
    g_autoptr(GArray) openings = spans_new();
    if (!compile_hours(c, low, high, hours, err))
        return FALSE;
    for (guint i = 0; i < c->holidays->len; i++)
        if (!add_exceptions(c, g_ptr_array_index(c->holidays, i), hours, low, high, closures, openings, err))
            return FALSE;
    spans_settle(closures);
    GArray *open = spans_subtract(hours, closures);
    if (openings->len > 0) {
        spans_append(open, openings);
        spans_settle(open);
    }
    spans_cut(open, from, to);
    spans_cut(closures, from, to);
    *ret_open = open;
    *ret_closures = g_steal_pointer(&closures);
    return TRUE;
}

static gboolean compile(Calendar *c, Instant from, Instant to, GError **err)
{
    g_autoptr(GArray) open = NULL;
    g_autoptr(GArray) closures = NULL;
    if (!spans_of(c, from, to, &open, &closures, err))
        return FALSE;
    drop_compiled(c);
    c->work = worktime_of(open, from, to, c->zone);
    return TRUE;
}

static Instant year_begin(int year) { return zone_day_number(year, 1, 1) * 86400; }

static gboolean in_known_years(const Calendar *c, Instant a, Instant b, GError **err)
{
    return (a >= year_begin(FIRST_YEAR + 2) && b <= year_begin(LAST_YEAR))
           || error_set(err, ERROR_LIMIT, "calendar '%s': only years from %d to %d are known", c->name, FIRST_YEAR + 2, LAST_YEAR - 1);
}

/* The begin of the quarter of t, or of one after it. */
static Instant quarter_begin(Instant t, int after)
{
    Civil c = zone_day_civil(t / 86400);
    int quarter = (c.month - 1) / 3 + after;
    return zone_day_number(c.year + quarter / 4, quarter % 4 * 3 + 1, 1) * 86400;
}

/* Makes [a, b] known, in whole quarters, with a month to spare on both sides. */
static gboolean ensure(Calendar *c, Instant a, Instant b, GError **err)
{
    if (!in_known_years(c, a, b, err))
        return FALSE;
    Instant from = quarter_begin(a - MARGIN, 0), to = quarter_begin(b + MARGIN, 1);
    if (c->work != NULL && worktime_from(c->work) <= from && worktime_to(c->work) >= to)
        return TRUE;
    if (c->work != NULL) {
        Instant low = MIN(from, worktime_from(c->work)), high = MAX(to, worktime_to(c->work));
        if (high - low <= (gint64)(LIMIT_CALENDAR_YEARS + 10) * 366 * 86400 && compile(c, low, high, NULL))
            return TRUE;
    }
    return compile(c, from, to, err);
}

/* ---- questions ---- */

typedef gboolean (*Ask)(const Worktime *w, Instant t, Duration d, Instant *ret, GError **err);

static gboolean ask_next(const Worktime *w, Instant t, Duration d, Instant *ret, GError **err)
{
    (void)d;
    return worktime_next(w, t, ret, err);
}

/* Asks, and on LIMIT compiles twice as far and asks again. */
static gboolean ask_ahead(Calendar *c, Ask ask, Instant t, Duration d, Instant *ret, GError **err)
{
    const Instant furthest = t + (gint64)LIMIT_CALENDAR_YEARS * 366 * 86400;
    for (gint64 years = 1;; years *= 2) {
        Instant to = MIN(t + years * 366 * 86400, furthest);
        if (!ensure(c, t, to, err))
            return FALSE;
        g_autoptr(GError) why = NULL;
        if (ask(c->work, t, d, ret, &why))
            return TRUE;
        if (!g_error_matches(why, ESCALATE_ERROR, ERROR_LIMIT)) {
            g_propagate_error(err, g_steal_pointer(&why));
            return FALSE;
        }
        if (to == furthest)
            return error_set(err, ERROR_LIMIT, "calendar '%s': no open time in sight within %d years", c->name,
                             LIMIT_CALENDAR_YEARS);
    }
}

gboolean calendar_add(Calendar *c, Instant start, Duration d, Instant *ret, GError **err)
{
    if (c->work != NULL && d.unit == DURATION_OPEN_SECONDS && worktime_add(c->work, start, d, ret, NULL))
        return TRUE;
    return ask_ahead(c, worktime_add, start, d, ret, err);
}

gboolean calendar_between(Calendar *c, Instant a, Instant b, Seconds *ret, GError **err)
{
    if (c->work != NULL && worktime_between(c->work, a, b, ret, NULL))
        return TRUE;
    return ensure(c, MIN(a, b), MAX(a, b), err) && worktime_between(c->work, a, b, ret, err);
}

gboolean calendar_next(Calendar *c, Instant t, Instant *ret, GError **err)
{
    return ask_ahead(c, ask_next, t, (Duration){0}, ret, err);
}

gboolean calendar_is_open(Calendar *c, Instant t, gboolean *ret, GError **err)
{
    return ensure(c, t, t, err) && worktime_is_open(c->work, t, ret, err);
}

/* ---- pieces ---- */

static void add_piece(GArray *pieces, Instant start, Instant end, gboolean open, const Span *origin)
{
    if (start >= end)
        return;
    CalendarPiece p = {.start = start, .end = end, .open = open};
    if (origin != NULL) {
        p.file = origin->file;
        p.uid = origin->uid;
        p.summary = origin->summary;
    }
    g_array_append_val(pieces, p);
}

/* [start, end) is not open: the parts of it that closures cover, and the rest. `*k` moves on through the closures. */
static void add_closed(GArray *pieces, const GArray *closures, guint *k, Instant start, Instant end)
{
    while (*k < closures->len && g_array_index(closures, Span, *k).end <= start)
        (*k)++;
    for (guint i = *k; i < closures->len && g_array_index(closures, Span, i).start < end; i++) {
        const Span *s = &g_array_index(closures, Span, i);
        add_piece(pieces, start, MAX(start, s->start), FALSE, NULL);
        add_piece(pieces, MAX(start, s->start), MIN(end, s->end), FALSE, s);
        start = MIN(end, MAX(start, s->end));
    }
    add_piece(pieces, start, end, FALSE, NULL);
}

gboolean calendar_pieces(Calendar *c, Instant from, Instant to, GArray **ret, GError **err)
{
    g_autoptr(GArray) open = NULL; /* made anew each time: who asks for it wants to read it, and to keep it would weigh */
    g_autoptr(GArray) closures = NULL;
    if (!in_known_years(c, from, MAX(from, to), err) || !spans_of(c, from, MAX(from, to), &open, &closures, err))
        return FALSE;
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(CalendarPiece));
    Instant at = from;
    guint k = 0;
    for (guint i = 0; i < open->len; i++) {
        const Span *s = &g_array_index(open, Span, i);
        add_closed(pieces, closures, &k, at, s->start);
        add_piece(pieces, s->start, s->end, TRUE, s);
        at = s->end;
    }
    add_closed(pieces, closures, &k, at, to);
    *ret = pieces;
    return TRUE;
}

static gboolean add_instances(const Calendar *c, const IcalFile *f, Instant from, Instant to, GArray *pieces, GError **err)
{
    g_autoptr(GArray) found = NULL;
    if (!occur_expand(f->events, c->zone, from, to, &found, err))
        return FALSE;
    for (guint i = 0; i < found->len; i++) {
        const Occurrence *o = &g_array_index(found, Occurrence, i);
        CalendarPiece p = {o->start, o->end, TRUE, o->event->file, o->event->uid, o->event->summary};
        g_array_append_val(pieces, p);
    }
    return TRUE;
}

static int by_start(gconstpointer a, gconstpointer b)
{
    const CalendarPiece *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

gboolean calendar_instances(Calendar *c, Instant from, Instant to, GArray **ret, GError **err)
{
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(CalendarPiece));
    for (guint i = 0; i < c->hours->len + c->holidays->len; i++) {
        const IcalFile *f =
            i < c->hours->len ? g_ptr_array_index(c->hours, i) : g_ptr_array_index(c->holidays, i - c->hours->len);
        if (!add_instances(c, f, from, to, pieces, err))
            return FALSE;
    }
    g_array_sort(pieces, by_start);
    *ret = g_steal_pointer(&pieces);
    return TRUE;
}
