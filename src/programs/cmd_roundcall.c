/* cmd_roundcall: `escalate roundcall`: asks contacts to confirm how they are reached, and says how that stands. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "flows/roundcall.h"

#include "programs/cmd.h"

#include "base/banned.h"

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "-";
}

static void print_round(const json_t *round)
{
    json_t *one;
    size_t i;
    g_autofree char *head = g_strdup_printf("Round %" JSON_INTEGER_FORMAT ", begun %s, %s%s", json_integer_value(json_object_get(round, "round")), text(round, "begun"),
                                            json_is_null(json_object_get(round, "ended")) ? "open" : "ended ",
                                            json_is_null(json_object_get(round, "ended")) ? "" : text(round, "ended"));
    cmd_print_line(head);
    json_array_foreach(json_object_get(round, "asked"), i, one)
    {
        const char *note = json_string_value(json_object_get(one, "note")), *reason = json_string_value(json_object_get(one, "reason"));
        g_autofree char *line = g_strdup_printf("  %-10s %-12s %-12s %s%s%s", text(one, "state"), text(one, "contact"), text(one, "queue"), reason != NULL ? reason : "",
                                                reason != NULL && note != NULL ? ": " : "", note != NULL ? note : "");
        cmd_print_line(line);
    }
}

static int show(CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    int status = 0;
    json_t *rounds, *one;
    size_t i;
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (!roundcall_state(d, &rounds, &err))
        return cmd_fail(err);
    if (json_array_size(rounds) == 0 && !cmd_json(ctx))
        puts("No round has been held. \"escalate roundcall --all\" asks everybody.");
    json_array_foreach(rounds, i, one)
    {
        if (cmd_json(ctx))
            cmd_print_json(json_incref(one));
        else
            print_round(one);
    }
    json_decref(rounds);
    return 0;
}

static gboolean is_wanted(const ConfigContact *c, gboolean all, const char *role)
{
    return all || (role != NULL && c->roles != NULL && g_strv_contains((const char *const *)c->roles, role));
}

/* Whom the words mean, in the order of the configuration or as named. */
static gboolean choose(const Desk *d, gboolean all, const char *role, char **names, int n, GPtrArray *list, GError **err)
{
    for (guint i = 0; i < d->config->contact_order->len; i++)
        if (is_wanted(g_ptr_array_index(d->config->contact_order, i), all, role))
            g_ptr_array_add(list, g_ptr_array_index(d->config->contact_order, i));
    if (role != NULL && list->len == 0)
        return error_set(err, ERROR_NOTFOUND, "role '%s': no contact has it", role);
    for (int i = 0; i < n; i++) {
        const ConfigContact *c = desk_contact(d, names[i]);
        if (c == NULL)
            return error_set(err, ERROR_NOTFOUND, "contact '%s': the configuration has none of that name", names[i]);
        if (!g_ptr_array_find(list, c, NULL))
            g_ptr_array_add(list, (gpointer)c);
    }
    return TRUE;
}

static void warn_shadow(const Desk *d)
{
    for (guint i = 0; i < d->config->queue_order->len && d->config->delivery.redirect_all == NULL; i++) {
        const ConfigQueue *q = g_ptr_array_index(d->config->queue_order, i);
        if (q->mode == MODE_SHADOW)
            fprintf(stderr, "escalate: queue '%s' is in shadow mode: nobody of it is mailed\n", q->name);
    }
}

static int begin(CommandContext *ctx, gboolean all, const char *role, char **names, int n)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new(), left_out = g_ptr_array_new_with_free_func(g_free);
    int status = 0;
    gint64 round;
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (!choose(d, all, role, names, n, list, &err) || !db_begin(d->db, &err)
        || !db_end(d->db, roundcall_begin(d, list, left_out, &round, &err), &err))
        return cmd_fail(err);
    for (guint i = 0; i < left_out->len; i++)
        fprintf(stderr, "escalate: not asked: %s\n", (const char *)g_ptr_array_index(left_out, i));
    if (round == 0) {
        error_set(&err, ERROR_REFUSED, "nobody is left to be asked");
        return cmd_fail(err);
    }
    warn_shadow(d);
    return show(ctx);
}

int cmd_roundcall(int argc, char **argv, CommandContext *ctx)
{
    static const struct option options[] = {{"all", no_argument, NULL, 'a'}, {"role", required_argument, NULL, 'r'}, {NULL, 0, NULL, 0}};
    gboolean all = FALSE;
    const char *role = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        if (option == 'a')
            all = TRUE;
        else if (option == 'r')
            role = optarg;
        else
            return cmd_usage(argv[0]);
    }
    if (!all && role == NULL && optind == argc)
        return show(ctx);
    return begin(ctx, all, role, argv + optind, argc - optind);
}
