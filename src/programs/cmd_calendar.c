/* cmd_calendar: `escalate calendar FILE|NAME --from T --to T [--tz ZONE] [--instances]`. Prints what is open, or each occurrence.
 * It must never change anything. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "programs/cmd.h"
#include "time/calendar.h"

#include "base/banned.h"

#define WARNINGS_SHOWN 20

typedef struct {
    const char *what; /* FILE or NAME */
    const char *from, *to, *zone;
    gboolean instances;
} Options;

static gboolean read_options(int argc, char **argv, Options *o, GError **err)
{
    const struct {
        const char *name;
        const char **into;
    } with_value[] = {{"--from", &o->from}, {"--to", &o->to}, {"--tz", &o->zone}};
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
        } else if (argv[i][0] != '-' && o->what == NULL) {
            o->what = argv[i];
        } else {
            return error_set(err, ERROR_USAGE, "calendar: unexpected '%s'", argv[i]);
        }
    }
    if (o->what == NULL || o->from == NULL || o->to == NULL)
        return error_set(err, ERROR_USAGE, "usage: escalate calendar FILE|NAME --from T --to T [--tz ZONE] [--instances]");
    return TRUE;
}

static gboolean is_file(const char *what)
{
    return strchr(what, '/') != NULL || g_str_has_suffix(what, ".ics") || g_file_test(what, G_FILE_TEST_EXISTS);
}

static void show_warnings(const GPtrArray *warnings)
{
    for (guint i = 0; i < warnings->len && i < WARNINGS_SHOWN; i++)
        fprintf(stderr, "escalate: warning: %s\n", (const char *)g_ptr_array_index(warnings, i));
    if (warnings->len > WARNINGS_SHOWN)
        fprintf(stderr, "escalate: warning: and %u more\n", warnings->len - WARNINGS_SHOWN);
}

static void print_line(const Zone *zone, Instant start, Instant end, const char *uid)
{
    g_autofree char *a = zone_format_rfc3339(zone, start);
    g_autofree char *b = zone_format_rfc3339(zone, end);
    printf("%s\t%s\t%s\n", a, b, uid != NULL ? uid : "");
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

int cmd_calendar(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    Options o = {0};
    gboolean good = read_options(argc, argv, &o, &err) && (is_file(o.what) ? run_file(&o, &err) : run_name(&o, ctx, &err));
    return good ? 0 : cmd_fail(err);
}
