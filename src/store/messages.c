/* messages: rows of message and decision. */
#include "store/messages.h"

#include <string.h>

#include "base/error.h"

#include "store/search.h"

#include "base/banned.h"

#define COLUMNS "id, coalesce(ticket_id, 0), direction, kind, spool_name, spool_digest, content_digest, message_id, from_address, from_name, subject, new_text, sent_at, received_at, contact, is_note, is_verified, filed, archive"

void messages_row_free(MessageRow *m)
{
    if (m == NULL)
        return;
    char *texts[] = {m->direction, m->kind,    m->spool_name, m->spool_digest, m->content_digest, m->message_id, m->from_address,
                     m->from_name, m->subject, m->new_text,   m->contact,      m->filed,          m->archive,      m->conversation};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(m);
}

static MessageRow *row_of(DbRows *rows)
{
    MessageRow *m = g_new0(MessageRow, 1);
    char **texts[] = {&m->direction, &m->kind,    &m->spool_name, &m->spool_digest, &m->content_digest,
                      &m->message_id, &m->from_address, &m->from_name, &m->subject, &m->new_text};
    m->id = db_int(rows, 0);
    m->ticket_id = db_int(rows, 1);
    for (int i = 0; i < (int)G_N_ELEMENTS(texts); i++)
        *texts[i] = g_strdup(db_text(rows, 2 + i));
    m->sent_at = db_instant(rows, 12);
    m->received_at = db_instant(rows, 13);
    m->contact = g_strdup(db_text(rows, 14));
    m->is_note = db_int(rows, 15) != 0;
    m->is_verified = db_int(rows, 16) != 0;
    m->filed = g_strdup(db_text(rows, 17));
    m->archive = g_strdup(db_text(rows, 18));
    return m;
}

gboolean messages_insert(Db *db, MessageRow *m, GError **err)
{
    return db_insert(db, &m->id, err,
                     "insert into message (ticket_id, direction, kind, spool_name, spool_digest, content_digest, message_id, from_address, from_name,"
                     " subject, new_text, sent_at, received_at, contact, is_note, is_verified, filed, archive, conversation)"
                     " values (nullif($1, 0), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
                     "issssssssssttsiisss", m->ticket_id, m->direction, m->kind, m->spool_name, m->spool_digest, m->content_digest, m->message_id,
                     m->from_address, m->from_name, m->subject, m->new_text, m->sent_at, m->received_at, m->contact, (gint64)m->is_note,
                     (gint64)m->is_verified, m->filed, m->archive, m->conversation);
}

gboolean messages_set_note(Db *db, gint64 id, GError **err) { return db_run(db, err, "update message set is_note = 1 where id = $1", "i", id); }

gboolean messages_decision(Db *db, gint64 message, const char *line, GError **err)
{
    return db_run(db, err, "insert into decision (message_id, n, line) values ($1, (select coalesce(max(n), 0) + 1 from decision where message_id = $1), $2)", "is",
                  message, line);
}

gboolean messages_decisions(Db *db, gint64 message, GPtrArray **ret, GError **err)
{
    return db_texts(db, ret, err, "select line from decision where message_id = $1 order by n", "i", message);
}

gboolean messages_list(Db *db, gint64 ticket, Instant since, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)messages_row_free);
    GError *local = NULL;
    gboolean ok = ticket != 0 ? db_select(db, &rows, err, "select " COLUMNS " from message where ticket_id = $1 and received_at >= $2 order by id", "ii",
                                          ticket, since)
                              : db_select(db, &rows, err,
                                          "select " COLUMNS " from message where ticket_id is null and received_at >= $1 and filed is not null order by id",
                                          "i", since);
    if (!ok)
        return FALSE;
    while (db_next(rows, &local))
        g_ptr_array_add(list, row_of(rows));
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}

gboolean messages_find(Db *db, const char *name, MessageRow **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    g_autofree char *bracketed = g_strdup_printf("<%s>", name);
    gboolean is_number = *name != '\0' && strspn(name, "0123456789") == strlen(name);
    if (!db_select(db, &rows, err,
                   "select " COLUMNS " from message where spool_name = $1 or message_id = $1 or message_id = $2 or id = $3 order by id limit 1", "ssi",
                   name, bracketed, is_number ? g_ascii_strtoll(name, NULL, 10) : (gint64)0))
        return FALSE;
    if (db_next(rows, &local)) {
        *ret = row_of(rows);
        return TRUE;
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    return error_set(err, ERROR_NOTFOUND, "message '%s': there is none of that number, spool name or Message-ID", name);
}

gboolean messages_ticket_of(Db *db, const char *message_id, gint64 *ret_ticket, GError **err)
{
    return db_value(db, ret_ticket, err,
                    "select coalesce((select ticket_id from message where message_id = $1 and ticket_id is not null order by id limit 1), 0)", "s",
                    message_id);
}

gboolean messages_add_reference(Db *db, gint64 message, const char *reference, GError **err)
{
    return db_run(db, err, "insert into message_reference (reference, message_id) values ($1, $2) on conflict do nothing", "si", reference, message);
}

gboolean messages_ticket_referring_to(Db *db, const char *message_id, gint64 *ret_ticket, GError **err)
{
    return db_value(db, ret_ticket, err,
                    "select coalesce(min(m.ticket_id), 0) from message_reference r join message m on m.id = r.message_id where r.reference = $1",
                    "s", message_id);
}

gboolean messages_ticket_of_conversation(Db *db, const char *conversation, gint64 *ret_ticket, GError **err)
{
    return db_value(db, ret_ticket, err,
                    "select coalesce((select ticket_id from message where conversation = $1 and ticket_id is not null order by ticket_id limit 1), 0)", "s",
                    conversation);
}

gboolean messages_by_spool_name(Db *db, const char *name, const char *digest, gint64 *ret_id, GError **err)
{
    return db_value(db, ret_id, err, "select coalesce((select id from message where spool_name = $1 and spool_digest is coalesce($2, spool_digest)), 0)", "ss", name,
                    digest);
}

gboolean messages_duplicate(Db *db, const char *message_id, const char *content_digest, const char *kind, gboolean is_verified, gint64 *ret_id, GError **err)
{
    return db_value(db, ret_id, err,
                    "select coalesce((select id from message where message_id = $1 and content_digest = $2 and direction = 'in' and kind = $3"
                    " and is_verified >= $4 and (filed is null or kind <> 'human') order by id limit 1), 0)",
                    "sssi", message_id, content_digest, kind, (gint64)is_verified);
}

gboolean messages_same_mail(Db *db, const char *message_id, const char *from, Instant sent_at, const char *kind, gint64 *ret_id, char **ret_archive, GError **err)
{
    return db_value(db, ret_id, err,
                    "select coalesce((select max(id) from message where message_id = $1 and from_address = $2 and sent_at = $3 and direction = 'in'"
                    " and kind = $4 and (filed is null or (kind <> 'human' and filed <> 'duplicate'))), 0)",
                    "ssts", message_id, from, sent_at, kind)
           && db_text_value(db, ret_archive, err, "select archive from message where id = $1", "i", *ret_id);
}

gboolean messages_ticket_of_same(Db *db, const char *message_id, const char *from, Instant sent_at, const char *subject, gboolean is_verified,
                                   gint64 *ret_ticket, GError **err)
{
    return db_value(db, ret_ticket, err,
                    "select coalesce((select ticket_id from message where message_id = $1 and from_address = $2 and sent_at = $3 and subject = $4"
                    " and is_verified <= $5 and direction = 'in' and ticket_id is not null order by id limit 1), 0)",
                    "sstsi", message_id, from, sent_at, subject, (gint64)is_verified);
}

gboolean messages_keep_signature(Db *db, gint64 id, const char *text, GError **err)
{
    return db_run(db, err, "insert into message_signature (message_id, text) values ($1, $2)", "is", id, text);
}

gboolean messages_signatures(Db *db, gint64 ticket, gint64 but, GPtrArray **ret, GError **err)
{
    return db_texts(db, ret, err,
                    "select s.text from message m join message_signature s on s.message_id = m.id where m.ticket_id = $1 and m.id <> $2"
                    " order by m.id desc limit 50", "ii", ticket, but);
}

gboolean messages_quoted(Db *db, gint64 ticket, gint64 but, const char *message_id, gboolean with_notes, GPtrArray **ret, GError **err)
{
    return db_texts(db, ret, err,
                    "select new_text from message where ticket_id = $1 and id <> $2 and new_text is not null and (is_note = 0 or $4)"
                    " order by message_id = $3 desc, id = (select min(id) from message where ticket_id = $1) desc, id desc limit 5", "iisi", ticket, but, message_id, (gint64)with_notes);
}

gboolean messages_replace(Db *db, gint64 id, const char *new_text, const char *content_digest, const char *archive, GError **err)
{
    return search_forget(db, id, err)
           && db_run(db, err, "update message set new_text = $2, content_digest = $3, archive = $4 where id = $1", "isss", id, new_text, content_digest, archive)
           && search_learn(db, id, err);
}

gboolean messages_is_done(const MessageRow *m)
{
    return g_strcmp0(m->filed, "duplicate") == 0 || g_strcmp0(m->filed, "heartbeat") == 0 || g_strcmp0(m->filed, "roundcall") == 0;
}
