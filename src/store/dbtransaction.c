/* dbtransaction: a part of db: what is committed together, and when it is on disk. It must never go on behind something that may be lost. */
#include "store/db_handle.h"

#include "base/banned.h"

static gboolean set_lazy(Db *db, gboolean is_lazy, GError **err)
{
    if (db->is_lazy != is_lazy && !db_script(db, is_lazy ? "pragma synchronous = normal" : "pragma synchronous = full", err))
        return FALSE;
    db->is_lazy = is_lazy;
    return TRUE;
}

/* One that could not be taken back goes first, or a daemon could do nothing more. */
static gboolean begin(Db *db, gboolean lazily, GError **err)
{
    if (db->is_stuck)
        db_rollback(db);
    if ((db->is_unsure && !db_settle(db, err)) || !set_lazy(db, lazily, err))
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

static int sync_log(Db *db)
{
    sqlite3_file *log = NULL; /* the journal's handle is that of the log of WAL */
    int rc = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    return rc == SQLITE_OK && log != NULL && log->pMethods != NULL ? log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) : rc;
}

/* After a sync that failed the kernel may count pages as written that were not, and another sync would go well: what the log says goes into the
 * database itself then, and the log begins anew. */
gboolean db_settle(Db *db, GError **err)
{
    if (!db->is_owing)
        return TRUE;
    int rc = db->is_unsure ? sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL) : sync_log(db);
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

void db_rollback_to_savepoint(Db *db)
{
    if (sqlite3_exec(db->handle, "rollback to one; release one", NULL, NULL, NULL) == SQLITE_OK)
        db->is_spoilt = FALSE; /* what failed lay behind it */
}
