/* cmd_list: `escalate list`, `next`: tickets at a glance, and what is due. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#include "store/tickets.h"

#include "flows/finding.h"
#include "flows/maintenance.h"
#include "flows/upcoming.h"
#include "flows/view.h"

#include "programs/cmd.h"

#include "base/banned.h"

/* ---- list ---- */

static void print_row(const Ticket *t, const json_t *view)
{
    json_t *first = json_array_get(json_object_get(view, "due"), 0);
    const char *target = json_string_value(json_object_get(first, "target")), *at = json_string_value(json_object_get(first, "at"));
    gboolean late = json_is_true(json_object_get(first, "late"));
    g_autofree char *due = target == NULL ? g_strdup("-") : g_strdup_printf("%s %s%s", target, at, late ? " LATE" : "");
    g_autofree char *whole = g_strdup_printf("%6" G_GINT64_FORMAT "  S%d %-9s %-12s %-10s %-24s %s\n", t->id, t->severity + 1,
                                             tickets_state_name(t->state), t->queue, t->owner != NULL ? t->owner : "-", due, t->subject);
    cmd_print_safe(whole);
}

/* Above the tickets: why nobody is asked. */
static gboolean print_maintenance(Desk *d, GError **err)
{
    g_autoptr(GPtrArray) rows = NULL;
    if (!maintenance_list(d, &rows, err))
        return FALSE;
    for (guint i = 0; i < rows->len; i++) {
        const MaintenanceRow *m = g_ptr_array_index(rows, i);
        g_autofree char *until = cmd_time(desk_contact_zone(d, NULL, desk_queue(d, m->queue)), m->until_at, d->now);
        g_autofree char *line = g_strdup_printf("%s: in maintenance until %s", m->queue, until);
        cmd_print_line(line);
    }
    return TRUE;
}

int cmd_list(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GArray) ids = NULL;
    int status = 0, used = 1;
    gint64 max = -1;
    gboolean all = FALSE;
    for (; used < argc; used++)
        if (strcmp(argv[used], "--all") == 0)
            all = TRUE;
        else if (strcmp(argv[used], "-n") == 0 && used + 1 < argc && (max = g_ascii_strtoll(argv[used + 1], NULL, 10)) > 0)
            used++;
        else
            break;
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (!finding_tickets(d, argv + used, argc - used, all, max, cmd_ticket_zone(d, 0), &ids, &err))
        return cmd_fail(err);
    if (!cmd_json(ctx) && !print_maintenance(d, &err))
        return cmd_fail(err);
    for (guint i = 0; err == NULL && i < ids->len; i++) {
        g_autoptr(Ticket) t = NULL;
        if (!tickets_load(d->db, g_array_index(ids, gint64, i), &t, &err))
            break;
        json_t *view = view_ticket(d, t, desk_contact_zone(d, NULL, desk_queue(d, t->queue)), &err);
        if (view == NULL)
            break;
        if (cmd_json(ctx))
            cmd_print_json(json_incref(view));
        else
            print_row(t, view);
        json_decref(view);
    }
    return cmd_fail(err);
}

/* ---- next ---- */

static int print_next(Desk *d, gint64 max, gboolean json)
{
    g_autoptr(GError) err = NULL;
    json_t *list, *one;
    size_t i;
    if (!upcoming_list(d, 0, max, NULL, &list, &err))
        return cmd_fail(err);
    json_array_foreach(list, i, one)
    {
        const char *tag = json_string_value(json_object_get(one, "tag")), *subject = json_string_value(json_object_get(one, "subject"));
        g_autofree char *line = g_strdup_printf("%-22s %s%s%s%s", json_string_value(json_object_get(one, "at_local")), tag != NULL ? tag : "",
                                                tag != NULL ? " " : "", json_string_value(json_object_get(one, "text")), subject != NULL ? " · " : "");
        g_autofree char *whole = g_strconcat(line, subject, NULL);
        if (json)
            cmd_print_json(json_incref(one));
        else
            cmd_print_line(whole);
    }
    json_decref(list);
    return 0;
}

int cmd_next(int argc, char **argv, CommandContext *ctx)
{
    gint64 max = 20;
    int status = 0;
    if (argc >= 3 && strcmp(argv[1], "-n") != 0)
        return cmd_verb(argc, argv, ctx);
    if (argc == 3 && ((max = g_ascii_strtoll(argv[2], NULL, 10)) <= 0))
        return cmd_usage(argv[0]);
    if (argc == 2)
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    return d == NULL ? status : print_next(d, max, cmd_json(ctx));
}
