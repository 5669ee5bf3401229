/* cmd_check: `escalate check`, `audit`: whether all is well, and whether the record is whole. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"

#include "store/audit.h"

#include "flows/bulletin.h"
#include "flows/channels.h"
#include "flows/lint.h"

#include "programs/cmd.h"
#include "programs/sign_worker.h"
#include "programs/trial.h"

#include "base/banned.h"

/* ---- check ---- */

static void print_list(FILE *to, const char *before, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        g_autofree char *line = phrase_plain(g_ptr_array_index(lines, i));
        fprintf(to, "%s%s\n", before, line);
    }
}

int cmd_check(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    Desk *d = NULL;
    if (argc > 1 && strcmp(argv[1], "--mta") == 0)
        return cmd_mta(argc, argv, ctx);
    if (argc > 1 && strcmp(argv[1], "--database") == 0)
        return cmd_database(argc, argv, ctx);
    if (argc != 1)
        return cmd_usage(argv[0]);
    d = trial_load(cmd_config_path(ctx), cmd_now(ctx), problems, warnings);
    if (d != NULL) {
        d->now = cmd_now(ctx);
        desk_try(d, d->now, problems);
        sign_worker_check(d->config, problems);
        lint_desk(d, warnings);
        bulletin_closed(d, problems);
        bulletin_dry(d, warnings);
        channels_check(d, warnings);
    }
    print_list(stderr, "", problems);
    print_list(stdout, "warning: ", warnings);
    if (problems->len == 0)
        printf("%s: good: %u queues, %u contacts, %u calendars, version %.12s\n", d->config->path, d->config->queue_order->len,
               d->config->contact_order->len, g_hash_table_size(d->calendars), d->config->version);
    desk_free(d);
    return problems->len == 0 ? 0 : 78;
}

/* ---- audit ---- */

static void print_row(DbRows *rows, const Zone *zone, Instant now, gboolean json)
{
    Instant t = db_instant(rows, 1);
    if (json) {
        g_autofree char *exact = instant_format(t);
        cmd_print_json(json_pack("{s:I, s:s, s:s, s:s}", "number", (json_int_t)db_int(rows, 0), "at", exact, "event", db_text(rows, 2), "detail",
                                 db_text(rows, 3)));
        return;
    }
    g_autofree char *at = cmd_time(zone, t, now);
    g_autofree char *line = g_strdup_printf("%6" G_GINT64_FORMAT "  %-22s  %-12s %s\n", db_int(rows, 0), at, db_text(rows, 2), db_text(rows, 3));
    cmd_print_safe(line);
}

/* Ticket 0: what belongs to none. */
static int print_rows(Desk *d, gint64 ticket, gboolean json)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(Ticket) t = NULL;
    const Zone *zone = cmd_ticket_zone(d, ticket);
    if (ticket != 0 && !tickets_load(d->db, ticket, &t, &err))
        return cmd_fail(err);
    if (ticket != 0 ? !db_select(d->db, &rows, &err, "select number, at, event, detail from audit where ticket_id = $1 order by number", "i", ticket)
                    : !db_select(d->db, &rows, &err, "select number, at, event, detail from audit where ticket_id is null order by number", ""))
        return cmd_fail(err);
    while (db_next(rows, &err))
        print_row(rows, zone, d->now, json);
    return cmd_fail(err);
}

int cmd_audit(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    int status = 0;
    gint64 id, n = 0;
    gboolean verify = argc >= 2 && strcmp(argv[1], "verify") == 0, has_head = verify && argc == 4 && strcmp(argv[2], "--head") == 0;
    if (argc < 2 || (verify && argc != 2 && !has_head) || (!verify && argc != 2))
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    g_autofree char *head = NULL;
    if (strcmp(argv[1], "head") == 0)
        return audit_head(d->db, &head, &err) ? puts(head) < 0 : cmd_fail(err);
    if (strcmp(argv[1], "desk") == 0)
        return print_rows(d, 0, cmd_json(ctx));
    if (!verify)
        return cmd_ticket_id(argv[1], &id, &err) ? print_rows(d, id, cmd_json(ctx)) : cmd_fail(err);
    if (!audit_verify(d->db, d->audit_key, has_head ? argv[3] : NULL, &n, &err) || !audit_head(d->db, &head, &err))
        return cmd_fail(err);
    printf("good: %" G_GINT64_FORMAT " rows, head %s\n", n, head);
    return 0;
}
