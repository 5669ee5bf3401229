/* sha256: SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104) of bytes that are at hand, by GnuTLS, which uses what the processor
 * offers: every mail is digested whole and signs several rows of the audit. What comes in pieces goes by GChecksum. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <glib.h>

#define SHA256_BYTES 32

/* 64 lower-case hexadecimal digits; newly allocated. It cannot fail. */
char *sha256_hex(const void *bytes, gsize length);
void sha256_hmac(GBytes *key, const void *bytes, gsize length, guint8 ret[SHA256_BYTES]);
/* The same as 64 lower-case hexadecimal digits; newly allocated. */
char *sha256_hmac_hex(GBytes *key, const void *bytes, gsize length);

#endif
