/* sha256: SHA-256 and HMAC. It must never hold a key longer than a call. */
#include "base/sha256.h"

#include <gnutls/crypto.h>

#include "base/banned.h"

static char *hex_of(const guint8 bytes[SHA256_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    char *hex = g_malloc(SHA256_BYTES * 2 + 1);
    for (int i = 0; i < SHA256_BYTES; i++) {
        hex[i * 2] = digits[bytes[i] >> 4];
        hex[i * 2 + 1] = digits[bytes[i] & 15];
    }
    hex[SHA256_BYTES * 2] = '\0';
    return hex;
}

/* A library that cannot digest is broken (its self-test failed): to go on would write wrong digests. */
static void or_abort(int code)
{
    if (code != 0)
        g_error("SHA-256: %s", gnutls_strerror(code));
}

char *sha256_hex(const void *bytes, gsize length)
{
    guint8 out[SHA256_BYTES];
    or_abort(gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, length, out));
    return hex_of(out);
}

void sha256_hmac(GBytes *key, const void *bytes, gsize length, guint8 ret[SHA256_BYTES])
{
    gsize n;
    const void *k = g_bytes_get_data(key, &n);
    or_abort(gnutls_hmac_fast(GNUTLS_MAC_SHA256, k, n, bytes, length, ret));
}

char *sha256_hmac_hex(GBytes *key, const void *bytes, gsize length)
{
    guint8 out[SHA256_BYTES];
    sha256_hmac(key, bytes, length, out);
    return hex_of(out);
}
