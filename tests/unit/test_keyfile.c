/* keyfile: where keys come from, and which files are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/keyfile.h"

#include "base/banned.h"

#define ONE "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define TWO "FFFEFDFCFBFAF9F8F7F6F5F4F3F2F1F0fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0"

typedef struct {
    char *directory, *path;
} Room;

static int open_room(void **state)
{
    Room *r = g_new0(Room, 1);
    r->directory = g_dir_make_tmp("escalate-keys-XXXXXX", NULL);
    r->path = g_build_filename(r->directory, "key", NULL);
    *state = r;
    return 0;
}

static int close_room(void **state)
{
    Room *r = *state;
    g_unlink(r->path);
    g_rmdir(r->directory);
    g_free(r->directory);
    g_free(r->path);
    g_free(r);
    return 0;
}

static void write_file(const Room *r, const char *text, mode_t mode)
{
    g_unlink(r->path);
    assert_true(g_file_set_contents(r->path, text, -1, NULL));
    assert_int_equal(g_chmod(r->path, mode), 0);
}

static GBytes *bytes_of(const GPtrArray *keys, guint n) { return ((const KeyfileKey *)g_ptr_array_index(keys, n))->bytes; }

static void test_created(void **state)
{
    const Room *r = *state;
    g_autoptr(GPtrArray) keys = NULL, again = NULL;
    struct stat st;
    assert_true(keyfile_load(r->path, &keys, NULL));
    assert_int_equal(keys->len, 1);
    assert_int_equal(g_bytes_get_size(bytes_of(keys, 0)), KEYFILE_BYTES);
    assert_int_equal(stat(r->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_true(keyfile_load(r->path, &again, NULL)); /* the same one afterwards */
    assert_int_equal(again->len, 1);
    assert_true(g_bytes_equal(bytes_of(keys, 0), bytes_of(again, 0)));
}

static const struct {
    const char *label, *text;
    guint want; /* keys; 0: refused */
    const char *names;
} files[] = {
    {"one", ONE "\n", 1, NULL},
    {"no line end", ONE, 1, NULL},
    {"newest first", TWO "\n" ONE "\n", 2, NULL},
    {"comments, blanks and empty lines", "# keys\n\n  " ONE "  \r\n\n# the end", 1, NULL},
    {"capitals and small letters", TWO, 1, NULL},
    {"empty", "", 0, "holds no key"},
    {"only comments", "# " ONE "\n", 0, "holds no key"},
    {"too short", ONE "\nabcdef\n", 0, ":2: expected a key"},
    {"too long", ONE "0\n", 0, ":1: expected a key"},
    {"no digits", "g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n", 0, ":1: expected a key"},
    {"two on a line", ONE " " TWO "\n", 0, ":1: expected a key"},
    {"a comment behind", ONE " # mine\n", 0, ":1: expected a key"},
    {"retired", TWO "\n# retired 2026-11-23T09:00:00Z\n" ONE "\n", 2, NULL},
    {"retired and restored", TWO "\n# retired 2026-11-23T09:00:00Z\n# restored 2026-11-24T09:00:00Z\n" ONE "\n", 2, NULL},
    {"restored when?", "# restored yesterday\n" ONE "\n", 0, ":1: expected a time"},
    {"retired when?", TWO "\n# retired yesterday\n" ONE "\n", 0, ":2: expected a time"},
};

static void test_files(void **state)
{
    const Room *r = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GPtrArray) keys = NULL;
        g_autoptr(GError) err = NULL;
        write_file(r, files[i].text, 0600);
        gboolean ok = keyfile_load(r->path, &keys, &err);
        if (ok != (files[i].want != 0) || (ok && keys->len != files[i].want))
            fail_msg("%s: %s", files[i].label, err != NULL ? err->message : "wrong number of keys");
        if (!ok && (!g_error_matches(err, ESCALATE_ERROR, ERROR_CONFIG) || strstr(err->message, files[i].names) == NULL
                    || strstr(err->message, r->path) == NULL))
            fail_msg("%s: %s", files[i].label, err->message);
        if (!ok && strstr(err->message, "000102") != NULL)
            fail_msg("%s: the message has a key", files[i].label);
    }
}

static void test_order(void **state)
{
    const Room *r = *state;
    g_autoptr(GPtrArray) keys = NULL;
    write_file(r, TWO "\n" ONE "\n", 0600);
    assert_true(keyfile_load(r->path, &keys, NULL));
    const guint8 *first = g_bytes_get_data(bytes_of(keys, 0), NULL), *second = g_bytes_get_data(bytes_of(keys, 1), NULL);
    assert_true(first[0] == 0xff && first[31] == 0xf0 && second[0] == 0 && second[31] == 0x1f);
}

static void test_modes(void **state)
{
    const Room *r = *state;
    static const mode_t bad[] = {0640, 0604, 0660, 0644, 0610, 0601, 0666}, good[] = {0600, 0400, 0700};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GPtrArray) keys = NULL;
        g_autoptr(GError) err = NULL;
        write_file(r, ONE "\n", bad[i]);
        assert_false(keyfile_load(r->path, &keys, &err));
        assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_CONFIG) && strstr(err->message, "0600") != NULL);
        assert_null(keys);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GPtrArray) keys = NULL;
        write_file(r, ONE "\n", good[i]);
        assert_true(keyfile_load(r->path, &keys, NULL));
    }
}

static void test_nowhere(void **state)
{
    const Room *r = *state;
    g_autofree char *path = g_build_filename(r->directory, "no", "key", NULL);
    g_autoptr(GPtrArray) keys = NULL;
    g_autoptr(GError) err = NULL;
    assert_false(keyfile_load(path, &keys, &err));
    assert_non_null(err);
}

#define DAY ((Seconds)86400)
#define T0 ((Instant)1790000000)

/* A key signs until the next is made, verifies for a life from then, and is dropped by the first change after that. */
static void test_rotated(void **state)
{
    const Room *r = *state;
    guint dropped = 99;
    g_autoptr(GPtrArray) before = NULL, after = NULL;
    struct stat st;
    write_file(r, TWO "\n# retired 2020-01-01T00:00:00Z\n" ONE "\n", 0600);
    assert_true(keyfile_load(r->path, &before, NULL));
    assert_true(keyfile_rotate(r->path, T0, 10 * DAY, &dropped, NULL));
    assert_int_equal(dropped, 1);
    assert_int_equal(stat(r->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_true(keyfile_load(r->path, &after, NULL));
    assert_int_equal(after->len, 2);
    assert_false(g_bytes_equal(bytes_of(after, 0), bytes_of(before, 0)));
    assert_true(g_bytes_equal(bytes_of(after, 1), bytes_of(before, 0)));
    assert_true(((const KeyfileKey *)g_ptr_array_index(after, 0))->retired_at == INSTANT_NONE);
    assert_true(((const KeyfileKey *)g_ptr_array_index(after, 1))->retired_at == T0);
    static const struct {
        Instant at;
        guint want;
    } lives[] = {{T0 - DAY, 2}, {T0, 2}, {T0 + 10 * DAY - 1, 2}, {T0 + 10 * DAY, 1}, {T0 + 900 * DAY, 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(lives); i++) {
        g_autoptr(GPtrArray) valid = keyfile_valid(after, lives[i].at, 10 * DAY);
        assert_int_equal(valid->len, lives[i].want);
        assert_true(g_bytes_equal(g_ptr_array_index(valid, 0), bytes_of(after, 0)));
    }
}

static void test_too_many(void **state)
{
    const Room *r = *state;
    guint dropped;
    g_autoptr(GError) err = NULL;
    write_file(r, ONE "\n", 0600);
    for (int i = 1; i < KEYFILE_KEYS; i++)
        assert_true(keyfile_rotate(r->path, T0 + i, DAY, &dropped, NULL));
    assert_false(keyfile_rotate(r->path, T0 + 100, DAY, &dropped, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_REFUSED));
    assert_true(keyfile_rotate(r->path, T0 + 2 * DAY, DAY, &dropped, NULL));
    assert_int_equal(dropped, KEYFILE_KEYS - 1);
}

static const KeyfileKey *key_of(const GPtrArray *keys, guint n) { return g_ptr_array_index(keys, n); }

static char *write_other(const Room *r, const char *text)
{
    char *other = g_build_filename(r->directory, "other", NULL);
    assert_true(g_file_set_contents(other, text, -1, NULL));
    assert_int_equal(g_chmod(other, 0600), 0);
    return other;
}

static guint count_returning(const Room *r, const char *other, Instant now)
{
    g_autoptr(GPtrArray) back = NULL;
    assert_true(keyfile_returning(r->path, other, now, 10 * DAY, &back, NULL));
    return back->len;
}

/* Keys of a backup beside newer ones: all verify, the newest signs, and which came back is told until the next backup knows of it. */
static void test_merged(void **state)
{
    const Room *r = *state;
    g_autofree char *other = write_other(r, ONE "\n" TWO "\n");
    g_autoptr(GPtrArray) keys = NULL, again = NULL;
    guint dropped;
    write_file(r, TWO "\n", 0600);
    assert_int_equal(count_returning(r, other, T0), 1);
    assert_true(keyfile_merge(r->path, other, T0, 10 * DAY, NULL));
    assert_true(keyfile_load(r->path, &keys, NULL));
    assert_int_equal(keys->len, 2);
    assert_true(key_of(keys, 0)->retired_at == INSTANT_NONE && key_of(keys, 0)->restored_at == INSTANT_NONE);
    assert_true(key_of(keys, 1)->retired_at == T0 && key_of(keys, 1)->restored_at == T0);
    assert_int_equal(count_returning(r, other, T0 + DAY), 1); /* the merge was done, and its restore cut off */
    assert_true(keyfile_merge(r->path, other, T0 + DAY, 10 * DAY, NULL));
    assert_true(keyfile_rotate(r->path, T0 + 2 * DAY, 10 * DAY, &dropped, NULL));
    assert_true(keyfile_load(r->path, &again, NULL));
    assert_int_equal(again->len, 3);
    assert_true(key_of(again, 2)->retired_at == T0 && key_of(again, 2)->restored_at == T0);
    assert_int_equal(count_returning(r, r->path, T0 + 2 * DAY), 0);
    g_unlink(other);
}

/* Where there is no file it becomes the backup's, but for what is over. */
static void test_merged_alone(void **state)
{
    const Room *r = *state;
    g_autofree char *other = write_other(r, "# retired 2020-01-01T00:00:00Z\n" ONE "\n# retired 2020-01-01T00:00:00Z\n" TWO "\n");
    g_autoptr(GPtrArray) keys = NULL;
    assert_int_equal(count_returning(r, other, T0), 0);
    assert_true(keyfile_merge(r->path, other, T0, 10 * DAY, NULL));
    assert_true(keyfile_load(r->path, &keys, NULL));
    assert_int_equal(keys->len, 1); /* the first one signs, whatever stands above it */
    assert_true(key_of(keys, 0)->restored_at == INSTANT_NONE);
    g_unlink(other);
}

/* What is over does not come back. */
static void test_merged_spent(void **state)
{
    const Room *r = *state;
    g_autofree char *other = write_other(r, TWO "\n# retired 2020-01-01T00:00:00Z\n" ONE "\n");
    g_autoptr(GPtrArray) keys = NULL;
    write_file(r, TWO "\n", 0600);
    assert_int_equal(count_returning(r, other, T0), 0);
    assert_true(keyfile_merge(r->path, other, T0, 10 * DAY, NULL));
    assert_true(keyfile_load(r->path, &keys, NULL));
    assert_int_equal(keys->len, 1);
    g_unlink(other);
}

/* A file with more could not be read any more, and nothing would start. */
static void test_merged_too_many(void **state)
{
    const Room *r = *state;
    g_autofree char *other = write_other(r, ONE "\n");
    g_autoptr(GPtrArray) back = NULL, keys = NULL;
    g_autoptr(GError) asked = NULL, done = NULL;
    guint dropped;
    write_file(r, TWO "\n", 0600);
    for (int i = 1; i < KEYFILE_KEYS; i++)
        assert_true(keyfile_rotate(r->path, T0 + i, DAY, &dropped, NULL));
    assert_false(keyfile_returning(r->path, other, T0 + 100, DAY, &back, &asked));
    assert_true(g_error_matches(asked, ESCALATE_ERROR, ERROR_REFUSED));
    assert_false(keyfile_merge(r->path, other, T0 + 100, DAY, &done));
    assert_true(g_error_matches(done, ESCALATE_ERROR, ERROR_REFUSED));
    assert_true(keyfile_load(r->path, &keys, NULL));
    assert_int_equal(keys->len, KEYFILE_KEYS);
    g_unlink(other);
}

/* Root may read anybody's, so only who is not root can show it: a child gives its rights away. */
static void test_foreign(void **state)
{
    const Room *r = *state;
    if (geteuid() != 0)
        skip();
    write_file(r, ONE "\n", 0600);
    assert_int_equal(chown(r->path, 1, 1), 0);
    assert_int_equal(g_chmod(r->directory, 0755), 0);
    pid_t pid = fork();
    if (pid == 0) {
        g_autoptr(GPtrArray) keys = NULL;
        g_autoptr(GError) err = NULL;
        if (setuid(65534) != 0)
            _exit(3);
        gboolean is_refused = !keyfile_load(r->path, &keys, &err) && g_error_matches(err, ESCALATE_ERROR, ERROR_CONFIG)
                              && strstr(err->message, "belongs to user 1") != NULL;
        _exit(is_refused ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_random(void **state)
{
    guint8 a[64] = {0}, b[64] = {0}, c[8] = {0};
    (void)state;
    keyfile_random(a, sizeof a);
    keyfile_random(b, sizeof b);
    keyfile_random(c, 0);
    assert_true(memcmp(a, b, sizeof a) != 0);
    assert_true(c[0] == 0);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {IN_ROOM(test_created), IN_ROOM(test_files),   IN_ROOM(test_order),
                                       IN_ROOM(test_modes),   IN_ROOM(test_nowhere), cmocka_unit_test(test_random),
                                       IN_ROOM(test_rotated), IN_ROOM(test_too_many), IN_ROOM(test_merged),
                                       IN_ROOM(test_merged_alone), IN_ROOM(test_merged_spent), IN_ROOM(test_merged_too_many),
                                       IN_ROOM(test_foreign)};
    return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
