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

static const struct {
    const char *label;
    Instant raised_at;
    gboolean is_bad;
    AlarmAct want;
    Instant again_at; /* when it lasts; INSTANT_NONE: it is over */
} resumed[] = {
    {"nothing was raised", INSTANT_NONE, FALSE, ALARM_NOTHING, INSTANT_NONE},
    {"nothing was raised, but it is bad", INSTANT_NONE, TRUE, ALARM_NOTHING, 10000 + AFTER},
    {"raised by one before, and over", 9000, FALSE, ALARM_OVER, INSTANT_NONE},
    {"raised by one before, and bad: within its hour nobody is told twice", 9000, TRUE, ALARM_NOTHING, 9000 + AGAIN},
    {"before the machine began anew, and over", 99999, FALSE, ALARM_OVER, INSTANT_NONE},
    {"before the machine began anew, and bad: told again in an hour, not in a day", 99999, TRUE, ALARM_NOTHING, 10000 + AGAIN},
    {"nonsense is no reason to be silent", G_MININT64 + 1, TRUE, ALARM_NOTHING, 10000 + AFTER},
};

/* Of what may not have been told; the machine was just started. */
static void test_untold(void **state)
{
    AlarmState s;
    (void)state;
    alarm_init(&s);
    alarm_resume(&s, ALARM_LONG_AGO, 10);
    assert_int_equal(alarm_step(&s, TRUE, 10, AFTER, AGAIN), ALARM_NOTHING);
    assert_int_equal(alarm_step(&s, TRUE, 10 + AFTER, AFTER, AGAIN), ALARM_RAISE);
    alarm_resume(&s, ALARM_LONG_AGO, 10);
    assert_int_equal(alarm_step(&s, FALSE, 10, AFTER, AGAIN), ALARM_OVER);
}

static void test_resumed(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(resumed); i++) {
        AlarmState s;
        alarm_init(&s);
        alarm_resume(&s, resumed[i].raised_at, 10000);
        AlarmAct act = alarm_step(&s, resumed[i].is_bad, 10000, AFTER, AGAIN), later = ALARM_NOTHING;
        if (act != resumed[i].want)
            fail_msg("%s: %d, expected %d", resumed[i].label, act, resumed[i].want);
        if (resumed[i].again_at == INSTANT_NONE) {
            later = alarm_step(&s, FALSE, 10001, AFTER, AGAIN);
        } else {
            later = alarm_step(&s, TRUE, resumed[i].again_at - 1, AFTER, AGAIN);
            assert_int_equal(alarm_step(&s, TRUE, resumed[i].again_at, AFTER, AGAIN), ALARM_RAISE);
        }
        if (later != ALARM_NOTHING)
            fail_msg("%s: then %d", resumed[i].label, later);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moments), cmocka_unit_test(test_at_once), cmocka_unit_test(test_resumed), cmocka_unit_test(test_untold)};
    return cmocka_run_group_tests_name("alarm", tests, NULL, NULL);
}
