/* recur: rules that are right, wrong, and meant to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/limits.h"
#include "time/recur.h"

#include "base/banned.h"

static LocalTime local(const char *text)
{
    int y, mo, d, h = 0, mi = 0, s = 0;
    if (sscanf(text, "%4d%2d%2dT%2d%2d%2d", &y, &mo, &d, &h, &mi, &s) < 3)
        fail_msg("bad test time '%s'", text);
    return zone_day_number(y, mo, d) * 86400 + h * 3600 + mi * 60 + s;
}

static const struct {
    const char *label, *start, *rule, *want; /* month and day (and hour where it matters) of the first ones; up to five years */
} good[] = {
    {"daily", "20260105T090000", "FREQ=DAILY;COUNT=3", "0105 0106 0107"},
    {"every third day, to a date", "20260105T090000", "FREQ=DAILY;INTERVAL=3;UNTIL=20260111", "0105 0108 0111"},
    {"to a moment", "20260105T090000", "FREQ=DAILY;UNTIL=20260106T085959", "0105"},
    {"last day but one", "20260130T090000", "FREQ=DAILY;BYMONTHDAY=-2;COUNT=3", "0130 0227 0330"},
    {"weekly", "20260105T090000", "FREQ=WEEKLY;COUNT=3", "0105 0112 0119"},
    {"weekdays", "20260108T090000", "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3", "0108 0112 0115"},
    {"weeks begin on Sunday", "20260106T090000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=4", "0106 0118 0120 0201"},
    {"weeks begin on Monday", "20260106T090000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO;COUNT=4", "0106 0111 0120 0125"},
    {"first working day", "20260101T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=3", "0101 0202 0302"},
    {"last of week", "20260109T090000", "FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=-1;COUNT=2", "0109 0116"},
    {"31st skips", "20260131T090000", "FREQ=MONTHLY;COUNT=3", "0131 0331 0531"},
    {"second Tuesday and last Friday", "20260113T090000", "FREQ=MONTHLY;BYDAY=2TU,-1FR;COUNT=4", "0113 0130 0210 0227"},
    {"Thanksgiving", "20261126", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2", "1126 1125"},
    {"leap day", "20240229", "FREQ=YEARLY;COUNT=2", "0229 0229"},
    {"day 100 and the last", "20260410", "FREQ=YEARLY;BYYEARDAY=100,-1;COUNT=3", "0410 1231 0410"},
    {"20th Monday", "20260518", "FREQ=YEARLY;BYDAY=20MO;COUNT=2", "0518 0517"},
    {"Monday of week 1", "20251229", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO;COUNT=2", "1229 0104"},
    {"hours", "20260105T090000", "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0;COUNT=3", "0105T09 0105T17 0106T09"},
    {"hours mean nothing to a date", "20260105", "FREQ=DAILY;BYHOUR=9,17;COUNT=2", "0105 0106"},
    {"off its own rule", "20260105T090000", "FREQ=WEEKLY;BYDAY=TU;COUNT=2", "0106 0113"},
    {"never", "20260105T090000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", ""},
    {"never, daily", "20260105T090000", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", ""},
    {"never, by interval", "20260105T090000", "FREQ=MONTHLY;INTERVAL=12;BYMONTH=5", ""},
    {"lower case, stray semicolon", "20260105T090000", "freq=daily;count=1;", "0105"},
};

static char *expand(const char *start, const char *text)
{
    RecurRule r;
    g_autoptr(GError) err = NULL;
    if (!recur_parse(text, &r, &err))
        fail_msg("%s: %s", text, err->message);
    r.is_date = strlen(start) == 8;
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(LocalTime));
    gint64 work = LIMIT_ICAL_WORK;
    LocalTime first = local(start);
    if (!recur_expand(&r, first, first, first + (gint64)5 * 366 * 86400, &work, found, &err))
        fail_msg("%s: %s", text, err->message);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < found->len && i < 20; i++) {
        LocalTime t = g_array_index(found, LocalTime, i);
        Civil c = zone_day_civil(t / 86400);
        g_string_append_printf(out, "%s%02d%02d", i > 0 ? " " : "", c.month, c.day);
        if (r.hours != 0 && !r.is_date)
            g_string_append_printf(out, "T%02d", (int)(t % 86400 / 3600));
    }
    return g_string_free(out, FALSE);
}

static void test_good(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree char *got = expand(good[i].start, good[i].rule);
        if (g_strcmp0(got, good[i].want) != 0)
            fail_msg("%s: got '%s'", good[i].label, got);
    }
}

static const struct {
    const char *rule;
    ErrorCode code;
} bad[] = {
    {"", ERROR_DATA},
    {"COUNT=3", ERROR_DATA},
    {"FREQ=HOURLY", ERROR_LIMIT},
    {"FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=31", ERROR_LIMIT},
    {"FREQ=SECONDLY;COUNT=2147483647", ERROR_LIMIT},
    {"FREQ=FORTNIGHTLY", ERROR_DATA},
    {"FREQ=WEEKLY;BYDAY=2MO", ERROR_DATA},
    {"FREQ=DAILY;BYDAY=-1FR", ERROR_DATA},
    {"FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO", ERROR_DATA},
    {"FREQ=WEEKLY;BYMONTHDAY=3", ERROR_DATA},
    {"FREQ=MONTHLY;BYYEARDAY=3", ERROR_DATA},
    {"FREQ=MONTHLY;BYWEEKNO=3", ERROR_DATA},
    {"FREQ=DAILY;COUNT=3;UNTIL=20270101", ERROR_DATA},
    {"FREQ=DAILY;BYSETPOS=1", ERROR_DATA},
    {"FREQ=DAILY;COUNT=0", ERROR_DATA},
    {"FREQ=DAILY;INTERVAL=0", ERROR_DATA},
    {"FREQ=DAILY;INTERVAL=-1", ERROR_DATA},
    {"FREQ=DAILY;INTERVAL=99999999999999999999", ERROR_DATA},
    {"FREQ=DAILY;BYMONTH=13", ERROR_DATA},
    {"FREQ=MONTHLY;BYMONTHDAY=0", ERROR_DATA},
    {"FREQ=MONTHLY;BYMONTHDAY=32", ERROR_DATA},
    {"FREQ=DAILY;BYHOUR=24", ERROR_DATA},
    {"FREQ=DAILY;BYDAY=XX", ERROR_DATA},
    {"FREQ=DAILY;UNTIL=tomorrow", ERROR_DATA},
    {"FREQ=DAILY;UNTIL=20261301", ERROR_DATA},
    {"FREQ=DAILY;FREQ=WEEKLY", ERROR_DATA},
    {"FREQ=DAILY;X=1", ERROR_DATA},
    {"FREQ=DAILY;BYHOUR", ERROR_DATA},
    {"RSCALE=HEBREW;FREQ=YEARLY", ERROR_DATA},
};

static void test_bad(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        RecurRule r;
        g_autoptr(GError) err = NULL;
        if (recur_parse(bad[i].rule, &r, &err))
            fail_msg("'%s' was taken", bad[i].rule);
        if (!g_error_matches(err, ESCALATE_ERROR, (int)bad[i].code))
            fail_msg("'%s': %s", bad[i].rule, err->message);
    }
}

static void test_work_is_bounded(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "FREQ=DAILY;COUNT=2147483647", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;COUNT=1",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7;BYMINUTE=0,1,2,3,4,5,6,7;BYSECOND=0,1,2,3,4,5;COUNT=2147483647"};
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        RecurRule r;
        assert_true(recur_parse(rules[i], &r, NULL));
        g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(LocalTime));
        g_autoptr(GError) err = NULL;
        gint64 work = 1000;
        assert_false(
            recur_expand(&r, local("19000101T000000"), local("20260101T000000"), local("20270101T000000"), &work, found, &err));
        assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_LIMIT));
    }
}

/* A range asked for alone gives what the same range gives as part of a longer one. */
static void test_ranges_agree(void **state)
{
    (void)state;
    static const char *const rules[] = {"FREQ=DAILY;INTERVAL=5",
                                        "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,SA",
                                        "FREQ=MONTHLY;INTERVAL=7;BYDAY=-1FR",
                                        "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=53,1;BYDAY=MO,SU",
                                        "FREQ=DAILY;COUNT=400",
                                        "FREQ=YEARLY;BYDAY=MO;BYSETPOS=3,-2"};
    LocalTime start = local("20200107T090000"), end = local("20300101T000000");
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        RecurRule r;
        assert_true(recur_parse(rules[i], &r, NULL));
        g_autoptr(GArray) whole = g_array_new(FALSE, FALSE, sizeof(LocalTime));
        g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(LocalTime));
        gint64 work = LIMIT_ICAL_WORK;
        assert_true(recur_expand(&r, start, start, end, &work, whole, NULL));
        for (LocalTime t = start; t < end; t += 1234567)
            assert_true(recur_expand(&r, start, t, MIN(t + 1234567, end), &work, parts, NULL));
        assert_int_equal(whole->len, parts->len);
        assert_memory_equal(whole->data, parts->data, whole->len * sizeof(LocalTime));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_work_is_bounded),
        cmocka_unit_test(test_ranges_agree),
    };
    return cmocka_run_group_tests_name("recur", tests, NULL, NULL);
}
