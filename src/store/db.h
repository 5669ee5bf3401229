/* db: the database. The only room that knows SQLite; a driver for another engine would stand behind this header. SQL is the common
 * subset of SQLite and PostgreSQL; parameters are $1 … $n, bound by name.
 *
 * Values are given by a type string, a letter each: i gint64, t Instant (INSTANT_NONE is NULL), s const char * (NULL is NULL),
 * b GBytes * (NULL is NULL). Errors are TEMPFAIL (busy, full, I/O), or INTERNAL (a statement that is wrong). */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/instant.h"

typedef struct Db Db;
typedef struct DbRows DbRows;

/* Opens or creates, migrates to the present schema. WAL, synchronous=FULL, foreign keys, 10 s of patience with a lock. */
gboolean db_open(const char *path, Db **ret, GError **err);
/* One of its own for trials, with the present schema, in a file below TMPDIR that has no name any more: it is gone when it is closed, however
 * the program ends. */
gboolean db_open_scratch(Db **ret, GError **err);
#define DB_PATIENCE ((Seconds)10) /* that another writer is waited for */
/* To look at only: nothing is made, migrated or waited for longer than that. NOTFOUND: there is none; CONFIG: it has another schema; DATA: it is
 * damaged. */
gboolean db_open_to_read(const char *path, Seconds patience, Db **ret, GError **err);
void db_close(Db *db);

/* A consistent copy of what is committed now, into a file that must not be there, without keeping writers waiting. Not synced. */
gboolean db_copy(Db *db, const char *path, GError **err);
/* REFUSED where another process has the database open. What its last user left in a log beside it is in the file afterwards. */
gboolean db_is_free(const char *path, GError **err);
/* Each thing that is wrong with pages, indexes, constraints and references, as a line for people; the lines live until the call returns. */
typedef void DbTell(void *data, const char *line);
gboolean db_verify(Db *db, DbTell *tell, void *data, GError **err);
/* The highest number that any row has or had. */
gboolean db_highest(Db *db, gint64 *ret, GError **err);
/* All numbers that are made from now on are above that one. */
gboolean db_jump(Db *db, gint64 above, GError **err);

/* BEGIN IMMEDIATE … COMMIT. A failed commit has rolled back. */
gboolean db_begin(Db *db, GError **err);
gboolean db_commit(Db *db, GError **err);
void db_rollback(Db *db);
/* The end of a transaction in which all went `well`, or not, and *err is set: commits it, or rolls it back. TRUE: it is committed. */
gboolean db_end(Db *db, gboolean well, GError **err);
/* A transaction whose commit waits for no disk: whatever becomes of this process it holds, but a loss of power may take it back, with all that was
 * committed after it and likewise. For what may be done twice. After db_settle it is on disk.
 * One that failed is made good by the next, or by whatever is written next, or fails that. */
gboolean db_begin_lazy(Db *db, GError **err);
gboolean db_settle(Db *db, GError **err);
/* Does n things in one transaction of its own. First without savepoints, which is cheaper; where one fails, all is rolled back and done again, each
 * behind a savepoint, and so are the next batches for a while.
 * one: does the i-th; perhaps twice, so what it does outside of the database must bear that. ended: none is in hand any more, the commit or the
 * rollback follows; perhaps twice. failed: what the i-th did is rolled back; called in the same transaction; owns `why`; FALSE ends the batch. */
typedef struct {
    gboolean (*one)(void *data, guint i, GError **err);
    gboolean (*failed)(void *data, guint i, GError *why, GError **err);
    void (*ended)(void *data);
    void *data;
} DbBatch;
/* FALSE: all is rolled back. Of an error of `one` TEMPFAIL does that, and any after a statement that met a lock, a full disk, no memory or an I/O error;
 * other errors cost that thing alone. The log hears of what was committed (log_hold_begin). */
gboolean db_batch(Db *db, guint n, const DbBatch *b, GError **err);

/* A savepoint inside the transaction, one at a time, for a thing whose failure must not be that of the others. */
gboolean db_savepoint(Db *db, GError **err);
/* Its end. In: `well`, and why not in *why. TRUE and *why NULL: it is kept. TRUE and *why, the caller's to free: it is rolled back, and the transaction
 * goes on. FALSE, *err has it and *why is NULL: roll all back, by the errors of db_batch or since the savepoint could not be ended. */
gboolean db_savepoint_end(Db *db, gboolean well, GError **why, GError **err);
/* The two ends by hand, where a failure is the answer. FALSE of the second: what was done is still there. */
gboolean db_release(Db *db, GError **err);
gboolean db_rollback_to_savepoint(Db *db);

/* Statements without rows and parameters, one after the other; not kept prepared. */
gboolean db_script(Db *db, const char *sql, GError **err);
/* A statement without rows. */
gboolean db_run(Db *db, GError **err, const char *sql, const char *types, ...);
/* An insert of one row; *ret_id is the number that it got (elsewhere `returning id`). */
gboolean db_insert(Db *db, gint64 *ret_id, GError **err, const char *sql, const char *types, ...);
/* The first column of the only row; NOTFOUND if there is none. */
gboolean db_value(Db *db, gint64 *ret, GError **err, const char *sql, const char *types, ...);
/* The same as text, newly allocated; *ret is NULL where there is no row or the value is NULL. */
gboolean db_text_value(Db *db, char **ret, GError **err, const char *sql, const char *types, ...);

/* The first column of all rows: gint64, in order. */
gboolean db_ids(Db *db, GArray **ret, GError **err, const char *sql, const char *types, ...);
/* The same of texts: char *, with free func. */
gboolean db_texts(Db *db, GPtrArray **ret, GError **err, const char *sql, const char *types, ...);

/* Rows, one after the other. The texts of a row live until the next db_next. Free with db_rows_free before the statement is used
 * again. */
gboolean db_select(Db *db, DbRows **ret, GError **err, const char *sql, const char *types, ...);
/* TRUE: there is a row. FALSE with *err untouched: the end. */
gboolean db_next(DbRows *rows, GError **err);
gint64 db_int(DbRows *rows, int column);
Instant db_instant(DbRows *rows, int column);
const char *db_text(DbRows *rows, int column); /* NULL for NULL */
GBytes *db_bytes(DbRows *rows, int column);    /* newly referenced; empty for NULL */
void db_rows_free(DbRows *rows);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DbRows, db_rows_free)

/* Whether the last failure of this connection was that pages or an index are damaged. */
gboolean db_is_damaged(Db *db);
/* Prepares the statement only: for the test that prepares every statement of the tree. */
gboolean db_check(Db *db, const char *sql, GError **err);

#endif
