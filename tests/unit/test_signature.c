/* test_signature: the exact bytes of a signed mail, and what gpg's lines mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mail/pgp.h"
#include "mail/signedpart.h"

#include "base/banned.h"

#define HEAD "From: a@x.test\nContent-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=\"b\"\n\n"
#define SIGNATURE "Content-Type: application/pgp-signature\n\nSIG"

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *label, *mail, *content, *signature, *why;
    } rows[] = {
        {"plain", HEAD "--b\nX: y\n\nACK\n--b\n" SIGNATURE "\n--b--\n", "X: y\n\nACK", "SIG", NULL},
        {"its last line break is signed", HEAD "--b\n\nACK\n\n--b\n" SIGNATURE "\n--b--\n", "\nACK\n", "SIG", NULL},
        {"CRLF, folded, bare boundary", "Content-Type: multipart/signed;\r\n protocol=application/pgp-signature;\r\n\tboundary=b\r\n\r\n--b \r\n\r\nA\r\n--b\r\n"
                                        "Content-Type: application/pgp-signature\r\n\r\nS\r\n--b--", "\r\nA", "S", NULL},
        {"a boundary that only begins so", HEAD "--b\n\n--bb\n--b\n" SIGNATURE "\n--b--\n", "\n--bb", "SIG", NULL},
        {"wrapped", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nACK\n--b--\n", NULL, NULL, "not signed as a whole"},
        {"unsigned text behind", HEAD "--b\n\nA\n--b\n" SIGNATURE "\n--b--\nACK\n", NULL, NULL, "outside"},
        {"three parts", HEAD "--b\n\nA\n--b\n" SIGNATURE "\n--b\n\nACK\n--b--\n", NULL, NULL, "exactly"},
        {"cut off", HEAD "--b\n\nA\n--b\n" SIGNATURE "\n", NULL, NULL, "exactly"},
        {"two content types", "Content-Type: text/plain\n" HEAD "--b\n\nA\n--b\n" SIGNATURE "\n--b--\n", NULL, NULL, "two content types"},
        {"two boundaries", "Content-Type: multipart/signed; boundary=a; protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n", NULL, NULL, "no boundary"},
        {"kinds do not agree", HEAD "--b\n\nA\n--b\nContent-Type: application/pkcs7-signature\n\nS\n--b--\n", NULL, NULL, "signature part"},
        {"quoted-printable signature", HEAD "--b\n\nA\n--b\nContent-Transfer-Encoding: quoted-printable\n" SIGNATURE "\n--b--\n", NULL, NULL, "signature part"},
        {"opaque", "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nMII=\n", NULL, NULL, "opaque"},
        {"unknown protocol", "Content-Type: multipart/signed; boundary=b; protocol=\"x/y\"\n\n--b\n", NULL, NULL, "not known"},
        {"no end of header", "Content-Type: multipart/signed; boundary=b", NULL, NULL, "no end"},
        {"empty", "", NULL, NULL, "no end"},
        {"a bare CR in a line", HEAD "--b\n\nNOTE\r\r\n--b\n" SIGNATURE "\n--b--\n", NULL, NULL, "bare CR"},
        {"a bare CR before text", HEAD "--b\n\nNOTE\rACK\n--b\n" SIGNATURE "\n--b--\n", NULL, NULL, "bare CR"},
        {"a bare CR at the end", HEAD "--b\n\nNOTE\r\r\n\r\n--b\n" SIGNATURE "\n--b--\n", NULL, NULL, "bare CR"},
        {"unclosed quote", "Content-Type: multipart/signed; boundary=\"b\n\n--b\n", NULL, NULL, "no protocol"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        print_message("%s\n", rows[i].label);
        gsize n = strlen(rows[i].mail);
        g_autofree char *exact = g_memdup2(rows[i].mail, n); /* no NUL behind it: a sanitizer sees every step too far */
        Signedpart s = signedpart_find(exact, n);
        if (rows[i].why != NULL) {
            assert_int_equal(s.kind, SIGNEDPART_NONE);
            assert_non_null(strstr(s.why, rows[i].why));
            continue;
        }
        assert_int_equal(s.kind, SIGNEDPART_PGP);
        g_autofree char *content = g_strndup(exact + s.content_at, s.content_length), *signature = g_strndup(exact + s.signature_at, s.signature_length);
        assert_string_equal(content, rows[i].content);
        assert_string_equal(signature, rows[i].signature);
    }
}

static void test_digest(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        gboolean is_same;
    } rows[] = {{"ACK\nx", "ACK\r\nx", TRUE}, {"ACK\nx", "ACK \t\nx", TRUE}, {"ACK", "ACK\n\n", TRUE}, {"ACK", " ACK", FALSE}, {"a\nb", "a\n\nb", FALSE}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) a = signedpart_canonical(rows[i].a, strlen(rows[i].a)), b = signedpart_canonical(rows[i].b, strlen(rows[i].b));
        g_autofree char *x = signedpart_digest(a), *y = signedpart_digest(b);
        assert_int_equal(strcmp(x, y) == 0, rows[i].is_same);
    }
}

/* gpg verifies only the beginning of such a line. */
static void test_long_line(void **state)
{
    (void)state;
    static const struct {
        guint length;
        gboolean is_taken;
    } rows[] = {{9998, TRUE}, {10000, FALSE}, {30000, FALSE}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = g_strnfill(rows[i].length, 'x');
        g_autofree char *mail = g_strdup_printf(HEAD "--b\n\nNOTE\n%s\nACK\n--b\n" SIGNATURE "\n--b--\n", line);
        assert_int_equal(signedpart_find(mail, strlen(mail)).kind != SIGNEDPART_NONE, rows[i].is_taken);
    }
}

/* Every cut of a signed mail, and a long one of boundaries: bounded, and never outside. */
static void test_hostile(void **state)
{
    (void)state;
    const char mail[] = HEAD "--b\nX: y\n\nACK\n--b\n" SIGNATURE "\n--b--\n";
    for (gsize n = 0; n < sizeof mail; n++) {
        g_autofree char *cut = g_memdup2(mail, n + 1);
        Signedpart s = signedpart_find(cut, n);
        assert_true(s.kind == SIGNEDPART_NONE ? s.why != NULL : s.content_at + s.content_length <= n && s.signature_at + s.signature_length <= n);
    }
    GString *many = g_string_new(HEAD);
    for (int i = 0; i < 500000; i++)
        g_string_append(many, "--b\n");
    assert_int_equal(signedpart_find(many->str, many->len).kind, SIGNEDPART_NONE);
    g_string_free(many, TRUE);
}

#define NEW "[GNUPG:] NEWSIG\n"
#define GOOD "[GNUPG:] GOODSIG 12 Bob\n"
#define VALID(hash) "[GNUPG:] VALIDSIG AB 2026-05-26 1779783840 0 4 0 22 " hash " 00 AB\n"

static void test_status(void **state)
{
    (void)state;
    static const struct {
        const char *lines, *why;
    } rows[] = {
        {NEW GOOD VALID("8"), NULL},
        {NEW GOOD VALID("10"), NULL},
        {NEW GOOD VALID("2"), "too weak"},
        {NEW "[GNUPG:] EXPKEYSIG 12 Bob\n" VALID("8"), "expired"},
        {NEW "[GNUPG:] REVKEYSIG 12 Bob\n" VALID("8"), "revoked"},
        {NEW "[GNUPG:] BADSIG 12 Bob\n", "altered"},
        {NEW "[GNUPG:] ERRSIG 12 22 8 00 1779783840 9\n", "registered"},
        {NEW GOOD VALID("8") NEW GOOD VALID("8"), "exactly one"},
        {NEW GOOD VALID("8") NEW "[GNUPG:] ERRSIG 1\n", "registered"},
        {NEW GOOD, "exactly one"},
        {"GOODSIG\n" VALID("8"), "exactly one"},
        {"[GNUPG:] VALIDSIG\n", "too weak"},
        {"", "exactly one"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) err = NULL;
        Instant at = 0;
        assert_int_equal(pgp_read_status(rows[i].lines, &at, &err), rows[i].why == NULL);
        if (rows[i].why == NULL)
            assert_int_equal(at, 1779783840);
        else
            assert_non_null(strstr(err->message, rows[i].why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ranges), cmocka_unit_test(test_digest), cmocka_unit_test(test_long_line), cmocka_unit_test(test_hostile),
                                       cmocka_unit_test(test_status)};
    return cmocka_run_group_tests_name("signature", tests, NULL, NULL);
}
