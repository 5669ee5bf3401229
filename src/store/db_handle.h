/* db_handle: what the files of db share: the connection itself. */
#ifndef STORE_DB_HANDLE_H
#define STORE_DB_HANDLE_H

#include <sqlite3.h>

#include "store/db.h"

struct Db {
    sqlite3 *handle;
    GHashTable *prepared; /* SQL text -> Statement, reset */
    gboolean is_begun;    /* a transaction */
    guint batches_with_savepoints; /* so many more have one for each thing from the start */
    gboolean is_spoilt;   /* a statement of it met a lock, a full disk, no memory or an I/O error: what followed may rest on no answer */
    gboolean is_stuck;    /* one could not be taken back */
    gboolean is_lazy;     /* its commit waits for no disk */
    gboolean is_owing;    /* such a commit may not be on disk yet */
    gboolean is_unsure;   /* a sync of the log failed: nothing may be written behind what is owed */
};

/* *err of a code of SQLite; FALSE. A transaction in which something was missing is spoilt by it. */
gboolean db_fail(Db *db, int rc, const char *what, GError **err);

#endif
