/* cmd_oncall: `escalate oncall`: who is on duty, when, and when nobody is. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "flows/duty.h"
#include "flows/feed.h"

#include "programs/cmd.h"

#include "base/banned.h"

#define FORESEEN ((Seconds)56 * 86400) /* without --to */

typedef struct {
    const char *name, *at, *from, *to;
    gboolean gaps, ics;
} Options;

static gboolean read_options(int argc, char **argv, Options *o, GError **err)
{
    const struct {
        const char *name;
        const char **into;
    } with_value[] = {{"--at", &o->at}, {"--from", &o->from}, {"--to", &o->to}};
    for (int i = 1; i < argc; i++) {
        gsize k = 0;
        while (k < G_N_ELEMENTS(with_value) && strcmp(argv[i], with_value[k].name) != 0)
            k++;
        if (k < G_N_ELEMENTS(with_value) && i + 1 < argc)
            *with_value[k].into = argv[++i];
        else if (strcmp(argv[i], "--gaps") == 0)
            o->gaps = TRUE;
        else if (strcmp(argv[i], "--ics") == 0)
            o->ics = TRUE;
        else if (argv[i][0] != '-' && o->name == NULL)
            o->name = argv[i];
        else
            return error_set(err, ERROR_USAGE, "oncall: unexpected '%s'", argv[i]);
    }
    if (o->gaps ? o->name != NULL || o->at != NULL || o->ics : o->name == NULL)
        return error_set(err, ERROR_USAGE, o->gaps ? "oncall: --gaps looks at all rotas and levels, with --from and --to alone" : "oncall: which rota?");
    return TRUE;
}

static gboolean range_of(const Desk *d, const Options *o, Instant *from, Instant *to, GError **err)
{
    *from = d->now;
    if (o->from != NULL && !instant_parse(o->from, from, err))
        return FALSE;
    *to = *from + FORESEEN;
    return (o->to == NULL || instant_parse(o->to, to, err))
           && (*to >= *from || error_set(err, ERROR_USAGE, "oncall: --to lies before --from"));
}

static void print_period(const Zone *zone, const char *before, Instant start, Instant end, const char *behind)
{
    g_autofree char *a = zone_format_rfc3339(zone, start), *b = zone_format_rfc3339(zone, end);
    g_autofree char *line = g_strdup_printf("%s%s\t%s\t%s\n", before, a, b, behind);
    cmd_print_safe(line);
}

/* Who is on duty in each period; where nobody is, "-". */
static gboolean print_range(Desk *d, Rota *rota, Instant from, Instant to, GError **err)
{
    g_autoptr(GArray) periods = NULL;
    (void)d;
    if (!rota_periods(rota, from, to, &periods, err))
        return FALSE;
    for (guint i = 0; i < periods->len; i++) {
        const RotaPeriod *p = &g_array_index(periods, RotaPeriod, i);
        g_autoptr(GString) names = g_string_new(p->names->len == 0 ? "-" : NULL);
        for (guint k = 0; k < p->names->len; k++)
            g_string_append_printf(names, "%s%s", k > 0 ? " " : "", (const char *)g_ptr_array_index(p->names, k));
        print_period(rota_zone(rota), "", p->start, p->end, names->str);
    }
    return TRUE;
}

static gboolean print_now(Rota *rota, const char *name, Instant at, gboolean *ret_any, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    if (!rota_on_duty(rota, at, &names, err))
        return FALSE;
    for (guint i = 0; i < names->len; i++)
        puts(g_ptr_array_index(names, i));
    if (names->len == 0)
        fprintf(stderr, "escalate: rota '%s': nobody is on duty then\n", name);
    *ret_any = names->len > 0;
    return TRUE;
}

/* "gap<TAB>rota primary<TAB>START<TAB>END", and overlaps with who. */
static gboolean print_gaps(Desk *d, Instant from, Instant to, gboolean *ret_none, GError **err)
{
    g_autoptr(GArray) findings = NULL;
    guint gaps = 0;
    if (!duty_gaps(d, from, to, &findings, err))
        return FALSE;
    for (guint i = 0; i < findings->len; i++) {
        const DutyFinding *f = &g_array_index(findings, DutyFinding, i);
        const char *name = g_str_has_prefix(f->what, "rota ") ? f->what + 5 : NULL;
        const Rota *rota = name != NULL ? g_hash_table_lookup(d->rotas, name) : NULL;
        g_autofree char *before = g_strdup_printf("%s\t%s\t", f->is_gap ? "gap" : "overlap", f->what);
        print_period(rota != NULL ? rota_zone(rota) : desk_contact_zone(d, NULL, NULL), before, f->start, f->end, f->who);
        gaps += f->is_gap ? 1 : 0;
    }
    *ret_none = gaps == 0;
    return TRUE;
}

static gboolean run(Desk *d, const Options *o, gboolean *ret_good, GError **err)
{
    Instant at = d->now, from, to;
    if (!range_of(d, o, &from, &to, err))
        return FALSE;
    if (o->gaps)
        return print_gaps(d, from, to, ret_good, err);
    Rota *rota = g_hash_table_lookup(d->rotas, o->name);
    if (rota == NULL)
        return error_set(err, ERROR_NOTFOUND, "rota '%s': the configuration has none of that name", o->name);
    if (o->ics) {
        g_autoptr(GString) out = g_string_new(NULL);
        return feed_rota(d, o->name, from, to, out, err) && fputs(out->str, stdout) >= 0;
    }
    if (o->from != NULL || o->to != NULL)
        return print_range(d, rota, from, to, err);
    return (o->at == NULL || instant_parse(o->at, &at, err)) && print_now(rota, o->name, at, ret_good, err);
}

int cmd_oncall(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    Options o = {0};
    int status = 0;
    gboolean good = TRUE;
    if (argc == 1)
        return cmd_usage(argv[0]);
    if (!read_options(argc, argv, &o, &err))
        return cmd_fail(err);
    Desk *d = cmd_desk(ctx, &status);
    if (d == NULL)
        return status;
    d->now = cmd_now(ctx);
    if (!run(d, &o, &good, &err))
        return cmd_fail(err);
    return good ? 0 : 1;
}
