/* rota: who is on duty, from tests/data/ics/duty.ics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/files.h"
#include "time/rota.h"

#include "base/banned.h"

static Instant at(const char *text)
{
    Instant t = 0;
    if (!instant_parse(text, &t, NULL))
        fail_msg("bad test instant '%s'", text);
    return t;
}

static const char *contact(const char *who, void *data)
{
    static const char *const known[][2] = {
        {"ann@tiny.example", "ann"}, {"Ann on duty", "ann"}, {"bob@tiny.example", "bob"}, {"bob", "bob"}, {"carol", "carol"}};
    const char *missing = data;
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_ascii_strcasecmp(known[i][0], who) == 0 && g_strcmp0(known[i][1], missing) != 0)
            return known[i][1];
    return NULL;
}

static Rota *duty(const char *missing, GError **err)
{
    const char *top = g_getenv("srcdir");
    g_autofree char *path = g_build_filename(top != NULL ? top : ".", "tests/data/ics/duty.ics", NULL);
    char *const files[] = {path, NULL};
    return rota_new("primary", files, NULL, contact, (void *)(uintptr_t)missing, NULL, err);
}

static const struct {
    const char *label, *when, *want, *changes;
} cases[] = {
    {"before the first", "2026-01-01T00:00:00+01:00", "", "2026-01-05T09:00:00+01:00"},
    {"the first second", "2026-01-05T09:00:00+01:00", "ann", "2026-01-07T09:00:00+01:00"},
    {"a higher layer", "2026-01-07T09:00:00+01:00", "carol", "2026-01-08T09:00:00+01:00"},
    {"and back", "2026-01-08T09:00:00+01:00", "ann", "2026-01-09T09:00:00+01:00"},
    {"equal layers: both", "2026-01-09T10:00:00+01:00", "ann bob", "2026-01-09T12:00:00+01:00"},
    {"hand-over", "2026-01-12T09:00:00+01:00", "bob", "2026-01-19T09:00:00+01:00"},
    {"declined, and a room", "2026-01-14T09:00:00+01:00", "bob", "2026-01-19T09:00:00+01:00"},
    {"years on, by the clock of summer", "2029-07-03T12:00:00+02:00", "ann", "2029-07-09T09:00:00+02:00"},
};

static void test_duty(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    Rota *r = duty(NULL, &err);
    if (r == NULL)
        fail_msg("%s", err->message);
    assert_string_equal(rota_name(r), "primary");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GPtrArray *names = NULL;
        Instant next;
        assert_true(rota_on_duty(r, at(cases[i].when), &names, NULL));
        g_ptr_array_add(names, NULL);
        g_autofree char *got = g_strjoinv(" ", (char **)names->pdata);
        if (g_strcmp0(got, cases[i].want) != 0)
            fail_msg("%s: got '%s'", cases[i].label, got);
        g_ptr_array_unref(names);
        assert_true(rota_next_change(r, at(cases[i].when), &next, NULL));
        g_autofree char *change = instant_format(next);
        if (next != at(cases[i].changes))
            fail_msg("%s: changes %s", cases[i].label, change);
    }
    rota_free(r);
    rota_free(NULL);
}

static void test_unknown(void **state)
{
    (void)state;
    static const char *const wants[][2] = {{"bob", "event 'week-bob@duty.example': 'bob@tiny.example' is no contact, by address, key or name"},
                                           {"carol", "event 'swap@duty.example': 'carol' is no contact, by address, key or name"}};
    for (gsize i = 0; i < G_N_ELEMENTS(wants); i++) {
        g_autoptr(GError) err = NULL;
        assert_null(duty(wants[i][0], &err));
        assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_CONFIG));
        if (strstr(err->message, wants[i][1]) == NULL || strstr(err->message, "duty.ics") == NULL)
            fail_msg("%s", err->message);
    }
}

static void test_bounds(void **state)
{
    (void)state;
    Rota *r = duty(NULL, NULL);
    GPtrArray *names = NULL;
    Instant next;
    assert_false(rota_on_duty(r, INSTANT_MAX, &names, NULL));
    assert_false(rota_next_change(r, INSTANT_NONE, &next, NULL));
    rota_free(r);
    r = rota_new("empty", NULL, "UTC", contact, NULL, NULL, NULL);
    assert_true(rota_next_change(r, 0, &next, NULL));
    assert_int_equal(next, INSTANT_MAX);
    rota_free(r);
}

/* A duty of a year that begins 360 times a day: a question would look through all of them for each of their edges. */
static void test_overlap(void **state)
{
    (void)state;
    g_autofree char *directory = g_dir_make_tmp("test_rota_XXXXXX", NULL), *path = g_build_filename(directory, "r.ics", NULL);
    GString *s = g_string_new("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:r\r\nDTSTART:20260101T000000Z\r\nDTEND:20270101T000000Z\r\nSUMMARY:bob\r\n"
                              "RRULE:FREQ=DAILY;BYHOUR=0");
    for (int i = 1; i < 24; i++)
        g_string_append_printf(s, ",%d", i);
    g_string_append(s, ";BYMINUTE=0,4,8,12,16,20,24,28,32,36,40,44,48,52,56\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    assert_true(files_replace(path, s->str, s->len, 0600, NULL));
    char *const files[] = {path, NULL};
    g_autoptr(GError) err = NULL;
    Instant next;
    Rota *r = rota_new("primary", files, "UTC", contact, NULL, NULL, NULL);
    assert_false(rota_next_change(r, at("2026-06-01T00:00:00Z"), &next, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_LIMIT));
    rota_free(r);
    g_string_free(s, TRUE);
    unlink(path);
    rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duty),
        cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_overlap),
    };
    return cmocka_run_group_tests_name("rota", tests, NULL, NULL);
}
