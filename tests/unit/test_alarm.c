/* rules/alarm: a table of moments: what is so, and what is to be done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "rules/alarm.h"

#include "base/banned.h"

#define AFTER 300
#define AGAIN 3600

static const struct {
    const char *label;
    Instant at;
    gboolean is_bad;
    AlarmAct want;
} rows[] = {
    {"well", 0, FALSE, ALARM_NOTHING},
    {"bad, but not for long", 1000, TRUE, ALARM_NOTHING},
    {"a moment before", 1299, TRUE, ALARM_NOTHING},
    {"well again: nobody was told", 1299, FALSE, ALARM_NOTHING},
    {"bad from the beginning", 1400, TRUE, ALARM_NOTHING},
    {"the old time does not count", 1600, TRUE, ALARM_NOTHING},
    {"long enough", 1700, TRUE, ALARM_RAISE},
    {"it lasts", 1760, TRUE, ALARM_NOTHING},
    {"a moment before the hour", 5299, TRUE, ALARM_NOTHING},
    {"an hour", 5300, TRUE, ALARM_RAISE},
    {"and one more", 9000, TRUE, ALARM_RAISE},
    {"over", 9001, FALSE, ALARM_OVER},
    {"over is told once", 9002, FALSE, ALARM_NOTHING},
    {"bad anew", 9003, TRUE, ALARM_NOTHING},
    {"raised anew, within the hour", 9303, TRUE, ALARM_RAISE},
    {"and over", 9304, FALSE, ALARM_OVER},
};

static void test_moments(void **state)
{
    AlarmState s;
    (void)state;
    alarm_init(&s);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AlarmAct act = alarm_step(&s, rows[i].is_bad, rows[i].at, AFTER, AGAIN);
        if (act != rows[i].want)
            fail_msg("%s: %d, expected %d", rows[i].label, act, rows[i].want);
    }
}

static void test_at_once(void **state)
{
    AlarmState s;
    (void)state;
    alarm_init(&s);
    assert_int_equal(alarm_step(&s, TRUE, 5, 0, AGAIN), ALARM_RAISE);
    assert_int_equal(alarm_step(&s, FALSE, 5, 0, AGAIN), ALARM_OVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moments), cmocka_unit_test(test_at_once)};
    return cmocka_run_group_tests_name("alarm", tests, NULL, NULL);
}
