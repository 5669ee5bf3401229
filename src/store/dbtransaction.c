/* dbtransaction: a part of db: what is committed together, and when it is on disk. It must never go on behind something that may be lost. */
#include "store/db_handle.h"

#include "base/error.h"
#include "base/log.h"

#include "base/banned.h"

#define PIECE 65536
#define CHECKPOINT_PAGES 1000 /* SQLite's own */

/* A lazy commit must sync nothing: SQLite keeps to itself what a checkpoint of its own meets. */
static gboolean set_lazy(Db *db, gboolean is_lazy, GError **err)
{
    if (db->is_lazy == is_lazy)
        return TRUE;
    if (!db_script(db, is_lazy ? "pragma synchronous = normal" : "pragma synchronous = full", err))
        return FALSE;
    sqlite3_wal_autocheckpoint(db->handle, is_lazy ? 0 : CHECKPOINT_PAGES);
    db->is_lazy = is_lazy;
    return TRUE;
}

/* One that could not be taken back goes first, or a daemon could do nothing more. */
static gboolean begin(Db *db, gboolean lazily, GError **err)
{
    if (db->is_stuck)
        db_rollback(db);
    if (!set_lazy(db, lazily, err))
        return FALSE;
    gboolean ok = db_run(db, err, "begin immediate", "");
    db->is_begun = db->is_begun || ok;
    if (!ok)
        set_lazy(db, FALSE, NULL);
    return ok;
}

gboolean db_begin(Db *db, GError **err) { return begin(db, FALSE, err); }
gboolean db_begin_lazy(Db *db, GError **err) { return begin(db, TRUE, err); }

gboolean db_commit(Db *db, GError **err)
{
    if (!db_run(db, err, "commit", "")) {
        db->is_unsure = db->is_unsure || db->is_owing; /* its sync may have been that of the others too */
        db_rollback(db);
        return FALSE;
    }
    db->is_begun = FALSE;
    db->is_owing = db->is_owing || db->is_lazy;
    set_lazy(db, FALSE, NULL);
    return TRUE;
}

void db_rollback(Db *db)
{
    db->is_stuck = !sqlite3_get_autocommit(db->handle) && sqlite3_exec(db->handle, "rollback", NULL, NULL, NULL) != SQLITE_OK;
    db->is_begun = db->is_spoilt = FALSE;
    set_lazy(db, FALSE, NULL);
}

/* After a sync that failed the kernel may count pages as written that were not, and another sync would go well: so the same bytes are written once
 * more, in their place, and then they are to be written. */
static int write_again(sqlite3_file *log)
{
    sqlite3_int64 size = 0, n;
    g_autofree char *piece = g_malloc(PIECE);
    int rc = log->pMethods->xFileSize(log, &size);
    for (sqlite3_int64 at = 0; rc == SQLITE_OK && at < size; at += n) {
        n = MIN(size - at, PIECE);
        rc = log->pMethods->xRead(log, piece, (int)n, at);
        if (rc == SQLITE_OK)
            rc = log->pMethods->xWrite(log, piece, (int)n, at);
    }
    return rc;
}

/* The same while nobody writes. */
static int write_again_alone(Db *db, sqlite3_file *log)
{
    int rc = sqlite3_exec(db->handle, "begin immediate", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = write_again(log);
    int ended = sqlite3_exec(db->handle, "rollback", NULL, NULL, NULL);
    return rc != SQLITE_OK ? rc : ended;
}

static int sync_log(Db *db)
{
    sqlite3_file *log = NULL; /* the journal's handle is that of the log of WAL */
    int rc = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (rc != SQLITE_OK || log == NULL || log->pMethods == NULL)
        return rc;
    if (db->is_unsure)
        rc = write_again_alone(db, log);
    return rc == SQLITE_OK ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : rc;
}

gboolean db_settle(Db *db, GError **err)
{
    if (!db->is_owing)
        return TRUE;
    int rc = sync_log(db);
    db->is_owing = db->is_unsure = rc != SQLITE_OK;
    return rc == SQLITE_OK || db_fail(db, rc & 0xff, "settle", err);
}

gboolean db_end(Db *db, gboolean well, GError **err)
{
    if (well)
        return db_commit(db, err);
    db_rollback(db);
    return FALSE;
}

gboolean db_savepoint(Db *db, GError **err) { return db_run(db, err, "savepoint one", ""); }
gboolean db_release(Db *db, GError **err) { return db_run(db, err, "release one", ""); }

gboolean db_rollback_to_savepoint(Db *db)
{
    gboolean ok = sqlite3_exec(db->handle, "rollback to one; release one", NULL, NULL, NULL) == SQLITE_OK;
    if (ok)
        db->is_spoilt = FALSE; /* what failed lay behind it */
    return ok;
}

/* NULL where all is well. An error that is not of the thing itself, since what was decided may rest on what could not be read, is TEMPFAIL. */
static GError *verdict(const Db *db, gboolean well, GError *why)
{
    if (!well && why == NULL)
        error_set(&why, ERROR_INTERNAL, "it failed and does not say why");
    if (why != NULL && db->is_spoilt)
        why->code = ERROR_TEMPFAIL;
    return why;
}

gboolean db_savepoint_end(Db *db, gboolean well, GError **why, GError **err)
{
    *why = verdict(db, well, *why);
    if (*why == NULL)
        return db_release(db, err);
    if (!db_rollback_to_savepoint(db))
        (*why)->code = ERROR_TEMPFAIL; /* it is still there */
    if ((*why)->code != ERROR_TEMPFAIL)
        return TRUE;
    g_propagate_error(err, g_steal_pointer(why));
    return FALSE;
}

/* ---- a batch ---- */

/* For what a savepoint may have to take back SQLite copies each page that is written to. So there are none but for so many batches after something has
 * failed: who sends what fails must not have each batch done twice. */
#define BATCHES_APART 100

/* The i-th; NULL where all is well. */
static GError *do_one(Db *db, guint i, const DbBatch *b)
{
    GError *why = NULL;
    gboolean well = b->one(b->data, i, &why);
    return verdict(db, well, why);
}

static gboolean one_apart(Db *db, guint i, const DbBatch *b, GError **err)
{
    guint lines = log_held();
    GError *why = NULL;
    if (!db_savepoint(db, err))
        return FALSE;
    gboolean well = b->one(b->data, i, &why);
    if (!db_savepoint_end(db, well, &why, err))
        return FALSE;
    if (why == NULL)
        return TRUE;
    log_take_back(lines);
    db->batches_apart = BATCHES_APART;
    return b->failed(b->data, i, why, err);
}

/* *ret_again: one failed for a reason of its own, and all is taken back. */
static gboolean all_at_once(Db *db, guint n, const DbBatch *b, gboolean *ret_again, GError **err)
{
    GError *local = NULL;
    for (guint i = 0; local == NULL && i < n; i++)
        local = do_one(db, i, b);
    b->ended(b->data);
    if (local == NULL)
        return db_commit(db, err);
    *ret_again = local->code != ERROR_TEMPFAIL;
    if (*ret_again)
        g_error_free(local);
    else
        g_propagate_error(err, local);
    db_rollback(db);
    return FALSE;
}

static gboolean all_apart(Db *db, guint n, const DbBatch *b, GError **err)
{
    gboolean well = TRUE;
    db->batches_apart -= db->batches_apart > 0 ? 1 : 0;
    for (guint i = 0; well && i < n; i++)
        well = one_apart(db, i, b, err);
    b->ended(b->data);
    return db_end(db, well, err);
}

static gboolean all(Db *db, guint n, const DbBatch *b, GError **err)
{
    gboolean again = FALSE;
    if (!db_begin(db, err))
        return FALSE;
    if (n > 1 && db->batches_apart == 0) {
        gboolean ok = all_at_once(db, n, b, &again, err);
        if (!again)
            return ok;
        log_take_back(0);
        if (!db_begin(db, err))
            return FALSE;
    }
    return all_apart(db, n, b, err);
}

gboolean db_batch(Db *db, guint n, const DbBatch *b, GError **err)
{
    GError *local = NULL;
    log_hold();
    gboolean ok = all(db, n, b, &local);
    if (!ok)
        log_take_back(0);
    log_let_go();
    if (!ok)
        g_propagate_error(err, local);
    return ok;
}
