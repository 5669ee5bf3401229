/* test_duration: the table of what is read, what is written, and what people are told. */
#include "rules/duration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static const struct {
    const char *input;
    gint64 amount;
    DurationUnit unit;
    const char *formatted;
} good[] = {
    {"0s", 0, DURATION_ELAPSED, "0s"},
    {"0bd", 0, DURATION_BUSINESS_DAYS, "0bd"},
    {"0bh", 0, DURATION_OPEN_SECONDS, "0bs"},
    {"90s", 90, DURATION_ELAPSED, "90s"},
    {"120s", 120, DURATION_ELAPSED, "2m"},
    {"15m", 900, DURATION_ELAPSED, "15m"},
    {"4h", 14400, DURATION_ELAPSED, "4h"},
    {"24h", 86400, DURATION_ELAPSED, "1d"},
    {"2d", 172800, DURATION_ELAPSED, "2d"},
    {"1w", 604800, DURATION_ELAPSED, "1w"},
    {"14d", 1209600, DURATION_ELAPSED, "2w"},
    {"007m", 420, DURATION_ELAPSED, "7m"},
    {"45bs", 45, DURATION_OPEN_SECONDS, "45bs"},
    {"30bm", 1800, DURATION_OPEN_SECONDS, "30bm"},
    {"24bh", 86400, DURATION_OPEN_SECONDS, "24bh"}, /* never a business day */
    {"2bd", 2, DURATION_BUSINESS_DAYS, "2bd"},
    {"36525d", 3155760000, DURATION_ELAPSED, "36525d"},
    {"36525bd", 36525, DURATION_BUSINESS_DAYS, "36525bd"},
    {"3155760000bs", 3155760000, DURATION_OPEN_SECONDS, "876600bh"},
};

static const struct {
    const char *input, *want_error;
} bad[] = {
    {"", "expected a number"},
    {"h", "expected a number"},
    {"4", "expected a number"},
    {"4 h", ", like 4h"},
    {"30min", ", like 30m"},
    {"2 Hours", ", like 2h"},
    {"90 bminutes", ", like 90bm"},
    {"1bweeks", ", like 90s or 4bh"},
    {"4mon", ", like 90s or 4bh"},
    {"1234567890123456789min", ", like 90s or 4bh"},
    {" 4h", "expected a number"},
    {"4h ", "expected a number"},
    {"-4h", "expected a number"},
    {"+4h", "expected a number"},
    {"4H", "expected a number"},
    {"4hb", "expected a number"},
    {"4b", "expected a number"},
    {"4h30m", "expected a number"},
    {"1.5h", "expected a number"},
    {"1bw", "no business weeks"},
    {"36526d", "more than 100 years"},
    {"36526bd", "more than 100 years"},
    {"5218w", "more than 100 years"},
    {"99999999999999999999999999s", "more than 100 years"},
    {"9223372036854775807w", "more than 100 years"},
};

static const struct {
    Seconds input;
    const char *want;
} human[] = {
    {0, "0 s"},
    {1, "1 s"},
    {59, "59 s"},
    {60, "1 min"},
    {1529, "25 min"},
    {3600, "1 h"},
    {11400, "3 h 10 min"},
    {86399, "23 h 59 min"},
    {86400, "1 day"},
    {90000, "1 day 1 h"},
    {172800, "2 days"},
    {172800 + 3599, "2 days"},
    {-1500, "-25 min"},
    {G_MININT64, "-106751991167300 days 15 h"},
};

static void test_good(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        Duration d, again;
        assert_true(duration_parse(good[i].input, &d, NULL));
        assert_int_equal(d.amount, good[i].amount);
        assert_int_equal(d.unit, good[i].unit);
        g_autofree char *text = duration_format(d);
        assert_string_equal(text, good[i].formatted);
        assert_true(duration_parse(text, &again, NULL));
        assert_int_equal(again.amount, d.amount);
        assert_int_equal(again.unit, d.unit);
    }
}

static void test_bad(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        Duration d = {.amount = 7};
        g_autoptr(GError) err = NULL;
        assert_false(duration_parse(bad[i].input, &d, &err));
        assert_int_equal(err->code, ERROR_DATA);
        if (strstr(err->message, bad[i].want_error) == NULL)
            fail_msg("'%s': %s", bad[i].input, err->message);
        assert_int_equal(d.amount, 7);
    }
}

static void test_human(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(human); i++) {
        g_autofree char *text = duration_format_human(human[i].input);
        assert_string_equal(text, human[i].want);
    }
}

/* An error quotes a part of what it was given, and is text all the same. */
static void test_error_is_text(void **state)
{
    (void)state;
    for (int n = 0; n < 80; n++) {
        g_autoptr(GString) text = g_string_new(NULL);
        g_autoptr(GError) err = NULL;
        Duration d;
        for (int i = 0; i < n; i++)
            g_string_append_c(text, 'x');
        g_string_append(text, "\xC3\xA4\xF0\x9F\x94\xA5\xFF");
        assert_false(duration_parse(text->str, &d, &err));
        assert_true(g_utf8_validate(err->message, -1, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_error_is_text), cmocka_unit_test(test_good), cmocka_unit_test(test_bad), cmocka_unit_test(test_human)};
    return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
