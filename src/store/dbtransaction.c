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

/* NULL where all is well. In a spoilt transaction what was decided may rest on what could not be read: such an error is not of the thing itself. */
static GError *judged(const Db *db, gboolean well, GError *why)
{
    if (!well && why == NULL)
        error_set(&why, ERROR_INTERNAL, "it failed and does not say why");
    if (why != NULL && db->is_spoilt)
        why->code = ERROR_TEMPFAIL;
    return why;
}

gboolean db_savepoint_end(Db *db, gboolean well, GError **why, GError **err)
{
    *why = judged(db, well, *why);
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

/* A savepoint makes SQLite copy every page that it may have to restore. So a batch does without, until one fails; then so many batches have them, lest
 * who sends bad mail have every batch done twice. */
#define BATCHES_WITH_SAVEPOINTS 100

typedef enum { BATCH_COMMITTED, BATCH_FAILED, BATCH_AGAIN /* one failed for a reason of its own, and all is rolled back */ } BatchEnd;

/* The i-th; NULL where all is well. */
static GError *do_one(Db *db, guint i, const DbBatch *b)
{
    GError *why = NULL;
    gboolean well = b->one(b->data, i, &why);
    return judged(db, well, why);
}

static BatchEnd all_at_once(Db *db, guint n, const DbBatch *b, GError **err)
{
    GError *why = NULL;
    for (guint i = 0; why == NULL && i < n; i++)
        why = do_one(db, i, b);
    b->ended(b->data);
    if (why == NULL)
        return db_commit(db, err) ? BATCH_COMMITTED : BATCH_FAILED;
    db_rollback(db);
    if (why->code == ERROR_TEMPFAIL) {
        g_propagate_error(err, why);
        return BATCH_FAILED;
    }
    g_error_free(why);
    return BATCH_AGAIN;
}

static gboolean one_apart(Db *db, guint i, const DbBatch *b, GError **err)
{
    guint lines = log_hold_count();
    if (!db_savepoint(db, err))
        return FALSE;
    GError *why = do_one(db, i, b);
    if (!db_savepoint_end(db, why == NULL, &why, err))
        return FALSE;
    if (why == NULL)
        return TRUE;
    log_hold_drop(lines);
    db->batches_with_savepoints = BATCHES_WITH_SAVEPOINTS;
    return b->failed(b->data, i, why, err);
}

static gboolean each_apart(Db *db, guint n, const DbBatch *b, GError **err)
{
    gboolean well = TRUE;
    db->batches_with_savepoints -= db->batches_with_savepoints > 0 ? 1 : 0;
    for (guint i = 0; well && i < n; i++)
        well = one_apart(db, i, b, err);
    b->ended(b->data);
    return db_end(db, well, err);
}

static gboolean run_batch(Db *db, guint n, const DbBatch *b, GError **err)
{
    if (!db_begin(db, err))
        return FALSE;
    if (n == 1 || db->batches_with_savepoints > 0)
        return each_apart(db, n, b, err);
    BatchEnd end = all_at_once(db, n, b, err);
    if (end != BATCH_AGAIN)
        return end == BATCH_COMMITTED;
    log_hold_drop(0);
    return db_begin(db, err) && each_apart(db, n, b, err);
}

/* The log is asked here, which no other library does: only who rolls back knows which lines tell of nothing. */
gboolean db_batch(Db *db, guint n, const DbBatch *b, GError **err)
{
    log_hold_begin();
    gboolean ok = run_batch(db, n, b, err);
    if (!ok)
        log_hold_drop(0);
    log_hold_end();
    return ok;
}
