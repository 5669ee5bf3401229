/* utf8: what is ASCII, what is well formed, and what a terminal or a log may be shown of strangers' text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

static void test_shown(void **state)
{
    (void)state;
    static const struct {
        const char *label, *text, *want;
    } rows[] = {
        {"plain", "Hello, world", "Hello, world"},
        {"letters of others", "gr\xC3\xBC\xC3\x9F \xE6\x97\xA5 \xF0\x9F\x94\xA5", "gr\xC3\xBC\xC3\x9F \xE6\x97\xA5 \xF0\x9F\x94\xA5"},
        {"escape", "\x1b[2J", "\\x1b[2J"},
        {"line ends and tabs", "a\r\nb\tc", "a\\x0d\\x0ab\\x09c"},
        {"DEL", "\x7f", "\\x7f"},
        {"a C1 command as UTF-8", "\xC2\x9B" "31m", "\\u009b31m"},
        {"next line", "\xC2\x85", "\\u0085"},
        {"a C1 command as a byte", "\x9b" "31m", "\\x9b31m"},
        {"a character cut off", "a\xE6\x97", "a\\xe6\\x97"},
        {"a byte that no UTF-8 has", "\xFF", "\\xff"},
        {"a surrogate", "\xED\xA0\x80", "\\xed\\xa0\\x80"},
        {"overlong", "\xC0\xAF", "\\xc0\\xaf"},
        {"line and paragraph separators", "\xE2\x80\xA8\xE2\x80\xA9", "\\u2028\\u2029"},
        {"right-to-left override", "\xE2\x80\xAE" "fdp.exe", "\\u202efdp.exe"},
        {"isolates", "\xE2\x81\xA6x\xE2\x81\xA9", "\\u2066x\\u2069"},
        {"the space behind C1", "\xC2\xA0", "\xC2\xA0"},
        {"nothing", "", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = utf8_shown(rows[i].text);
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s: %s", rows[i].label, got);
    }
}

static void test_forms(void **state)
{
    (void)state;
    assert_true(utf8_is_ascii("0123456789", 10));
    assert_false(utf8_is_ascii("012345678\xC3", 10));
    assert_false(utf8_is_ascii("\x80" "1234567", 8));
    assert_true(utf8_is_valid("gr\xC3\xBC\xC3\x9F", 6));
    assert_false(utf8_is_valid("gr\xC3", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shown), cmocka_unit_test(test_forms)};
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
