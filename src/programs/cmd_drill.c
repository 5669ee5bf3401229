/* cmd_drill: `escalate drill`: begins an exercise, lists them, stops one, and shows what it showed. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "flows/drill.h"

#include "programs/cmd.h"

#include "base/banned.h"

static void print_line(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void print_line(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *line = g_strdup_vprintf(format, ap);
    va_end(ap);
    cmd_print_line(line);
}

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "-";
}

static void print_report(const json_t *o)
{
    json_t *one;
    size_t i;
    gboolean is_over = json_is_true(json_object_get(o, "over"));
    print_line("Exercise %" JSON_INTEGER_FORMAT ", policy %s, %s, %s: %s", json_integer_value(json_object_get(o, "drill")), text(o, "policy"), text(o, "queue"),
               text(o, "severity"), is_over ? text(o, "result") : "not over yet");
    print_line("begun %s, ended %s (%s)", text(o, "begun_at"), text(o, "ended_at"), text(o, "zone"));
    json_array_foreach(json_object_get(o, "asked"), i, one)
        print_line("  asked %s, delivered %s  level %d try %d  %s  %s", text(one, "asked_at"), text(one, "delivered_at"),
                   (int)json_integer_value(json_object_get(one, "level")), (int)json_integer_value(json_object_get(one, "try")), text(one, "name"), text(one, "said"));
    json_array_foreach(json_object_get(o, "silent"), i, one)
        print_line("  no answer from %s", json_string_value(one));
}

static int report(CommandContext *ctx, const char *number)
{
    g_autoptr(GError) err = NULL;
    gint64 id;
    int status = 0;
    json_t *o;
    if (!cmd_ticket_id(number, &id, &err))
        return cmd_fail(err);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (!drillreport_of(d, id, &o, &err))
        return cmd_fail(err);
    if (cmd_json(ctx)) {
        cmd_print_json(o);
        return 0;
    }
    print_report(o);
    json_decref(o);
    return 0;
}

static int list(CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GArray) ids = NULL;
    int status = 0;
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (!drillreport_all(d, &ids, &err))
        return cmd_fail(err);
    for (guint i = 0; i < ids->len; i++) {
        json_t *o;
        if (!drillreport_of(d, g_array_index(ids, gint64, i), &o, &err))
            return cmd_fail(err);
        if (cmd_json(ctx)) {
            cmd_print_json(o);
            continue;
        }
        print_line("%6" JSON_INTEGER_FORMAT "  %-12s %-12s %s  %s", json_integer_value(json_object_get(o, "drill")), text(o, "begun_at"), text(o, "policy"),
                   text(o, "queue"), json_is_true(json_object_get(o, "over")) ? text(o, "result") : "not over yet");
        json_decref(o);
    }
    return 0;
}

static int stop(CommandContext *ctx, const char *number)
{
    g_autoptr(GError) err = NULL;
    gint64 id;
    int status = 0;
    if (!cmd_ticket_id(number, &id, &err))
        return cmd_fail(err);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (!db_begin(d->db, &err) || !db_end(d->db, drill_stop(d, id, &err), &err))
        return cmd_fail(err);
    return report(ctx, number);
}

static int begin(CommandContext *ctx, DrillWish *wish, const char *queue)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(Ticket) t = NULL;
    int status = 0;
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (queue != NULL && (wish->queue = desk_queue(d, queue)) == NULL) {
        error_set(&err, ERROR_NOTFOUND, "queue '%s': the configuration has none of that name", queue);
        return cmd_fail(err);
    }
    if (!db_begin(d->db, &err) || !db_end(d->db, drill_begin(d, wish, &t, &err), &err))
        return cmd_fail(err);
    const ConfigQueue *home = desk_queue(d, t->queue);
    if (home != NULL && home->mode == MODE_SHADOW && d->config->delivery.redirect_all == NULL)
        fprintf(stderr, "escalate: queue '%s' is in shadow mode: nobody is mailed\n", home->name);
    if (cmd_json(ctx))
        cmd_print_json(json_pack("{s:I, s:s}", "drill", (json_int_t)t->id, "queue", t->queue));
    else
        print_line("Exercise %" G_GINT64_FORMAT " in %s has begun: policy %s. It ends by itself; \"escalate drill end %" G_GINT64_FORMAT "\" stops it.", t->id, t->queue,
                   wish->policy, t->id);
    return 0;
}

int cmd_drill(int argc, char **argv, CommandContext *ctx)
{
    static const struct option options[] = {{"policy", required_argument, NULL, 'p'}, {"queue", required_argument, NULL, 'q'},
                                            {"severity", required_argument, NULL, 's'}, {"subject", required_argument, NULL, 't'}, {NULL, 0, NULL, 0}};
    DrillWish wish = {.severity = -1};
    const char *queue = NULL;
    int option;
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list(ctx);
    if (argc == 3 && strcmp(argv[1], "report") == 0)
        return report(ctx, argv[2]);
    if (argc == 3 && strcmp(argv[1], "end") == 0)
        return stop(ctx, argv[2]);
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        if (option == 'p')
            wish.policy = optarg;
        else if (option == 'q')
            queue = optarg;
        else if (option == 't')
            wish.subject = optarg;
        else if (option == 's' && strlen(optarg) == 2 && (*optarg == 'S' || *optarg == 's') && optarg[1] >= '1' && optarg[1] <= '4')
            wish.severity = optarg[1] - '1';
        else
            return cmd_usage(argv[0]);
    }
    return optind != argc || wish.policy == NULL ? cmd_usage(argv[0]) : begin(ctx, &wish, queue);
}
