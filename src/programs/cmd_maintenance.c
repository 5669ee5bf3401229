/* cmd_maintenance: `escalate maintenance`: lists the queues whose ladders are silent, begins and ends that. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "rules/command.h"

#include "flows/maintenance.h"

#include "programs/cmd.h"

#include "base/banned.h"

static void print_one(Desk *d, const MaintenanceRow *m, gboolean json)
{
    const Zone *zone = desk_contact_zone(d, NULL, desk_queue(d, m->queue));
    g_autofree char *since = zone_format_rfc3339(zone, m->since_at), *until = zone_format_rfc3339(zone, m->until_at);
    g_autofree char *from_human = cmd_time(zone, m->since_at, d->now), *human = cmd_time(zone, m->until_at, d->now);
    if (json) {
        cmd_print_json(json_pack("{s:s, s:s, s:s, s:I}", "queue", m->queue, "since", since, "until", until, "waiting", (json_int_t)m->folded));
        return;
    }
    g_autofree char *line = g_strdup_printf("%s: in maintenance since %s, until %s; pages that wait: %" G_GINT64_FORMAT, m->queue, from_human, human, m->folded);
    cmd_print_line(line);
}

static int list(Desk *d, gboolean json)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) rows = NULL;
    if (!maintenance_list(d, &rows, &err))
        return cmd_fail(err);
    for (guint i = 0; i < rows->len; i++)
        print_one(d, g_ptr_array_index(rows, i), json);
    if (rows->len == 0 && !json)
        puts("no queue is in maintenance");
    return 0;
}

/* A time as replies have it. */
static gboolean read_time(Desk *d, const ConfigQueue *queue, char **words, Instant *ret, GError **err)
{
    g_autoptr(Command) command = NULL;
    g_autofree char *time = g_strjoinv(" ", words), *line = g_strconcat("wait until ", time, NULL);
    if (!command_read_line(line, &command, NULL) || !command->until.given)
        return error_set(err, ERROR_USAGE, "'%s': expected a time, like 18:00, tue 10:00 or 2026-12-01T18:00:00Z", time);
    return command_when(&command->until, desk_contact_zone(d, NULL, queue), d->now, ret, err);
}

static gboolean begin(Desk *d, const char *name, char **words, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, name);
    Instant until;
    if (queue == NULL)
        return error_set(err, ERROR_NOTFOUND, "queue '%s': the configuration has none of that name", name);
    if (!read_time(d, queue, words, &until, err) || !db_begin(d->db, err) || !db_end(d->db, maintenance_begin(d, name, until, err), err))
        return FALSE;
    g_autofree char *human = cmd_time(desk_contact_zone(d, NULL, queue), until, d->now);
    printf("%s is in maintenance until %s: its clocks run, its escalations wait for the end.\n", name, human);
    return TRUE;
}

/* Of a queue, too, that is configured no more. */
static gboolean end(Desk *d, const char *queue, GError **err)
{
    gboolean was;
    if (!db_begin(d->db, err) || !db_end(d->db, maintenance_end(d, queue, "off", &was, err), err))
        return FALSE;
    if (!was)
        return error_set(err, ERROR_REFUSED, "queue '%s' is not in maintenance", queue);
    printf("The maintenance of %s is over: what waited goes out now.\n", queue);
    return TRUE;
}

int cmd_maintenance(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    int status = 0;
    gboolean is_off = argc == 3 && strcmp(argv[2], "off") == 0, is_until = argc > 3 && strcmp(argv[2], "until") == 0;
    if (argc != 1 && !is_off && !is_until)
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (argc == 1)
        return list(d, cmd_json(ctx));
    return (is_off ? end(d, argv[1], &err) : begin(d, argv[1], argv + 3, &err)) ? 0 : cmd_fail(err);
}
