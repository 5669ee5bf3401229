/* sha256: the published examples of FIPS 180-4 and RFC 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/sha256.h"

#include "base/banned.h"

static void test_hex(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = sha256_hex(rows[i].text, strlen(rows[i].text));
        assert_string_equal(got, rows[i].want);
    }
}

static void test_hmac(void **state)
{
    (void)state;
    guint8 long_key[131];
    memset(long_key, 0xaa, sizeof long_key);
    const struct {
        const void *key;
        gsize key_length;
        const char *text, *want;
    } rows[] = {
        {"Jefe", 4, "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {long_key, sizeof long_key, "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {"", 0, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"}, /* an erased person's key */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) key = g_bytes_new(rows[i].key, rows[i].key_length);
        g_autofree char *got = sha256_hmac_hex(key, rows[i].text, strlen(rows[i].text));
        assert_string_equal(got, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hex), cmocka_unit_test(test_hmac)};
    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
