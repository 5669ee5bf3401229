/* parsed: what the parse worker says of attachments and signatures comes back as it was, and nothing that a parser which was taken
 * over could say does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "flows/parsed.h"

#include "base/banned.h"

static void add(GPtrArray *parts, const char *name, const char *type, const char *bytes, gsize n)
{
    MessagePart *p = g_new0(MessagePart, 1);
    p->name = g_strdup(name);
    p->type = g_strdup(type);
    p->bytes = g_bytes_new(bytes, n);
    g_ptr_array_add(parts, p);
}

static void test_parts_both_ways(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)message_part_free), got = NULL;
    g_autoptr(GString) answer = g_string_new(NULL);
    add(parts, "gr\xC3\xBC\xC3\x9F \"e\".txt", "text/plain", "a\tb\n\0c", 6);
    add(parts, "", "application/octet-stream", "", 0);
    add(parts, "x", "image/png", "1\t2\t3\n", 6);
    parsed_write_parts(parts, answer);
    assert_true(parsed_read_parts(answer->str, answer->len, &got, NULL));
    assert_int_equal(got->len, 3);
    for (guint i = 0; i < 3; i++) {
        const MessagePart *a = g_ptr_array_index(parts, i), *b = g_ptr_array_index(got, i);
        assert_string_equal(a->name, b->name);
        assert_string_equal(a->type, b->type);
        assert_true(g_bytes_equal(a->bytes, b->bytes));
    }
}

static void test_parts_of_a_liar(void **state)
{
    (void)state;
    static const struct {
        const char *label, *answer;
        int want; /* -1: taken */
    } rows[] = {
        {"nothing", "", -1},
        {"too large", "-\n", ERROR_LIMIT},
        {"no line", "a\tb", ERROR_DATA},
        {"too few fields", "a\tb\n", ERROR_DATA},
        {"too many fields", "a\ttext/x\t0\tx\n", ERROR_DATA},
        {"more bytes than there are", "a\ttext/x\t4\nabc", ERROR_DATA},
        {"all the bytes of the world", "a\ttext/x\t18446744073709551615\nabc", ERROR_DATA},
        {"a number below nothing", "a\ttext/x\t-1\nabc", ERROR_DATA},
        {"a number and words", "a\ttext/x\t1x\na", ERROR_DATA},
        {"bytes left over", "a\ttext/x\t1\nab", ERROR_DATA},
        {"a directory", "../a\ttext/x\t0\n", ERROR_DATA},
        {"a directory, escaped", "\\056\\056\\057a\ttext/x\t0\n", ERROR_DATA},
        {"a directory of another system", "c:\\\\a\ttext/x\t0\n", ERROR_DATA},
        {"a line end, escaped", "a\\nBcc: x\ttext/x\t0\n", ERROR_DATA},
        {"a C1 character", "\\302\\233\ttext/x\t0\n", ERROR_DATA},
        {"no UTF-8", "\\377\ttext/x\t0\n", ERROR_DATA},
        {"good", "a\ttext/x\t1\nb", -1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) got = NULL;
        g_autoptr(GError) err = NULL;
        gboolean ok = parsed_read_parts(rows[i].answer, strlen(rows[i].answer), &got, &err);
        if (ok != (rows[i].want == -1) || (!ok && (err->code != rows[i].want || got != NULL)))
            fail_msg("%s: %s", rows[i].label, err != NULL ? err->message : "taken");
    }
}

static void test_types_of_a_liar(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "text", "text/x\\r\\nBcc: y", "text /x", "text/\\303\\244"};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *answer = g_strdup_printf("a\t%s\t0\n", rows[i]);
        g_autoptr(GPtrArray) got = NULL;
        assert_true(parsed_read_parts(answer, strlen(answer), &got, NULL));
        assert_string_equal(((MessagePart *)got->pdata[0])->type, "application/octet-stream");
    }
}

static void test_bounds(void **state)
{
    (void)state;
    g_autoptr(GString) many = g_string_new(NULL), longer = g_string_new(NULL);
    g_autoptr(GPtrArray) got = NULL, none = NULL;
    for (guint i = 0; i < LIMIT_MIME_PARTS; i++)
        g_string_append(many, "a\ttext/x\t0\n");
    assert_true(parsed_read_parts(many->str, many->len, &got, NULL));
    g_string_append(many, "a\ttext/x\t0\n");
    assert_false(parsed_read_parts(many->str, many->len, &none, NULL));
    for (int i = 0; i < 1001; i++)
        g_string_append_c(longer, 'a');
    g_string_append(longer, "\ttext/x\t0\n");
    assert_false(parsed_read_parts(longer->str, longer->len, &none, NULL));
}

static void test_signed(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        gboolean want;
        const char *message;
    } rows[] = {
        {"1 1 10 20 30 40", TRUE, NULL},
        {"2 0 10 20 30 40", TRUE, NULL},
        {"0 not signed as a whole", FALSE, "not signed as a whole"},
        {"", FALSE, "damaged"},
        {"1 1 10 20 30", FALSE, "damaged"},
        {"1 1 10 20 30 40 50", FALSE, "damaged"},
        {"3 1 10 20 30 40", FALSE, "damaged"},
        {"1 2 10 20 30 40", FALSE, "damaged"},
        {"1 1 -1 20 30 40", FALSE, "damaged"},
        {"1 1 99999999999 20 30 40", FALSE, "damaged"},
        {"1 1  20 30 40", FALSE, "damaged"},
        {"0 \xFF", FALSE, "damaged"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Signedpart s = {0}, again = {0};
        g_autoptr(GError) err = NULL;
        g_autoptr(GString) written = g_string_new(NULL);
        if (parsed_read_signed(rows[i].answer, strlen(rows[i].answer), &s, &err) != rows[i].want)
            fail_msg("%s", rows[i].answer);
        if (!rows[i].want) {
            assert_non_null(strstr(err->message, rows[i].message));
            continue;
        }
        parsed_write_signed(&s, written);
        assert_string_equal(written->str, rows[i].answer);
        assert_true(parsed_read_signed(written->str, written->len, &again, NULL));
    }
    Signedpart s;
    assert_false(parsed_read_signed("1 1 10 20 30 40\0x", 17, &s, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts_both_ways), cmocka_unit_test(test_parts_of_a_liar),
                                       cmocka_unit_test(test_types_of_a_liar), cmocka_unit_test(test_bounds), cmocka_unit_test(test_signed)};
    return cmocka_run_group_tests_name("parsed", tests, NULL, NULL);
}
