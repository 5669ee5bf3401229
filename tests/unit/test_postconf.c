/* test_postconf: settings, services, times and lists as postconf(1) prints them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rules/postconf.h"

static void test_settings(void **state)
{
    static const struct {
        const char *label, *text, *name, *want;
    } cases[] = {
        {"plain", "a = b\n", "a", "b"},
        {"an equal sign in the value", "maps = inline:{ x=y }\n", "maps", "inline:{ x=y }"},
        {"goes on", "a = b,\n  c\nd = e\n", "a", "b,  c"},
        {"the next one", "a = b,\n  c\nd = e\n", "d", "e"},
        {"empty", "a =\n", "a", ""},
        {"a comment", "# a = b\n", "a", NULL},
        {"the last counts", "a = 1\na = 2\n", "a", "2"},
        {"no line end", "a = b", "a", "b"},
        {"nothing", "", "a", NULL},
        {"a line that begins with a blank, and nothing before", "  a = b\n", "a", "b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        g_autoptr(GHashTable) t = postconf_settings(cases[i].text);
        const char *got = g_hash_table_lookup(t, cases[i].name);
        if (g_strcmp0(got, cases[i].want) != 0)
            fail_msg("%s: '%s', expected '%s'", cases[i].label, got, cases[i].want);
    }
}

static void test_pipes(void **state)
{
    static const char head[] = "escalate unix - n n - 10 pipe ";
    static const struct {
        const char *label, *rest, *user, *null_sender, *flags, *argv;
    } cases[] = {
        {"as shipped", "flags=Xq user=esc null_sender= argv=/bin/f -d /s -f ${sender} -- ${recipient}", "esc", "", "Xq", "/bin/f -d /s -f ${sender} -- ${recipient}"},
        {"with a group", "user=esc:mail argv=/bin/f", "esc", NULL, NULL, "/bin/f"},
        {"in braces", "{ user = esc } { null_sender = } argv=/bin/f", "esc", "", NULL, "/bin/f"},
        {"an attribute behind argv is an argument", "user=esc argv=/bin/f null_sender=", "esc", NULL, NULL, "/bin/f null_sender="},
        {"another null sender", "user=esc null_sender=nobody argv=/bin/f", "esc", "nobody", NULL, "/bin/f"},
        {"no argv", "user=esc", "esc", NULL, NULL, ""},
        {"a line that goes on", "\n  user=esc\n  argv=/bin/f -x", "esc", NULL, NULL, "/bin/f -x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        g_autofree char *text = g_strconcat("smtp inet n - - - - smtpd\n", head, cases[i].rest, "\nbounce unix - - n - 0 bounce\n", NULL);
        g_autoptr(GPtrArray) pipes = postconf_pipes(text);
        assert_int_equal(pipes->len, 1);
        const PostconfPipe *p = g_ptr_array_index(pipes, 0);
        g_autofree char *argv = g_strjoinv(" ", p->argv);
        if (strcmp(p->name, "escalate") != 0 || g_strcmp0(p->user, cases[i].user) != 0 || g_strcmp0(p->null_sender, cases[i].null_sender) != 0
            || g_strcmp0(p->flags, cases[i].flags) != 0 || strcmp(argv, cases[i].argv) != 0)
            fail_msg("%s: user '%s', null_sender '%s', flags '%s', argv '%s'", cases[i].label, p->user, p->null_sender, p->flags, argv);
    }
}

static void test_times(void **state)
{
    static const struct {
        const char *text;
        Seconds want;
    } cases[] = {{"1d", 86400}, {"1000s", 1000}, {"1000", 1000}, {"5m", 300}, {"2h", 7200}, {"1w", 604800}, {"", -1}, {"x", -1}, {"1y", -1}, {"-1s", -1}, {"99999999999d", -1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (postconf_time(cases[i].text) != cases[i].want)
            fail_msg("'%s': %" G_GINT64_FORMAT, cases[i].text, postconf_time(cases[i].text));
}

static void test_words(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {{"a, b c", "a|b|c"}, {"", ""}, {"inline:{ x=y: z=w } hash:/t", "inline:{ x=y: z=w }|hash:/t"}, {"{ {a, b}, c }, d", "{ {a, b}, c }|d"},
                 {"unbalanced:{ a b", "unbalanced:{ a b"}, {"} a", "}|a"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        g_autoptr(GPtrArray) words = postconf_words(cases[i].text);
        g_ptr_array_add(words, NULL);
        g_autofree char *got = g_strjoinv("|", (char **)words->pdata);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("'%s': '%s'", cases[i].text, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_settings), cmocka_unit_test(test_pipes), cmocka_unit_test(test_times), cmocka_unit_test(test_words)};
    return cmocka_run_group_tests_name("postconf", tests, NULL, NULL);
}
