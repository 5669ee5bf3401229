/* test_shortmessage: what a telephone gets: GSM's characters, counted as GSM counts, cut at a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/shortmessage.h"

static void test_plain(void **state)
{
    static const struct {
        const char *label, *input, *want;
    } cases[] = {
        {"as it is", "S1 reply late 25 min: Acme. Bob, take it", "S1 reply late 25 min: Acme. Bob, take it"},
        {"lines and blanks", " a\n\n b\t\tc \r\n", "a b c"},
        {"typographic signs", "“Shop” – it’s · down…", "\"Shop\" - it's - down..."},
        {"letters that GSM has", "Öl für Zoë: ßÆÑ £5 àèé", "Öl für Zoe: ßÆÑ £5 àèé"},
        {"letters that it lacks", "Łódź, Ångström, ça, ő, ř", "Lodz, Ångström, ca, o, r"},
        {"decomposed letters", "u\xcc\x88" "ber", "über"},
        {"signs that it lacks", "down \xf0\x9f\x94\xa5 now \xe2\x98\xa0", "down now"},
        {"another script stays", "Ким Ли", "Ким Ли"},
        {"control characters", "a\x1b[31mb", "a [31mb"},
        {"broken UTF-8", "a\xff\xfe" "b", "ab"},
        {"backquote", "`x`", "'x'"},
        {"nothing", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        g_autofree char *got = shortmessage_plain(cases[i].input);
        if (strcmp(got, cases[i].want) != 0)
            print_message("%s: '%s' not '%s'\n", cases[i].label, got, cases[i].want);
        assert_string_equal(got, cases[i].want);
    }
}

static void test_length(void **state)
{
    (void)state;
    assert_int_equal(shortmessage_length(""), 0);
    assert_int_equal(shortmessage_length("für"), 3);
    assert_int_equal(shortmessage_length("[5 €]"), 8);
}

static void test_cut(void **state)
{
    static const struct {
        const char *input;
        gsize max;
        const char *want;
    } cases[] = {
        {"one two three", 13, "one two three"}, {"one two three", 12, "one two..."}, {"one two three", 11, "one two..."},
        {"one two three", 10, "one two..."},    {"one two three", 9, "one..."},     {"onetwothree", 8, "onetw..."},
        {"äöü äöü äöü", 10, "äöü äöü..."},      {"[[[[ ]]]]", 12, "[[[[..."},       {"abcdef", 3, "..."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        g_autofree char *got = shortmessage_cut(cases[i].input, cases[i].max);
        assert_string_equal(got, cases[i].want);
        assert_true(shortmessage_length(got) <= MAX(cases[i].max, 3));
    }
    g_autoptr(GString) s = g_string_new(NULL); /* never more than 160, wherever the words end */
    for (int i = 0; i < 400; i++) {
        g_string_append(s, i % 7 == 3 ? " [" : i % 11 == 0 ? "€" : i % 5 == 0 ? " " : "ö");
        g_autofree char *got = shortmessage_cut(s->str, 160);
        assert_true(shortmessage_length(got) <= 160);
    }
}

static void test_digits(void **state)
{
    static const char *const cases[][2] = {{"+49 (0)30 12-34", "49301234"}, {"0049 30 1234", "49301234"}, {"030/1234", "0301234"}, {"none", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        g_autofree char *got = shortmessage_digits(cases[i][0]);
        assert_string_equal(got, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_plain), cmocka_unit_test(test_length), cmocka_unit_test(test_cut), cmocka_unit_test(test_digits)};
    return cmocka_run_group_tests_name("shortmessage", tests, NULL, NULL);
}
