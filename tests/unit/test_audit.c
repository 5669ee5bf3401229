/* audit: the chain holds, and tells where it does not; a person is erased and it still holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "store/audit.h"

#include "base/banned.h"

#define NOW ((Instant)1790000000)

typedef struct {
    Db *db;
    GBytes *key;
} Room;

static int open_room(void **state)
{
    Room *r = g_new0(Room, 1);
    r->key = g_bytes_new_static("0123456789abcdef0123456789abcdef", 32);
    *state = r;
    return db_open(":memory:", &r->db, NULL) ? 0 : -1;
}

static int close_room(void **state)
{
    Room *r = *state;
    db_close(r->db);
    g_bytes_unref(r->key);
    g_free(r);
    return 0;
}

static void add_rows(Room *r, int n)
{
    for (int i = 0; i < n; i++)
        assert_true(audit_add(r->db, r->key, NOW + i, i % 3, NULL, "event", "n=%d who=%s", i, "17:9f2c"));
}

static void run(Room *r, const char *sql) { assert_true(db_run(r->db, NULL, sql, "")); }

static void test_empty(void **state)
{
    Room *r = *state;
    g_autofree char *head = NULL;
    gint64 rows = -1;
    assert_true(audit_head(r->db, &head, NULL));
    assert_string_equal(head, "0:");
    assert_true(audit_verify(r->db, r->key, NULL, &rows, NULL));
    assert_int_equal(rows, 0);
    assert_true(audit_verify(r->db, r->key, head, &rows, NULL));
}

static void test_append(void **state)
{
    Room *r = *state;
    g_autofree char *head = NULL, *later = NULL, *detail = NULL;
    gint64 rows;
    add_rows(r, 5);
    assert_true(audit_head(r->db, &head, NULL));
    assert_true(g_str_has_prefix(head, "5:") && strlen(head) == 2 + 64);
    add_rows(r, 5);
    assert_true(audit_head(r->db, &later, NULL) && strcmp(head, later) != 0);
    assert_true(audit_verify(r->db, r->key, NULL, &rows, NULL));
    assert_int_equal(rows, 10);
    assert_true(audit_verify(r->db, r->key, head, &rows, NULL) && audit_verify(r->db, r->key, later, &rows, NULL));
    assert_true(db_text_value(r->db, &detail, NULL, "select detail from audit where number = 3", ""));
    assert_string_equal(detail, "n=2 who=17:9f2c");
    g_autoptr(DbRows) first = NULL;
    assert_true(db_select(r->db, &first, NULL, "select ticket_id is null from audit where number = 1", "") && db_next(first, NULL));
    assert_int_equal(db_int(first, 0), 1); /* ticket 0: none */
}

/* Appended by a transaction that was rolled back: as if it had never been. */
static void test_rollback(void **state)
{
    Room *r = *state;
    g_autofree char *head = NULL, *after = NULL;
    gint64 rows;
    add_rows(r, 2);
    assert_true(audit_head(r->db, &head, NULL) && db_begin(r->db, NULL));
    add_rows(r, 2);
    db_rollback(r->db);
    assert_true(audit_head(r->db, &after, NULL));
    assert_string_equal(head, after);
    add_rows(r, 2);
    assert_true(audit_verify(r->db, r->key, head, &rows, NULL));
}

static const struct {
    const char *label, *damage, *names; /* what the error names */
} damages[] = {
    {"a changed detail", "update audit set detail = 'n=99' where number = 4", "audit row 4: was changed"},
    {"a changed event", "update audit set event = 'other' where number = 4", "audit row 4: was changed"},
    {"a changed instant", "update audit set at = at + 1 where number = 4", "audit row 4: was changed"},
    {"another ticket", "update audit set ticket_id = 77 where number = 4", "audit row 4: was changed"},
    {"a ticket taken away", "update audit set ticket_id = null where number = 3", "audit row 3: was changed"},
    {"a changed hash", "update audit set hash = '00' where number = 4", "audit row 4: was changed"},
    {"a removed row", "delete from audit where number = 4", "audit row 4: is missing"},
    {"the first removed", "delete from audit where number = 1", "audit row 1: is missing"},
    {"removed, and the rest moved up", "delete from audit where number in (4)", "audit row 4"},
    {"two swapped", "update audit set number = case number when 4 then -5 when 5 then -4 end where number in (4, 5)", "audit row"},
    {"a row between", "insert into audit (number, at, event, detail, hash) values (0, 1, 'x', 'y', 'z')", "audit row 1"},
    {"a row at the end", "insert into audit (number, at, event, detail, hash) values (9, 1, 'x', 'y', 'z')", "audit row 9: was changed"},
};

static void test_damage(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(damages); i++) {
        void *own = NULL;
        g_autoptr(GError) err = NULL;
        gint64 rows = -1;
        assert_int_equal(open_room(&own), 0);
        Room *r = own;
        add_rows(r, 8);
        run(r, damages[i].damage);
        run(r, "update audit set number = -number where number < 0");
        if (strstr(damages[i].label, "moved up") != NULL)
            run(r, "update audit set number = number - 1 where number > 4");
        gboolean ok = audit_verify(r->db, r->key, NULL, &rows, &err);
        if (ok || !g_error_matches(err, ESCALATE_ERROR, ERROR_DATA) || strstr(err->message, damages[i].names) == NULL)
            fail_msg("%s: %s", damages[i].label, err == NULL ? "was not seen" : err->message);
        close_room(&own);
    }
}

static void test_cut_tail(void **state)
{
    Room *r = *state;
    g_autofree char *head = NULL;
    g_autoptr(GError) err = NULL;
    gint64 rows;
    add_rows(r, 8);
    assert_true(audit_head(r->db, &head, NULL));
    run(r, "delete from audit where number > 5");
    assert_true(audit_verify(r->db, r->key, NULL, &rows, NULL)); /* by itself the chain cannot know */
    assert_int_equal(rows, 5);
    assert_false(audit_verify(r->db, r->key, head, &rows, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_DATA) && strstr(err->message, "audit row 8: is missing") != NULL);
    g_clear_error(&err);
    for (int i = 0; i < 3; i++) /* cut and filled up with others */
        assert_true(audit_add(r->db, r->key, NOW + i, 0, NULL, "other", "x"));
    assert_false(audit_verify(r->db, r->key, head, &rows, &err));
    assert_true(strstr(err->message, "is not the one of that head") != NULL);
}

static void test_wrong_heads(void **state)
{
    Room *r = *state;
    static const char *const heads[] = {"", "x", "3", ":abc", "x:abc"};
    gint64 rows;
    add_rows(r, 3);
    for (gsize i = 0; i < G_N_ELEMENTS(heads); i++) {
        g_autoptr(GError) err = NULL;
        assert_false(audit_verify(r->db, r->key, heads[i], &rows, &err));
        assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_USAGE));
    }
}

static void test_another_key(void **state)
{
    Room *r = *state;
    g_autoptr(GBytes) other = g_bytes_new_static("another key, another chain ......", 32);
    g_autoptr(GError) err = NULL;
    gint64 rows;
    add_rows(r, 3);
    assert_false(audit_verify(r->db, other, NULL, &rows, &err));
    assert_true(strstr(err->message, "audit row 1") != NULL);
}

static void test_persons(void **state)
{
    Room *r = *state;
    gint64 eve = 0, again = 0, bob = 0;
    g_autofree char *a = NULL, *b = NULL, *c = NULL, *name = NULL;
    assert_true(audit_person(r->db, "eve@acme.example", NULL, &eve, NULL) && audit_person(r->db, "eve@acme.example", "Eve Li", &again, NULL));
    assert_int_equal(eve, again);
    assert_true(audit_person(r->db, "eve@acme.example", "Somebody Else", &again, NULL)); /* the first name stays */
    assert_true(db_text_value(r->db, &name, NULL, "select name from person where id = $1", "i", eve));
    assert_string_equal(name, "Eve Li");
    assert_true(audit_person(r->db, "bob@acme.example", "", &bob, NULL) && bob != eve);
    assert_true(audit_person_digest(r->db, "eve@acme.example", &a, NULL) && audit_person_digest(r->db, "eve@acme.example", &b, NULL));
    assert_string_equal(a, b);
    assert_null(strstr(a, "eve"));
    assert_true(audit_person_digest(r->db, "bob@acme.example", &c, NULL));
    assert_string_not_equal(strchr(a, ':'), strchr(c, ':'));
}

static void test_erase(void **state)
{
    Room *r = *state;
    gint64 id, rows, n;
    g_autofree char *digest = NULL, *after = NULL, *head = NULL;
    assert_true(audit_person(r->db, "eve@acme.example", "Eve Li", &id, NULL) && audit_person_digest(r->db, "eve@acme.example", &digest, NULL));
    assert_true(audit_add(r->db, r->key, NOW, 1, NULL, "ack", "who=%s", digest));
    add_rows(r, 3);
    assert_true(audit_head(r->db, &head, NULL));
    assert_true(audit_erase_person(r->db, "eve@acme.example", NULL));
    assert_true(audit_verify(r->db, r->key, head, &rows, NULL));
    assert_true(db_value(r->db, &n, NULL, "select count(*) from person where id = $1 and address is null and name is null and length(key) = 0", "i", id));
    assert_int_equal(n, 1);
    assert_true(audit_person_digest(r->db, "eve@acme.example", &after, NULL)); /* whoever comes back is a new person */
    assert_string_not_equal(digest, after);
    assert_true(audit_erase_person(r->db, "nobody@acme.example", NULL));
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {IN_ROOM(test_empty),    IN_ROOM(test_append),      IN_ROOM(test_rollback),    cmocka_unit_test(test_damage),
                                       IN_ROOM(test_cut_tail), IN_ROOM(test_wrong_heads), IN_ROOM(test_another_key), IN_ROOM(test_persons),
                                       IN_ROOM(test_erase)};
    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
