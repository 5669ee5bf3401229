/* gist: what a telephone shows of a mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <glib.h>

#include "rules/gist.h"

#include "base/banned.h"

static void says_what_a_mail_begins_with(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", NULL},
        {" \n\n", NULL},
        {"> quoted\n\n-- \nBo", NULL},
        {"Hi,\n\nthe order export to our warehouse\nstopped at noon.\n\nKim", "the order export to our warehouse stopped at noon."},
        {"Hello support team,\nnothing prints since this morning.", "nothing prints since this morning."},
        {"Hello support\n\nNothing prints since this morning.", "Nothing prints since this morning."},
        {"Help!\n\nBo", "Help!"},
        {"Hi Priya\n\nhelp\n\nBo", "help"},
        {"Kiln 2 is down!\nEva", "Kiln 2 is down!"},
        {"Kiln 2 is down.\n\nRegards\nEva Stone\nPhone 123", "Kiln 2 is down."},
        {"Kiln 2 is down.\n\nEva Stone\nHead of the works, Long Road 5", "Kiln 2 is down."},
        {"Hallo Frau Weber,\n\nDrucker geht nicht.\n\nMit freundlichen Gr\303\274\303\237en\nKim Lee\nAcme Handelsgesellschaft mbH", "Drucker geht nicht."},
        {"We need the number of\nBob Miller\nfor the order.", "We need the number of Bob Miller for the order."},
        {"Thanks!\n\nBut the fax is down.", "But the fax is down."},
        {"URGENT!\nSAP Production\nis down, 300 users cannot work.", "URGENT! SAP Production is down, 300 users cannot work."},
        {"Dringend!\nDrucker Halle Nord\ndruckt nicht mehr.", "Dringend! Drucker Halle Nord druckt nicht mehr."},
        {"BR\nThe shop in Brazil is down since noon.", "The shop in Brazil is down since noon."},
        {"Many thanks\n\nKind regards\nBo", NULL},
        {"Help", "Help"},
        {"It prints nothing.\n\nBo", "It prints nothing."},
        {"お世話になっております。\n\n商品名が文字化けします", "商品名が文字化けします"},
        {"The following happens when I print a label since today:\nnothing", "The following happens when I print a label since today: nothing"},
        {"a\x07" "b\tc\r\n", "a b c"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = gist_of(cases[i].text);
        if (cases[i].want == NULL)
            assert_null(got);
        else
            assert_string_equal(got, cases[i].want);
    }
    g_autofree char *huge = g_strnfill(1 << 20, 'x'), *got = gist_of(huge);
    assert_true(strlen(got) <= 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_a_mail_begins_with)};
    return cmocka_run_group_tests_name("gist", tests, NULL, NULL);
}
