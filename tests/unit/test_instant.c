/* instant: RFC 3339 both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/instant.h"

#include "base/banned.h"

static const struct {
    const char *text;
    gboolean good;
    Instant want;
} cases[] = {
    {"1970-01-01T00:00:00Z", TRUE, 0},
    {"2026-11-22T10:00:00+01:00", TRUE, 1795338000},
    {"2026-11-22t09:00:00z", TRUE, 1795338000},
    {"2026-11-22T09:00:00.999999Z", TRUE, 1795338000},
    {"2026-11-22T03:30:00-05:30", TRUE, 1795338000},
    {"2000-02-29T00:00:00Z", TRUE, 951782400},
    {"1969-12-31T23:59:59Z", TRUE, -1},
    {"2016-12-31T23:59:60Z", TRUE, 1483228799},
    {"9999-12-31T23:59:59Z", TRUE, INSTANT_MAX},
    {"2100-02-29T00:00:00Z", FALSE, 0},
    {"2026-13-01T00:00:00Z", FALSE, 0},
    {"2026-00-01T00:00:00Z", FALSE, 0},
    {"2026-11-31T00:00:00Z", FALSE, 0},
    {"2026-11-22T24:00:00Z", FALSE, 0},
    {"2026-11-22T10:60:00Z", FALSE, 0},
    {"2026-11-22T10:00:61Z", FALSE, 0},
    {"2026-11-22T10:00:00", FALSE, 0},
    {"2026-11-22T10:00:00.Z", FALSE, 0},
    {"2026-11-22T10:00:00+24:00", FALSE, 0},
    {"2026-11-22T10:00:00+01:60", FALSE, 0},
    {"2026-11-22T10:00:00Z ", FALSE, 0},
    {" 2026-11-22T10:00:00Z", FALSE, 0},
    {"2026-11-22", FALSE, 0},
    {"26-11-22T10:00:00Z", FALSE, 0},
    {"2026-1-22T10:00:00Z", FALSE, 0},
    {"", FALSE, 0},
    {"T", FALSE, 0},
};

static void test_parse(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Instant t = 42;
        g_autoptr(GError) err = NULL;
        if (instant_parse(cases[i].text, &t, &err) != cases[i].good)
            fail_msg("'%s': %s", cases[i].text, err != NULL ? err->message : "accepted");
        if (cases[i].good && t != cases[i].want)
            fail_msg("'%s': got %" G_GINT64_FORMAT, cases[i].text, t);
        if (!cases[i].good) {
            assert_int_equal(t, 42); /* set on success only */
            assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_DATA));
        }
    }
}

static void test_format(void **state)
{
    (void)state;
    g_autofree char *a = instant_format(1795338000), *b = instant_format(INSTANT_NONE), *c = instant_format_mail(1795338000);
    g_autofree char *d = instant_format(-1);
    assert_string_equal(a, "2026-11-22T09:00:00Z");
    assert_string_equal(b, "-");
    assert_string_equal(c, "Sun, 22 Nov 2026 09:00:00 +0000");
    assert_string_equal(d, "1969-12-31T23:59:59Z");
}

static void test_round_trip(void **state)
{
    (void)state;
    for (Instant t = -62135596800; t < INSTANT_MAX; t += 3456789011) {
        g_autofree char *text = instant_format(t);
        Instant back;
        assert_true(instant_parse(text, &back, NULL));
        assert_int_equal(back, t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_format),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests_name("instant", tests, NULL, NULL);
}
