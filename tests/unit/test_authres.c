/* authres: what fields of RFC 8601 prove about From, and what a sender may have written himself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/authres.h"

#include "base/banned.h"

#define MX "mx.tiny.example"

static const struct {
    const char *label, *from;
    const char *fields[4]; /* topmost first */
    AuthresVerdict want;
} cases[] = {
    {"no field", "eve@acme.example", {NULL}, AUTHRES_NONE},
    {"dmarc=pass", "eve@acme.example", {MX "; dmarc=pass header.from=acme.example"}, AUTHRES_PASS},
    {"dmarc=pass without header.from", "eve@acme.example", {MX "; dmarc=pass"}, AUTHRES_PASS},
    {"dmarc=pass of another From", "eve@acme.example", {MX "; dmarc=pass header.from=evil.example"}, AUTHRES_NONE},
    {"dmarc=fail", "eve@acme.example", {MX "; dmarc=fail header.from=acme.example"}, AUTHRES_FAIL},
    {"blanks and a comment around the equals sign", "eve@acme.example", {MX "; dmarc = (all in all) fail header.from = acme.example"}, AUTHRES_FAIL},
    {"and in a pass of another From", "eve@acme.example", {MX "; dmarc =pass header.from = evil.example"}, AUTHRES_NONE},
    {"spf=hardfail", "eve@acme.example", {MX "; spf=hardfail smtp.mailfrom=b@acme.example"}, AUTHRES_FAIL},
    {"dmarc=none", "eve@acme.example", {MX "; dmarc=none header.from=acme.example"}, AUTHRES_NONE},
    {"the topmost of the trusted id only: a forged second field", "eve@acme.example",
     {MX "; spf=none smtp.mailfrom=evil.example", MX "; dmarc=pass header.from=acme.example"}, AUTHRES_NONE},
    {"a forged field of another id above", "eve@acme.example",
     {"mx.evil.example; dmarc=pass header.from=acme.example", MX "; dmarc=fail header.from=acme.example"}, AUTHRES_FAIL},
    {"only others' fields", "eve@acme.example", {"mx.evil.example; dmarc=pass", "mx.tiny.example.evil.example; dmarc=pass"}, AUTHRES_NONE},
    {"an id that ends like the trusted one", "eve@acme.example", {"evil-mx.tiny.example; dmarc=pass"}, AUTHRES_NONE},
    {"ids know no case", "eve@acme.example", {"MX.Tiny.Example; dmarc=pass"}, AUTHRES_PASS},
    {"a second trusted id", "eve@acme.example", {"relay.tiny.example; dmarc=pass"}, AUTHRES_PASS},
    {"a version", "eve@acme.example", {MX " 1; dmarc=pass"}, AUTHRES_PASS},
    {"a comment behind the id", "eve@acme.example", {MX " (postfix) 1; dmarc=pass"}, AUTHRES_PASS},
    {"blanks before the id", "eve@acme.example", {"  " MX " ; dmarc=pass"}, AUTHRES_PASS},
    {"the id in a comment is none", "eve@acme.example", {"(" MX ") mx.evil.example; dmarc=pass"}, AUTHRES_NONE},
    {"a result in a comment is none", "eve@acme.example", {MX "; none (; dmarc=pass header.from=acme.example)"}, AUTHRES_NONE},
    {"comments nest", "eve@acme.example", {MX "; none (a (b) ; dmarc=pass) "}, AUTHRES_NONE},
    {"a quoted bracket in a comment", "eve@acme.example", {MX "; none (a \\) ; dmarc=pass)"}, AUTHRES_NONE},
    {"an open comment hides the rest", "eve@acme.example", {MX "; none (; dmarc=pass"}, AUTHRES_NONE},
    {"comments within a result", "eve@acme.example", {MX "; dmarc=pass (p=reject dis=none) header.from=acme.example"}, AUTHRES_PASS},
    {"no results", "eve@acme.example", {MX "; none"}, AUTHRES_NONE},
    {"an empty field", "eve@acme.example", {""}, AUTHRES_NONE},
    {"only the id", "eve@acme.example", {MX}, AUTHRES_NONE},
    {"semicolons", "eve@acme.example", {MX ";;;"}, AUTHRES_NONE},
    {"words in capitals", "eve@acme.example", {MX "; DMARC=PASS Header.From=ACME.example"}, AUTHRES_PASS},
    {"spf aligned", "eve@acme.example", {MX "; spf=pass smtp.mailfrom=bounce@acme.example"}, AUTHRES_PASS},
    {"spf of a bare domain", "eve@acme.example", {MX "; spf=pass smtp.mailfrom=acme.example"}, AUTHRES_PASS},
    {"spf of a subdomain", "eve@acme.example", {MX "; spf=pass smtp.mailfrom=b@mail.acme.example"}, AUTHRES_PASS},
    {"spf of the domain above", "eve@mail.acme.example", {MX "; spf=pass smtp.mailfrom=b@acme.example"}, AUTHRES_PASS},
    {"spf of another domain", "eve@acme.example", {MX "; spf=pass smtp.mailfrom=b@evil.example"}, AUTHRES_NONE},
    {"spf of a domain that ends alike", "eve@acme.example", {MX "; spf=pass smtp.mailfrom=b@notacme.example"}, AUTHRES_NONE},
    {"a top-level domain is aligned with nobody", "eve@acme.example", {MX "; spf=pass smtp.mailfrom=b@example"}, AUTHRES_NONE},
    {"spf without a domain", "eve@acme.example", {MX "; spf=pass"}, AUTHRES_NONE},
    {"spf of helo alone", "eve@acme.example", {MX "; spf=pass smtp.helo=acme.example"}, AUTHRES_NONE},
    {"spf=fail", "eve@acme.example", {MX "; spf=fail smtp.mailfrom=b@acme.example"}, AUTHRES_FAIL},
    {"spf=softfail is not fail", "eve@acme.example", {MX "; spf=softfail smtp.mailfrom=b@acme.example"}, AUTHRES_NONE},
    {"forwarded: spf=fail, dkim aligned", "eve@acme.example",
     {MX "; spf=fail smtp.mailfrom=b@acme.example; dkim=pass header.d=acme.example"}, AUTHRES_PASS},
    {"dkim aligned", "eve@acme.example", {MX "; dkim=pass header.d=acme.example header.s=k1 header.b=abc"}, AUTHRES_PASS},
    {"dkim by header.i", "eve@acme.example", {MX "; dkim=pass header.i=@acme.example"}, AUTHRES_PASS},
    {"dkim of a mail service", "eve@acme.example", {MX "; dkim=pass header.d=bulk.example"}, AUTHRES_NONE},
    {"two signatures, one aligned", "eve@acme.example",
     {MX "; dkim=pass header.d=bulk.example; dkim=pass header.d=acme.example"}, AUTHRES_PASS},
    {"dkim=fail", "eve@acme.example", {MX "; dkim=fail header.d=acme.example"}, AUTHRES_BROKEN},
    {"dkim=fail of nobody", "eve@acme.example", {MX "; dkim=fail (bad signature)"}, AUTHRES_BROKEN},
    {"dkim=fail of a list", "eve@acme.example", {MX "; dkim=fail header.d=lists.example"}, AUTHRES_NONE},
    {"dkim=fail, spf aligned", "eve@acme.example", {MX "; dkim=fail header.d=acme.example; spf=pass smtp.mailfrom=acme.example"}, AUTHRES_PASS},
    {"dkim=fail, spf=fail", "eve@acme.example", {MX "; dkim=fail header.d=acme.example; spf=fail smtp.mailfrom=acme.example"}, AUTHRES_FAIL},
    {"dkim=neutral is no failure", "eve@acme.example", {MX "; dkim=neutral header.d=acme.example"}, AUTHRES_NONE},
    {"dmarc=fail outweighs an aligned signature", "eve@acme.example",
     {MX "; dkim=pass header.d=acme.example; dmarc=fail header.from=acme.example"}, AUTHRES_FAIL},
    {"properties of another result do not count", "eve@acme.example",
     {MX "; spf=pass smtp.mailfrom=evil.example; dkim=fail header.d=acme.example"}, AUTHRES_BROKEN},
    {"a value in quotes", "eve@acme.example", {MX "; dkim=pass header.d=\"acme.example\""}, AUTHRES_PASS},
    {"folded", "eve@acme.example", {MX ";\r\n\tdkim=pass\r\n\theader.d=acme.example;\r\n\tspf=none"}, AUTHRES_PASS},
    {"From without a domain", "eve", {MX "; dkim=pass header.d=eve"}, AUTHRES_NONE},
    {"an empty From", "", {MX "; dkim=pass header.d="}, AUTHRES_NONE},
};

static void test_verdicts(void **state)
{
    (void)state;
    char *const trusted[] = {(char *)MX, (char *)"relay.tiny.example", NULL}, *const none[] = {NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
        for (int k = 0; k < 4 && cases[i].fields[k] != NULL; k++)
            g_ptr_array_add(fields, g_strdup(cases[i].fields[k]));
        AuthresVerdict got = authres_verdict(fields, trusted, cases[i].from, FALSE);
        if (got != cases[i].want)
            fail_msg("%s: got %s", cases[i].label, authres_name(got));
        assert_int_equal(authres_verdict(fields, none, cases[i].from, FALSE), AUTHRES_NONE);
        assert_int_equal(authres_verdict(fields, NULL, cases[i].from, FALSE), AUTHRES_NONE);
    }
    assert_string_equal(authres_name(AUTHRES_PASS), "pass");
}

/* Where two readers may take two addresses from one From, a result counts that names the one that was judged. */
static void test_doubtful(void **state)
{
    (void)state;
    static const struct {
        const char *label, *field;
        AuthresVerdict want;
    } rows[] = {
        {"dmarc=pass of nobody", MX "; dmarc=pass", AUTHRES_NONE},
        {"of this one", MX "; dmarc=pass header.from=acme.example", AUTHRES_PASS},
        {"of the other", MX "; dmarc=pass header.from=evil.example", AUTHRES_NONE},
        {"spf names its domain", MX "; spf=pass smtp.mailfrom=eve@acme.example", AUTHRES_PASS},
        {"dmarc=fail stays", MX "; dmarc=fail", AUTHRES_FAIL},
    };
    char *const trusted[] = {(char *)MX, NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(fields, g_strdup(rows[i].field));
        if (authres_verdict(fields, trusted, "eve@acme.example", TRUE) != rows[i].want)
            fail_msg("%s", rows[i].label);
    }
}

/* A field as long as a header may be is read in bounded time. */
static void test_large(void **state)
{
    (void)state;
    char *const trusted[] = {(char *)MX, NULL};
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) large = g_string_new(MX);
    while (large->len < 60000)
        g_string_append(large, "; spf=pass (((((smtp.mailfrom=x@evil.example");
    g_ptr_array_add(fields, g_strdup(large->str));
    assert_int_equal(authres_verdict(fields, trusted, "eve@acme.example", FALSE), AUTHRES_NONE);
    g_string_assign(large, MX); /* more signatures than are read: none borrows the domain of the next */
    for (int i = 0; i < 66; i++)
        g_string_append(large, "; dkim=pass header.i=@evil.example");
    g_string_append(large, "; dkim=fail header.d=acme.example");
    g_free(fields->pdata[0]);
    fields->pdata[0] = g_strdup(large->str);
    assert_int_equal(authres_verdict(fields, trusted, "eve@acme.example", FALSE), AUTHRES_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_verdicts), cmocka_unit_test(test_doubtful), cmocka_unit_test(test_large)};
    return cmocka_run_group_tests_name("authres", tests, NULL, NULL);
}
