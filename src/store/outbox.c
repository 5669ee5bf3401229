/* outbox: rows of outgoing mail. */
#include "store/outbox.h"

#include <string.h>

#include "base/error.h"

#include "base/banned.h"

#define FACTS "id, coalesce(ticket_id, 0), coalesce(notification_id, 0), class, template, sender, recipient, contact, message_id, subject, state, attempts, created_at, next_at, handed_at, reply, coalesce(answer_id, 0), coalesce(copy_of, 0), channel"
/* A copy has the bytes of the first. */
#define BYTES "coalesce((select first.bytes from outbox as first where first.id = outbox.copy_of), bytes)"

void outbox_row_free(OutboxRow *r)
{
    if (r == NULL)
        return;
    char *texts[] = {r->class, r->template, r->sender, r->recipient, r->contact, r->message_id, r->subject, r->state, r->reply, r->channel};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_clear_pointer(&r->bytes, g_bytes_unref);
    g_free(r);
}

static OutboxRow *row_of(DbRows *rows, gboolean with_bytes)
{
    OutboxRow *r = g_new0(OutboxRow, 1);
    r->id = db_int(rows, 0);
    r->ticket_id = db_int(rows, 1);
    r->notification_id = db_int(rows, 2);
    r->class = g_strdup(db_text(rows, 3));
    r->template = g_strdup(db_text(rows, 4));
    r->sender = g_strdup(db_text(rows, 5));
    r->recipient = g_strdup(db_text(rows, 6));
    r->contact = g_strdup(db_text(rows, 7));
    r->message_id = g_strdup(db_text(rows, 8));
    r->subject = g_strdup(db_text(rows, 9));
    r->state = g_strdup(db_text(rows, 10));
    r->attempts = (int)db_int(rows, 11);
    r->created_at = db_instant(rows, 12);
    r->next_at = db_instant(rows, 13);
    r->handed_at = db_instant(rows, 14);
    r->reply = g_strdup(db_text(rows, 15));
    r->answer_id = db_int(rows, 16);
    r->copy_of = db_int(rows, 17);
    r->channel = g_strdup(db_text(rows, 18));
    r->bytes = with_bytes ? db_bytes(rows, 19) : NULL;
    return r;
}

/* The first row or NULL; rows may be NULL after a failed select. */
static gboolean first_row(DbRows *rows, OutboxRow **ret, GError **err)
{
    GError *local = NULL;
    if (db_next(rows, &local))
        *ret = row_of(rows, TRUE);
    else
        *ret = NULL;
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static const char *domain_of(const char *address)
{
    const char *at = strrchr(address, '@');
    return at == NULL ? address : at + 1;
}

gboolean outbox_insert(Db *db, OutboxRow *r, GError **err)
{
    return db_insert(db, &r->id, err,
                     "insert into outbox (ticket_id, notification_id, class, template, sender, recipient, contact, message_id, subject, bytes, state,"
                     " created_at, next_at, domain, answer_id, channel) values (nullif($1, 0), nullif($2, 0), $3, $4, '', $5, $6, '', $7, x'', 'queued', $8, $9,"
                     " lower($10), nullif($11, 0), coalesce($12, 'mail'))",
                     "iisssss" "ttsis", r->ticket_id, r->notification_id, r->class, r->template, r->recipient, r->contact, r->subject, r->created_at,
                     r->next_at, domain_of(r->recipient), r->answer_id, r->channel);
}

gboolean outbox_set_bytes(Db *db, gint64 id, const char *sender, const char *message_id, GBytes *bytes, GError **err)
{
    return db_run(db, err, "update outbox set sender = $2, message_id = $3, bytes = $4 where id = $1", "issb", id, sender, message_id, bytes);
}

gboolean outbox_insert_copy(Db *db, gint64 first, const char *recipient, gint64 *ret_id, GError **err)
{
    return db_insert(db, ret_id, err,
                     "insert into outbox (ticket_id, class, template, sender, recipient, domain, message_id, subject, bytes, state, created_at, next_at,"
                     " answer_id, copy_of) select ticket_id, class, template, '', $2, lower($3), message_id, subject, x'', state, created_at, next_at,"
                     " answer_id, id from outbox where id = $1",
                     "iss", first, recipient, domain_of(recipient));
}

gboolean outbox_set_sender(Db *db, gint64 id, const char *sender, GError **err)
{
    return db_run(db, err, "update outbox set sender = $2 where id = $1", "is", id, sender);
}

gboolean outbox_to_archive(Db *db, gint64 max, GArray **ret, GError **err)
{
    return db_ids(db, ret, err,
                  "select id from outbox where is_archived = 0 and state <> 'queued' and not exists"
                  " (select 1 from outbox as c where c.copy_of = outbox.id and c.state = 'queued') order by id limit $1",
                  "i", max);
}

/* Pages before all else. Each by its index: ten thousand may be due. */
gboolean outbox_next(Db *db, Instant now, OutboxRow **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    return db_select(db, &rows, err,
                     "select " FACTS ", " BYTES " from outbox where id = coalesce("
                     "(select id from outbox where state = 'queued' and class = 'page' and next_at <= $1 order by next_at, id limit 1), "
                     "(select id from outbox indexed by outbox_next where state = 'queued' and class <> 'command' and next_at <= $1 order by next_at, id limit 1))", "t", now)
           && first_row(rows, ret, err);
}

gboolean outbox_next_command(Db *db, Instant now, OutboxRow **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    return db_select(db, &rows, err, "select " FACTS ", bytes from outbox where state = 'queued' and class = 'command' and next_at <= $1 order by next_at, id limit 1",
                     "t", now)
           && first_row(rows, ret, err);
}

gboolean outbox_load(Db *db, gint64 id, OutboxRow **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    if (!db_select(db, &rows, err, "select " FACTS ", " BYTES " from outbox where id = $1", "i", id) || !first_row(rows, ret, err))
        return FALSE;
    return *ret != NULL || error_set(err, ERROR_NOTFOUND, "outbox row %" G_GINT64_FORMAT ": there is none", id);
}

gboolean outbox_by_message_id(Db *db, const char *message_id, OutboxRow **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    return db_select(db, &rows, err, "select " FACTS ", " BYTES " from outbox where message_id = $1 order by id limit 1", "s", message_id) && first_row(rows, ret, err);
}

gboolean outbox_quoted(Db *db, gint64 ticket, const char *message_id, const char *from, GArray **ret, GError **err)
{
    return db_ids(db, ret, err,
                  "select coalesce(copy_of, id) from outbox where ticket_id = $1 and (message_id = $2 or recipient = $3)"
                  " order by message_id = $2 desc, id desc limit 3", "iss", ticket, message_id, from);
}

gboolean outbox_list(Db *db, gint64 ticket, gint64 max, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)outbox_row_free);
    GError *local = NULL;
    gboolean ok = ticket != 0 ? db_select(db, &rows, err, "select * from (select " FACTS " from outbox where ticket_id = $1 order by id desc limit $2) as newest order by id",
                                          "ii", ticket, max)
                              : db_select(db, &rows, err, "select * from (select " FACTS " from outbox order by id desc limit $1) as newest order by id", "i", max);
    if (!ok)
        return FALSE;
    while (db_next(rows, &local))
        g_ptr_array_add(list, row_of(rows, FALSE));
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}

gboolean outbox_pause_pages(Db *db, const OutboxRow *row, Instant until, GError **err)
{
    return db_run(db, err,
                  "update outbox set next_at = $4 where ticket_id = $1 and contact = $2 and channel = $3 and state = 'queued' and notification_id is not null"
                  " and next_at < $4", "isst", row->ticket_id, row->contact, row->channel, until);
}

gboolean outbox_sent(Db *db, gint64 id, Instant now, const char *reply, GError **err)
{
    return db_run(db, err, "update outbox set state = 'sent', attempts = attempts + 1, handed_at = $2, next_at = null, reply = $3 where id = $1", "its",
                  id, now, reply);
}

gboolean outbox_later(Db *db, gint64 id, Instant next, const char *reply, GError **err)
{
    return db_run(db, err, "update outbox set attempts = attempts + 1, next_at = $2, reply = $3 where id = $1", "its", id, next, reply);
}

gboolean outbox_failed(Db *db, gint64 id, Instant now, const char *reply, GError **err)
{
    return db_run(db, err, "update outbox set state = 'failed', attempts = attempts + 1, handed_at = $2, next_at = null, reply = $3 where id = $1",
                  "its", id, now, reply);
}

gboolean outbox_bounced(Db *db, gint64 id, const char *reply, GError **err)
{
    return db_run(db, err, "update outbox set state = 'failed', reply = $2 where id = $1 and state = 'sent'", "is", id, reply);
}

gboolean outbox_withdraw_stale(Db *db, gint64 run, GError **err)
{
    return db_run(db, err,
                  "update outbox set state = 'withdrawn', next_at = null where state = 'queued' and id in"
                  " (select o.id from notification n join outbox o on o.notification_id = n.id where n.run_id = $1 and n.state in (2, 3)"
                  " union select b.outbox_id from notification n join beside b on b.notification_id = n.id where n.run_id = $1 and n.state in (2, 3))"
                  " and not exists (select 1 from notification n where n.id = outbox.notification_id and n.state in (0, 1))"
                  " and not exists (select 1 from beside b join notification n on n.id = b.notification_id where b.outbox_id = outbox.id and n.state in (0, 1))",
                  "i", run);
}

gboolean outbox_has_other_channel(Db *db, gint64 notification, const OutboxRow *row, gboolean *ret, GError **err)
{
    gint64 n;
    if (!db_value(db, &n, err,
                  "select count(*) from outbox where channel <> $2 and state in ('queued', 'sent')"
                  " and id in (select id from outbox where notification_id = $1 union select outbox_id from beside where notification_id = $1)",
                  "is", notification, row->channel))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

gboolean outbox_channels(Db *db, gint64 notification, char **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GString) s = g_string_new(NULL);
    GError *local = NULL;
    if (!db_select(db, &rows, err,
                   "select distinct channel from outbox where state = 'sent' and id in (select id from outbox where notification_id = $1"
                   " union select outbox_id from beside where notification_id = $1) order by channel",
                   "i", notification))
        return FALSE;
    while (db_next(rows, &local))
        g_string_append_printf(s, "%s%s", s->len > 0 ? ", " : "", db_text(rows, 0));
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = s->len > 0 ? g_strdup(s->str) : NULL;
    return TRUE;
}

gboolean outbox_unfold(Db *db, gint64 notification, GError **err)
{
    return db_run(db, err, "delete from folded where notification_id = $1", "i", notification);
}

gboolean outbox_fold(Db *db, gint64 notification, const char *contact, Instant now, GError **err)
{
    return db_run(db, err, "insert into folded (notification_id, contact, since_at) values ($1, $2, $3) on conflict do nothing", "ist", notification,
                  contact, now);
}

gboolean outbox_pages(Db *db, const char *contact, Instant since, gint64 *ret, GError **err)
{
    return db_value(db, ret, err,
                    "select count(*) from outbox where contact = $1 and created_at > $2 and notification_id is not null and state in ('queued', 'sent')"
                    " and template <> 'digest' and class = 'page' and channel = 'mail'",
                    "st", contact, since);
}

gboolean outbox_withdraw_notification(Db *db, gint64 notification, GError **err)
{
    return db_run(db, err,
                  "update outbox set state = 'withdrawn', next_at = null where state = 'queued'"
                  " and (notification_id = $1 or id in (select outbox_id from beside where notification_id = $1))"
                  " and not exists (select 1 from notification n where n.id <> $1 and n.state in (0, 1)"
                  " and (n.id = outbox.notification_id or n.id in (select notification_id from beside where outbox_id = outbox.id)))",
                  "i", notification)
           && outbox_unfold(db, notification, err);
}

gboolean outbox_carry(Db *db, gint64 notification, gint64 outbox, GError **err)
{
    /* the mail that carried it until now, if that has nothing else to say */
    return db_run(db, err,
                  "update outbox set state = 'withdrawn', next_at = null where state = 'queued' and id <> $2"
                  " and id = (select outbox_id from beside where notification_id = $1)"
                  " and not exists (select 1 from notification n where n.id = outbox.notification_id and n.id <> $1 and n.state in (0, 1))"
                  " and not exists (select 1 from beside b join notification n on n.id = b.notification_id where b.outbox_id = outbox.id and n.id <> $1"
                  " and n.state in (0, 1))",
                  "ii", notification, outbox)
           && db_run(db, err,
                     "insert into beside (notification_id, outbox_id) values ($1, $2) on conflict (notification_id) do update set outbox_id = excluded.outbox_id",
                     "ii", notification, outbox)
           && db_run(db, err, "update outbox set state = 'withdrawn', next_at = null where notification_id = $1 and state = 'queued' and id <> $2 and channel = 'mail'", "ii",
                     notification, outbox)
           && outbox_unfold(db, notification, err);
}

gboolean outbox_carry_ways(Db *db, gint64 outbox, GError **err)
{
    return db_run(db, err,
                  "update outbox set state = 'withdrawn', next_at = null where state = 'queued' and channel <> 'mail'"
                  " and notification_id in (select notification_id from beside where outbox_id = $1)"
                  " and exists (select 1 from outbox m join outbox way on way.notification_id = m.notification_id where m.id = $1"
                  " and way.channel = outbox.channel and way.state = 'queued')",
                  "i", outbox);
}

gboolean outbox_count(Db *db, const char *recipient, gboolean domain, Instant since, gint64 *ret, GError **err)
{
    if (!domain)
        return db_value(db, ret, err, "select count(*) from outbox where recipient = $1 and class in ('auto', 'refusal') and created_at > $2", "st", recipient, since);
    return db_value(db, ret, err, "select count(*) from outbox where domain = lower($1) and created_at > $2 and class in ('auto', 'refusal')"
                                " and contact is null", "st",
                    domain_of(recipient), since);
}
