/* search: one query of the index a term, then the tickets that all have. It must never hand a character of a term to FTS5 as syntax. */
#include "store/search.h"

#include "base/limits.h"

#include "store/facts.h"
#include "store/idset.h"

#define MARK "search" /* the last message that the index has */

#include "base/banned.h"

/* ---- keeping it ---- */

gboolean search_forget(Db *db, gint64 message, GError **err)
{
    return db_run(db, err,
                  "insert into message_word (message_word, rowid, subject, new_text) select 'delete', id, subject, new_text from message where id = $1"
                  " and id <= (select cast(value as integer) from fact where name = 'search')",
                  "i", message);
}

gboolean search_learn(Db *db, gint64 message, GError **err)
{
    return db_run(db, err,
                  "insert into message_word (rowid, subject, new_text) select id, subject, new_text from message where id = $1"
                  " and id <= (select cast(value as integer) from fact where name = 'search')",
                  "i", message);
}

/* *ret_last: the last message that the next step takes in; the same as *ret_done where nothing is left. */
static gboolean next_step(Db *db, gint64 *ret_done, gint64 *ret_last, GError **err)
{
    return facts_number(db, MARK, 0, ret_done, err)
           && db_value(db, ret_last, err, "select coalesce(max(id), $1) from (select id from message where id > $1 order by id limit $2) as step", "ii", *ret_done,
                       (gint64)LIMIT_SEARCH_BATCH);
}

static gboolean take_in(Db *db, guint *ret_did, GError **err)
{
    gint64 done, last;
    if (!next_step(db, &done, &last, err))
        return FALSE;
    *ret_did = (guint)(last - done);
    return db_run(db, err, "insert into message_word (rowid, subject, new_text) select id, subject, new_text from message where id > $1 and id <= $2", "ii", done,
                  last)
           && facts_set_number(db, MARK, last, err);
}

gboolean search_catch_up(Db *db, guint *ret_did, GError **err)
{
    gint64 done, last;
    guint did = 0;
    *ret_did = 0;
    if (!next_step(db, &done, &last, err))
        return FALSE;
    if (done != last && (!db_begin(db, err) || !db_end(db, take_in(db, &did, err), err)))
        return FALSE; /* and nothing was done: whoever goes on while there is something to do would never end */
    *ret_did = did;
    return TRUE;
}

static gboolean catch_up_wholly(Db *db, GError **err)
{
    guint did;
    do {
        if (!search_catch_up(db, &did, err))
            return FALSE;
    } while (did > 0);
    return TRUE;
}

/* FTS5 4.7 (external content): 'integrity-check' with rank 1 compares with the table of the texts; so all must be in it. */
static gboolean compare(Db *db, gboolean *ret_good, GError **err)
{
    guint did;
    GError *local = NULL;
    if (!take_in(db, &did, err) || !db_savepoint(db, err)) /* what the comparison says by failing is taken back */
        return FALSE;
    *ret_good = db_run(db, &local, "insert into message_word (message_word, rank) values ('integrity-check', 1)", "");
    if (local == NULL)
        return db_release(db, err);
    gboolean is_damaged = db_is_damaged(db);
    db_rollback_to_savepoint(db);
    if (is_damaged)
        g_error_free(local);
    else
        g_propagate_error(err, local);
    return is_damaged;
}

gboolean search_check(Db *db, gboolean *ret_good, GError **err)
{
    return catch_up_wholly(db, err) && db_begin(db, err) && db_end(db, compare(db, ret_good, err), err);
}

static gboolean empty(Db *db, GError **err)
{
    return db_run(db, err, "insert into message_word (message_word) values ('delete-all')", "") && facts_set_number(db, MARK, 0, err);
}

gboolean search_rebuild(Db *db, GError **err) { return db_begin(db, err) && db_end(db, empty(db, err), err) && catch_up_wholly(db, err); }

/* ---- asking it ---- */

/* A string of FTS5 (its documentation, section 3.1): in quotes, quotes in it doubled; a star behind it is the only syntax. */
static char *quoted(const SearchTerm *t)
{
    GString *s = g_string_new("\"");
    for (const char *p = t->text; *p != '\0'; p++) {
        if (*p == '"')
            g_string_append_c(s, '"');
        g_string_append_c(s, *p);
    }
    return g_string_free(g_string_append(s, t->is_prefix ? "\"*" : "\""), FALSE);
}

gboolean search_tickets(Db *db, const GPtrArray *terms, GArray **ret, GError **err)
{
    g_autoptr(GArray) all = NULL;
    if (!catch_up_wholly(db, err))
        return FALSE;
    for (guint i = 0; i < terms->len && (all == NULL || all->len > 0); i++) {
        g_autofree char *match = quoted(g_ptr_array_index(terms, i));
        g_autoptr(GArray) ids = NULL;
        if (!db_ids(db, &ids, err,
                    "select m.ticket_id from message_word as w join message as m indexed by message_place on m.id = w.rowid"
                    " where message_word match $1 and m.ticket_id is not null",
                    "s", match))
            return FALSE;
        idset_sort(ids);
        idset_narrow(&all, ids, FALSE);
    }
    *ret = all != NULL ? g_steal_pointer(&all) : g_array_new(FALSE, FALSE, sizeof(gint64));
    return TRUE;
}
