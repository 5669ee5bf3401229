/* smime: verifies a detached S/MIME signature (RFC 8551, CMS) against registered certificates, without any network. */
#ifndef MAIL_SMIME_H
#define MAIL_SMIME_H

#include "base/instant.h"

/* `pem`: certificates, of which one must have signed, itself valid at `now` and at signing. DATA, with the reason: not good.
 * *ret_made_at is the signed signing time. */
gboolean smime_verify(const GPtrArray *pem, const void *content, gsize length, const void *signature, gsize signature_length, Instant now,
                      Instant *ret_made_at, GError **err);

/* The mail that stands inside a signature, unverified: newly allocated; NULL where there is none, as in what is encrypted. */
GBytes *smime_embedded(const void *bytes, gsize length);

#endif
