/* smime: GnuTLS's PKCS #7. The registered certificate is trusted by being registered; no issuer, chain or revocation list is asked. */
#include "mail/smime.h"

#include <gnutls/gnutls.h>
#include <gnutls/pkcs7.h>
#include <gnutls/x509.h>
#include <stdint.h>

#include "base/error.h"

#include "rules/phrase.h"

#include "base/banned.h"

#define CERTIFICATES_MAX 20u

/* What a signature says of itself, before it is believed. */
static gboolean read_claims(gnutls_pkcs7_t p, Instant *ret_made_at, GError **err)
{
    gnutls_pkcs7_signature_info_st info;
    gnutls_datum_t embedded = {NULL, 0};
    if (gnutls_pkcs7_get_embedded_data(p, 0, &embedded) >= 0) {
        gboolean has_text = embedded.size > 0;
        gnutls_free(embedded.data);
        if (has_text)
            return error_set(err, ERROR_DATA, PHRASE("the signature holds a text of its own"));
    }
    if (gnutls_pkcs7_get_signature_count(p) != 1)
        return error_set(err, ERROR_DATA, PHRASE("there is not exactly one signature"));
    if (gnutls_pkcs7_get_signature_info(p, 0, &info) < 0)
        return error_set(err, ERROR_DATA, PHRASE("the signature cannot be read"));
    gnutls_digest_algorithm_t hash = gnutls_sign_get_hash_algorithm(info.algo);
    *ret_made_at = info.signing_time == (time_t)-1 ? INSTANT_NONE : (Instant)info.signing_time;
    gnutls_pkcs7_signature_info_deinit(&info);
    if (hash != GNUTLS_DIG_SHA256 && hash != GNUTLS_DIG_SHA384 && hash != GNUTLS_DIG_SHA512)
        return error_set(err, ERROR_DATA, PHRASE("its digest is too weak, expected SHA-256 or better"));
    return *ret_made_at != INSTANT_NONE || error_set(err, ERROR_DATA, PHRASE("it does not say when it was signed"));
}

static gboolean was_valid(gnutls_x509_crt_t c, Instant t)
{
    return t >= (Instant)gnutls_x509_crt_get_activation_time(c) && t < (Instant)gnutls_x509_crt_get_expiration_time(c);
}

/* Whether one of a file's certificates made it; *ret_expired: one did, but is not valid. */
static gboolean made_by(gnutls_pkcs7_t p, const GString *pem, const gnutls_datum_t *content, Instant now, Instant made_at, gboolean *ret_expired)
{
    gnutls_x509_crt_t list[CERTIFICATES_MAX];
    unsigned count = CERTIFICATES_MAX;
    const gnutls_datum_t text = {(unsigned char *)pem->str, (unsigned)pem->len};
    gboolean good = FALSE;
    if (gnutls_x509_crt_list_import(list, &count, &text, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED) < 0)
        return FALSE;
    for (unsigned i = 0; i < count; i++) {
        if (!good && gnutls_pkcs7_verify_direct(p, list[i], 0, content, 0) >= 0) {
            good = was_valid(list[i], now) && was_valid(list[i], made_at);
            *ret_expired = !good;
        }
        gnutls_x509_crt_deinit(list[i]);
    }
    return good;
}

gboolean smime_verify(const GPtrArray *pem, const void *content, gsize length, const void *signature, gsize signature_length, Instant now,
                      Instant *ret_made_at, GError **err)
{
    const gnutls_datum_t signed_bytes = {(unsigned char *)content, (unsigned)length}, der = {(unsigned char *)signature, (unsigned)signature_length};
    gnutls_pkcs7_t p;
    Instant made_at = INSTANT_NONE;
    gboolean is_expired = FALSE, good = FALSE;
    if (gnutls_pkcs7_init(&p) < 0)
        return error_set(err, ERROR_TEMPFAIL, PHRASE("no memory for a signature"));
    if (gnutls_pkcs7_import(p, &der, GNUTLS_X509_FMT_DER) < 0) {
        error_set(err, ERROR_DATA, PHRASE("the signature cannot be read"));
    } else if (read_claims(p, &made_at, err)) {
        for (guint i = 0; i < pem->len && !good; i++)
            good = made_by(p, g_ptr_array_index(pem, i), &signed_bytes, now, made_at, &is_expired);
        if (!good)
            error_set(err, ERROR_DATA, is_expired ? PHRASE("the certificate is not valid now") : PHRASE("it is not by the registered key, or the text was altered"));
    }
    gnutls_pkcs7_deinit(p);
    if (good)
        *ret_made_at = made_at;
    return good;
}

GBytes *smime_embedded(const void *bytes, gsize length)
{
    gnutls_pkcs7_t p;
    const gnutls_datum_t der = {(unsigned char *)(uintptr_t)bytes, (unsigned)length};
    gnutls_datum_t text = {NULL, 0};
    GBytes *found = NULL;
    if (length > G_MAXINT || gnutls_pkcs7_init(&p) < 0)
        return NULL;
    if (gnutls_pkcs7_import(p, &der, GNUTLS_X509_FMT_DER) >= 0 && gnutls_pkcs7_get_embedded_data(p, 0, &text) >= 0 && text.size > 0)
        found = g_bytes_new(text.data, text.size);
    gnutls_free(text.data);
    gnutls_pkcs7_deinit(p);
    return found;
}
