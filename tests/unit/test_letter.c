/* Tests of rules/letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/letter.h"

#include "base/banned.h"

static void test_new_is_empty(void **state)
{
    (void)state;
    g_autoptr(Letter) l = letter_new();
    assert_string_equal(l->subject, "");
    assert_string_equal(l->text, "");
    assert_string_equal(letter_from(l), "");
    assert_null(letter_header(l, "Subject"));
    assert_true(l->date == INSTANT_NONE);
    letter_free(NULL);
}

static void test_find(void **state)
{
    (void)state;
    g_autoptr(Letter) l = letter_new();
    letter_add_header(l->headers, "Received", "one");
    letter_add_header(l->headers, "RECEIVED", "two");
    assert_string_equal(letter_header(l, "received"), "one");
    assert_null(letter_find(NULL, "received"));
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *want;
    } rows[] = {
        {"domain in lower case, local part as it is", "Ann.Bee@EXAMPLE.Org", "Ann.Bee@example.org"},
        {"last at counts", "\"a@b\"@C.Example", "\"a@b\"@c.example"},
        {"no domain", "Postmaster", "Postmaster"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Letter) l = letter_new();
        letter_add_address(l->from, NULL, rows[i].input);
        assert_string_equal(letter_from(l), rows[i].want);
        assert_string_equal(((LetterAddress *)l->from->pdata[0])->name, "");
    }
}

static void test_lists_own(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) files = letter_new_attachments();
    letter_add_attachment(files, "a.txt", "text/plain", 3);
    assert_int_equal(((LetterAttachment *)files->pdata[0])->size, 3);
    g_autoptr(GPtrArray) calendars = letter_new_calendars();
    assert_int_equal(calendars->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_is_empty),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_lists_own),
    };
    return cmocka_run_group_tests_name("letter", tests, NULL, NULL);
}
