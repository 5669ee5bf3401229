/* db: SQLite behind db.h. It must never be asked for a table's meaning: queries stand beside what they are for. */
#include "store/db.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/longkey.h"

#include "store/db_handle.h"
#include "store/schema.h"

#include "base/banned.h"

#define PARAMETERS_MAX 64

/* A prepared statement; in Db.prepared, or one of its own while that is in use (a select inside a select of the same text). */
typedef struct {
    sqlite3_stmt *stmt;
    gboolean is_cached;
    int count;                   /* of its parameters */
    guint8 index[PARAMETERS_MAX]; /* of $n + 1 in SQLite's order; 0: it has none */
} Statement;

struct DbRows {
    Db *db;
    Statement *statement;
    sqlite3_stmt *stmt; /* of that */
};

gboolean db_fail(Db *db, int rc, const char *what, GError **err)
{
    gboolean is_ours = rc == SQLITE_ERROR || rc == SQLITE_MISUSE || rc == SQLITE_RANGE || rc == SQLITE_CONSTRAINT || rc == SQLITE_MISMATCH;
    db->is_spoilt = db->is_spoilt || (db->is_begun && !is_ours);
    return error_set(err, is_ours ? ERROR_INTERNAL : ERROR_TEMPFAIL, "database: %.200s: %s", what, sqlite3_errmsg(db->handle));
}

/* SQLite may have taken the whole transaction back by itself: then what follows would be committed statement by statement. */
static gboolean is_whole(const Db *db, GError **err)
{
    return !db->is_spoilt || error_set(err, ERROR_TEMPFAIL, "database: an earlier statement of this transaction failed");
}

gboolean db_script(Db *db, const char *sql, GError **err)
{
    if (!is_whole(db, err))
        return FALSE;
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || db_fail(db, rc & 0xff, sql, err);
}

static void statement_free(gpointer p)
{
    Statement *s = p;
    sqlite3_finalize(s->stmt);
    g_free(s);
}

/* No process here has a second thread. What a savepoint may have to take back is a mail's worth of pages: SQLite writes them into a file by
 * default, two writes for each. */
static void configure(void)
{
    static gboolean is_done; /* it must come before all else, and once */
    if (is_done)
        return;
    is_done = TRUE;
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
}

static gboolean open_handle(const char *path, int flags, Seconds patience, Db **ret, GError **err)
{
    configure();
    Db *db = g_new0(Db, 1);
    db->prepared = g_hash_table_new_full(longkey_hash, g_str_equal, g_free, statement_free);
    int rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK) {
        error_set(err, ERROR_TEMPFAIL, "database '%s': %s", path, db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc));
        db_close(db);
        return FALSE;
    }
    sqlite3_extended_result_codes(db->handle, 0);
    sqlite3_busy_timeout(db->handle, (int)patience * 1000);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL); /* one plan a statement: no new one for each value that is bound */
    *ret = db;
    return TRUE;
}

static gboolean open_with(const char *path, const char *pragmas, Db **ret, GError **err)
{
    Db *db = NULL;
    if (!open_handle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, DB_PATIENCE, &db, err))
        return FALSE;
    if (!db_script(db, pragmas, err) || !schema_migrate(db, err)) {
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

gboolean db_open_to_read(const char *path, Seconds patience, Db **ret, GError **err)
{
    Db *db = NULL;
    if (access(path, F_OK) != 0)
        return errno == ENOENT ? error_set(err, ERROR_NOTFOUND, "database '%s': is not there", path)
                               : error_set_errno(err, ERROR_TEMPFAIL, errno, "look at database '%s'", path);
    if (!open_handle(path, SQLITE_OPEN_READONLY, patience, &db, err))
        return FALSE;
    if (!db_script(db, "pragma trusted_schema = off", err) || !schema_is_ours(db, err)) {
        g_prefix_error(err, "'%s': ", path);
        if (err != NULL && db_is_damaged(db))
            (*err)->code = ERROR_DATA;
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
    db_settle(db, NULL);
    g_hash_table_unref(db->prepared);
    sqlite3_close(db->handle);
    g_free(db);
}

/* Parameters are known by name: SQLite numbers $n by first appearance in the text, PostgreSQL by n. */
static void note_parameters(Statement *s)
{
    s->count = sqlite3_bind_parameter_count(s->stmt);
    for (int i = 1; i <= s->count && i <= PARAMETERS_MAX; i++) {
        const char *name = sqlite3_bind_parameter_name(s->stmt, i);
        gint64 n = name != NULL && *name == '$' ? g_ascii_strtoll(name + 1, NULL, 10) : 0;
        if (n >= 1 && n <= PARAMETERS_MAX)
            s->index[n - 1] = (guint8)i;
    }
}

/* Reset; from the cache unless it is in use. */
static Statement *prepare(Db *db, const char *sql, GError **err)
{
    Statement *s = g_hash_table_lookup(db->prepared, sql);
    if (!is_whole(db, err))
        return NULL;
    if (s != NULL && !sqlite3_stmt_busy(s->stmt))
        return s;
    gboolean is_new = s == NULL;
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v3(db->handle, sql, -1, is_new ? SQLITE_PREPARE_PERSISTENT : 0, &stmt, NULL);
    if (rc != SQLITE_OK) {
        db_fail(db, rc & 0xff, sql, err);
        return NULL;
    }
    s = g_new0(Statement, 1);
    s->stmt = stmt;
    s->is_cached = is_new;
    note_parameters(s);
    if (is_new)
        g_hash_table_insert(db->prepared, g_strdup(sql), s);
    return s;
}

/* Whether what was read ended without an error; if not, *err is that one. */
static gboolean ended(GError *local, GError **err)
{
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* Done with it: back to the cache, or away if it never was there. */
static void put_back(Statement *s)
{
    if (!s->is_cached) {
        statement_free(s);
        return;
    }
    sqlite3_reset(s->stmt);
    sqlite3_clear_bindings(s->stmt);
}

/* A code of SQLite: a value that was not bound, for want of memory, would be stored as none. */
static int bind_one(sqlite3_stmt *stmt, int index, char type, va_list *ap)
{
    if (type == 'i')
        return sqlite3_bind_int64(stmt, index, va_arg(*ap, gint64));
    if (type == 't') {
        Instant t = va_arg(*ap, Instant);
        return t == INSTANT_NONE ? SQLITE_OK : sqlite3_bind_int64(stmt, index, t);
    }
    if (type == 's') {
        const char *s = va_arg(*ap, const char *);
        return s == NULL ? SQLITE_OK : sqlite3_bind_text(stmt, index, s, -1, SQLITE_TRANSIENT);
    }
    GBytes *b = va_arg(*ap, GBytes *);
    gsize n = 0;
    const void *bytes = b == NULL ? NULL : g_bytes_get_data(b, &n);
    return b == NULL ? SQLITE_OK : sqlite3_bind_blob64(stmt, index, bytes == NULL ? "" : bytes, n, SQLITE_TRANSIENT);
}

static gboolean bind_all(Db *db, Statement *s, const char *types, va_list ap, GError **err)
{
    va_list copy;
    va_copy(copy, ap);
    gboolean ok = s->count == (int)strlen(types) && s->count <= PARAMETERS_MAX;
    int rc = SQLITE_OK;
    for (int n = 0; ok && rc == SQLITE_OK && types[n] != '\0'; n++) {
        ok = s->index[n] != 0 && strchr("itsb", types[n]) != NULL;
        if (ok)
            rc = bind_one(s->stmt, s->index[n], types[n], &copy);
    }
    va_end(copy);
    if (ok && rc == SQLITE_OK)
        return TRUE;
    if (ok)
        db_fail(db, rc & 0xff, sqlite3_sql(s->stmt), err);
    else
        error_set(err, ERROR_INTERNAL, "database: %.200s: parameters are not those of '%s'", sqlite3_sql(s->stmt), types);
    put_back(s);
    return FALSE;
}

/* Nothing is written, nor begun to be, behind a log that may be lost. */
static DbRows *start(Db *db, const char *sql, const char *types, va_list ap, GError **err)
{
    Statement *s = prepare(db, sql, err);
    if (s == NULL)
        return NULL;
    if (db->is_unsure && !db->is_begun && !sqlite3_stmt_readonly(s->stmt) && !db_settle(db, err)) {
        put_back(s);
        return NULL;
    }
    if (!bind_all(db, s, types, ap, err))
        return NULL;
    DbRows *rows = g_new0(DbRows, 1);
    rows->db = db;
    rows->statement = s;
    rows->stmt = s->stmt;
    return rows;
}

gboolean db_next(DbRows *rows, GError **err)
{
    int rc = sqlite3_step(rows->stmt);
    if (rc == SQLITE_ROW)
        return TRUE;
    if (rc != SQLITE_DONE)
        db_fail(rows->db, rc & 0xff, sqlite3_sql(rows->stmt), err);
    return FALSE;
}

void db_rows_free(DbRows *rows)
{
    if (rows == NULL)
        return;
    put_back(rows->statement);
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

static gboolean run(Db *db, const char *sql, const char *types, va_list ap, GError **err)
{
    g_autoptr(DbRows) rows = start(db, sql, types, ap, err);
    GError *local = NULL;
    if (rows == NULL)
        return FALSE;
    while (db_next(rows, &local))
        ;
    return ended(local, err);
}

gboolean db_run(Db *db, GError **err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    gboolean ok = run(db, sql, types, ap, err);
    va_end(ap);
    return ok;
}

/* Not by `returning`, for which SQLite makes a temporary table each time. */
gboolean db_insert(Db *db, gint64 *ret_id, GError **err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    gboolean ok = run(db, sql, types, ap, err);
    va_end(ap);
    if (!ok)
        return FALSE;
    if (sqlite3_changes(db->handle) != 1)
        return error_set(err, ERROR_NOTFOUND, "database: not one row was made: %.200s", sql);
    *ret_id = sqlite3_last_insert_rowid(db->handle);
    return TRUE;
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
    if (!db_next(rows, &local))
        return ended(local, err) && error_set(err, ERROR_NOTFOUND, "database: no row: %.200s", sql);
    *ret = db_int(rows, 0);
    while (db_next(rows, &local)) /* an insert is complete only when it has been stepped to its end */
        ;
    return ended(local, err);
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
    if (!ended(local, err))
        return FALSE;
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
    if (!ended(local, err) || rows == NULL)
        return FALSE;
    *ret = g_steal_pointer(&ids);
    return TRUE;
}

gboolean db_texts(Db *db, GPtrArray **ret, GError **err, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    g_autoptr(DbRows) rows = start(db, sql, types, ap, err);
    va_end(ap);
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    GError *local = NULL;
    while (rows != NULL && db_next(rows, &local))
        g_ptr_array_add(texts, g_strdup(db_text(rows, 0)));
    if (!ended(local, err) || rows == NULL)
        return FALSE;
    *ret = g_steal_pointer(&texts);
    return TRUE;
}

gint64 db_int(DbRows *rows, int column) { return sqlite3_column_int64(rows->stmt, column); }

Instant db_instant(DbRows *rows, int column)
{
    return sqlite3_column_type(rows->stmt, column) == SQLITE_NULL ? INSTANT_NONE : sqlite3_column_int64(rows->stmt, column);
}

/* NULL is no value, or no memory for one: that ends the process, as GLib does, for a fact that is not read is another fact. */
static const void *or_none(DbRows *rows, const void *value)
{
    if (value == NULL && sqlite3_errcode(rows->db->handle) == SQLITE_NOMEM)
        g_error("database: out of memory");
    return value;
}

const char *db_text(DbRows *rows, int column) { return or_none(rows, sqlite3_column_text(rows->stmt, column)); }

GBytes *db_bytes(DbRows *rows, int column)
{
    const void *bytes = or_none(rows, sqlite3_column_blob(rows->stmt, column));
    return g_bytes_new(bytes, (gsize)sqlite3_column_bytes(rows->stmt, column));
}

gboolean db_is_damaged(Db *db)
{
    int rc = sqlite3_errcode(db->handle) & 0xff;
    return rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB;
}

gboolean db_check(Db *db, const char *sql, GError **err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
    sqlite3_finalize(stmt);
    return rc == SQLITE_OK || db_fail(db, rc & 0xff, sql, err);
}

/* ---- the whole of it ---- */

/* In WAL mode whoever has the file open holds a shared lock on it: an exclusive one is had by him alone who is alone. */
gboolean db_is_free(const char *path, GError **err)
{
    Db *db = NULL;
    gint64 n;
    if (!open_handle(path, SQLITE_OPEN_READWRITE, DB_PATIENCE, &db, err))
        return FALSE;
    sqlite3_busy_timeout(db->handle, 0);
    GError *local = NULL;
    gboolean ok = db_script(db, "pragma locking_mode = exclusive; begin exclusive; commit", &local) && db_value(db, &n, &local, "select count(*) from sqlite_schema", "");
    gboolean is_busy = !ok && (sqlite3_errcode(db->handle) & 0xff) == SQLITE_BUSY;
    db_close(db);
    if (is_busy)
        error_set(err, ERROR_REFUSED, "database '%s': another process has it open: stop escalated first", path);
    g_clear_error(&local); /* a damaged one is nobody's */
    return !is_busy;
}
