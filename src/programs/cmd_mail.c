/* cmd_mail: `escalate log`, `hold`, `requeue`, `outbox`: what became of mails. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/spoolname.h"

#include "store/messages.h"
#include "store/outbox.h"
#include "store/spool.h"

#include "programs/cmd.h"

#include "base/banned.h"

static void print_line(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void print_line(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *line = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_strdelimit(line, "\n\r", ' ');
    cmd_print_safe(line);
    putchar('\n');
}

/* In the record of what belongs to no ticket. */
#define REQUEUED "requeued"
#define FILE_IS "file="

/* ---- log ---- */

static gboolean log_message(Desk *d, const MessageRow *m, gboolean json, GError **err)
{
    g_autoptr(GPtrArray) lines = NULL;
    g_autofree char *at = instant_format(m->received_at);
    if (!messages_decisions(d->db, m->id, &lines, err))
        return FALSE;
    if (json) {
        json_t *list = json_array();
        for (guint i = 0; i < lines->len; i++)
            json_array_append_new(list, json_string(g_ptr_array_index(lines, i)));
        cmd_print_json(json_pack("{s:I, s:I, s:s, s:s, s:s?, s:s?, s:s?, s:o}", "id", (json_int_t)m->id, "ticket", (json_int_t)m->ticket_id, "at", at,
                                 "kind", m->kind, "from", m->from_address, "message_id", m->message_id, "file", m->spool_name, "decisions", list));
        return TRUE;
    }
    g_autofree char *local = cmd_time(cmd_ticket_zone(d, m->ticket_id), m->received_at, d->now);
    print_line("message %" G_GINT64_FORMAT "  %s  %s  <%s>  %s", m->id, local, m->kind, m->from_address != NULL ? m->from_address : "",
               m->subject != NULL ? m->subject : "");
    for (guint i = 0; i < lines->len; i++)
        print_line("  %s", (const char *)g_ptr_array_index(lines, i));
    return TRUE;
}

/* "as=NAME" of the record, or NULL: under what name it was taken in again. */
static gboolean find_requeued(Desk *d, const char *name, char **ret, GError **err)
{
    g_autofree char *low = g_strdup_printf(FILE_IS "%s ", name), *high = g_strdup_printf(FILE_IS "%s!", name); /* ! follows the blank */
    return db_text_value(d->db, ret, err, "select substr(detail, length($2) + 1) from audit where event = $1 and detail > $2 and detail < $3 order by number desc limit 1", "sss",
                         REQUEUED, low, high);
}

/* What the database does not know yet: held, or on its way. */
static gboolean tell_untaken(Desk *d, const char *name, gboolean json)
{
    g_autofree char *again = NULL;
    g_autoptr(GPtrArray) pairs = NULL;
    g_autofree char *incoming = g_build_filename("incoming", name, NULL);
    const char *state = NULL, *words = NULL, *reason = "";
    if (!spoolname_is_valid(name) || !spool_holding(d->config->spool, &pairs, NULL))
        return FALSE;
    for (guint i = 0; i + 1 < pairs->len; i += 2)
        if (strcmp(g_ptr_array_index(pairs, i), name) == 0) {
            state = "held";
            words = "is held";
            reason = g_ptr_array_index(pairs, i + 1);
        }
    if (state == NULL && spool_has(d->config->spool, incoming)) {
        state = "incoming";
        words = "waits to be taken in";
    }
    if (state == NULL && find_requeued(d, name, &again, NULL) && again != NULL) {
        state = "requeued";
        words = "was requeued";
        reason = again;
    }
    g_autofree char *valid = g_utf8_make_valid(reason, -1);
    if (state != NULL && json)
        cmd_print_json(json_pack("{s:s, s:s, s:s}", "file", name, "state", state, "reason", valid));
    else if (state != NULL)
        print_line("%s  %s%s%s", name, words, *reason != '\0' ? ": " : "", reason);
    return state != NULL;
}

int cmd_log(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(MessageRow) one = NULL;
    int status = 0;
    gint64 id;
    if (argc != 2)
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (!cmd_ticket_id(argv[1], &id, NULL)) {
        if (messages_find(d->db, argv[1], &one, &err))
            log_message(d, one, cmd_json(ctx), &err);
        else if (err->code == ERROR_NOTFOUND && tell_untaken(d, argv[1], cmd_json(ctx)))
            return 0;
        return cmd_fail(err);
    }
    if (messages_list(d->db, id, 0, &list, &err) && list->len == 0)
        error_set(&err, ERROR_NOTFOUND, "ticket %" G_GINT64_FORMAT ": has no mails, or there is none of that number", id);
    for (guint i = 0; err == NULL && i < list->len; i++)
        log_message(d, g_ptr_array_index(list, i), cmd_json(ctx), &err);
    return cmd_fail(err);
}

/* ---- hold and other ---- */

static int list_other(CommandContext *ctx, Desk *d)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) list = NULL;
    if (!messages_list(d->db, 0, d->now - (Seconds)30 * 86400, &list, &err))
        return cmd_fail(err);
    for (guint i = 0; i < list->len; i++) {
        MessageRow *m = g_ptr_array_index(list, i);
        g_autofree char *at = instant_format(m->received_at), *local = cmd_time(cmd_ticket_zone(d, 0), m->received_at, d->now);
        if (messages_is_done(m))
            continue;
        if (cmd_json(ctx))
            cmd_print_json(json_pack("{s:s?, s:s, s:s, s:s?, s:s?, s:s?}", "file", m->spool_name, "at", at, "kind", m->kind, "from", m->from_address,
                                     "subject", m->subject, "filed", m->filed));
        else
            print_line("%s\t%s\t%s\t<%s>\t%s", m->spool_name, local, m->filed, m->from_address, m->subject);
    }
    return 0;
}

int cmd_hold(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) pairs = NULL;
    int status = 0;
    gboolean other = argc == 2 && strcmp(argv[1], "--other") == 0;
    if (argc > 1 && !other)
        return cmd_usage(argv[0]);
    Desk *d = other ? cmd_store(ctx, &status) : cmd_desk(ctx, &status);
    if (d == NULL)
        return status;
    if (other)
        return list_other(ctx, d);
    if (!spool_holding(d->config->spool, &pairs, &err))
        return cmd_fail(err);
    for (guint i = 0; i + 1 < pairs->len; i += 2) {
        const char *name = g_ptr_array_index(pairs, i), *reason = g_ptr_array_index(pairs, i + 1);
        g_autofree char *valid = g_utf8_make_valid(reason, -1); /* who writes one by hand may write anything */
        if (cmd_json(ctx))
            cmd_print_json(json_pack("{s:s, s:s}", "file", name, "reason", valid));
        else
            print_line("%s\t%s", name, reason);
    }
    return 0;
}

/* Whether a mark in the name of this file will count (programs/incoming). */
static gboolean may_mark(Desk *d, const char *from, GError **err)
{
    g_autofree char *path = g_build_filename(d->config->spool, from, NULL);
    struct stat st;
    if (stat(path, &st) != 0 || ((st.st_mode & SPOOL_STRANGERS) == 0 && config_counts_owner(d->config, st.st_uid, geteuid())))
        return TRUE; /* what is not there is told by who moves it */
    return error_set(err, ERROR_REFUSED, "'%s': is of a user who is none of intake-users, so it goes in as what it is; expected no --as", path);
}

/* A name in hold, or of a message that was filed, in the archive. */
static gboolean requeue_one(Desk *d, const char *name, const char *mark, GError **err)
{
    g_autofree char *held = g_build_filename("hold", name, NULL), *path = g_build_filename(d->config->spool, held, NULL), *fresh = NULL;
    g_autoptr(MessageRow) m = NULL;
    struct stat st;
    if (!spoolname_is_valid(name))
        return error_set(err, ERROR_USAGE, "'%s': expected the name of a message file, as `escalate hold` lists it", name);
    const char *from = held;
    if (stat(path, &st) != 0) {
        if (!messages_find(d->db, name, &m, err))
            return FALSE;
        if (m->ticket_id != 0 || m->archive == NULL)
            return error_set(err, ERROR_REFUSED, "message '%s': belongs to ticket %" G_GINT64_FORMAT, name, m->ticket_id);
        from = m->archive;
        if (!spool_has(d->config->spool, from))
            return error_set(err, ERROR_NOTFOUND, "message '%s': '%s' is not there any more: it was requeued before, or taken away", name, from);
    }
    if (strcmp(mark, SPOOL_AGAIN) != 0 && !may_mark(d, from, err))
        return FALSE;
    if (!spool_requeue(d->config->spool, from, d->now, mark, &fresh, err))
        return FALSE;
    print_line("%s", fresh);
    return db_begin(d->db, err) && db_end(d->db, desk_audit(d, 0, err, REQUEUED, FILE_IS "%s as=%s", name, fresh), err);
}

int cmd_requeue(int argc, char **argv, CommandContext *ctx)
{
    int status = 0, first = argc > 1 && strcmp(argv[1], "--as") == 0 ? 3 : 1;
    const char *as = first == 3 && argc > 2 ? argv[2] : "";
    const char *mark = first == 1 ? SPOOL_AGAIN : strcmp(as, "human") == 0 ? SPOOL_AS_HUMAN : strcmp(as, "other") == 0 ? SPOOL_AS_OTHER : NULL;
    if (argc <= first || mark == NULL)
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    for (int i = first; i < argc; i++) {
        g_autoptr(GError) err = NULL;
        if (!requeue_one(d, argv[i], mark, &err))
            status = cmd_fail(err);
    }
    return status;
}

/* ---- outbox ---- */

static int print_mail(Desk *d, gint64 id)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(OutboxRow) row = NULL;
    if (!outbox_load(d->db, id, &row, &err))
        return cmd_fail(err);
    gsize n;
    const char *bytes = g_bytes_get_data(row->bytes, &n);
    if (n == 0 && row->copy_of != 0)
        return print_mail(d, row->copy_of);
    g_autoptr(GString) archived = NULL;
    if (n == 0) { /* it was moved */
        g_autofree char *name = g_strdup_printf("out-%" G_GINT64_FORMAT ".eml", id);
        g_autofree char *relative = spool_archive_path(name, row->handed_at != INSTANT_NONE ? row->handed_at : row->created_at);
        g_autofree char *path = g_build_filename(d->config->spool, relative, NULL);
        if (!files_read(path, 2 * (gsize)LIMIT_MAIL_BYTES, &archived, &err))
            return cmd_fail(err);
        bytes = archived->str;
        n = archived->len;
    }
    fwrite(bytes, 1, n, stdout);
    return 0;
}

int cmd_outbox(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) list = NULL;
    int status = 0;
    gint64 id;
    if (argc > 2)
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (argc == 2)
        return cmd_ticket_id(argv[1], &id, &err) ? print_mail(d, id) : cmd_fail(err);
    if (!outbox_list(d->db, 0, 1000, &list, &err))
        return cmd_fail(err);
    for (guint i = 0; i < list->len; i++) {
        OutboxRow *r = g_ptr_array_index(list, i);
        g_autofree char *at = instant_format(r->created_at), *local = cmd_time(cmd_ticket_zone(d, r->ticket_id), r->created_at, d->now);
        if (cmd_json(ctx))
            cmd_print_json(json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s?}", "id", (json_int_t)r->id, "ticket", (json_int_t)r->ticket_id, "at", at,
                                     "template", r->template, "channel", r->channel, "to", r->recipient, "state", r->state, "message_id", r->message_id, "attempts", r->attempts,
                                     "reply", r->reply));
        else
            print_line("%6" G_GINT64_FORMAT "  #%-5" G_GINT64_FORMAT " %-22s  %-12s %-8s %-10s <%s>  %s", r->id, r->ticket_id, local, r->template, r->channel, r->state, r->recipient,
                       r->reply != NULL ? r->reply : "");
    }
    return 0;
}
