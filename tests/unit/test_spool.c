/* spool: message files through their states, and what is not taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/spoolname.h"
#include "store/spool.h"

#include "base/banned.h"

#define NAME "1790000000.000001-17-1-99.mx"
#define LATER "1790000001.000001-17-1-99.mx"
#define NOW ((Instant)1790000000)

static void remove_tree(const char *path)
{
    const char *name;
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        remove_tree(file);
    }
    if (dir != NULL)
        g_dir_close(dir);
    g_remove(path);
}

static int open_room(void **state)
{
    *state = g_dir_make_tmp("escalate-spool-XXXXXX", NULL);
    return spool_prepare(*state, NULL) ? 0 : -1;
}

static int close_room(void **state)
{
    remove_tree(*state);
    g_free(*state);
    return 0;
}

static char *path_of(const char *spool, const char *relative) { return g_build_filename(spool, relative, NULL); }

static void put(const char *spool, const char *relative, const char *text)
{
    g_autofree char *path = path_of(spool, relative);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static gboolean is_there(const char *spool, const char *relative)
{
    g_autofree char *path = path_of(spool, relative);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static char *text_of(const char *spool, const char *relative)
{
    g_autofree char *path = path_of(spool, relative);
    char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void test_prepare(void **state)
{
    const char *spool = *state;
    static const struct {
        const char *name;
        mode_t mode;
    } wanted[] = {{"tmp", 03777}, {"incoming", 03777}, {"hold", 0750}, {"outgoing", 0750}, {"archive", 0750}};
    g_autofree char *hold = path_of(spool, "hold"), *deep = path_of(spool, "a/b/c");
    struct stat st;
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_autofree char *path = path_of(spool, wanted[i].name);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 07777, wanted[i].mode);
    }
    assert_int_equal(g_chmod(hold, 0700), 0); /* as the operator made it: left alone */
    put(spool, "hold/" NAME, "x");
    assert_true(spool_prepare(spool, NULL));
    assert_int_equal(stat(hold, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_true(is_there(spool, "hold/" NAME));
    assert_true(spool_prepare(deep, NULL) && is_there(spool, "a/b/c/incoming"));
}

static void test_incoming(void **state)
{
    const char *spool = *state;
    static const char *const foreign[] = {"README", ".hidden", NAME ".reason", "1790000000.000001-17-1-99", "x1790000000.000001-17-1-99.mx",
                                          "1790000000-17-1-99.mx", "core.1234", "1790000000.M1P17.mx"};
    static const char *const names[] = {LATER, NAME, "990000000.000001-17-1-99.mx", "1790000000.000001-17-2-99.mx"};
    g_autoptr(GPtrArray) all = NULL, two = NULL, none = NULL;
    assert_true(spool_incoming(spool, 0, &none, NULL));
    assert_int_equal(none->len, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(foreign); i++) {
        g_autofree char *relative = g_strconcat("incoming/", foreign[i], NULL);
        put(spool, relative, "x");
    }
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *relative = g_strconcat("incoming/", names[i], NULL);
        put(spool, relative, "x");
    }
    assert_true(spool_incoming(spool, 0, &all, NULL) && spool_incoming(spool, 2, &two, NULL));
    assert_int_equal(all->len, 4);
    assert_string_equal(g_ptr_array_index(all, 0), "990000000.000001-17-1-99.mx"); /* by number, not by letters */
    assert_string_equal(g_ptr_array_index(all, 1), NAME);
    assert_string_equal(g_ptr_array_index(all, 3), LATER);
    assert_int_equal(two->len, 2);
    assert_string_equal(g_ptr_array_index(two, 1), NAME);
    g_autofree char *nowhere = path_of(spool, "nowhere");
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) untouched = NULL;
    assert_false(spool_incoming(nowhere, 0, &untouched, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_TEMPFAIL) && untouched == NULL);
}

static void test_open(void **state)
{
    const char *spool = *state;
    char read_back[64] = "";
    g_autoptr(SpoolFile) f = NULL;
    g_autofree char *path = path_of(spool, "incoming/" NAME);
    static const char bytes[] = "X-Escalate-Envelope-End: 1\nFrom: x\n\n\0body";
    assert_true(g_file_set_contents(path, bytes, sizeof bytes - 1, NULL));
    assert_true(spool_open(spool, NAME, &f, NULL));
    assert_string_equal(f->name, NAME);
    assert_string_equal(f->path, path);
    assert_true(f->owner == geteuid());
    assert_int_equal(f->bytes->len, sizeof bytes - 1);
    assert_memory_equal(f->bytes->str, bytes, sizeof bytes - 1);
    assert_int_equal(read(f->fd, read_back, sizeof read_back), sizeof bytes - 1); /* from its beginning */
    assert_memory_equal(read_back, bytes, sizeof bytes - 1);
    spool_file_free(NULL);
}

/* A foreign user's file is a copy: what he writes later does not matter. */
static void test_foreign_owner(void **state)
{
    const char *spool = *state;
    g_autoptr(SpoolFile) f = NULL;
    g_autofree char *path = path_of(spool, "incoming/" NAME);
    char read_back[64] = "";
    put(spool, "incoming/" NAME, "first");
    if (chown(path, geteuid() + 65000, (gid_t)-1) != 0) {
        print_message("only root can give a file away\n");
        skip();
    }
    assert_true(spool_open(spool, NAME, &f, NULL));
    assert_true(f->owner == geteuid() + 65000);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && write(fd, "SECOND", 6) == 6 && close(fd) == 0);
    assert_int_equal(read(f->fd, read_back, sizeof read_back), 5);
    assert_string_equal(read_back, "first");
    assert_string_equal(f->bytes->str, "first");
}

/* What a restore marked stays marked on its way, whoever owns it. */
static void test_strangers(void **state)
{
    const char *spool = *state;
    g_autoptr(SpoolFile) ours = NULL, his = NULL;
    g_autofree char *path = path_of(spool, "incoming/" NAME), *fresh = NULL;
    put(spool, "incoming/" NAME, "first");
    assert_true(spool_open(spool, NAME, &ours, NULL));
    assert_false(ours->is_strangers);
    assert_int_equal(chmod(path, 0440 | SPOOL_STRANGERS), 0);
    assert_true(spool_to_hold(spool, "incoming/" NAME, NAME, "why", NULL));
    assert_true(spool_requeue(spool, "hold/" NAME, 1790000000, "requeue", &fresh, NULL));
    assert_true(spool_open(spool, fresh, &his, NULL));
    assert_true(his->is_strangers);
}

static void assert_refused(const char *spool, const char *name, ErrorCode code)
{
    g_autoptr(SpoolFile) f = NULL;
    g_autoptr(GError) err = NULL;
    if (spool_open(spool, name, &f, &err))
        fail_msg("%s: was opened", name);
    if (!g_error_matches(err, ESCALATE_ERROR, (int)code) || strstr(err->message, name) == NULL)
        fail_msg("%s: code %d, %s", name, err->code, err->message);
    assert_null(f);
}

static void test_refused(void **state)
{
    const char *spool = *state;
    g_autofree char *file = path_of(spool, "incoming/" NAME), *other = path_of(spool, "secret");
    put(spool, "secret", "x");
    assert_refused(spool, NAME, ERROR_NOTFOUND);
    assert_int_equal(symlink(other, file), 0);
    assert_refused(spool, NAME, ERROR_DATA);
    g_unlink(file);
    assert_int_equal(link(other, file), 0);
    assert_refused(spool, NAME, ERROR_DATA);
    g_unlink(file);
    assert_int_equal(mkfifo(file, 0600), 0); /* must not wait for a writer */
    assert_refused(spool, NAME, ERROR_DATA);
    g_unlink(file);
    assert_int_equal(g_mkdir(file, 0700), 0);
    assert_refused(spool, NAME, ERROR_DATA);
    assert_true(is_there(spool, "secret"));
}

static void test_oversize(void **state)
{
    const char *spool = *state;
    g_autofree char *file = path_of(spool, "incoming/" NAME);
    put(spool, "incoming/" NAME, "x");
    assert_int_equal(truncate(file, (off_t)LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX + 1), 0);
    assert_refused(spool, NAME, ERROR_DATA);
}

static void test_archive(void **state)
{
    const char *spool = *state;
    g_autoptr(GError) err = NULL;
    g_autofree char *relative = spool_archive_path(NAME, NOW), *text = NULL;
    assert_string_equal(relative, "archive/2026/09/21/" NAME);
    put(spool, "incoming/" NAME, "mail");
    assert_true(spool_to_archive(spool, NAME, relative, NULL));
    assert_false(is_there(spool, "incoming/" NAME));
    text = text_of(spool, relative);
    assert_string_equal(text, "mail");
    put(spool, "incoming/" NAME, "another");
    assert_false(spool_to_archive(spool, NAME, relative, &err)); /* nothing is overwritten */
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_REFUSED));
    g_autofree char *still = text_of(spool, relative);
    assert_string_equal(still, "mail");
    assert_true(is_there(spool, "incoming/" NAME));
    g_clear_error(&err);
    g_autofree char *same = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "mail", 4), *another = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "another", 7);
    assert_true(spool_may_archive(spool, relative, same, NULL) && spool_may_archive(spool, "archive/2026/09/21/" LATER, another, NULL));
    assert_false(spool_may_archive(spool, relative, another, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_DATA) && g_str_has_prefix(err->message, SPOOL_NAME_TAKEN));
    g_clear_error(&err);
    assert_false(spool_to_archive(spool, LATER, "archive/2026/09/21/" LATER, &err));
    assert_non_null(err);
}

static void test_hold(void **state)
{
    const char *spool = *state;
    g_autoptr(GPtrArray) pairs = NULL, none = NULL;
    assert_true(spool_holding(spool, &none, NULL));
    assert_int_equal(none->len, 0);
    put(spool, "incoming/" NAME, "mail");
    assert_true(spool_to_hold(spool, "incoming/" NAME, NAME, "parse died three times", NULL));
    assert_false(is_there(spool, "incoming/" NAME));
    g_autofree char *mail = text_of(spool, "hold/" NAME), *reason = text_of(spool, "hold/" NAME ".reason");
    assert_string_equal(mail, "mail");
    assert_string_equal(reason, "parse died three times\n");
    put(spool, "hold/" LATER, "moved here by hand");
    put(spool, "hold/README", "no mail");
    assert_true(spool_holding(spool, &pairs, NULL));
    assert_int_equal(pairs->len, 4);
    assert_string_equal(g_ptr_array_index(pairs, 0), NAME);
    assert_string_equal(g_ptr_array_index(pairs, 1), "parse died three times");
    assert_string_equal(g_ptr_array_index(pairs, 2), LATER);
    assert_string_equal(g_ptr_array_index(pairs, 3), "no reason is beside it");
}

/* Anybody may choose a name that is held already, or one so long that no reason fits beside it. */
static void test_hold_name(void **state)
{
    const char *spool = *state;
    g_autofree char *tail = g_strnfill(SPOOLNAME_MAX - 1 - strlen(NAME), 'x'), *name = g_strconcat(NAME, tail, NULL), *from = g_strconcat("incoming/", name, NULL);
    put(spool, "incoming/" NAME, "first");
    g_autofree char *own = spool_hold_name(spool, "incoming/" NAME);
    assert_string_equal(own, NAME);
    assert_true(spool_to_hold(spool, "incoming/" NAME, own, "why", NULL));
    put(spool, "incoming/" NAME, "second");
    g_autofree char *other = spool_hold_name(spool, "incoming/" NAME), *again = spool_hold_name(spool, "incoming/" NAME);
    assert_string_not_equal(other, NAME);
    assert_string_equal(other, again); /* after a crash, too */
    assert_true(spoolname_is_valid(other));
    g_autofree char *taken = g_strconcat("hold/", other, NULL);
    put(spool, taken, "somebody foresaw it");
    g_autofree char *third = spool_hold_name(spool, "incoming/" NAME);
    assert_string_not_equal(third, other);
    assert_true(spool_to_hold(spool, "incoming/" NAME, third, "why not", NULL));
    g_autofree char *first = text_of(spool, "hold/" NAME), *reason = text_of(spool, "hold/" NAME ".reason");
    assert_string_equal(first, "first");
    assert_string_equal(reason, "why\n");
    put(spool, "incoming/" LATER, "long"); /* GLib writes beside the name, for which this one has no room */
    g_autofree char *before = path_of(spool, "incoming/" LATER), *path = path_of(spool, from);
    assert_int_equal(g_rename(before, path), 0);
    g_autofree char *held = spool_hold_name(spool, from);
    assert_true(spoolname_is_valid(held) && spool_to_hold(spool, from, held, "why", NULL));
}

static void test_requeue(void **state)
{
    const char *spool = *state;
    g_autofree char *name = NULL, *second = NULL, *relative = NULL, *text = NULL;
    g_autoptr(GPtrArray) names = NULL;
    g_autoptr(GError) err = NULL;
    put(spool, "incoming/" NAME, "mail");
    assert_true(spool_to_hold(spool, "incoming/" NAME, NAME, "why", NULL));
    assert_true(spool_requeue(spool, "hold/" NAME, NOW + 500, "requeued", &name, NULL));
    assert_false(is_there(spool, "hold/" NAME));
    assert_false(is_there(spool, "hold/" NAME ".reason"));
    assert_string_not_equal(name, NAME);
    assert_true(spoolname_is_valid(name) && spoolname_seconds(name) == NOW + 500 && g_str_has_suffix(name, ".requeued"));
    relative = g_strconcat("incoming/", name, NULL);
    text = text_of(spool, relative);
    assert_string_equal(text, "mail");
    g_autofree char *archived = spool_archive_path(name, NOW);
    assert_true(spool_to_archive(spool, name, archived, NULL) && spool_requeue(spool, archived, NOW + 500, "requeued", &second, NULL));
    assert_string_not_equal(name, second); /* a new name each time */
    assert_true(spool_incoming(spool, 0, &names, NULL));
    assert_int_equal(names->len, 1);
    g_autofree char *untouched = NULL;
    assert_false(spool_requeue(spool, "hold/" LATER, NOW, "requeued", &untouched, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_NOTFOUND) && untouched == NULL);
}

static void test_sweep(void **state)
{
    const char *spool = *state;
    g_autofree char *old = path_of(spool, "tmp/old"), *young = path_of(spool, "tmp/young"), *directory = path_of(spool, "tmp/directory");
    struct utimbuf long_ago = {NOW - 86401, NOW - 86401}, lately = {NOW - 86399, NOW - 86399};
    put(spool, "tmp/old", "x");
    put(spool, "tmp/young", "x");
    put(spool, "incoming/" NAME, "x");
    assert_int_equal(g_mkdir(directory, 0700), 0);
    g_autofree char *mail = path_of(spool, "incoming/" NAME);
    assert_true(utime(old, &long_ago) == 0 && utime(young, &lately) == 0 && utime(directory, &long_ago) == 0 && utime(mail, &long_ago) == 0);
    spool_sweep(spool, NOW);
    assert_false(is_there(spool, "tmp/old"));
    assert_true(is_there(spool, "tmp/young") && is_there(spool, "tmp/directory") && is_there(spool, "incoming/" NAME));
    g_autofree char *nowhere = path_of(spool, "nowhere");
    spool_sweep(nowhere, NOW);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, open_room, close_room)

int main(void)
{
    const struct CMUnitTest tests[] = {IN_ROOM(test_prepare),  IN_ROOM(test_incoming), IN_ROOM(test_open),    IN_ROOM(test_foreign_owner),
                                       IN_ROOM(test_strangers),
                                       IN_ROOM(test_refused),  IN_ROOM(test_oversize), IN_ROOM(test_archive), IN_ROOM(test_hold),
                                       IN_ROOM(test_hold_name),
                                       IN_ROOM(test_requeue),  IN_ROOM(test_sweep)};
    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
