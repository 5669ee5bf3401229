/* wrap: lines for a narrow screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/wrap.h"

#include "base/banned.h"

static const struct {
    const char *label, *text;
    int width;
    const char *want;
} wraps[] = {
    {"short lines stay", "one\ntwo\n", 10, "one\ntwo\n"},
    {"a last line without its end", "one\ntwo", 10, "one\ntwo\n"},
    {"broken at a space", "one two three", 8, "one two\nthree\n"},
    {"exactly the width", "one two three", 13, "one two three\n"},
    {"one more", "one two three", 12, "one two\nthree\n"},
    {"a long word stays whole", "see https://desk.example/t/42 now", 10, "see\nhttps://desk.example/t/42\nnow\n"},
    {"a long word first", "https://desk.example/t/42 now", 10, "https://desk.example/t/42\nnow\n"},
    {"hangs under the text of a label", "Impact    all orders since two", 20, "Impact    all orders\n          since two\n"},
    {"a label of other letters", "F\xc3\xa4llig    all orders since two", 20, "F\xc3\xa4llig    all orders\n          since two\n"},
    {"hangs at its own indentation", "    one two three", 12, "    one two\n    three\n"},
    {"two spaces far right are no label", "one two three four  five six", 20, "one two three four\nfive six\n"},
    {"trailing blanks go", "one  \t\ntwo ", 10, "one\ntwo\n"},
    {"runs of empty lines become one", "one\n\n\n  \n\ntwo", 10, "one\n\ntwo\n"},
    {"none at the top and the end", "\n\n\none\n\n\n", 10, "one\n"},
    {"characters, not bytes", "\xc3\xa4\xc3\xb6\xc3\xbc \xc3\x9f\xe2\x82\xac", 6, "\xc3\xa4\xc3\xb6\xc3\xbc \xc3\x9f\xe2\x82\xac\n"},
    {"nothing", "", 10, ""},
    {"only blanks", "  \n \n", 10, ""},
};

static void test_wraps(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(wraps); i++) {
        g_autofree char *got = wrap_text(wraps[i].text, wraps[i].width);
        if (strcmp(got, wraps[i].want) != 0)
            fail_msg("%s: got '%s'", wraps[i].label, got);
    }
}

/* Nothing is lost but blanks, every line fits or is one word, and wrapping twice changes nothing. */
static void test_properties(void **state)
{
    (void)state;
    static const char *const words[] = {"a", "we", "due", "16:45", "Acme,", "https://desk.example/very/long/address", "\xc3\xa4\xc3\xb6", "Owner     "};
    guint32 lcg = 3;
    for (int round = 0; round < 500; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = 0; i < 40; i++) {
            lcg = lcg * 1664525u + 1013904223u;
            g_string_append(text, words[(lcg >> 8) % G_N_ELEMENTS(words)]);
            g_string_append_c(text, (lcg >> 16) % 9 == 0 ? '\n' : ' ');
        }
        g_autofree char *once = wrap_text(text->str, 30), *before = g_strdup(text->str), *after = g_strdup(once);
        g_auto(GStrv) lines = g_strsplit(once, "\n", -1);
        for (guint i = 0; lines[i] != NULL; i++)
            assert_true(g_utf8_strlen(lines[i], -1) <= 30 || strchr(g_strchug(lines[i]), ' ') == NULL || strstr(lines[i], "https") != NULL);
        for (char *p = before, *q = before;; p++)
            if (*p != ' ' && *p != '\n' && (*q++ = *p) == '\0')
                break;
        for (char *p = after, *q = after;; p++)
            if (*p != ' ' && *p != '\n' && (*q++ = *p) == '\0')
                break;
        assert_string_equal(before, after);
    }
}

static void test_counts(void **state)
{
    (void)state;
    assert_int_equal(wrap_line_count(""), 0);
    assert_int_equal(wrap_line_count("one"), 0);
    assert_int_equal(wrap_line_count("one\ntwo\n"), 2);
}

static void test_preview(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int n;
        const char *want;
    } cases[] = {{"one\ntwo\r\nthree", 90, "one two  three"}, {"abcdef", 3, "abc"}, {"\xc3\xa4\xc3\xb6\xc3\xbc", 2, "\xc3\xa4\xc3\xb6"},
                 {"abc", 3, "abc"}, {"", 3, ""}, {"abc", 0, ""}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = wrap_preview(cases[i].text, cases[i].n);
        assert_string_equal(got, cases[i].want);
    }
}

static void test_clip(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        gsize bytes;
        const char *want;
    } cases[] = {
        {"", 0, ""},
        {"", 3, ""},
        {"abc", 3, "abc"},
        {"abc", 2, "ab"},
        {"a\xc3\xa4", 3, "a\xc3\xa4"},
        {"a\xc3\xa4", 2, "a"},
        {"\xe2\x82\xac", 2, ""},
        {"a\xff" "b", 3, "a\xef\xbf\xbd" "b"},
        {"\x80\x80\x80", 2, ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = wrap_clip(cases[i].text, cases[i].bytes);
        assert_string_equal(got, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wraps), cmocka_unit_test(test_properties), cmocka_unit_test(test_counts),
                                       cmocka_unit_test(test_preview), cmocka_unit_test(test_clip)};
    return cmocka_run_group_tests_name("wrap", tests, NULL, NULL);
}
