/* dbwhole: a part of db: what looks at the database as a whole, in SQL alone. It must never decide what is wrong with it. */
#include "store/db.h"

#include "base/banned.h"

/* VACUUM INTO reads one snapshot; the backup API would begin anew whenever somebody writes meanwhile. */
gboolean db_copy(Db *db, const char *path, GError **err) { return db_run(db, err, "vacuum into $1", "s", path); }

static gboolean tell_rows(DbRows *rows, const char *good, DbTell *tell, void *data, GError **err)
{
    GError *local = NULL;
    while (db_next(rows, &local))
        if (g_strcmp0(db_text(rows, 0), good) != 0)
            tell(data, db_text(rows, 0));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean db_verify(Db *db, DbTell *tell, void *data, GError **err)
{
    g_autoptr(DbRows) pages = NULL, references = NULL;
    return db_select(db, &pages, err, "pragma integrity_check", "") && tell_rows(pages, "ok", tell, data, err)
           && db_select(db, &references, err,
                        "select 'row ' || coalesce(rowid, '?') || ' of ' || \"table\" || ' refers to a row of ' || parent || ' that is not there'"
                        " from pragma_foreign_key_check", "")
           && tell_rows(references, NULL, tell, data, err);
}

gboolean db_highest(Db *db, gint64 *ret, GError **err) { return db_value(db, ret, err, "select coalesce(max(seq), 0) from sqlite_sequence", ""); }

/* A table that never had a row has no count yet. */
gboolean db_jump(Db *db, gint64 above, GError **err)
{
    return db_run(db, err, "delete from sqlite_sequence where seq < $1", "i", above)
           && db_run(db, err, "insert into sqlite_sequence (name, seq) select name, $1 from sqlite_schema as s where s.type = 'table'"
                              " and s.sql like '%(id integer primary key autoincrement,%' and not exists (select 1 from sqlite_sequence as q where q.name = s.name)",
                     "i", above);
}
