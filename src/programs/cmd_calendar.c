/* cmd_calendar: `escalate calendar`: what is open, each occurrence, a month, a feed; what another file would do, and whether it can be put in
 * its place. It must never change anything. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

#include "rules/phrase.h"
#include "flows/feed.h"
#include "flows/recalc.h"
#include "programs/cmd.h"
#include "programs/cmd_month.h"
#include "time/calendar.h"

#include "base/banned.h"

#define WARNINGS_SHOWN 20

typedef struct {
    const char *what; /* FILE or NAME */
    const char *from, *to, *zone, *month, *impact, *instead_of, *check;
    gboolean instances, ics;
} Options;

#define USAGE \
    "usage: escalate calendar FILE|NAME --from T --to T [--tz ZONE] [--instances] | FILE|NAME --month YYYY-MM | NAME --ics | " \
    "NAME --impact NEWFILE [--instead-of FILE] | --check NEWFILE [--instead-of FILE]"

static gboolean read_options(int argc, char **argv, Options *o, GError **err)
{
    const struct {
        const char *name;
        const char **into;
    } with_value[] = {{"--from", &o->from},     {"--to", &o->to},   {"--tz", &o->zone}, {"--month", &o->month}, {"--impact", &o->impact},
                      {"--instead-of", &o->instead_of}, {"--check", &o->check}};
    for (int i = 1; i < argc; i++) {
        gsize k = 0;
        while (k < G_N_ELEMENTS(with_value) && strcmp(argv[i], with_value[k].name) != 0)
            k++;
        if (k < G_N_ELEMENTS(with_value)) {
            if (++i == argc)
                return error_set(err, ERROR_USAGE, "calendar: '%s' needs a value", argv[i - 1]);
            *with_value[k].into = argv[i];
        } else if (strcmp(argv[i], "--instances") == 0) {
            o->instances = TRUE;
        } else if (strcmp(argv[i], "--ics") == 0) {
            o->ics = TRUE;
        } else if (argv[i][0] != '-' && o->what == NULL) {
            o->what = argv[i];
        } else {
            return error_set(err, ERROR_USAGE, "calendar: unexpected '%s'", argv[i]);
        }
    }
    gboolean is_alone = o->month != NULL || o->ics || o->impact != NULL;
    if (o->check != NULL ? o->what != NULL : o->what == NULL || (!is_alone && (o->from == NULL || o->to == NULL)))
        return error_set(err, ERROR_USAGE, USAGE);
    return TRUE;
}

static gboolean is_file(const char *what)
{
    return strchr(what, '/') != NULL || g_str_has_suffix(what, ".ics") || g_file_test(what, G_FILE_TEST_EXISTS);
}

static void show_warnings(const GPtrArray *warnings)
{
    for (guint i = 0; i < warnings->len && i < WARNINGS_SHOWN; i++) {
        g_autofree char *line = phrase_plain(g_ptr_array_index(warnings, i)), *shown = utf8_shown(line);
        fprintf(stderr, "escalate: warning: %s\n", shown);
    }
    if (warnings->len > WARNINGS_SHOWN)
        fprintf(stderr, "escalate: warning: and %u more\n", warnings->len - WARNINGS_SHOWN);
}

static void print_line(const Zone *zone, Instant start, Instant end, const char *uid)
{
    g_autofree char *a = zone_format_rfc3339(zone, start);
    g_autofree char *b = zone_format_rfc3339(zone, end);
    g_autofree char *shown = utf8_shown(uid != NULL ? uid : "");
    printf("%s\t%s\t%s\n", a, b, shown);
}

/* Openings that touch are one line; it bears the UID of the event that opens it. */
static void print_open(const Zone *zone, const GArray *pieces)
{
    for (guint i = 0; i < pieces->len; i++) {
        const CalendarPiece *first = &g_array_index(pieces, CalendarPiece, i);
        if (!first->open)
            continue;
        while (i + 1 < pieces->len && g_array_index(pieces, CalendarPiece, i + 1).open)
            i++;
        print_line(zone, first->start, g_array_index(pieces, CalendarPiece, i).end, first->uid);
    }
}

static gboolean print_calendar(Calendar *c, const Options *o, GError **err)
{
    Instant from, to;
    if (o->month != NULL)
        return cmd_month_print(c, o->month, err);
    if (!instant_parse(o->from, &from, err) || !instant_parse(o->to, &to, err)) {
        if (err != NULL && *err != NULL)
            (*err)->code = ERROR_USAGE;
        return FALSE;
    }
    if (to < from)
        return error_set(err, ERROR_USAGE, "calendar: --to lies before --from");
    g_autoptr(GArray) pieces = NULL;
    if (o->instances ? !calendar_instances(c, from, to, &pieces, err) : !calendar_pieces(c, from, to, &pieces, err))
        return FALSE;
    const Zone *zone = calendar_zone(c);
    if (!o->instances)
        print_open(zone, pieces);
    for (guint i = 0; i < pieces->len && o->instances; i++) {
        const CalendarPiece *p = &g_array_index(pieces, CalendarPiece, i);
        print_line(zone, p->start, p->end, p->uid);
    }
    return TRUE;
}

static gboolean run_file(const Options *o, GError **err)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    char *const files[] = {(char *)o->what, NULL};
    const CalendarSource source = {.name = o->what, .hours = files, .zone_id = o->zone};
    Calendar *c = calendar_new(&source, warnings, err);
    show_warnings(warnings);
    if (c == NULL && o->zone == NULL && err != NULL && *err != NULL && strstr((*err)->message, "without a zone") != NULL)
        g_prefix_error(err, "give --tz ZONE: ");
    gboolean good = c != NULL && print_calendar(c, o, err);
    calendar_free(c);
    return good;
}

static gboolean run_name(const Options *o, CommandContext *ctx, GError **err)
{
    Calendar *c = calendar_always();
    if (o->zone != NULL)
        return error_set(err, ERROR_USAGE, "calendar: --tz goes with a file, a calendar's zone is configured");
    if (strcmp(o->what, "always") != 0 && !cmd_calendar_by_name(ctx, o->what, &c, err))
        return FALSE;
    return print_calendar(c, o, err);
}

/* ---- another file in the place of one ---- */

static char *base_of(const char *path) { return g_path_get_basename(path); }

/* `paths` with `fresh` in the place of the one whose base name is `old`; NULL: none has it. Free with g_strfreev. */
static char **replaced(char *const *paths, const char *old, const char *fresh)
{
    char **copy = g_strdupv((char **)paths);
    for (guint i = 0; copy != NULL && copy[i] != NULL; i++) {
        g_autofree char *base = base_of(copy[i]);
        if (strcmp(base, old) != 0)
            continue;
        g_free(copy[i]);
        copy[i] = g_strdup(fresh);
        return copy;
    }
    g_strfreev(copy);
    return NULL;
}

/* The calendar as it would be. */
static Calendar *changed_calendar(const ConfigCalendar *c, const char *fresh, const char *old, GError **err)
{
    g_auto(GStrv) hours = replaced(c->hours, old, fresh), holidays = hours == NULL ? replaced(c->holidays, old, fresh) : NULL;
    if (hours == NULL && holidays == NULL) {
        error_set(err, ERROR_USAGE, "calendar '%s' has no file '%s': say in place of which with --instead-of", c->name, old);
        return NULL;
    }
    const CalendarSource source = {.name = c->name, .hours = hours != NULL ? hours : c->hours, .holidays = holidays != NULL ? holidays : c->holidays,
                                   .zone_id = c->timezone, .closes = c->closes, .opens = c->opens, .ignores = c->ignores};
    return calendar_new(&source, NULL, err);
}

static gboolean run_impact(const Options *o, CommandContext *ctx, int *ret_status, GError **err)
{
    g_autoptr(GArray) moves = NULL;
    guint past = 0;
    Desk *d = cmd_store(ctx, ret_status);
    if (d == NULL)
        return TRUE;
    d->now = cmd_now(ctx);
    const ConfigCalendar *config = g_hash_table_lookup(d->config->calendars, o->what);
    g_autofree char *base = base_of(o->instead_of != NULL ? o->instead_of : o->impact);
    if (config == NULL)
        return error_set(err, ERROR_NOTFOUND, "calendar '%s': the configuration has none of that name", o->what);
    Calendar *other = changed_calendar(config, o->impact, base, err);
    gboolean good = other != NULL && recalc_impact(d, o->what, other, &moves, err);
    calendar_free(other);
    for (guint i = 0; good && i < moves->len; i++) {
        const RecalcMove *m = &g_array_index(moves, RecalcMove, i);
        g_autofree char *line = recalc_describe(d, m);
        cmd_print_safe(line);
        putchar('\n');
        past += m->after != INSTANT_NONE && m->after <= d->now;
    }
    if (good)
        printf("%u deadlines would move, %u into the past\n", moves->len, past);
    return good;
}

static gboolean run_feed(const Options *o, CommandContext *ctx, int *ret_status, GError **err)
{
    g_autoptr(GString) out = g_string_new(NULL);
    Desk *d = cmd_store(ctx, ret_status);
    if (d == NULL)
        return TRUE;
    d->now = cmd_now(ctx);
    if (strcmp(o->what, "always") != 0 && !g_hash_table_contains(d->calendars, o->what))
        return error_set(err, ERROR_NOTFOUND, "calendar '%s': the configuration has none of that name", o->what);
    return feed_calendar(d, o->what, out, err) && fputs(out->str, stdout) >= 0;
}

/* ---- before a file is put in its place ---- */

/* Whether any calendar, leave or rota has a file of that base name; each is made with `fresh` in its place. */
static gboolean check_in_place(const Desk *d, const char *fresh, const char *old, guint *ret_found, GPtrArray *warnings, GError **err)
{
    GHashTableIter it;
    gpointer value;
    *ret_found = 0;
    g_hash_table_iter_init(&it, d->config->calendars);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        g_autoptr(GError) local = NULL;
        Calendar *c = changed_calendar(value, fresh, old, &local);
        if (c == NULL && local->code != ERROR_USAGE) {
            g_propagate_error(err, g_steal_pointer(&local));
            return FALSE;
        }
        *ret_found += c != NULL;
        if (c != NULL)
            calendar_dry(c, d->now, (Duration){0}, warnings);
        calendar_free(c);
    }
    g_hash_table_iter_init(&it, d->config->rotas);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const ConfigRota *r = value;
        g_auto(GStrv) files = replaced(r->files, old, fresh);
        if (files == NULL)
            continue;
        Rota *rota = desk_rota(d, r->name, files, r->timezone, warnings, err);
        if (rota == NULL)
            return FALSE;
        rota_dry(rota, d->now, (Duration){0}, warnings);
        rota_free(rota);
        (*ret_found)++;
    }
    return TRUE;
}

static gboolean run_check(const Options *o, CommandContext *ctx, int *ret_status, GError **err)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *base = base_of(o->instead_of != NULL ? o->instead_of : o->check);
    char *const files[] = {(char *)o->check, NULL};
    const CalendarSource alone = {.name = o->check, .hours = files, .zone_id = "UTC"};
    guint found = 0;
    Desk *d = cmd_has_config(ctx) || g_file_test(cmd_config_path(ctx), G_FILE_TEST_EXISTS) ? cmd_desk(ctx, ret_status) : NULL;
    if (*ret_status != 0)
        return TRUE;
    Calendar *c = calendar_new(&alone, d == NULL ? warnings : NULL, err);
    gboolean good = c != NULL;
    calendar_free(c);
    if (d != NULL) {
        d->now = cmd_now(ctx);
        good = good && check_in_place(d, o->check, base, &found, warnings, err);
    }
    show_warnings(warnings);
    if (good && found > 0)
        printf("%s: good in the place of '%s' (%u)\n", o->check, base, found);
    else if (good)
        printf("%s: good by itself; no file of the configuration is called '%s'\n", o->check, base);
    return good;
}

int cmd_calendar(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    Options o = {0};
    int status = 0;
    gboolean good = read_options(argc, argv, &o, &err);
    if (good && o.check != NULL)
        good = run_check(&o, ctx, &status, &err);
    else if (good && o.impact != NULL)
        good = run_impact(&o, ctx, &status, &err);
    else if (good && o.ics)
        good = run_feed(&o, ctx, &status, &err);
    else if (good)
        good = is_file(o.what) ? run_file(&o, &err) : run_name(&o, ctx, &err);
    return good ? status : cmd_fail(err);
}
