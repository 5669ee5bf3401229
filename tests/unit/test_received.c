/* received: what the topmost Received field proves, and what a client could have put into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/letter.h"
#include "rules/received.h"

#include "base/banned.h"

#define BY " by mx.tiny.example (Postfix) with ESMTPS id 4ABC for <support@tiny.example>; Tue, 26 May 2026 10:00:00 +0200 (CEST)"

static const struct {
    const char *label, *internal, *fields[4]; /* topmost first */
    gboolean want;
} cases[] = {
    {"a network", "192.0.2.0/24", {"from pc (pc.tiny.example [192.0.2.7])" BY}, TRUE},
    {"another", "192.0.2.0/24", {"from pc (pc.tiny.example [198.51.100.7])" BY}, FALSE},
    {"one bit beyond", "192.0.2.0/25", {"from pc (pc.tiny.example [192.0.2.128])" BY}, FALSE},
    {"the last of it", "192.0.2.0/25", {"from pc (pc.tiny.example [192.0.2.127])" BY}, TRUE},
    {"a single address", "192.0.2.7", {"from pc (pc.tiny.example [192.0.2.7])" BY}, TRUE},
    {"IPv6", "2001:db8::/32", {"from pc (unknown [IPv6:2001:db8:1::7])" BY}, TRUE},
    {"IPv6 elsewhere", "2001:db8::/32", {"from pc (unknown [IPv6:2001:db9:1::7])" BY}, FALSE},
    {"IPv4 as IPv6", "192.0.2.0/24", {"from pc (unknown [IPv6:::ffff:192.0.2.1])" BY}, TRUE},
    {"every IPv4 address is not every IPv6 address", "0.0.0.0/0", {"from pc (unknown [IPv6:2001:db8::7])" BY}, FALSE},
    {"nothing is internal", "", {"from pc (pc.tiny.example [192.0.2.7])" BY}, FALSE},
    {"no field", "192.0.2.0/24", {NULL}, FALSE},
    {"HELO is an internal address, the client is not", "192.0.2.0/24", {"from [192.0.2.7] (unknown [198.51.100.7])" BY}, FALSE},
    {"Exim puts HELO last", "192.0.2.0/24", {"from [198.51.100.7] (helo=[192.0.2.7])" BY}, FALSE},
    {"Exim from inside", "192.0.2.0/24", {"from [192.0.2.9] (helo=[192.0.2.7])" BY}, TRUE},
    {"Exchange puts HELO first", "192.0.2.0/24", {"from [192.0.2.7] (198.51.100.7) by mx.tiny.example (192.0.2.2) with Microsoft SMTP Server; x"}, FALSE},
    {"Exchange from inside", "192.0.2.0/24", {"from pc (192.0.2.7) by mx.tiny.example (192.0.2.2) with Microsoft SMTP Server; x"}, TRUE},
    {"an address in a bracket in brackets", "192.0.2.0/24", {"from pc (HELO [192.0.2.7]) (198.51.100.7) by 0 with SMTP; x"}, FALSE},
    {"an address behind by", "192.0.2.0/24", {"from pc (unknown [198.51.100.7]) by mx.tiny.example ([192.0.2.1]) with ESMTP id 1; x"}, FALSE},
    {"no address", "192.0.2.0/24", {"from pc by mx.tiny.example with ESMTP id 1; x"}, FALSE},
    {"a bracket that does not close", "192.0.2.0/24", {"from pc ([192.0.2.7 by mx.tiny.example with ESMTP id 1; x"}, FALSE},
    {"a field below that somebody else wrote", "192.0.2.0/24",
     {"from evil (evil.test [198.51.100.7])" BY, "from pc (pc.tiny.example [192.0.2.7])" BY}, FALSE},
    {"a content filter between", "192.0.2.0/24", {"from localhost (localhost [127.0.0.1])" BY, "from pc (pc.tiny.example [192.0.2.7])" BY}, TRUE},
    {"a content filter, from outside", "192.0.2.0/24",
     {"from localhost (localhost [127.0.0.1])" BY, "from evil (evil.test [198.51.100.7])" BY, "from pc (pc.tiny.example [192.0.2.7])" BY}, FALSE},
    {"loopback that is named", "127.0.0.0/8", {"from localhost (localhost [127.0.0.1])" BY}, TRUE},
    {"a login", "submission", {"from pc (unknown [198.51.100.7]) (Authenticated sender: ann) by mx.tiny.example (Postfix) with ESMTPSA id 1; x"}, TRUE},
    {"a login, Exim", "submission", {"from pc ([198.51.100.7]) by mx.tiny.example with esmtpsa (TLS1.3) (Exim 4.96) (envelope-from <a@b>) id 1; x"}, TRUE},
    {"no login", "submission", {"from pc (unknown [198.51.100.7])" BY}, FALSE},
    {"a login in HELO", "submission", {"from with (unknown [198.51.100.7])" BY}, FALSE},
    {"a login in an address", "submission", {"from pc ([198.51.100.7]) by mx.tiny.example (Postfix) id 1 for <\"x with ESMTPA y\"@tiny.example>; x"}, FALSE},
    {"a login below", "submission",
     {"from evil (evil.test [198.51.100.7])" BY, "from pc (unknown [198.51.100.9]) by mx.tiny.example with ESMTPSA id 1; x"}, FALSE},
    {"a login where only networks count", "192.0.2.0/24", {"from pc ([198.51.100.7]) by mx.tiny.example with ESMTPSA id 1; x"}, FALSE},
    {"written by a local user", "submission", {"by mx.tiny.example (Postfix, from userid 1000) id 1; x"}, FALSE},
};

static void test_cases(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) headers = letter_new_headers();
        g_auto(GStrv) internal = g_strsplit(cases[i].internal, " ", -1);
        g_autofree char *why = NULL;
        for (guint k = 0; k < G_N_ELEMENTS(cases[i].fields) && cases[i].fields[k] != NULL; k++)
            letter_add_header(headers, k % 2 == 0 ? "Received" : "received", cases[i].fields[k]);
        if (received_is_internal(headers, internal, &why) != cases[i].want || (why != NULL) != cases[i].want)
            fail_msg("%s: wanted %d, got '%s'", cases[i].label, cases[i].want, why);
    }
}

static void test_words(void **state)
{
    static const struct {
        const char *word;
        gboolean want;
    } words[] = {{"submission", TRUE},   {"192.0.2.0/24", TRUE}, {"192.0.2.1", TRUE},     {"2001:db8::/32", TRUE}, {"::1", TRUE},  {"0.0.0.0/0", TRUE},
                 {"192.0.2.0/33", FALSE}, {"192.0.2", FALSE},    {"2001:db8::/129", FALSE}, {"networks", FALSE},    {"", FALSE},    {"/8", FALSE},
                 {"192.0.2.0/", FALSE},   {"192.0.2.0/-1", FALSE}, {"192.0.2.0/8/8", FALSE}};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (received_is_internal_word(words[i].word) != words[i].want)
            fail_msg("'%s': wanted %d", words[i].word, words[i].want);
    assert_false(received_is_internal(NULL, NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases), cmocka_unit_test(test_words)};
    return cmocka_run_group_tests_name("received", tests, NULL, NULL);
}
