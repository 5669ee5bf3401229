/* test_nearest: how far two words are from each other, and which of several is meant. */
#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/banned.h"

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        guint want;
    } cases[] = {
        {"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"emial", "email", 2}, {"Domain", "domain", 0}, {"kitten", "sitting", 3}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(nearest_distance(cases[i].a, cases[i].b), cases[i].want);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"show", "slow", "list", "lint", "hold"};
    static const struct {
        const char *meant, *want;
        guint distance;
    } cases[] = {{"list", "list", 0}, {"LIST", "list", 0}, {"lisst", "list", 1}, {"lit", "lint", 1 /* as near as list: alphabet */}, {"hlow", "slow", 1},
                 {"sold", "hold", 1}, {"", "hold", 4}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Nearest n = {.meant = cases[i].meant};
        for (gsize k = 0; k < G_N_ELEMENTS(names); k++)
            nearest_offer(&n, names[k]);
        if (strcmp(n.name, cases[i].want) != 0 || n.distance != cases[i].distance)
            fail_msg("'%s': '%s', %u", cases[i].meant, n.name, n.distance);
    }
    Nearest same = {.meant = "bat"};
    nearest_offer(&same, "cat");
    nearest_offer(&same, "bar"); /* its first letter is right */
    nearest_offer(&same, "ban");
    assert_string_equal(same.name, "ban");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_distance), cmocka_unit_test(test_nearest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
