/* migration: a database of each version that there was, with rows in every table, becomes the newest: the same schema as one made new, every
 * value kept. SQLite is used by itself here, since db.h knows no other version than the present one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "base/error.h"
#include "store/db.h"
#include "store/schema.h"

#include "base/banned.h"

#define ROWS 3

/* SHA-256 of the steps that were used: a change of one would leave databases behind that nothing migrates. A new step adds the line of the one
 * before it. */
static const char *const digests[] = {
    "101cd25037d6d0b2bc59cc4dd0ca9b396734fde8bb0e0bb8bf1cbfc8e69229be",
    "5eaeade40a3acaeb260f479fecb926f06dfce3f4732082b60e0ba0bff6f9ea9f",
    "53d642d1480764ddcb5dff4dab183d3bf7829054526c4069c1575ab44be4dff7",
    "cbf8ebf5a3f24a248283a74a4bef0d2e2b9113d2d0a978e3ad47657c2f43c12a",
    "e9d9a268ca7e8d736e18e1049b7379710a406497174e030fa743d75353ea6cfb",
    "a7e178f0884d07b1172816e78ba499589edf96c96ce9701aa4db2cc98db9e6a8",
    "35046af48cbcc1f3538599857462ed78eb5bfa0756e5245604243fc3106377eb",
    "9197a0ecacc19d39f96d5c4af45e0984213a275e7d49e95cf3c7005051c02019",
    "4f0f66780b92d480773e25f7b406476c9d9c7093957f15eb87313e8d53a73c35",
    "8d5e4e6f0aa5c9e39101e87f8474359cdabdfd3a56bd185c77c8e5106148637b",
    "781b797d053f2a9bc084f7cf091e6a8beb8fd81386ce1fe6a1a5c6fd33bc7f5c",
};

/* Columns that have another name since the version. */
static const struct {
    int since;
    const char *table, *was, *is;
} renamed[] = {{2, "notification", "is_reminder", "kind"}};

typedef struct {
    char *directory, *path;
} Room;

static int open_room(void **state)
{
    Room *r = g_new0(Room, 1);
    r->directory = g_dir_make_tmp("escalate-migration-XXXXXX", NULL);
    r->path = g_build_filename(r->directory, "facts.db", NULL);
    *state = r;
    return 0;
}

static void remove_files(const Room *r)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *file = g_strconcat(r->path, ends[i], NULL);
        g_unlink(file);
    }
}

static int close_room(void **state)
{
    Room *r = *state;
    remove_files(r);
    g_rmdir(r->directory);
    g_free(r->directory);
    g_free(r->path);
    g_free(r);
    return 0;
}

static sqlite3 *open_raw(const Room *r)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(r->path, &db), SQLITE_OK);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%.300s: %s", sql, why);
}

/* All values of all rows as text, a row a line. */
static char *text_of(sqlite3 *db, const char *sql)
{
    GString *s = g_string_new(NULL);
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const char *text = (const char *)sqlite3_column_text(stmt, i);
            g_string_append_printf(s, "%s%s", i > 0 ? "|" : "", text != NULL ? text : "(null)");
        }
        g_string_append_c(s, '\n');
    }
    sqlite3_finalize(stmt);
    return g_string_free(s, FALSE);
}

static char **lines_of(sqlite3 *db, const char *sql)
{
    g_autofree char *text = text_of(db, sql);
    return g_strsplit(g_strchomp(text), "\n", -1);
}

#define TABLES "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name not like 'message_word%' order by name"

/* Three rows in every table, their values the number of the row: so each reference finds its row. */
static void fill(sqlite3 *db, const char *table)
{
    g_autofree char *ask = g_strdup_printf("select name || ' ' || type from pragma_table_info('%s')", table);
    g_auto(GStrv) columns = lines_of(db, ask);
    for (int n = 1; n <= ROWS; n++) {
        g_autoptr(GString) sql = g_string_new(NULL);
        g_string_append_printf(sql, "insert into %s values (", table);
        for (guint i = 0; columns[i] != NULL; i++) {
            const char *type = strchr(columns[i], ' ') + 1;
            g_autofree char *name = g_strndup(columns[i], (gsize)(type - columns[i] - 1));
            const char *comma = i > 0 ? ", " : "";
            if (g_ascii_strcasecmp(type, "integer") == 0)
                g_string_append_printf(sql, "%s%d", comma, n);
            else if (g_ascii_strcasecmp(type, "blob") == 0)
                g_string_append_printf(sql, "%sx'00%02x'", comma, n);
            else
                g_string_append_printf(sql, "%s'%s %d'", comma, strcmp(name, "policy_digest") == 0 ? "digest" : name, n); /* a reference by text */
        }
        g_string_append(sql, ")");
        run(db, sql->str);
    }
}

/* A database of that version, as the program of that time made it, with rows. */
static void make(const Room *r, int version)
{
    remove_files(r);
    sqlite3 *db = open_raw(r);
    run(db, "pragma journal_mode = wal; create table schema_version (version integer not null) strict");
    for (int step = 0; step < version; step++) {
        g_autofree char *done = g_strdup_printf("insert into schema_version values (%d)", step + 1);
        run(db, schema_steps[step]);
        run(db, done);
    }
    g_auto(GStrv) tables = lines_of(db, TABLES);
    run(db, "begin; delete from fact");
    for (guint i = 0; tables[i] != NULL; i++)
        if (strcmp(tables[i], "schema_version") != 0)
            fill(db, tables[i]);
    run(db, "commit");
    sqlite3_close(db);
}

static const char *present_name(int version, const char *table, const char *column)
{
    for (gsize i = 0; i < G_N_ELEMENTS(renamed); i++)
        if (version < renamed[i].since && strcmp(renamed[i].table, table) == 0 && strcmp(renamed[i].was, column) == 0)
            return renamed[i].is;
    return column;
}

/* "table.column: values" of all columns that the version had, under their present names. */
static char *values_of(sqlite3 *db, sqlite3 *names, int version)
{
    GString *all = g_string_new(NULL);
    g_auto(GStrv) tables = lines_of(names, TABLES);
    for (guint t = 0; tables[t] != NULL; t++) {
        g_autofree char *ask = g_strdup_printf("select name from pragma_table_info('%s')", tables[t]);
        g_auto(GStrv) columns = lines_of(names, ask);
        for (guint c = 0; columns[c] != NULL && strcmp(tables[t], "schema_version") != 0; c++) {
            const char *now = present_name(version, tables[t], columns[c]);
            g_autofree char *sql = g_strdup_printf("select %s from %s%s order by 1", db == names ? columns[c] : now, tables[t],
                                                   strcmp(tables[t], "fact") == 0 ? " where name like 'name %'" : "");
            g_autofree char *text = text_of(db, sql);
            g_string_append_printf(all, "%s.%s: %s", tables[t], now, text);
        }
    }
    return g_string_free(all, FALSE);
}

static char *schema_of(sqlite3 *db) { return text_of(db, "select type, name, tbl_name, sql from sqlite_schema order by type, name"); }

static void migrate_and_close(const Room *r, int version)
{
    Db *db = NULL;
    g_autoptr(GError) err = NULL;
    if (!db_open(r->path, &db, &err))
        fail_msg("from version %d: %s", version, err->message);
    db_close(db);
}

static void compare(const char *what, int version, const char *want, const char *got)
{
    gsize n = 0;
    while (want[n] != '\0' && want[n] == got[n])
        n++;
    if (want[n] != got[n])
        fail_msg("%s from version %d: wanted …%.300s\n got …%.300s", what, version, want + MAX(n, 80) - 80, got + MAX(n, 80) - 80);
}

static void check_one(const Room *r, int version, const char *new_schema)
{
    make(r, version);
    /* the names and values of before, read while they are there */
    sqlite3 *before = open_raw(r);
    g_autofree char *want = values_of(before, before, version);
    sqlite3 *names = NULL;
    assert_int_equal(sqlite3_open(":memory:", &names), SQLITE_OK);
    for (int step = 0; step < version; step++)
        run(names, schema_steps[step]);
    sqlite3_close(before);
    migrate_and_close(r, version);
    sqlite3 *after = open_raw(r);
    g_autofree char *schema = schema_of(after), *integrity = text_of(after, "pragma integrity_check"),
                    *strays = text_of(after, "pragma foreign_key_check"), *found = text_of(after, "select count(*) from message_word where message_word match 'new_text'"),
                    *got = values_of(after, names, version), *again = NULL;
    compare("the schema", version, new_schema, schema);
    compare("values", version, want, got);
    assert_string_equal(integrity, "ok\n");
    assert_string_equal(strays, "");
    if (version < 6)
        assert_string_equal(found, "3\n");
    /* the next number is above all that there were */
    run(after, "insert into work (ticket_id, contact) values (1, 'somebody')");
    again = text_of(after, "select max(id) from work");
    assert_string_equal(again, "4\n");
    sqlite3_close(after);
    sqlite3_close(names);
    migrate_and_close(r, version); /* once more: nothing to do */
}

static void test_every_version(void **state)
{
    const Room *r = *state;
    migrate_and_close(r, 0);
    sqlite3 *fresh = open_raw(r);
    g_autofree char *new_schema = schema_of(fresh);
    sqlite3_close(fresh);
    for (int version = 1; version <= schema_version_count; version++)
        check_one(r, version, new_schema);
}

/* What version 2 reads out of what version 1 wrote. */
static void test_meaning(void **state)
{
    const Room *r = *state;
    make(r, 1);
    sqlite3 *db = open_raw(r);
    run(db, "update run set suspended_at = null where id = 2");
    sqlite3_close(db);
    migrate_and_close(r, 1);
    db = open_raw(r);
    g_autofree char *suspended = text_of(db, "select id, suspended_for from run order by id");
    assert_string_equal(suspended, "1|1\n2|0\n3|1\n");
    sqlite3_close(db);
}

static void test_newer(void **state)
{
    const Room *r = *state;
    Db *db = NULL;
    g_autoptr(GError) err = NULL;
    make(r, schema_version_count);
    sqlite3 *raw = open_raw(r);
    run(raw, "insert into schema_version values (900)");
    sqlite3_close(raw);
    assert_false(db_open(r->path, &db, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_CONFIG));
    assert_non_null(strstr(err->message, "has schema version 900"));
    assert_non_null(strstr(err->message, r->path));
}

static void test_steps_are_kept(void **state)
{
    (void)state;
    for (gsize i = 0; i + 1 < (gsize)schema_version_count; i++) {
        g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, schema_steps[i], -1);
        if (i >= G_N_ELEMENTS(digests))
            fail_msg("step %d is no longer the last: its digest belongs into the list: %s", (int)i + 1, digest);
        if (strcmp(digest, digests[i]) != 0)
            fail_msg("step %d is not what it was: %s; a change of the schema is a step of its own", (int)i + 1, digest);
    }
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {IN_ROOM(test_every_version), IN_ROOM(test_meaning), IN_ROOM(test_newer), cmocka_unit_test(test_steps_are_kept)};
    return cmocka_run_group_tests_name("migration", tests, NULL, NULL);
}
