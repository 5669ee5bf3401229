/* cmd_explain: `escalate explain ID`: why each deadline is when it is, for people, or with --json for programs. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"

#include "flows/explain.h"

#include "programs/cmd.h"

#include "base/banned.h"

static const char *get(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

/* "Fri 27 Nov 16:50 CET" of a field in RFC 3339. */
static char *human(const json_t *o, const char *key, const Zone *zone)
{
    Instant t;
    return instant_parse(get(o, key), &t, NULL) ? zone_format_human(zone, t) : g_strdup("-");
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Open time in hours: a day of it would be ambiguous. */
static char *hours(gint64 seconds)
{
    return seconds % 60 != 0 ? g_strdup_printf("%" G_GINT64_FORMAT " s", seconds)
                             : g_strdup_printf("%" G_GINT64_FORMAT " h %02" G_GINT64_FORMAT " min", seconds / 3600, seconds / 60 % 60);
}

/* `calendar` is the clock's: where another counted, it is named. */
static void print_piece(const json_t *p, const char *calendar, const Zone *zone)
{
    gboolean open = json_is_true(json_object_get(p, "open"));
    g_autofree char *start = human(p, "start", zone), *end = human(p, "end", zone);
    g_autofree char *length = hours(json_integer_value(json_object_get(p, "seconds")));
    printf("    %-22s to %-22s %s %-14s", start, end, open ? "open  " : "closed", open ? length : "");
    g_autofree char *event = utf8_shown(get(p, "summary")), *uid = utf8_shown(get(p, "uid")); /* whoever wrote the calendar */
    if (*get(p, "file") != '\0')
        printf(" %s: %s (%s)", base_name(get(p, "file")), event, uid);
    else if (!open)
        printf(" outside the hours");
    if (strcmp(get(p, "calendar"), calendar) != 0)
        printf(", on calendar %s", get(p, "calendar"));
    putchar('\n');
}

static void print_clock(const json_t *c, const Zone *zone)
{
    size_t i;
    json_t *one;
    g_autofree char *due = human(c, "due", zone), *sum = hours(json_integer_value(json_object_get(c, "open_seconds")));
    printf("%s in %s: %s on calendar %s (%s), %s\n", get(c, "target"), get(c, "queue"), get(c, "duration"), get(c, "calendar"), get(c, "calendar_zone"),
           get(c, "state"));
    json_array_foreach(json_object_get(c, "events"), i, one)
    {
        g_autofree char *at = human(one, "at", zone);
        gint64 message = json_integer_value(json_object_get(one, "message"));
        printf("  %-8s %s", get(one, "event"), at);
        if (message != 0)
            printf(", by message %" G_GINT64_FORMAT, message);
        putchar('\n');
    }
    json_array_foreach(json_object_get(c, "pieces"), i, one) print_piece(one, get(c, "calendar"), zone);
    printf("    = %s open", sum);
    if (*get(c, "due") != '\0')
        printf("; due %s", due);
    printf("\n\n");
}

static void print_next(const json_t *n)
{
    g_autofree char *line = g_strdup_printf("  %-22s %s\n", get(n, "at_local"), get(n, "text"));
    cmd_print_safe(line);
}

/* "reached by mail: said no, Mon 23 Nov 14:45 CET", "withdrawn": what was not handed over says why, or waits. */
static void print_asked(const json_t *a, const Zone *zone)
{
    const char *by = get(a, "by"), *outcome = get(a, "outcome");
    g_autofree char *at = human(a, "at", zone);
    g_autofree char *reached = *by != '\0' ? g_strdup_printf("reached by %s%s", by, *outcome != '\0' ? ": " : "") : NULL;
    g_autofree char *since = *get(a, "outcome_at") != '\0' ? human(a, "outcome_at", zone) : NULL;
    g_autofree char *line = g_strdup_printf("  %s  %s (level %" JSON_INTEGER_FORMAT "): %s%s%s%s\n", at, get(a, "contact"),
                                            json_integer_value(json_object_get(a, "level")), reached != NULL ? reached : "",
                                            reached == NULL && *outcome == '\0' ? "not handed over yet" : outcome, since != NULL ? ", " : "", since != NULL ? since : "");
    cmd_print_safe(line);
}

/* The sum, rule by rule. */
static void print_score(const json_t *s, const Zone *zone)
{
    size_t i;
    json_t *row;
    g_autofree char *at = human(s, "at", zone);
    printf("  message %" JSON_INTEGER_FORMAT ", %s: score %" JSON_INTEGER_FORMAT "\n", json_integer_value(json_object_get(s, "message")), at,
           json_integer_value(json_object_get(s, "score")));
    json_array_foreach(json_object_get(s, "rows"), i, row)
        printf("    %-24s %-12s %4" JSON_INTEGER_FORMAT "\n", get(row, "rule"), get(row, "axis"), json_integer_value(json_object_get(row, "points")));
}

static void print_names(const char *title, const json_t *names)
{
    size_t i;
    json_t *one;
    if (json_array_size(names) == 0)
        return;
    printf("%s", title);
    json_array_foreach(names, i, one) printf("%s%s", i > 0 ? ", " : " ", json_string_value(one));
    putchar('\n');
}

/* "    stands still since Mon 23 Nov 14:45 CET: no mail leaves" */
static void print_standstill(const json_t *r, const Zone *zone)
{
    if (*get(r, "suspended") == '\0')
        return;
    g_autofree char *since = human(r, "suspended", zone), *title = g_strdup_printf("    stands still since %s:", since);
    print_names(title, json_object_get(r, "suspended_for"));
}

/* "escalation 3 by policy standard: climbing, level 2, since …; because: respond in support" */
static void print_run(const json_t *r, const Zone *zone)
{
    size_t i;
    json_t *one;
    g_autofree char *at = human(r, "started", zone);
    printf("  run %" JSON_INTEGER_FORMAT " by policy %s: %s, level %" JSON_INTEGER_FORMAT ", since %s\n", json_integer_value(json_object_get(r, "id")),
           get(r, "policy"), get(r, "state"), json_integer_value(json_object_get(r, "level")), at);
    print_standstill(r, zone);
    json_array_foreach(json_object_get(r, "causes"), i, one)
        printf("    because: %s%s\n", get(one, "cause"), json_is_true(json_object_get(one, "over")) ? ", which is over" : "");
    printf("    version %.16s%s, configuration %.12s\n", *get(r, "policy_version") != '\0' ? get(r, "policy_version") : "-",
           json_is_true(json_object_get(r, "is_present")) ? "" : ", not the present one", get(r, "config_version"));
}

static void print_all(const json_t *o, const Zone *zone)
{
    size_t i;
    json_t *one;
    const json_t *t = json_object_get(o, "ticket");
    g_autofree char *head = g_strdup_printf("%s %s: %s, %s\n\n", get(t, "tag"), get(t, "subject"), get(t, "severity"), get(t, "state"));
    cmd_print_safe(head);
    if (*get(t, "maintenance_exact") != '\0') {
        g_autofree char *until = human(t, "maintenance_exact", zone);
        printf("%s is in maintenance until %s: clocks run, escalations wait for its end\n\n", get(t, "queue"), until);
    }
    json_array_foreach(json_object_get(o, "clocks"), i, one) print_clock(one, zone);
    print_names("no deadline, as no open time was in sight:", json_object_get(o, "impossible"));
    if (json_array_size(json_object_get(o, "scores")) > 0)
        puts("score");
    json_array_foreach(json_object_get(o, "scores"), i, one) print_score(one, zone);
    print_names("policies", json_object_get(o, "policies"));
    print_names("risks", json_object_get(o, "risks"));
    if (json_array_size(json_object_get(o, "runs")) > 0)
        puts("escalations");
    json_array_foreach(json_object_get(o, "runs"), i, one) print_run(one, zone);
    if (json_array_size(json_object_get(o, "asked")) > 0)
        puts("asked");
    json_array_foreach(json_object_get(o, "asked"), i, one) print_asked(one, zone);
    if (json_array_size(json_object_get(o, "next")) > 0)
        puts("next");
    json_array_foreach(json_object_get(o, "next"), i, one) print_next(one);
}

int cmd_explain(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(Ticket) t = NULL;
    int status = 0;
    gboolean has_zone = argc == 4 && strcmp(argv[2], "--tz") == 0;
    if (argc != 2 && !has_zone)
        return cmd_usage(argv[0]);
    Desk *d = cmd_ticket(ctx, argv[1], &t, &status);
    if (d == NULL)
        return status;
    const Zone *zone = has_zone ? zone_get(argv[3], &err) : desk_contact_zone(d, NULL, desk_queue(d, t->queue));
    if (zone == NULL)
        return cmd_fail(err);
    json_t *o = explain_ticket(d, t, zone, &err);
    if (o == NULL)
        return cmd_fail(err);
    if (cmd_json(ctx)) {
        cmd_print_json(o);
        return 0;
    }
    print_all(o, zone);
    json_decref(o);
    return 0;
}
