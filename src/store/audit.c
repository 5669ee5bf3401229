/* audit: the chain and the people in it. It must never update or delete a row of audit. */
#include "store/audit.h"

#include <string.h>

#include "base/error.h"
#include "base/keyfile.h"
#include "base/sha256.h"

#include "base/banned.h"

static char *row_hash(GBytes *key, const char *before, gint64 number, Instant at, gint64 ticket, const char *event, const char *detail)
{
    g_autofree char *text = g_strdup_printf("%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%s\n%s", before, number, at,
                                            ticket, event, detail);
    return sha256_hmac_hex(key, text, strlen(text));
}

static gboolean last_row(Db *db, gint64 *ret_number, char **ret_hash, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(db, &rows, err, "select number, hash from audit order by number desc limit 1", ""))
        return FALSE;
    gboolean any = db_next(rows, &local);
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret_number = any ? db_int(rows, 0) : 0;
    *ret_hash = g_strdup(any ? db_text(rows, 1) : "");
    return TRUE;
}

gboolean audit_add(Db *db, GBytes *key, Instant now, gint64 ticket, GError **err, const char *event, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *detail = g_strdup_vprintf(format, ap);
    va_end(ap);
    gint64 number;
    g_autofree char *before = NULL;
    if (!last_row(db, &number, &before, err))
        return FALSE;
    number++;
    g_autofree char *hash = row_hash(key, before, number, now, ticket, event, detail);
    return db_run(db, err, "insert into audit (number, at, ticket_id, event, detail, hash) values ($1, $2, nullif($3, 0), $4, $5, $6)", "itisss",
                  number, now, ticket, event, detail, hash);
}

gboolean audit_head(Db *db, char **ret, GError **err)
{
    gint64 number;
    g_autofree char *hash = NULL;
    if (!last_row(db, &number, &hash, err))
        return FALSE;
    *ret = g_strdup_printf("%" G_GINT64_FORMAT ":%s", number, hash);
    return TRUE;
}

/* " …", where a restore explains that a head is not there: what was recorded between the backup and it is in the database that was set aside. */
static gboolean restored_since(Db *db, gint64 number, char **ret, GError **err)
{
    gint64 row;
    if (!db_value(db, &row, err, "select coalesce(max(number), 0) from audit where event = 'restored' and number <= $1", "i", number))
        return FALSE;
    *ret = row == 0 ? g_strdup("")
                    : g_strdup_printf("; or it is of before the restore of row %" G_GINT64_FORMAT ", which begins behind the backup: the database that was set aside"
                                      " then has it", row);
    return TRUE;
}

/* The head that somebody wrote down must still be there, row and hash. */
static gboolean head_is_there(Db *db, const char *head, GError **err)
{
    char *end = NULL;
    gint64 number = g_ascii_strtoll(head, &end, 10);
    g_autofree char *hash = NULL, *restored = NULL;
    if (end == head || *end != ':')
        return error_set(err, ERROR_USAGE, "head '%s': expected NUMBER:HASH", head);
    if (number == 0)
        return TRUE;
    if (!db_text_value(db, &hash, err, "select hash from audit where number = $1", "i", number))
        return FALSE;
    if (g_strcmp0(hash, end + 1) == 0)
        return TRUE;
    return restored_since(db, number, &restored, err)
           && error_set(err, ERROR_DATA, "audit row %" G_GINT64_FORMAT ": %s%s", number,
                        hash == NULL ? "is missing: the end of the record was cut off" : "is not the one of that head", restored);
}

gboolean audit_verify(Db *db, GBytes *key, const char *head, gint64 *ret_rows, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autofree char *before = g_strdup("");
    gint64 wanted = 0;
    GError *local = NULL;
    if (!db_select(db, &rows, err, "select number, at, coalesce(ticket_id, 0), event, detail, hash from audit order by number", ""))
        return FALSE;
    while (db_next(rows, &local)) {
        gint64 number = db_int(rows, 0);
        if (number != ++wanted)
            return error_set(err, ERROR_DATA, "audit row %" G_GINT64_FORMAT ": is missing", wanted);
        g_autofree char *hash = row_hash(key, before, number, db_int(rows, 1), db_int(rows, 2), db_text(rows, 3), db_text(rows, 4));
        if (strcmp(hash, db_text(rows, 5)) != 0)
            return error_set(err, ERROR_DATA, "audit row %" G_GINT64_FORMAT ": was changed (its hash does not fit)", number);
        g_free(before);
        before = g_steal_pointer(&hash);
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret_rows = wanted;
    return head == NULL || head_is_there(db, head, err);
}

gboolean audit_person(Db *db, const char *address, const char *name, gint64 *ret_id, GError **err)
{
    GError *local = NULL;
    if (db_value(db, ret_id, &local, "select id from person where address = $1", "s", address))
        return name == NULL || *name == '\0'
               || db_run(db, err, "update person set name = $1 where id = $2 and name is null", "si", name, *ret_id);
    if (local->code != ERROR_NOTFOUND) {
        g_propagate_error(err, local);
        return FALSE;
    }
    g_error_free(local);
    guint8 key[16];
    keyfile_random(key, sizeof key);
    g_autoptr(GBytes) bytes = g_bytes_new(key, sizeof key);
    return db_insert(db, ret_id, err, "insert into person (address, name, key) values ($1, nullif($2, ''), $3)", "ssb", address, name,
                     bytes);
}

gboolean audit_person_digest(Db *db, const char *address, char **ret, GError **err)
{
    gint64 id;
    g_autoptr(DbRows) rows = NULL;
    if (!audit_person(db, address, NULL, &id, err) || !db_select(db, &rows, err, "select key from person where id = $1", "i", id))
        return FALSE;
    if (!db_next(rows, err))
        return FALSE;
    g_autoptr(GBytes) key = db_bytes(rows, 0);
    g_autofree char *digest = sha256_hmac_hex(key, address, strlen(address));
    *ret = g_strdup_printf("%" G_GINT64_FORMAT ":%.16s", id, digest);
    return TRUE;
}

gboolean audit_erase_person(Db *db, const char *address, GError **err)
{
    return db_run(db, err, "update person set address = null, name = null, key = x'' where address = $1", "s", address);
}
