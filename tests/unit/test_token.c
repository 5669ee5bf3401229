/* test_token: known answers (of an independent HMAC-SHA256 and base32), what must not verify, and where tokens are found. */
#include "rules/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char retired_key[] = "another key of another year";

/* The site's key is the bytes 0 to 31, the retired one the text above. */
static TokenKeys *keys_new(void)
{
    guint8 bytes[32];
    for (guint8 i = 0; i < 32; i++)
        bytes[i] = i;
    TokenKeys *keys = g_new0(TokenKeys, 1);
    keys->keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_ptr_array_add(keys->keys, g_bytes_new(bytes, sizeof bytes));
    g_ptr_array_add(keys->keys, g_bytes_new(retired_key, strlen(retired_key)));
    return keys;
}

static void keys_free(TokenKeys *keys)
{
    g_ptr_array_unref(keys->keys);
    g_free(keys);
}

static const struct {
    char purpose;
    gint64 id;
    const char *contact, *want;
} answers[] = {
    {'t', 42, NULL, "t42.jdzf23gbnjlgc75a"},
    {'t', 42, "", "t42.jdzf23gbnjlgc75a"},
    {'a', 1093, "bob", "a1093.y2r6opwlu7zgbi64"},
    {'m', 93, NULL, "m93.jcfpsde43qe7roug"},
    {'b', G_MAXINT64, NULL, "b9223372036854775807.rhskgg6roabkfxlg"},
};

static void test_answers(void **state)
{
    (void)state;
    TokenKeys *keys = keys_new();
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        Token token;
        const char *mac;
        g_autofree char *text = token_make(keys, answers[i].purpose, answers[i].id, answers[i].contact);
        assert_string_equal(text, answers[i].want);
        assert_true(token_parse(text, &token, &mac));
        assert_int_equal(token.purpose, answers[i].purpose);
        assert_int_equal(token.id, answers[i].id);
        assert_true(token_verify(keys, token, answers[i].contact, mac));
    }
    keys_free(keys);
}

static const struct {
    const char *label;
    char purpose;
    gint64 id;
    const char *contact, *mac;
    gboolean want;
} verifications[] = {
    {"right", 'a', 1093, "bob", "y2r6opwlu7zgbi64", TRUE},
    {"upper case", 'a', 1093, "bob", "Y2R6OPWLU7ZGBI64", TRUE},
    {"retired key", 'a', 1093, "bob", "5xcjphnw3bgwxqh3", TRUE},
    {"wrong purpose", 'w', 1093, "bob", "y2r6opwlu7zgbi64", FALSE},
    {"unknown purpose", 'x', 1093, "bob", "y2r6opwlu7zgbi64", FALSE},
    {"wrong id", 'a', 1094, "bob", "y2r6opwlu7zgbi64", FALSE},
    {"no id", 'a', 0, "bob", "y2r6opwlu7zgbi64", FALSE},
    {"wrong contact", 'a', 1093, "eve", "y2r6opwlu7zgbi64", FALSE},
    {"contact in other case", 'a', 1093, "Bob", "y2r6opwlu7zgbi64", FALSE},
    {"no contact", 'a', 1093, NULL, "y2r6opwlu7zgbi64", FALSE},
    {"digits moved to the contact", 'a', 109, "3bob", "y2r6opwlu7zgbi64", FALSE},
    {"truncated", 'a', 1093, "bob", "y2r6opwlu7zgbi6", FALSE},
    {"empty", 'a', 1093, "bob", "", FALSE},
    {"longer", 'a', 1093, "bob", "y2r6opwlu7zgbi64a", FALSE},
    {"last letter", 'a', 1093, "bob", "y2r6opwlu7zgbi65", FALSE},
    {"first letter", 'a', 1093, "bob", "z2r6opwlu7zgbi64", FALSE},
    {"no base32", 'a', 1093, "bob", "y2r6opwlu7zgbi61", FALSE},
};

static void test_verify(void **state)
{
    (void)state;
    TokenKeys *keys = keys_new();
    for (gsize i = 0; i < G_N_ELEMENTS(verifications); i++) {
        Token token = {verifications[i].purpose, verifications[i].id};
        if (token_verify(keys, token, verifications[i].contact, verifications[i].mac) != verifications[i].want)
            fail_msg("%s", verifications[i].label);
    }
    g_ptr_array_set_size(keys->keys, 1); /* the retired key's life is over */
    assert_false(token_verify(keys, (Token){'a', 1093}, "bob", "5xcjphnw3bgwxqh3"));
    g_ptr_array_set_size(keys->keys, 0);
    assert_false(token_verify(keys, (Token){'a', 1093}, "bob", "y2r6opwlu7zgbi64"));
    keys_free(keys);
}

#define MAC "abcdefghijklmn27"

static const struct {
    const char *input;
    gint64 id; /* 0: refused */
} forms[] = {
    {"t42." MAC, 42},
    {"T42.ABCDEFGHIJKLMN27", 42},
    {"w9223372036854775807." MAC, G_MAXINT64},
    {"w9223372036854775808." MAC, 0},
    {"w99999999999999999999999999999." MAC, 0},
    {"t042." MAC, 0},
    {"t0." MAC, 0},
    {"t-1." MAC, 0},
    {"t." MAC, 0},
    {"t42" MAC, 0},
    {"t42.." MAC, 0},
    {"x42." MAC, 0},
    {"42." MAC, 0},
    {"t42." MAC "a", 0},
    {"t42.abcdefghijklmn2", 0},
    {"t42.abcdefghijklmn21", 0},
    {"t42.abcdefghijklmn2\xc3", 0},
    {"t42." MAC " ", 0},
    {" t42." MAC, 0},
    {"t", 0},
    {"", 0},
};

static void test_forms(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        Token token = {0};
        const char *mac = NULL;
        gboolean good = token_parse(forms[i].input, &token, &mac);
        if (good != (forms[i].id != 0) || token.id != forms[i].id)
            fail_msg("'%s'", forms[i].input);
        assert_int_equal(good, mac != NULL);
    }
}

static const struct {
    const char *address, *domain, *want;
} addresses[] = {
    {"support+a7." MAC "@tiny.example", "tiny.example", "a7." MAC},
    {"SUPPORT+A7.ABCDEFGHIJKLMN27@Tiny.Example", "tiny.example", "a7." MAC},
    {"a7." MAC "@tickets.tiny.example", "tickets.tiny.example", "a7." MAC},
    {"help+desk+a7." MAC "@tiny.example", "tiny.example", "a7." MAC},
    {"support+a7." MAC "+folder@tiny.example", "tiny.example", "a7." MAC},
    {"support+t1." MAC "+a7." MAC "@tiny.example", "tiny.example", "a7." MAC},
    {"support++a7." MAC "@tiny.example", "tiny.example", "a7." MAC},
    {"support+a7." MAC "@tiny.example", NULL, "a7." MAC},
    {"support+a7." MAC "@other.example", "tiny.example", NULL},
    {"support+a7." MAC "@evil.tiny.example", "tiny.example", NULL},
    {"support+a7." MAC "@tiny.example.evil", "tiny.example", NULL},
    {"<support+a7." MAC "@tiny.example>", "tiny.example", NULL},
    {"support-a7." MAC "@tiny.example", "tiny.example", NULL},
    {"support@tiny.example", "tiny.example", NULL},
    {"support+a7." MAC, "tiny.example", NULL},
    {"+@tiny.example", "tiny.example", NULL},
    {"@tiny.example", "tiny.example", NULL},
    {"", "tiny.example", NULL},
};

static const struct {
    const char *input, *want;
} message_ids[] = {
    {"<m.93." MAC "@tiny.example>", "m93." MAC},
    {"<M.93.ABCDEFGHIJKLMN27@TINY.EXAMPLE>", "m93." MAC},
    {"<m.93." MAC "@>", "m93." MAC},
    {"m.93." MAC "@tiny.example", NULL},
    {"<m.93." MAC ">", NULL},
    {"<m93." MAC "@tiny.example>", NULL},
    {"<m.t93." MAC "@tiny.example>", NULL},
    {"<m.93.short@tiny.example>", NULL},
    {"<m.@", NULL},
    {"<m.", NULL},
    {"@", NULL},
    {"", NULL},
};

static void test_places(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_autofree char *found = token_in_address(addresses[i].address, addresses[i].domain);
        if (g_strcmp0(found, addresses[i].want) != 0)
            fail_msg("'%s': %s", addresses[i].address, found);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(message_ids); i++) {
        g_autofree char *found = token_in_message_id(message_ids[i].input);
        if (g_strcmp0(found, message_ids[i].want) != 0)
            fail_msg("'%s': %s", message_ids[i].input, found);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    g_autofree char *plus = token_address("a7." MAC, "support", "tiny.example"),
                    *own = token_address("a7." MAC, NULL, "t.tiny.example");
    assert_string_equal(plus, "support+a7." MAC "@tiny.example");
    assert_string_equal(own, "a7." MAC "@t.tiny.example");
    g_autofree char *from_plus = token_in_address(plus, "tiny.example"), *from_own = token_in_address(own, "t.tiny.example");
    assert_string_equal(from_plus, "a7." MAC);
    assert_string_equal(from_own, "a7." MAC);
}

static void test_scrub(void **state)
{
#undef MAC
#define MAC "abcdefghijklmnop"
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"write to support+w17." MAC "@tiny.example now", "write to support@tiny.example now"},
        {"<SUPPORT+A1093.ABCDEFGHIJKLMNOP@tiny.example>", "<SUPPORT@tiny.example>"},
        {"mailto:support%2Bb7." MAC "%40tiny.example", "mailto:support%40tiny.example"},
        {"a7." MAC "@tickets.tiny.example", "removed@tickets.tiny.example"},
        {"his own: support+t42." MAC "@tiny.example", "his own: support+t42." MAC "@tiny.example"},
        {"two: x+a1." MAC "@y, x+w2." MAC "@y", "two: x@y, x@y"},
        {"a7." MAC " is no address", "a7." MAC " is no address"},
        {"data7." MAC "@x", "data7." MAC "@x"},
        {"w17.short@x w.@x w17", "w17.short@x w.@x w17"},
        {"", ""},
    };
    guint count;
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = token_scrub(rows[i].text, -1, &count);
        assert_string_equal(got, rows[i].want);
        assert_int_equal(count > 0, strcmp(rows[i].text, rows[i].want) != 0);
        assert_int_equal(token_is_in(rows[i].text, -1), count > 0);
    }
    g_autofree char *file = g_strnfill(16 << 20, 'a'); /* of an attachment: each letter once */
    assert_false(token_is_in(file, -1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scrub), cmocka_unit_test(test_answers), cmocka_unit_test(test_verify),
                                       cmocka_unit_test(test_forms), cmocka_unit_test(test_places),
                                       cmocka_unit_test(test_addresses)};
    return cmocka_run_group_tests_name("token", tests, NULL, NULL);
}
