/* deliver: decides nothing about people: it tells the ladder whether a mail was handed over, failed for its recipient, or could not
 * be tried at all. */
#include "flows/deliver.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"

#include "rules/phrase.h"
#include "rules/wrap.h"

#include "mail/composed.h"

#include "store/spool.h"
#include "store/tickets.h"

#include "flows/deadlines.h"
#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/outage.h"
#include "flows/pagemail.h"
#include "flows/roundcall.h"
#include "flows/tidings.h"
#include "flows/watchers.h"

#include "base/banned.h"

#define TEXT_BYTES (128 * 1024) /* of a mail that is read again: its text stands first */

/* ---- the transport's own state ---- */

/* *ret_retry: its next try. */
static gboolean set_down(Desk *d, const char *reply, Instant *ret_retry, GError **err)
{
    gboolean is_new;
    return outage_tried(d, reply, ret_retry, &is_new, err) && (!is_new || tidings_transport(d, TRUE, err));
}

/* `how`: what is known of it. */
static gboolean end_outage(Desk *d, OutageEnd how, GError **err)
{
    g_auto(Outage) o = {0};
    return outage_read(d->db, &o, err) && (o.since == INSTANT_NONE || (tidings_transport(d, FALSE, err) && outage_ends(d, &o, how, err)));
}

static gboolean set_up(Desk *d, GError **err) { return end_outage(d, OUTAGE_MAIL_LEAVES, err); }

gboolean deliver_try_now(Desk *d, GError **err)
{
    g_auto(Outage) o = {0};
    if (!outage_read(d->db, &o, err) || o.since == INSTANT_NONE)
        return err == NULL || *err == NULL;
    o.retry = d->now;
    return outage_write(d->db, &o, err);
}

/* ---- how it went ---- */

static gboolean is_command(const OutboxRow *row) { return strcmp(row->class, "command") == 0; }

/* What somebody is asked to answer is never asked twice but for a crash in between. */
static gboolean is_page(const OutboxRow *row) { return row->notification_id != 0; }

/* Nobody is paged twice for one ticket in the same minute: while this page was being handed over, another may have been written to him. */
static gboolean page_delivered(Desk *d, const OutboxRow *row, GError **err)
{
    return outbox_pause_pages(d->db, row, d->now + PAGEMAIL_APART, err) && tidings_delivered(d, row, err);
}

/* `answered`, of all outcomes: by the transport, so that works. */
static gboolean delivered(Desk *d, const OutboxRow *row, gboolean answered, const char *reply, GError **err)
{
    return outbox_sent(d->db, row->id, d->now, reply, err) && (!answered || is_command(row) || set_up(d, err))
           && (!is_page(row) || page_delivered(d, row, err));
}

/* An answer that did not arrive was none: respond runs on, and the owner is told. */
static gboolean answer_failed(Desk *d, const OutboxRow *row, const char *reply, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(d->db, row->ticket_id, &t, err) || !deadlines_reopen_respond(d, t, row->answer_id, d->now, 0, err))
        return FALSE;
    g_autofree char *said = wrap_clip(reply, LIMIT_REPLY_LINE_BYTES), *line = phrase_make("The answer to the customer could not be delivered: {said:phrase}", "said", said, NULL);
    const ConfigQueue *queue = desk_queue(d, t->queue);
    const char *who = t->owner != NULL ? t->owner : queue != NULL ? queue->lead : NULL;
    return who == NULL || notify_line(d, t, who, line, err);
}

static gboolean give_up(Desk *d, const OutboxRow *row, gboolean answered, const char *reply, GError **err)
{
    gboolean is_mail = strcmp(row->channel, "mail") == 0;
    g_autofree char *said = wrap_clip(reply, LIMIT_REPLY_LINE_BYTES);
    g_autofree char *reason = is_mail ? phrase_make("not delivered: {said:phrase}", "said", said, NULL)
                                      : phrase_make("{channel} failed: {said:phrase}", "channel", row->channel, "said", said, NULL);
    if (!outbox_failed(d->db, row->id, d->now, reply, err) || (answered && !is_command(row) && !set_up(d, err))
        || !desk_audit(d, row->ticket_id, err, "mail-failed", "outbox=%" G_GINT64_FORMAT " template=%s", row->id, row->template))
        return FALSE;
    if (is_page(row))
        return tidings_failed(d, row, reason, err);
    if (row->copy_of != 0)
        return watchers_failed(d, row, reason, err);
    if (!roundcall_failed(d, row->id, reason, err))
        return FALSE;
    return strcmp(row->class, "relay") != 0 || answer_failed(d, row, reply, err);
}

/* A page is not put off: who cannot be told now is unreachable now. Other mail is tried again for days. */
static gboolean put_off(Desk *d, const OutboxRow *row, gboolean answered, const char *reply, GError **err)
{
    Seconds wait = MIN((Seconds)LIMIT_OUTBOX_RETRY_FIRST << MIN(row->attempts, 10), (Seconds)LIMIT_OUTBOX_RETRY_LAST);
    if (is_page(row) || d->now - row->created_at > (Seconds)LIMIT_OUTBOX_DAYS * 86400)
        return give_up(d, row, answered, reply, err);
    return outbox_later(d->db, row->id, d->now + wait, reply, err) && (!answered || set_up(d, err));
}

static gboolean broke(Desk *d, const OutboxRow *row, gboolean answered, const char *reply, GError **err)
{
    (void)answered;
    return put_off(d, row, FALSE, reply, err);
}

static gboolean down(Desk *d, const OutboxRow *row, gboolean answered, const char *reply, GError **err)
{
    Instant retry;
    if (is_command(row)) /* says nothing about how mail leaves */
        return give_up(d, row, answered, reply, err);
    return outbox_later(d->db, row->id, d->now, reply, err) && set_down(d, reply, &retry, err);
}

/* Behind the others, when the transport is tried again. */
static gboolean stuck(Desk *d, const OutboxRow *row, gboolean answered, const char *reply, GError **err)
{
    Instant retry;
    if (is_command(row))
        return give_up(d, row, answered, reply, err);
    return set_down(d, reply, &retry, err) && outbox_later(d->db, row->id, retry + 1, reply, err);
}

/* That a mail is out may be on disk later than the next is on its way. What else begins with it may not: the end of an outage writes mails. */
static gboolean begin_done(Desk *d, const OutboxRow *row, TransportResult result, GError **err)
{
    g_auto(Outage) o = {0};
    if (result != TRANSPORT_SENT || is_page(row))
        return db_begin(d->db, err);
    if (!outage_read(d->db, &o, err))
        return FALSE;
    return o.since == INSTANT_NONE ? db_begin_lazy(d->db, err) : db_begin(d->db, err);
}

/* `tried`: by the transport. What is kept back by us says nothing of that. */
static gboolean record(Desk *d, const OutboxRow *row, TransportResult result, gboolean tried, const char *reply, GError **err)
{
    static gboolean (*const outcomes[])(Desk *, const OutboxRow *, gboolean, const char *, GError **) = {
        [TRANSPORT_SENT] = delivered, [TRANSPORT_RECIPIENT_FAILED] = give_up, [TRANSPORT_RECIPIENT_LATER] = put_off, [TRANSPORT_DOWN] = down,
        [TRANSPORT_BROKE] = broke, [TRANSPORT_STUCK] = stuck};
    static const char *const names[] = {"sent", "failed", "later", "transport-down", "broke", "transport-down"};
    g_autofree char *quoted = log_quote(reply);
    log_event(result == TRANSPORT_SENT ? LOGGING_INFO : LOGGING_WARNING, "ticket=%" G_GINT64_FORMAT " event=mail outbox=%" G_GINT64_FORMAT " template=%s channel=%s to=<%s> result=%s reply=%s",
              row->ticket_id, row->id, row->template, row->channel, row->recipient, names[result], quoted);
    return begin_done(d, row, result, err) && db_end(d->db, outcomes[result](d, row, tried, reply, err), err);
}

gboolean deliver_done(Desk *d, const OutboxRow *row, TransportResult result, const char *reply, GError **err)
{
    return record(d, row, result, TRUE, reply, err);
}

/* ---- which is next ---- */

/* Whether the row's queue is in shadow mode. */
static gboolean is_shadow(Desk *d, const OutboxRow *row, gboolean *ret, GError **err)
{
    g_autofree char *name = NULL;
    *ret = FALSE;
    if (row->ticket_id == 0 && row->notification_id == 0)
        return TRUE;
    if (!db_text_value(d->db, &name, err,
                       "select queue from ticket where id = coalesce(nullif($1, 0), (select ticket_id from notification where id = $2))", "ii",
                       row->ticket_id, row->notification_id))
        return FALSE;
    const ConfigQueue *queue = desk_queue(d, name);
    *ret = queue != NULL && queue->mode == MODE_SHADOW;
    return TRUE;
}

/* A mail can go to the tester's address in place of its own; what goes by another channel cannot. */
static gboolean is_kept_back(const Desk *d, const OutboxRow *row, gboolean shadow)
{
    const char *instead = d->config->delivery.redirect_all;
    if (d->is_rehearsal)
        return FALSE;
    return strcmp(row->channel, "mail") == 0 ? shadow && instead == NULL : shadow || instead != NULL;
}

static gboolean next_of(Desk *d, gboolean (*next)(Db *, Instant, OutboxRow **, GError **), OutboxRow **ret, guint *ret_passed, GError **err)
{
    for (;;) {
        g_autoptr(OutboxRow) row = NULL;
        gboolean shadow;
        if (!next(d->db, d->now, &row, err) || (row != NULL && !is_shadow(d, row, &shadow, err)))
            return FALSE;
        if (row != NULL && is_kept_back(d, row, shadow)) {
            if (!record(d, row, TRANSPORT_SENT, FALSE, "shadow mode: not sent", err))
                return FALSE;
            (*ret_passed)++;
            continue;
        }
        if (row != NULL && g_bytes_get_size(row->bytes) == 0) {
            if (!record(d, row, TRANSPORT_RECIPIENT_FAILED, FALSE, PHRASE("no mail can be written to this address"), err))
                return FALSE;
            (*ret_passed)++;
            continue;
        }
        if (row != NULL && d->config->delivery.redirect_all != NULL) {
            g_free(row->recipient);
            row->recipient = g_strdup(d->config->delivery.redirect_all);
        }
        *ret = g_steal_pointer(&row);
        return TRUE;
    }
}

gboolean deliver_next(Desk *d, OutboxRow **ret, guint *ret_passed, GError **err)
{
    g_auto(Outage) o = {0};
    *ret = NULL;
    *ret_passed = 0;
    if (!outage_read(d->db, &o, err) || (o.since != INSTANT_NONE && o.retry > d->now))
        return err == NULL || *err == NULL;
    if (!next_of(d, outbox_next, ret, ret_passed, err))
        return FALSE;
    /* nothing is there to try it with, so nobody waits for it */
    return *ret != NULL || o.since == INSTANT_NONE || (db_begin(d->db, err) && db_end(d->db, end_outage(d, OUTAGE_NOTHING_WAITS, err), err));
}

gboolean deliver_next_command(Desk *d, OutboxRow **ret, guint *ret_passed, GError **err)
{
    *ret = NULL;
    *ret_passed = 0;
    return next_of(d, outbox_next_command, ret, ret_passed, err);
}

/* ---- archive and options ---- */

/* Newly allocated, relative to the spool. */
static char *archive_path(const OutboxRow *row)
{
    g_autofree char *name = g_strdup_printf("out-%" G_GINT64_FORMAT ".eml", row->id);
    return spool_archive_path(name, row->handed_at != INSTANT_NONE ? row->handed_at : row->created_at);
}

static gboolean write_file(Desk *d, gint64 id, GError **err)
{
    g_autoptr(OutboxRow) row = NULL;
    if (!outbox_load(d->db, id, &row, err))
        return FALSE;
    if (row->copy_of != 0) /* the file of the first is this one's */
        return TRUE;
    g_autofree char *relative = archive_path(row), *path = g_build_filename(d->config->spool, relative, NULL), *directory = g_path_get_dirname(path);
    gsize n;
    const void *bytes = g_bytes_get_data(row->bytes, &n);
    return files_make_directory(directory, 0750, err) && files_replace(path, bytes, n, 0640, err);
}

gboolean deliver_text(Desk *d, gint64 id, char **ret, GError **err)
{
    g_autoptr(OutboxRow) row = NULL;
    g_autoptr(GString) archived = NULL;
    g_autoptr(GError) unread = NULL;
    gsize n;
    *ret = NULL;
    if (!outbox_load(d->db, id, &row, err))
        return FALSE;
    const char *bytes = g_bytes_get_data(row->bytes, &n);
    if (n == 0) {
        g_autofree char *relative = archive_path(row), *path = g_build_filename(d->config->spool, relative, NULL);
        if (!files_read_begin(path, TEXT_BYTES, &archived, &unread)) { /* of no account beside the mail that quotes it */
            if (unread->code != ERROR_NOTFOUND)
                log_event(LOGGING_WARNING, "ticket=%" G_GINT64_FORMAT " event=archive-unread reason=\"%s\"", row->ticket_id, unread->message);
            return TRUE;
        }
        bytes = archived->str;
        n = archived->len;
    }
    *ret = composed_text(bytes, MIN(n, TEXT_BYTES));
    return TRUE;
}

static gboolean note_all(Desk *d, const GArray *ids, guint number, GError **err)
{
    if (!db_begin(d->db, err))
        return FALSE;
    gboolean ok = TRUE;
    for (guint i = 0; ok && i < number; i++)
        ok = db_run(d->db, err, "update outbox set bytes = case when copy_of is null then x'' else bytes end, is_archived = 1 where id = $1", "i",
                    g_array_index(ids, gint64, i));
    return db_end(d->db, ok, err);
}

gboolean deliver_archive(Desk *d, guint *ret_moved, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    guint written = 0;
    *ret_moved = 0;
    if (!outbox_to_archive(d->db, LIMIT_BATCH, &ids, err))
        return FALSE;
    /* the files first: a crash in between writes them again */
    while (written < ids->len && write_file(d, g_array_index(ids, gint64, written), err))
        written++;
    gboolean all = written == ids->len;
    if (written > 0 && !note_all(d, ids, written, all ? err : NULL))
        return FALSE;
    *ret_moved = written;
    return all;
}

gboolean deliver_options(const Desk *d, TransportOptions *ret, char **ret_password, GError **err)
{
    static const TransportMethod methods[] = {[DELIVERY_SMTP] = TRANSPORT_SMTP, [DELIVERY_SENDMAIL] = TRANSPORT_SENDMAIL,
                                              [DELIVERY_DIRECTORY] = TRANSPORT_DIRECTORY};
    static const TransportTls tls[] = {[TLS_REQUIRED] = TRANSPORT_TLS_REQUIRED, [TLS_OPPORTUNISTIC] = TRANSPORT_TLS_OPPORTUNISTIC,
                                       [TLS_OFF] = TRANSPORT_TLS_OFF};
    const ConfigDelivery *c = &d->config->delivery;
    g_autoptr(GString) password = NULL;
    if (c->password_file != NULL && !files_read(c->password_file, 4096, &password, err))
        return FALSE;
    *ret_password = password != NULL ? g_strdup(g_strchomp(password->str)) : NULL;
    *ret = (TransportOptions){.method = methods[c->method], .directory = c->directory, .host = c->host, .port = c->port, .tls = tls[c->tls],
                              .user = c->user, .password = *ret_password, .sendmail = c->sendmail, .helo = d->config->domain};
    return TRUE;
}
