/* worktime: examples, and properties against an oracle that walks second by second. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "rules/worktime.h"

#include "base/banned.h"

static Instant at(const char *text)
{
    Instant t = 0;
    if (!instant_parse(text, &t, NULL))
        fail_msg("bad test instant '%s'", text);
    return t;
}

/* Four weeks from Monday 2026-03-02 in Berlin: Mon-Fri 09-12 and 13-17, Friday only to 14, Wednesday 11 March closed. */
static Worktime *office(void)
{
    const Zone *z = zone_get("Europe/Berlin", NULL);
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Interval));
    for (int day = 0; day < 28; day++) {
        if (day % 7 > 4 || day == 9)
            continue;
        int ends[2] = {12, day % 7 == 4 ? 14 : 17};
        for (int i = 0; i < 2; i++) {
            Civil from = {2026, 3, 2 + day, i == 0 ? 9 : 13, 0, 0}, to = {2026, 3, 2 + day, ends[i], 0, 0};
            Interval x = {zone_instant(z, from, ZONE_FIRST), zone_instant(z, to, ZONE_LAST)};
            g_array_append_val(all, x);
        }
    }
    Worktime *w =
        worktime_new((const Interval *)(void *)all->data, all->len, at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z"), z);
    g_array_unref(all);
    return w;
}

static const struct {
    const char *label, *start, *duration, *want; /* want NULL: LIMIT */
} adds[] = {
    {"inside", "2026-03-02T09:00:00+01:00", "2bh", "2026-03-02T11:00:00+01:00"},
    {"the whole morning ends at its end", "2026-03-02T09:00:00+01:00", "3bh", "2026-03-02T12:00:00+01:00"},
    {"a second more is behind lunch", "2026-03-02T09:00:00+01:00", "10801bs", "2026-03-02T13:00:01+01:00"},
    {"the whole day", "2026-03-02T09:00:00+01:00", "7bh", "2026-03-02T17:00:00+01:00"},
    {"from the night before", "2026-03-01T23:00:00+01:00", "1bh", "2026-03-02T10:00:00+01:00"},
    {"over a weekend", "2026-03-06T13:30:00+01:00", "1bh", "2026-03-09T09:30:00+01:00"},
    {"nothing is the start, closed too", "2026-03-07T13:30:00+01:00", "0bh", "2026-03-07T13:30:00+01:00"},
    {"elapsed", "2026-03-07T13:30:00+01:00", "90m", "2026-03-07T15:00:00+01:00"},
    {"elapsed knows no bounds", "2036-03-07T13:30:00+01:00", "1d", "2036-03-08T13:30:00+01:00"},
    {"over the change of March", "2026-03-27T13:00:00+01:00", "2bh", NULL},
    {"too much", "2026-03-02T09:00:00+01:00", "1000bh", NULL},
    {"before what is known", "2025-03-02T09:00:00+01:00", "1bh", NULL},
    {"a business day", "2026-03-02T10:15:00+01:00", "1bd", "2026-03-03T10:15:00+01:00"},
    {"over the closed day", "2026-03-10T10:15:00+01:00", "1bd", "2026-03-12T10:15:00+01:00"},
    {"over the weekend", "2026-03-06T10:15:00+01:00", "1bd", "2026-03-09T10:15:00+01:00"},
    {"into a short day", "2026-03-05T16:00:00+01:00", "1bd", "2026-03-06T14:00:00+01:00"},
    {"begun at lunch: after lunch", "2026-03-02T12:30:00+01:00", "1bd", "2026-03-03T13:00:00+01:00"},
    {"begun in the evening: next morning", "2026-03-02T19:00:00+01:00", "1bd", "2026-03-04T09:00:00+01:00"},
    {"begun on a Sunday", "2026-03-08T19:00:00+01:00", "2bd", "2026-03-12T09:00:00+01:00"},
    {"no days", "2026-03-08T19:00:00+01:00", "0bd", "2026-03-08T19:00:00+01:00"},
    {"more days than known", "2026-03-02T10:15:00+01:00", "20bd", NULL},
    {"the last day known", "2026-03-02T10:15:00+01:00", "17bd", "2026-03-26T10:15:00+01:00"},
};

static void test_add(void **state)
{
    (void)state;
    Worktime *w = office();
    for (gsize i = 0; i < G_N_ELEMENTS(adds); i++) {
        Duration d;
        assert_true(duration_parse(adds[i].duration, &d, NULL));
        Instant t = 0;
        g_autoptr(GError) err = NULL;
        gboolean good = worktime_add(w, at(adds[i].start), d, &t, &err);
        g_autofree char *got = good ? zone_format_rfc3339(zone_get("Europe/Berlin", NULL), t) : NULL;
        if (good != (adds[i].want != NULL) || (good && t != at(adds[i].want)))
            fail_msg("%s: got %s", adds[i].label, good ? got : err->message);
        if (!good)
            assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_LIMIT));
    }
    worktime_free(w);
}

static void test_questions(void **state)
{
    (void)state;
    Worktime *w = office();
    Instant t;
    Seconds s;
    gboolean open;
    assert_true(worktime_between(w, at("2026-03-02T08:00:00+01:00"), at("2026-03-02T14:00:00+01:00"), &s, NULL));
    assert_int_equal(s, 4 * 3600);
    assert_true(worktime_between(w, at("2026-03-02T14:00:00+01:00"), at("2026-03-02T08:00:00+01:00"), &s, NULL));
    assert_int_equal(s, -4 * 3600);
    assert_false(worktime_between(w, at("2026-02-02T14:00:00+01:00"), at("2026-03-02T08:00:00+01:00"), &s, NULL));
    assert_true(worktime_next(w, at("2026-03-06T14:00:00+01:00"), &t, NULL));
    assert_int_equal(t, at("2026-03-09T09:00:00+01:00"));
    assert_true(worktime_next(w, at("2026-03-09T10:00:00+01:00"), &t, NULL));
    assert_int_equal(t, at("2026-03-09T10:00:00+01:00"));
    assert_false(worktime_next(w, at("2026-03-30T10:00:00+02:00"), &t, NULL));
    assert_true(worktime_is_open(w, at("2026-03-02T09:00:00+01:00"), &open, NULL) && open);
    assert_true(worktime_is_open(w, at("2026-03-02T12:00:00+01:00"), &open, NULL) && !open);
    assert_true(worktime_is_open(w, at("2026-03-02T08:59:59+01:00"), &open, NULL) && !open);
    assert_false(worktime_is_open(w, at("2026-04-01T00:00:00Z"), &open, NULL));
    worktime_free(w);
    worktime_free(NULL);
}

/* ---- against the oracle ---- */

#define RANGE 3000

typedef struct {
    gboolean open[RANGE];
    Worktime *w;
} World;

static void world_make(World *world, GRand *random)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(Interval));
    for (int i = 0; i < RANGE; i++)
        world->open[i] = FALSE;
    for (int t = g_rand_int_range(random, 0, 200); t < RANGE - 400;) {
        int end = t + g_rand_int_range(random, 1, 120);
        Interval x = {t, end};
        g_array_append_val(all, x);
        for (int i = t; i < end; i++)
            world->open[i] = TRUE;
        t = end + g_rand_int_range(random, 0, 150); /* sometimes touching */
    }
    world->w = worktime_new((const Interval *)(void *)all->data, all->len, 0, RANGE, zone_utc());
    g_array_unref(all);
}

static Instant oracle_add(const World *world, int start, int amount)
{
    int t = start;
    for (; amount > 0 && t < RANGE; t++)
        amount -= world->open[t] ? 1 : 0;
    return amount > 0 ? -1 : t;
}

static int oracle_between(const World *world, int a, int b)
{
    int sum = 0;
    for (int t = a; t < b; t++)
        sum += world->open[t] ? 1 : 0;
    return sum;
}

static void check_one(const World *world, int a, int b, int amount)
{
    Instant t = -1, further = -1;
    Seconds s = 0;
    gboolean open = FALSE;
    Duration d = {amount, DURATION_OPEN_SECONDS};
    gboolean good = worktime_add(world->w, a, d, &t, NULL);
    assert_int_equal(good ? t : -1, oracle_add(world, a, amount));
    assert_true(worktime_between(world->w, a, b, &s, NULL));
    assert_int_equal(s, a <= b ? oracle_between(world, a, b) : -oracle_between(world, b, a));
    assert_true(worktime_is_open(world->w, a, &open, NULL));
    assert_int_equal(open, world->open[a]);
    if (!good)
        return;
    assert_true(worktime_between(world->w, a, t, &s, NULL)); /* inverse */
    assert_int_equal(s, amount);
    Duration more = {amount + 1, DURATION_OPEN_SECONDS}; /* monotonic */
    if (worktime_add(world->w, a, more, &further, NULL))
        assert_true(further > t);
    Duration half = {amount / 2, DURATION_OPEN_SECONDS}, rest = {amount - amount / 2, DURATION_OPEN_SECONDS}; /* additive */
    Instant middle, sum;
    assert_true(worktime_add(world->w, a, half, &middle, NULL) && worktime_add(world->w, middle, rest, &sum, NULL));
    if (rest.amount > 0)
        assert_int_equal(sum, t);
}

static void test_properties(void **state)
{
    (void)state;
    GRand *random = g_rand_new_with_seed(20260302);
    for (int round = 0; round < 200; round++) {
        World world;
        world_make(&world, random);
        for (int i = 0; i < 100; i++)
            check_one(&world, g_rand_int_range(random, 0, RANGE), g_rand_int_range(random, 0, RANGE),
                      g_rand_int_range(random, 0, 900));
        worktime_free(world.w);
    }
    g_rand_free(random);
}

static void test_empty(void **state)
{
    (void)state;
    Worktime *w = worktime_new(NULL, 0, 0, 1000, zone_utc());
    Instant t;
    Seconds s;
    Duration d = {1, DURATION_OPEN_SECONDS}, day = {1, DURATION_BUSINESS_DAYS};
    assert_false(worktime_add(w, 0, d, &t, NULL));
    assert_false(worktime_add(w, 0, day, &t, NULL));
    assert_false(worktime_next(w, 0, &t, NULL));
    assert_true(worktime_between(w, 0, 1000, &s, NULL) && s == 0);
    worktime_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests_name("worktime", tests, NULL, NULL);
}
