/* db: binding by name, nesting, transactions, error codes, migration; and every SQL statement of the tree, read out of its sources,
 * prepared against the schema. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "store/db.h"
#include "store/schema.h"

#include "base/banned.h"

typedef struct {
    char *directory, *path;
    Db *db;
} Room;

static int syncs;         /* that went well */
static int failing_syncs; /* so many fail next */

/* The log of WAL as the disk has it, and what was written since the last sync, which a sync that fails drops: after it, Linux counts that as written. */
static GByteArray *on_disk;
static GArray *unsynced; /* Piece */

typedef struct {
    gsize at;
    GBytes *bytes;
} Piece;

static gboolean is_log(int fd)
{
    g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd), *path = g_file_read_link(link, NULL);
    return path != NULL && g_str_has_suffix(path, "/facts.db-wal");
}

/* SQLite's calls are bound to these two. */
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    if (unsynced != NULL && is_log(fd)) {
        Piece p = {(gsize)at, g_bytes_new(bytes, n)};
        g_array_append_val(unsynced, p);
    }
    return syscall(SYS_pwrite64, fd, bytes, n, at);
}

int fdatasync(int fd)
{
    gboolean fails = failing_syncs > 0;
    for (guint i = 0; unsynced != NULL && is_log(fd) && i < unsynced->len; i++) {
        Piece p = g_array_index(unsynced, Piece, i);
        gsize n = g_bytes_get_size(p.bytes);
        if (!fails) {
            if (on_disk->len < p.at + n)
                g_byte_array_set_size(on_disk, (guint)(p.at + n));
            memcpy(on_disk->data + p.at, g_bytes_get_data(p.bytes, NULL), n);
        }
        g_bytes_unref(p.bytes);
    }
    if (unsynced != NULL && is_log(fd))
        g_array_set_size(unsynced, 0);
    if (!fails) {
        syncs++;
        return fsync(fd);
    }
    failing_syncs--;
    errno = EIO;
    return -1;
}

static int open_room(void **state)
{
    Room *r = g_new0(Room, 1);
    r->directory = g_dir_make_tmp("escalate-db-XXXXXX", NULL);
    r->path = g_build_filename(r->directory, "facts.db", NULL);
    *state = r;
    return db_open(r->path, &r->db, NULL) && db_run(r->db, NULL, "create table t (a integer, b text, c blob, d integer) strict", "") ? 0 : -1;
}

static int close_room(void **state)
{
    Room *r = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    db_close(r->db);
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *file = g_strconcat(r->path, ends[i], NULL);
        g_unlink(file);
    }
    g_rmdir(r->directory);
    g_free(r->directory);
    g_free(r->path);
    g_free(r);
    return 0;
}

static Db *db_of(void **state) { return ((Room *)*state)->db; }

static gint64 value(Db *db, const char *sql)
{
    gint64 n = -1;
    g_autoptr(GError) err = NULL;
    if (!db_value(db, &n, &err, sql, ""))
        fail_msg("%s", err->message);
    return n;
}

/* ---- binding ---- */

static void test_types(void **state)
{
    Db *db = db_of(state);
    g_autoptr(GBytes) bytes = g_bytes_new("a\0b", 3), none = g_bytes_new(NULL, 0);
    g_autoptr(DbRows) rows = NULL;
    assert_true(db_run(db, NULL, "insert into t values ($1, $2, $3, $4)", "isbt", (gint64)G_MAXINT64, "text", bytes, (Instant)7));
    assert_true(db_run(db, NULL, "insert into t values ($1, $2, $3, $4)", "isbt", (gint64)G_MININT64, NULL, NULL, INSTANT_NONE));
    assert_true(db_run(db, NULL, "insert into t values ($1, $2, $3, $4)", "isbt", (gint64)0, "", none, (Instant)-7));
    assert_true(db_select(db, &rows, NULL, "select a, b, c, d, b is null, c is null from t order by rowid", ""));
    assert_true(db_next(rows, NULL));
    assert_true(db_int(rows, 0) == G_MAXINT64);
    assert_string_equal(db_text(rows, 1), "text");
    g_autoptr(GBytes) one = db_bytes(rows, 2);
    assert_true(g_bytes_equal(one, bytes));
    assert_int_equal(db_instant(rows, 3), 7);
    assert_true(db_next(rows, NULL));
    assert_true(db_int(rows, 0) == G_MININT64);
    assert_null(db_text(rows, 1));
    g_autoptr(GBytes) two = db_bytes(rows, 2);
    assert_int_equal(g_bytes_get_size(two), 0);
    assert_true(db_instant(rows, 3) == INSTANT_NONE);
    assert_int_equal(db_int(rows, 4), 1);
    assert_int_equal(db_int(rows, 5), 1);
    assert_true(db_next(rows, NULL));
    assert_string_equal(db_text(rows, 1), "");
    assert_int_equal(db_instant(rows, 3), -7);
    assert_int_equal(db_int(rows, 4), 0);
    assert_int_equal(db_int(rows, 5), 0);
    assert_false(db_next(rows, NULL));
}

static void test_by_name(void **state)
{
    Db *db = db_of(state);
    g_autofree char *text = NULL;
    assert_true(db_text_value(db, &text, NULL, "select $2 || '-' || $1 || '-' || $2 || '-' || $10 || $3 || $4 || $5 || $6 || $7 || $8 || $9", "ssssssssss", "1",
                              "2", "3", "4", "5", "6", "7", "8", "9", "10"));
    assert_string_equal(text, "2-1-2-103456789");
}

static void test_wrong_parameters(void **state)
{
    Db *db = db_of(state);
    static const char *const types[] = {"", "i", "iii", "ix"};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(GError) err = NULL;
        gint64 n;
        assert_false(db_value(db, &n, &err, "select $1 + $2", types[i], (gint64)1, (gint64)2, (gint64)3));
        assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_INTERNAL));
    }
    g_autoptr(GError) err = NULL;
    gint64 n = 0;
    assert_false(db_value(db, &n, &err, "select $1 + $3", "ii", (gint64)1, (gint64)2)); /* a gap in the numbers */
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_INTERNAL));
    assert_true(db_value(db, &n, NULL, "select $1 + $2", "ii", (gint64)1, (gint64)2)); /* the statement is still good */
    assert_int_equal(n, 3);
}

static void test_no_row(void **state)
{
    Db *db = db_of(state);
    g_autoptr(GError) err = NULL;
    gint64 n = 5;
    char *text = (char *)"untouched";
    assert_false(db_value(db, &n, &err, "select a from t where a = $1", "i", (gint64)404));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_NOTFOUND));
    assert_int_equal(n, 5);
    assert_true(db_text_value(db, &text, NULL, "select b from t where a = $1", "i", (gint64)404));
    assert_null(text);
    assert_true(db_value(db, &n, NULL, "insert into t (a) values (9) returning rowid", ""));
    assert_int_equal(n, 1);
    assert_int_equal(value(db, "select count(*) from t"), 1);
}

/* ---- nesting ---- */

static gint64 count_below(Db *db, gint64 n)
{
    g_autoptr(DbRows) rows = NULL;
    gint64 sum = 0;
    assert_true(db_select(db, &rows, NULL, "select a from t where a < $1 order by a", "i", n));
    while (db_next(rows, NULL))
        sum += 1 + count_below(db, db_int(rows, 0));
    return sum;
}

static void test_nested(void **state)
{
    Db *db = db_of(state);
    for (gint64 i = 0; i < 6; i++)
        assert_true(db_run(db, NULL, "insert into t (a) values ($1)", "i", i));
    assert_int_equal(count_below(db, 6), 63); /* 2^6 - 1: each has all of its own rows */
    assert_int_equal(count_below(db, 3), 7);
}

/* ---- transactions ---- */

static void test_transactions(void **state)
{
    Db *db = db_of(state);
    g_autoptr(GError) err = NULL;
    assert_true(db_begin(db, NULL) && db_run(db, NULL, "insert into t (a) values (1)", ""));
    db_rollback(db);
    assert_int_equal(value(db, "select count(*) from t"), 0);
    db_rollback(db); /* without one: nothing */
    assert_true(db_begin(db, NULL));
    assert_true(db_run(db, NULL, "insert into t (a) values (1)", ""));
    assert_true(db_savepoint(db, NULL) && db_run(db, NULL, "insert into t (a) values (2)", ""));
    db_rollback_to_savepoint(db);
    assert_true(db_savepoint(db, NULL) && db_run(db, NULL, "insert into t (a) values (3)", "") && db_release(db, NULL));
    assert_true(db_savepoint(db, NULL));
    assert_false(db_run(db, &err, "insert into t (a, b) values (4, $1)", ""));
    db_rollback_to_savepoint(db);
    assert_true(db_commit(db, NULL));
    assert_int_equal(value(db, "select sum(a) from t"), 4);
    g_clear_error(&err);
    assert_false(db_commit(db, &err)); /* there is none */
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_INTERNAL));
}

static gboolean insert_lazily(Db *db, int a)
{
    return db_begin_lazy(db, NULL) && db_run(db, NULL, "insert into t (a) values ($1)", "i", (gint64)a) && db_commit(db, NULL);
}

static void test_lazy(void **state)
{
    Db *db = db_of(state);
    assert_true(db_settle(db, NULL)); /* nothing is owed */
    assert_true(db_begin_lazy(db, NULL) && db_run(db, NULL, "insert into t (a) values (1)", ""));
    assert_int_equal(value(db, "pragma synchronous"), 1);
    int before = syncs;
    assert_true(db_commit(db, NULL));
    assert_int_equal(value(db, "pragma synchronous"), 2); /* that one alone */
    assert_int_equal(syncs, before);
    assert_true(db_settle(db, NULL) && db_settle(db, NULL));
    assert_int_equal(syncs, before + 1);
    assert_true(db_begin(db, NULL) && db_run(db, NULL, "insert into t (a) values (4)", "") && db_commit(db, NULL));
    assert_int_equal(syncs, before + 2);
    assert_true(db_begin_lazy(db, NULL) && db_run(db, NULL, "insert into t (a) values (2)", ""));
    assert_false(db_begin_lazy(db, NULL)); /* inside one; it is another that failed */
    db_rollback(db);
    assert_int_equal(value(db, "pragma synchronous"), 2);
    assert_int_equal(value(db, "select sum(a) from t"), 5);
}

/* What is there after a loss of power; -1: it is damaged. The file itself was not touched since it was opened: nothing was checkpointed. */
static gint64 sum_after_power(const Room *r)
{
    g_autofree char *copy = g_strconcat(r->path, ".copy", NULL), *log = g_strconcat(copy, "-wal", NULL);
    g_autoptr(GString) bytes = NULL;
    g_autofree char *whole = NULL;
    Db *alone = NULL;
    gint64 sum;
    assert_true(files_read(r->path, 1 << 24, &bytes, NULL) && files_replace(copy, bytes->str, bytes->len, 0600, NULL));
    assert_true(files_replace(log, on_disk->data, on_disk->len, 0600, NULL));
    assert_true(db_open(copy, &alone, NULL) && db_text_value(alone, &whole, NULL, "pragma integrity_check", ""));
    if (!db_value(alone, &sum, NULL, "select coalesce(sum(a), 0) from t", "") || strcmp(whole, "ok") != 0)
        sum = -1;
    db_close(alone);
    g_unlink(copy);
    return sum;
}

static Room *room_of_disk(void **state)
{
    Room *r = *state;
    gint64 n;
    assert_true(db_value(r->db, &n, NULL, "pragma wal_checkpoint(truncate)", "") && n == 0);
    on_disk = g_byte_array_new();
    unsynced = g_array_new(FALSE, FALSE, sizeof(Piece));
    return r;
}

static void leave_disk(void)
{
    for (guint i = 0; i < unsynced->len; i++)
        g_bytes_unref(g_array_index(unsynced, Piece, i).bytes);
    g_clear_pointer(&unsynced, g_array_unref);
    g_clear_pointer(&on_disk, g_byte_array_unref);
}

/* Of a log whose sync failed nothing is promised, and nothing is written behind it. */
static void test_unsure(void **state)
{
    Room *r = room_of_disk(state);
    Db *db = r->db;
    g_autoptr(GError) err = NULL, at_begin = NULL, at_run = NULL;
    assert_true(db_run(db, NULL, "insert into t (a) values (8)", ""));
    assert_true(insert_lazily(db, 1));
    assert_int_equal(sum_after_power(r), 8);
    failing_syncs = 1;
    assert_false(db_settle(db, &err));
    assert_int_equal(err->code, ERROR_TEMPFAIL);
    failing_syncs = 1;
    assert_false(db_begin(db, &at_begin));
    assert_int_equal(at_begin->code, ERROR_TEMPFAIL);
    failing_syncs = 1;
    assert_false(db_run(db, &at_run, "insert into t (a) values (64)", "")); /* by itself */
    assert_int_equal(sum_after_power(r), 8);
    assert_true(db_settle(db, NULL));
    assert_int_equal(sum_after_power(r), 9);
    assert_true(insert_lazily(db, 2));
    failing_syncs = 1;
    assert_false(db_settle(db, NULL));
    assert_true(insert_lazily(db, 4)); /* its begin has made it good */
    assert_int_equal(sum_after_power(r), 11);
    assert_true(db_settle(db, NULL));
    assert_int_equal(sum_after_power(r), 15);
    leave_disk();
}

/* The sync of a commit that fails may have been that of what is owed. */
static void test_unsure_commit(void **state)
{
    Room *r = room_of_disk(state);
    Db *db = r->db;
    assert_true(insert_lazily(db, 1));
    assert_true(db_begin(db, NULL) && db_run(db, NULL, "insert into t (a) values (2)", ""));
    failing_syncs = 1;
    assert_false(db_commit(db, NULL));
    assert_true(db_begin(db, NULL) && db_run(db, NULL, "insert into t (a) values (4)", "") && db_commit(db, NULL));
    assert_int_equal(sum_after_power(r), 5);
    leave_disk();
}

/* However much it is: a checkpoint of SQLite's own would keep to itself that its sync failed. */
static void test_lazy_syncs_nothing(void **state)
{
    Db *db = db_of(state);
    g_autofree char *long_text = g_strnfill(8000000, 'x');
    failing_syncs = 1;
    assert_true(db_begin_lazy(db, NULL) && db_run(db, NULL, "insert into t (b) values ($1)", "s", long_text) && db_commit(db, NULL));
    assert_int_equal(failing_syncs, 1);
    failing_syncs = 0;
    assert_true(db_settle(db, NULL));
}

/* A rollback to the savepoint while rows of a select are open must not break the transaction. */
static void test_rollback_with_open_rows(void **state)
{
    Db *db = db_of(state);
    assert_true(db_begin(db, NULL) && db_run(db, NULL, "insert into t (a) values (1), (2)", ""));
    DbRows *rows = NULL;
    assert_true(db_savepoint(db, NULL) && db_select(db, &rows, NULL, "select a from t", "") && db_next(rows, NULL));
    assert_true(db_run(db, NULL, "insert into t (a) values (3)", ""));
    db_rollback_to_savepoint(db);
    db_rows_free(rows);
    assert_true(db_commit(db, NULL));
    assert_int_equal(value(db, "select count(*) from t"), 2);
}

static void test_two_connections(void **state)
{
    Room *r = *state;
    Db *other = NULL;
    assert_true(db_open(r->path, &other, NULL));
    assert_true(db_begin(r->db, NULL) && db_run(r->db, NULL, "insert into t (a) values (1)", ""));
    assert_int_equal(value(other, "select count(*) from t"), 0); /* readers do not wait */
    assert_true(db_commit(r->db, NULL));
    assert_int_equal(value(other, "select count(*) from t"), 1);
    db_close(other);
    db_close(NULL);
}

/* ---- errors ---- */

static void test_errors(void **state)
{
    Db *db = db_of(state);
    static const char *const wrong[] = {"selct 1", "select nothing from t", "insert into t (a) values ('text')", "insert into ticket (id) values (1)",
                                        "insert into decision (message_id, n, line) values (404, 1, 'x')"};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) err = NULL;
        assert_false(db_run(db, &err, wrong[i], ""));
        if (!g_error_matches(err, ESCALATE_ERROR, ERROR_INTERNAL) || strstr(err->message, wrong[i]) == NULL)
            fail_msg("%s: %s", wrong[i], err->message);
    }
    g_autoptr(GError) err = NULL;
    assert_true(db_check(db, "select a from t where b = $1", NULL));
    assert_false(db_check(db, "select z from t", &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_INTERNAL));
    db_rows_free(NULL);
}

static void test_cannot_open(void **state)
{
    Room *r = *state;
    Db *db = NULL;
    g_autoptr(GError) err = NULL;
    g_autofree char *absent = g_build_filename(r->directory, "no", "such", "file.db", NULL), *text = g_build_filename(r->directory, "text.db", NULL);
    assert_false(db_open(absent, &db, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_TEMPFAIL) && strstr(err->message, absent) != NULL);
    g_clear_error(&err);
    assert_true(g_file_set_contents(text, "this is no database, whatever its name says; it is long enough to have a header of a hundred bytes ......", -1, NULL));
    assert_false(db_open(text, &db, &err));
    assert_true(err != NULL && strstr(err->message, text) != NULL);
    assert_null(db);
    g_unlink(text);
}

/* ---- schema ---- */

static void test_migration(void **state)
{
    Room *r = *state;
    Db *db = NULL;
    g_autoptr(GError) err = NULL;
    assert_int_equal(value(r->db, "select max(version) from schema_version"), schema_version_count);
    assert_true(db_run(r->db, NULL, "insert into fact (name, value) values ('kept', 'yes')", ""));
    assert_true(db_open(r->path, &db, NULL)); /* a second time: nothing to do, nothing lost */
    assert_int_equal(value(db, "select count(*) from schema_version"), schema_version_count);
    assert_int_equal(value(db, "select count(*) from fact where name = 'kept'"), 1);
    db_close(db);
    db = NULL;
    assert_true(db_run(r->db, NULL, "insert into schema_version (version) values ($1)", "i", (gint64)schema_version_count + 1));
    assert_false(db_open(r->path, &db, &err)); /* made by a newer program */
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_CONFIG));
    assert_null(db);
    assert_int_equal(value(r->db, "select count(*) from fact where name = 'kept'"), 1);
}

static void test_pragmas(void **state)
{
    Db *db = db_of(state);
    g_autofree char *journal = NULL;
    assert_true(db_text_value(db, &journal, NULL, "pragma journal_mode", ""));
    assert_string_equal(journal, "wal");
    assert_int_equal(value(db, "pragma synchronous"), 2);
    assert_int_equal(value(db, "pragma foreign_keys"), 1);
    assert_int_equal(value(db, "select count(*) from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'message_word%'"
                              " and sql not like '%strict'"), 0); /* FTS5 makes its own tables */
}

/* ---- every statement of the tree ---- */

typedef struct {
    Db *db;
    const char *file;
    GHashTable *macros; /* of this file: name -> literal text */
    GString *problems;
    guint checked;
} Scan;

/* One C string literal that begins at p ("…"), appended to out; returns what follows it. */
static const char *read_literal(const char *p, GString *out)
{
    for (p++; *p != '\0' && *p != '"'; p++) {
        if (*p == '\\' && p[1] != '\0') {
            p++;
            g_string_append_c(out, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p);
        } else {
            g_string_append_c(out, *p);
        }
    }
    return *p == '"' ? p + 1 : p;
}

/* Comments and line splices of a source become blanks; strings and lines stay. */
static void blank_comments(char *s)
{
    for (char *p = s; *p != '\0'; p++) {
        if (*p == '"' || *p == '\'') {
            char quote = *p;
            for (p++; *p != '\0' && *p != quote; p++)
                if (*p == '\\' && p[1] != '\0')
                    p++;
            if (*p == '\0')
                return;
        } else if (p[0] == '/' && p[1] == '*') {
            char *end = strstr(p + 2, "*/");
            for (; *p != '\0' && (end == NULL || p < end + 2); p++)
                if (*p != '\n')
                    *p = ' ';
            p--;
        } else if (p[0] == '/' && p[1] == '/') {
            for (; *p != '\0' && *p != '\n'; p++)
                *p = ' ';
            p--;
        } else if (p[0] == '\\' && p[1] == '\n') {
            p[0] = p[1] = ' ';
        }
    }
}

/* Adjacent literals and macros that are such: one text, or NULL where anything else stands there. */
static char *concatenated(const Scan *s, const char *from, const char *to)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gboolean any = FALSE;
    for (const char *p = from; p < to;) {
        if (g_ascii_isspace(*p)) {
            p++;
        } else if (*p == '"') {
            p = read_literal(p, out);
            any = TRUE;
        } else {
            gsize n = 0;
            while (p + n < to && (g_ascii_isalnum(p[n]) || p[n] == '_'))
                n++;
            g_autofree char *name = g_strndup(p, n);
            const char *text = n == 0 ? NULL : g_hash_table_lookup(s->macros, name);
            if (text == NULL)
                return NULL;
            g_string_append(out, text);
            p += n;
            any = TRUE;
        }
    }
    return any ? g_strdup(out->str) : NULL;
}

static void read_macros(Scan *s, const char *source)
{
    for (const char *p = strstr(source, "#define "); p != NULL; p = strstr(p + 1, "#define ")) {
        const char *name = p + strlen("#define "), *end = strchr(name, '\n');
        gsize n = strcspn(name, " \t\n(");
        if (end == NULL || name[n] != ' ')
            continue;
        char *text = concatenated(s, name + n, end);
        if (text != NULL)
            g_hash_table_insert(s->macros, g_strndup(name, n), text);
    }
}

/* Where the argument that begins at p ends: its comma or closing bracket. */
static const char *argument_end(const char *p)
{
    int depth = 0;
    for (; *p != '\0'; p++) {
        if (*p == '"' || *p == '\'') {
            char quote = *p;
            for (p++; *p != '\0' && *p != quote; p++)
                if (*p == '\\' && p[1] != '\0')
                    p++;
            if (*p == '\0')
                return p;
        } else if (*p == '(' || *p == '{' || *p == '[') {
            depth++;
        } else if (depth > 0 && (*p == ')' || *p == '}' || *p == ']')) {
            depth--;
        } else if (depth == 0 && (*p == ',' || *p == ')')) {
            return p;
        }
    }
    return p;
}

static void complain(Scan *s, const char *sql, const char *why) { g_string_append_printf(s->problems, "\n%s: %s: %.160s", s->file, why, sql); }

/* The letters must be as many as the highest $n, and no $n missing. */
static void check_parameters(Scan *s, const char *sql, const char *types)
{
    gsize n = strlen(types);
    gboolean seen[100] = {FALSE};
    if (n >= G_N_ELEMENTS(seen) || strspn(types, "itsb") != n) {
        complain(s, sql, "wrong type letters");
        return;
    }
    for (const char *p = strchr(sql, '$'); p != NULL; p = strchr(p + 1, '$')) {
        gint64 k = g_ascii_strtoll(p + 1, NULL, 10);
        if (k < 1 || k > (gint64)n) {
            complain(s, sql, "a parameter without a type letter");
            return;
        }
        seen[k] = TRUE;
    }
    for (gsize k = 1; k <= n; k++)
        if (!seen[k])
            complain(s, sql, "a type letter without its parameter");
}

static void check_call(Scan *s, const char *p, int sql_argument)
{
    const char *end = argument_end(p);
    for (int i = 0; i < sql_argument && *end == ','; i++) {
        p = end + 1;
        end = argument_end(p);
    }
    g_autofree char *sql = concatenated(s, p, end);
    if (sql == NULL) {
        g_autofree char *found = g_strndup(p, (gsize)(end - p));
        complain(s, found, "the statement is no literal");
        return;
    }
    g_autoptr(GError) err = NULL;
    s->checked++;
    if (!db_check(s->db, sql, &err))
        complain(s, sql, err->message);
    if (strchr(sql, ';') != NULL) /* the cache of prepared statements knows one by its whole text */
        complain(s, sql, "more than one statement");
    if (*end != ',')
        return;
    g_autofree char *types = concatenated(s, end + 1, argument_end(end + 1));
    if (types == NULL)
        complain(s, sql, "the types are no literal");
    else
        check_parameters(s, sql, types);
}

static const struct {
    const char *name;
    int sql_argument;
} calls[] = {{"db_run(", 2}, {"db_value(", 3}, {"db_select(", 3}, {"db_text_value(", 3}, {"db_ids(", 3}};

static void scan_source(Scan *s, char *source)
{
    blank_comments(source);
    g_hash_table_remove_all(s->macros);
    read_macros(s, source);
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
        for (const char *p = strstr(source, calls[i].name); p != NULL; p = strstr(p + 1, calls[i].name))
            if (p == source || (!g_ascii_isalnum(p[-1]) && p[-1] != '_'))
                check_call(s, p + strlen(calls[i].name), calls[i].sql_argument);
}

static void scan_directory(Scan *s, const char *path)
{
    const char *name;
    GDir *dir = g_dir_open(path, 0, NULL);
    assert_non_null(dir);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_autofree char *source = NULL;
        if (g_file_test(file, G_FILE_TEST_IS_DIR)) {
            scan_directory(s, file);
        } else if (g_str_has_suffix(name, ".c") && strcmp(name, "db.c") != 0) { /* db.c has the functions themselves */
            assert_true(g_file_get_contents(file, &source, NULL, NULL));
            s->file = file;
            scan_source(s, source);
        }
    }
    g_dir_close(dir);
}

static Scan *scan_new(Db *db)
{
    Scan *s = g_new0(Scan, 1);
    s->db = db;
    s->macros = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    s->problems = g_string_new(NULL);
    return s;
}

static void scan_free(Scan *s)
{
    g_hash_table_unref(s->macros);
    g_string_free(s->problems, TRUE);
    g_free(s);
}

static void test_every_statement(void **state)
{
    const char *top = g_getenv("TOP_SRCDIR") != NULL ? g_getenv("TOP_SRCDIR") : g_getenv("srcdir");
    if (top == NULL) {
        print_message("srcdir is not set\n");
        skip();
    }
    Scan *s = scan_new(db_of(state));
    g_autofree char *src = g_build_filename(top, "src", NULL);
    scan_directory(s, src);
    if (s->problems->len > 0)
        fail_msg("%u statements, of these wrong:%s", s->checked, s->problems->str);
    assert_true(s->checked > 50); /* or the scanner reads nothing any more */
    scan_free(s);
}

/* The scanner itself must see what is wrong. */
static void test_scanner(void **state)
{
    static const struct {
        const char *label, *source, *problem; /* NULL: none */
        guint checked;
    } sources[] = {
        {"good", "x = db_run(db, err, \"insert into t (a) values ($1)\", \"i\", n);", NULL, 1},
        {"adjacent literals", "db_value(db, &n, err,\n \"select a\"\n \" from t where a = $1\", \"i\", n)", NULL, 1},
        {"a macro", "#define C \"a, b\"\ndb_select(db, &rows, err, \"select \" C \" from t\", \"\")", NULL, 1},
        {"two", "db_run(db, err, \"delete from t\", \"\") && db_text_value(db, &s, err, \"select b from t\", \"\")", NULL, 2},
        {"arguments with commas", "db_value(f(db, 1), &a[g(1, ',')], err, \"select a from t where b = ','\", \"\")", NULL, 1},
        {"in a comment", "/* db_run(db, err, \"nonsense\", \"\") */ // db_run(db, err, sql, \"\")\n", NULL, 0},
        {"another function", "my_db_run(db, err, sql, types)", NULL, 0},
        {"no such column", "db_run(db, err, \"update t set z = 1\", \"\")", "no such column", 1},
        {"two in one", "db_run(db, err, \"delete from t; delete from t\", \"\")", "more than one", 1},
        {"a variable", "db_run(db, err, sql, \"\")", "no literal", 0},
        {"too few letters", "db_run(db, err, \"update t set a = $1, b = $2\", \"i\", n)", "without a type letter", 1},
        {"too many letters", "db_run(db, err, \"update t set a = $1\", \"ii\", n, n)", "without its parameter", 1},
        {"a strange letter", "db_run(db, err, \"update t set a = $1\", \"d\", n)", "wrong type letters", 1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
        Scan *s = scan_new(db_of(state));
        g_autofree char *source = g_strdup(sources[i].source);
        s->file = "test";
        scan_source(s, source);
        gboolean fits = sources[i].problem == NULL ? s->problems->len == 0 : strstr(s->problems->str, sources[i].problem) != NULL;
        if (!fits || s->checked != sources[i].checked)
            fail_msg("%s: %u checked, problems:%s", sources[i].label, s->checked, s->problems->str);
        scan_free(s);
    }
}

/* Whoever overlooks that a statement failed, since the disk is full, must not commit what he did after it. */
static void test_spoilt(void **state)
{
    Db *db = db_of(state);
    g_autofree char *long_text = g_strnfill(4000000, 'x');
    g_autoptr(GError) err = NULL, later = NULL, at_end = NULL;
    gint64 n;
    assert_true(db_value(db, &n, NULL, "pragma max_page_count = 400", ""));
    assert_true(db_begin(db, NULL) && db_run(db, NULL, "insert into t (a) values (1)", ""));
    assert_false(db_run(db, &err, "insert into t (b) values ($1)", "s", long_text));
    assert_int_equal(err->code, ERROR_TEMPFAIL);
    assert_false(db_run(db, &later, "insert into t (a) values (2)", ""));
    assert_int_equal(later->code, ERROR_TEMPFAIL);
    assert_false(db_commit(db, &at_end));
    assert_int_equal(at_end->code, ERROR_TEMPFAIL);
    assert_true(db_value(db, &n, NULL, "select count(*) from t", "") && n == 0);
    assert_true(db_begin(db, NULL) && db_run(db, NULL, "insert into t (a) values (3)", "") && db_commit(db, NULL)); /* and then it goes on */
}

/* ---- batches ---- */

typedef struct {
    Db *db;
    guint bad, fading; /* the numbers of what fails by itself, and of what fails for want of something; 0: none */
    guint asked, failed, ended;
} Things;

/* Each inserts twice what it is, so that half of one would be seen. */
static gboolean thing(void *data, guint i, GError **err)
{
    Things *t = data;
    guint number = i + 1;
    t->asked++;
    log_event(LOGGING_INFO, "thing=%u", number);
    if (!db_run(t->db, err, "insert into t (a) values ($1)", "i", (gint64)number))
        return FALSE;
    if (number == t->fading)
        log_event(LOGGING_WARNING, "trouble=%u", number);
    if (number == t->bad || number == t->fading)
        return error_set(err, number == t->bad ? ERROR_DATA : ERROR_TEMPFAIL, "thing %u", number);
    return db_run(t->db, err, "insert into t (a) values ($1)", "i", (gint64)number);
}

static gboolean thing_failed(void *data, guint i, GError *why, GError **err)
{
    Things *t = data;
    assert_int_equal(why->code, ERROR_DATA);
    assert_int_equal(i + 1, t->bad);
    t->failed++;
    log_event(LOGGING_INFO, "failed=%u", i + 1);
    g_error_free(why);
    return db_run(t->db, err, "insert into t (a) values (100)", "");
}

static void things_ended(void *data)
{
    Things *t = data;
    assert_true(t->asked > 0);
    t->ended++;
}

static gboolean all_things(Things *t, guint n, GError **err)
{
    return db_batch(t->db, n, &(DbBatch){thing, thing_failed, things_ended, t}, err);
}

/* What the log heard of them. */
static char *heard(Things *t, guint n)
{
    char text[4096];
    int log = memfd_create("log", 0), keep = dup(STDERR_FILENO);
    assert_true(log >= 0 && keep >= 0 && fflush(stderr) == 0 && dup2(log, STDERR_FILENO) >= 0);
    all_things(t, n, NULL);
    assert_true(fflush(stderr) == 0 && dup2(keep, STDERR_FILENO) >= 0);
    ssize_t length = pread(log, text, sizeof text, 0);
    close(log);
    close(keep);
    assert_true(length >= 0 && (gsize)length < sizeof text);
    return g_strndup(text, (gsize)length);
}

/* Of what was taken back only that there was trouble. */
static void test_batch_log(void **state)
{
    Things good = {.db = db_of(state)}, one_bad = {.db = good.db, .bad = 2}, fades = {.db = good.db, .fading = 2};
    g_autofree char *all = heard(&good, 2), *again = heard(&one_bad, 3), *apart = heard(&one_bad, 3), *none = heard(&fades, 3), *one = heard(&good, 1);
    assert_string_equal(all, "escalate: thing=1\nescalate: thing=2\n");
    assert_string_equal(again, "escalate: thing=1\nescalate: failed=2\nescalate: thing=3\n");
    assert_string_equal(apart, again);
    assert_string_equal(none, "escalate: trouble=2\n");
    assert_string_equal(one, "escalate: thing=1\n");
}

static gboolean mute(void *data, guint i, GError **err)
{
    (void)data;
    (void)err;
    return i != 0;
}

static gboolean mute_failed(void *data, guint i, GError *why, GError **err)
{
    (void)err;
    *(guint *)data += i == 0 && why->code == ERROR_INTERNAL ? 1 : 0;
    g_error_free(why);
    return TRUE;
}

static void mute_ended(void *data) { (void)data; }

/* One that says neither that all is well nor what is not. */
static void test_batch_mute(void **state)
{
    guint told = 0;
    assert_true(db_batch(db_of(state), 2, &(DbBatch){mute, mute_failed, mute_ended, &told}, NULL));
    assert_true(db_batch(db_of(state), 1, &(DbBatch){mute, mute_failed, mute_ended, &told}, NULL));
    assert_int_equal(told, 2);
}

static void test_batch(void **state)
{
    Db *db = db_of(state);
    g_autoptr(GError) err = NULL;
    Things good = {.db = db}, one_bad = {.db = db, .bad = 2}, fades = {.db = db, .fading = 3}, both = {.db = db, .bad = 1, .fading = 3};
    assert_true(all_things(&good, 3, NULL));
    assert_int_equal(value(db, "select sum(a) from t"), 2 * (1 + 2 + 3));
    assert_true(good.asked == 3 && good.failed == 0 && good.ended == 1);
    assert_true(db_script(db, "delete from t", NULL));

    assert_true(all_things(&one_bad, 3, NULL)); /* the others stay, and what `failed` wrote */
    assert_int_equal(value(db, "select sum(a) from t"), 2 * (1 + 3) + 100);
    assert_true(one_bad.asked == 5 && one_bad.failed == 1 && one_bad.ended == 2);
    one_bad.asked = one_bad.failed = one_bad.ended = 0;
    assert_true(all_things(&one_bad, 3, NULL)); /* not twice: each has its savepoint now */
    assert_true(one_bad.asked == 3 && one_bad.failed == 1 && one_bad.ended == 1);
    assert_true(db_script(db, "delete from t", NULL));

    assert_false(all_things(&fades, 3, &err));
    assert_int_equal(err->code, ERROR_TEMPFAIL);
    assert_true(fades.asked == 3 && fades.failed == 0 && fades.ended == 1);
    g_clear_error(&err);
    assert_false(all_things(&both, 3, &err)); /* the first was told of, and is taken back with all */
    assert_int_equal(err->code, ERROR_TEMPFAIL);
    assert_int_equal(both.failed, 1);
    assert_int_equal(value(db, "select count(*) from t"), 0);
    assert_true(all_things(&good, 0, NULL)); /* none is well */
}

/* What fails for want of something is of no thing, whatever the thing makes of it. */
static gboolean deaf(void *data, guint i, GError **err)
{
    Things *t = data;
    g_autofree char *long_text = g_strnfill(4000000, 'x');
    g_autoptr(GError) unheard = NULL;
    if (i == 1 && !db_run(t->db, &unheard, "insert into t (b) values ($1)", "s", long_text))
        return error_set(err, ERROR_DATA, "it may not be so long");
    return db_run(t->db, err, "insert into t (a) values (1)", "");
}

static void test_batch_spoilt(void **state)
{
    Things t = {.db = db_of(state), .asked = 1};
    g_autoptr(GError) err = NULL;
    gint64 n;
    assert_true(db_value(t.db, &n, NULL, "pragma max_page_count = 400", ""));
    assert_false(db_batch(t.db, 3, &(DbBatch){deaf, thing_failed, things_ended, &t}, &err));
    assert_int_equal(err->code, ERROR_TEMPFAIL);
    assert_int_equal(t.failed, 0);
    assert_int_equal(value(t.db, "select count(*) from t"), 0);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(test_types),       IN_ROOM(test_by_name),      IN_ROOM(test_wrong_parameters), IN_ROOM(test_no_row),
        IN_ROOM(test_nested),      IN_ROOM(test_transactions), IN_ROOM(test_lazy), IN_ROOM(test_unsure), IN_ROOM(test_unsure_commit), IN_ROOM(test_lazy_syncs_nothing), IN_ROOM(test_rollback_with_open_rows),
        IN_ROOM(test_two_connections), IN_ROOM(test_errors),   IN_ROOM(test_cannot_open),      IN_ROOM(test_migration),
        IN_ROOM(test_pragmas),     IN_ROOM(test_scanner),      IN_ROOM(test_every_statement), IN_ROOM(test_spoilt), IN_ROOM(test_batch), IN_ROOM(test_batch_spoilt), IN_ROOM(test_batch_log), IN_ROOM(test_batch_mute),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
