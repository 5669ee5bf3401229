/* test_score: points to a number to a severity, and the small conditions of rules. */
#include "rules/score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

#include "config/ruleterm.h"

static void test_score(void **state)
{
    static const struct {
        int points[SCORE_AXES];
        gboolean is_weighted;
        int weights[SCORE_AXES];
        int expected;
    } table[] = {
        {{0}, FALSE, {100, 100, 100, 100, 100}, 0},
        {{40}, FALSE, {100, 100, 100, 100, 100}, 40},
        {{40, 70}, FALSE, {100, 100, 100, 100, 100}, 70},                 /* the greatest, not the sum */
        {{250}, FALSE, {100, 100, 100, 100, 100}, 100},                   /* an axis counts at most 100 */
        {{100, 30}, FALSE, {50, 100, 100, 100, 100}, 50},
        {{100}, FALSE, {200, 100, 100, 100, 100}, 100},                   /* and so does the whole */
        {{45}, FALSE, {50, 100, 100, 100, 100}, 23},                      /* halves go up */
        {{100, 50}, TRUE, {100, 100, 0, 0, 0}, 75},
        {{100, 50}, TRUE, {300, 100, 0, 0, 0}, 88},                       /* 87.5 */
        {{100, 100, 100, 100, 100}, TRUE, {100, 100, 100, 100, 100}, 100},
        {{100}, TRUE, {0, 0, 0, 0, 0}, 0},                                /* no weights, no division */
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        ScoreSum sum;
        ScoreCombine combine = {.is_weighted = table[i].is_weighted};
        memcpy(sum.points, table[i].points, sizeof(sum.points));
        memcpy(combine.weights, table[i].weights, sizeof(combine.weights));
        assert_int_equal(score_value(&sum, &combine), table[i].expected);
    }
    assert_string_equal(score_axis_name(SCORE_IMPACT), "impact");
}

static void test_severity(void **state)
{
    const int all[] = {80, 60, 40, 1}, some[] = {80, -1, 40, -1};
    (void)state;
    assert_int_equal(score_severity(100, all, 4), 0);
    assert_int_equal(score_severity(80, all, 4), 0);
    assert_int_equal(score_severity(79, all, 4), 1);
    assert_int_equal(score_severity(0, all, 4), -1);
    assert_int_equal(score_severity(79, some, 4), 2);
    assert_int_equal(score_severity(39, some, 4), -1);
}

static void test_attribute(void **state)
{
    static const struct {
        const char *text, *column, *value;
        gboolean holds;
    } table[] = {
        {"segment:gold", "segment", "gold", TRUE},
        {"segment: Gold", "segment", "gold", TRUE},
        {"segment:gold", "segment", "golden", FALSE}, /* the whole value */
        {"segment:gold|platinum", "segment", "xplatinum", FALSE},
        {"segment:gold|platinum", "segment", "platinum", TRUE},
        {"vip=yes", "vip", "yes", TRUE},
        {"category:.*billing.*", "category", "eu billing", TRUE},
        {"name:a:b", "name", "a:b", TRUE},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        ConfigAttribute *a = ruleterm_attribute(table[i].text, NULL);
        assert_non_null(a);
        assert_string_equal(a->column, table[i].column);
        assert_int_equal(g_regex_match(a->value, table[i].value, 0, NULL), table[i].holds);
        ruleterm_attribute_free(a);
    }
    static const char *const bad[] = {"", "segment", "segment:", "segment: ", "colour:red", ":x", "address:kim@acme.test", "segment:(", "segment:a)(b"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;
        assert_null(ruleterm_attribute(bad[i], &err));
        assert_non_null(err);
    }
}

static void test_history(void **state)
{
    static const struct {
        const char *text;
        ConfigHistoryKind kind;
        int least;
    } table[] = {{"reopened>=2", HISTORY_REOPENED, 2}, {"unanswered >= 3", HISTORY_UNANSWERED, 3}, {"reassigned>=1", HISTORY_REASSIGNED, 1}, {"mails>=10000", HISTORY_MAILS, 10000}};
    static const char *const bad[] = {"", "reopened", "reopened>2", "reopened>=0", "reopened>=x", "reopened>=10001", "opened>=2", "reopened>=2x", "reopen>=2"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree ConfigHistory *h = ruleterm_history(table[i].text, NULL);
        assert_non_null(h);
        assert_int_equal(h->kind, table[i].kind);
        assert_int_equal(h->least, table[i].least);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;
        assert_null(ruleterm_history(bad[i], &err));
        assert_non_null(err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score),
        cmocka_unit_test(test_severity),
        cmocka_unit_test(test_attribute),
        cmocka_unit_test(test_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
