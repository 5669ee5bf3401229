/* db: SQLite behind db.h. It must never be asked for a table's meaning: queries stand beside what they are for. */
#include "store/db.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#include "store/schema.h"

#include "base/banned.h"

struct Db {
    sqlite3 *handle;
    GHashTable *prepared; /* SQL text -> sqlite3_stmt, reset */
};

struct DbRows {
    Db *db;
    sqlite3_stmt *stmt;
};

static gboolean fail(Db *db, int rc, const char *what, GError **err)
{
    gboolean is_ours = rc == SQLITE_ERROR || rc == SQLITE_MISUSE || rc == SQLITE_RANGE || rc == SQLITE_CONSTRAINT || rc == SQLITE_MISMATCH;
    return error_set(err, is_ours ? ERROR_INTERNAL : ERROR_TEMPFAIL, "database: %.200s: %s", what, sqlite3_errmsg(db->handle));
}

static gboolean run_script(Db *db, const char *sql, GError **err)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || fail(db, rc & 0xff, sql, err);
}

static gboolean migrate(Db *db, GError **err)
{
    gint64 version = 0;
    if (!db_begin(db, err))
        return FALSE;
    gboolean ok = run_script(db, "create table if not exists schema_version (version integer not null) strict", err)
                  && db_value(db, &version, err, "select coalesce(max(version), 0) from schema_version", "");
    if (ok && version > schema_version_count)
        ok = error_set(err, ERROR_CONFIG, "database: has schema version %d, this program knows %d: it is too old", (int)version,
                       schema_version_count);
    for (; ok && version < schema_version_count; version++)
        ok = run_script(db, schema_steps[version], err)
             && db_run(db, err, "insert into schema_version (version) values ($1)", "i", version + 1);
    if (!ok) {
        db_rollback(db);
        return FALSE;
    }
    return db_commit(db, err);
}

static gboolean open_handle(const char *path, int flags, Seconds patience, Db **ret, GError **err)
{
    Db *db = g_new0(Db, 1);
    db->prepared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    int rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        error_set(err, ERROR_TEMPFAIL, "database '%s': %s", path, db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc));
        db_close(db);
        return FALSE;
    }
    sqlite3_extended_result_codes(db->handle, 0);
    sqlite3_busy_timeout(db->handle, (int)patience * 1000);
    *ret = db;
    return TRUE;
}

static gboolean open_with(const char *path, const char *pragmas, Db **ret, GError **err)
{
    Db *db;
    if (!open_handle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 10, &db, err))
        return FALSE;
    if (!run_script(db, pragmas, err) || !migrate(db, err)) {
        g_prefix_error(err, "'%s': ", path);
        db_close(db);
        return FALSE;
    }
    *ret = db;
    return TRUE;
}

gboolean db_open(const char *path, Db **ret, GError **err)
{
    return open_with(path, "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma trusted_schema = off", ret, err);
}

/* A file that loses its name at once: what SQLite itself keeps as temporary costs a walk over all that was written, at every commit. What a
 * transaction takes back is small: in memory. */
gboolean db_open_scratch(Db **ret, GError **err)
{
    g_autoptr(GError) local = NULL;
    g_autofree char *directory = g_dir_make_tmp("escalate-XXXXXX", &local);
    if (directory == NULL)
        return error_set(err, ERROR_TEMPFAIL, "temporary database: %s", local->message);
    g_autofree char *path = g_build_filename(directory, "scratch", NULL);
    gboolean ok = open_with(path, "pragma locking_mode = exclusive; pragma journal_mode = memory; pragma synchronous = off; pragma cache_size = -65536;"
                                  " pragma foreign_keys = on; pragma trusted_schema = off", ret, err);
    unlink(path);
    rmdir(directory);
    return ok;
}

static gboolean has_our_version(Db *db, GError **err)
{
    gint64 version = 0;
    if (!db_value(db, &version, err, "select coalesce(max(version), 0) from schema_version", ""))
        return FALSE;
    return version == schema_version_count
           || error_set(err, ERROR_CONFIG, "database: has schema version %d, this program's is %d", (int)version, schema_version_count);
}

gboolean db_open_to_read(const char *path, Seconds patience, Db **ret, GError **err)
{
    Db *db = NULL;
    if (access(path, F_OK) != 0)
        return error_set(err, ERROR_NOTFOUND, "database '%s': is not there", path);
    if (!open_handle(path, SQLITE_OPEN_READONLY, patience, &db, err))
        return FALSE;
    if (!run_script(db, "pragma trusted_schema = off", err) || !has_our_version(db, err)) {
        g_prefix_error(err, "'%s': ", path);
        db_close(db);
        return FALSE;
    }
    *ret = db;
    return TRUE;
}

void db_close(Db *db)
{
    if (db == NULL)
        return;
    GHashTableIter it;
    gpointer stmt;
    g_hash_table_iter_init(&it, db->prepared);
    while (g_hash_table_iter_next(&it, NULL, &stmt))
        sqlite3_finalize(stmt);
    g_hash_table_unref(db->prepared);
    sqlite3_close(db->handle);
    g_free(db);
}

gboolean db_begin(Db *db, GError **err) { return run_script(db, "begin immediate", err); }

gboolean db_commit(Db *db, GError **err)
{
    if (run_script(db, "commit", err))
        return TRUE;
    db_rollback(db);
    return FALSE;
}

void db_rollback(Db *db)
{
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "rollback", NULL, NULL, NULL);
}

gboolean db_end(Db *db, gboolean well, GError **err)
{
    if (well)
        return db_commit(db, err);
    db_rollback(db);
    return FALSE;
}

gboolean db_savepoint(Db *db, GError **err) { return run_script(db, "savepoint one", err); }
gboolean db_release(Db *db, GError **err) { return run_script(db, "release one", err); }
void db_rollback_to_savepoint(Db *db) { sqlite3_exec(db->handle, "rollback to one; release one", NULL, NULL, NULL); }

/* A prepared statement, reset; from the cache unless it is in use (a select inside a select of the same text). */
static sqlite3_stmt *prepare(Db *db, const char *sql, GError **err)
{
    sqlite3_stmt *stmt = g_hash_table_lookup(db->prepared, sql);
    if (stmt != NULL && !sqlite3_stmt_busy(stmt))
        return stmt;
    gboolean is_cached = stmt != NULL;
    int rc = sqlite3_prepare_v3(db->handle, sql, -1, is_cached ? 0 : SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (rc != SQLITE_OK) {
        fail(db, rc & 0xff, sql, err);
        return NULL;
    }
    if (!is_cached)
        g_hash_table_insert(db->prepared, g_strdup(sql), stmt);
    return stmt;
}

/* Done with it: back to the cache, or away if it never was there. */
static void put_back(Db *db, sqlite3_stmt *stmt)
{
    if (g_hash_table_lookup(db->prepared, sqlite3_sql(stmt)) != stmt) {
        sqlite3_finalize(stmt);
        return;
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

static void bind_one(sqlite3_stmt *stmt, int index, char type, va_list *ap)
{
    if (type == 'i') {
        sqlite3_bind_int64(stmt, index, va_arg(*ap, gint64));
    } else if (type == 't') {
        Instant t = va_arg(*ap, Instant);
        if (t != INSTANT_NONE)
            sqlite3_bind_int64(stmt, index, t);
    } else if (type == 's') {
        const char *s = va_arg(*ap, const char *);
        if (s != NULL)
            sqlite3_bind_text(stmt, index, s, -1, SQLITE_TRANSIENT);
    } else {
        GBytes *b = va_arg(*ap, GBytes *);
        gsize n = 0;
        const void *bytes = b == NULL ? NULL : g_bytes_get_data(b, &n);
        if (b != NULL)
            sqlite3_bind_blob64(stmt, index, bytes == NULL ? "" : bytes, n, SQLITE_TRANSIENT);
    }
}

/* By name: SQLite numbers $n by first appearance in the text, PostgreSQL by n. */
static gboolean bind_all(Db *db, sqlite3_stmt *stmt, const char *types, va_list ap, GError **err)
{
    va_list copy;
    va_copy(copy, ap);
    gboolean ok = sqlite3_bind_parameter_count(stmt) == (int)strlen(types);
    for (int n = 1; ok && types[n - 1] != '\0'; n++) {
        char name[16];
        g_snprintf(name, sizeof name, "$%d", n);
        int index = sqlite3_bind_parameter_index(stmt, name);
        ok = index != 0 && strchr("itsb", types[n - 1]) != NULL;
        if (ok)
            bind_one(stmt, index, types[n - 1], &copy);
    }
    va_end(copy);
    if (ok)
        return TRUE;
    error_set(err, ERROR_INTERNAL, "database: %.200s: parameters are not those of '%s'", sqlite3_sql(stmt), types);
    put_back(db, stmt);
    return FALSE;
}

static DbRows *start(Db *db, const char *sql, const char *types, va_list ap, GError **err)
{
    sqlite3_stmt *stmt = prepare(db, sql, err);
    if (stmt == NULL || !bind_all(db, stmt, types, ap, err))
        return NULL;
    DbRows *rows = g_new0(DbRows, 1);
    rows->db = db;
    rows->stmt = stmt;
    return rows;
}

gboolean db_next(DbRows *rows, GError **err)
{
    int rc = sqlite3_step(rows->stmt);
    if (rc == SQLITE_ROW)
        return TRUE;
    if (rc != SQLITE_DONE)
        fail(rows->db, rc & 0xff, sqlite3_sql(rows->stmt), err);
    return FALSE;
}

void db_rows_free(DbRows *rows)
{
    if (rows == NULL)
        return;
    put_back(rows->db, rows->stmt);
    g_free(rows);
}

gboolean db_select(Db *db, DbRows **ret, GError **err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    DbRows *rows = start(db, sql, types, ap, err);
    va_end(ap);
    if (rows != NULL)
        *ret = rows;
    return rows != NULL;
}

gboolean db_run(Db *db, GError **err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    g_autoptr(DbRows) rows = start(db, sql, types, ap, err);
    va_end(ap);
    GError *local = NULL;
    if (rows == NULL)
        return FALSE;
    while (db_next(rows, &local))
        ;
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean db_value(Db *db, gint64 *ret, GError **err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    g_autoptr(DbRows) rows = start(db, sql, types, ap, err);
    va_end(ap);
    GError *local = NULL;
    if (rows == NULL)
        return FALSE;
    if (!db_next(rows, &local)) {
        if (local != NULL)
            g_propagate_error(err, local);
        else
            error_set(err, ERROR_NOTFOUND, "database: no row: %.200s", sql);
        return FALSE;
    }
    *ret = db_int(rows, 0);
    while (db_next(rows, &local)) /* an insert is complete only when it has been stepped to its end */
        ;
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean db_text_value(Db *db, char **ret, GError **err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    g_autoptr(DbRows) rows = start(db, sql, types, ap, err);
    va_end(ap);
    GError *local = NULL;
    if (rows == NULL)
        return FALSE;
    char *text = db_next(rows, &local) ? g_strdup(db_text(rows, 0)) : NULL;
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = text;
    return TRUE;
}

gboolean db_ids(Db *db, GArray **ret, GError **err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    g_autoptr(DbRows) rows = start(db, sql, types, ap, err);
    va_end(ap);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    GError *local = NULL;
    while (rows != NULL && db_next(rows, &local)) {
        gint64 id = db_int(rows, 0);
        g_array_append_val(ids, id);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    if (rows == NULL || local != NULL)
        return FALSE;
    *ret = g_steal_pointer(&ids);
    return TRUE;
}

gint64 db_int(DbRows *rows, int column) { return sqlite3_column_int64(rows->stmt, column); }

Instant db_instant(DbRows *rows, int column)
{
    return sqlite3_column_type(rows->stmt, column) == SQLITE_NULL ? INSTANT_NONE : sqlite3_column_int64(rows->stmt, column);
}

const char *db_text(DbRows *rows, int column) { return (const char *)sqlite3_column_text(rows->stmt, column); }

GBytes *db_bytes(DbRows *rows, int column)
{
    const void *bytes = sqlite3_column_blob(rows->stmt, column);
    return g_bytes_new(bytes, (gsize)sqlite3_column_bytes(rows->stmt, column));
}

gboolean db_check(Db *db, const char *sql, GError **err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
    sqlite3_finalize(stmt);
    return rc == SQLITE_OK || fail(db, rc & 0xff, sql, err);
}
