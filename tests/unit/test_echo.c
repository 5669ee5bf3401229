/* test_echo: what was typed between the lines of a text that is quoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/echo.h"

static const char question[] = "Hello Kim,\n\nwhich version do you have, and on which floor of the house does the printer stand? Model?\nIs it blue?\n\nRegards,\nBob";

typedef struct {
    const char *quote, *want;
} Case;

static const Case cases[] = {
    /* as it was written, broken elsewhere, on one line */
    {"Hello Kim,\n\nwhich version do you have, and on which floor of the house does the printer stand? Model?\nIs it blue?\n\nRegards,\nBob", ""},
    {"Hello Kim,\nwhich version do you have, and on which floor of\nthe house does the printer\nstand? Model?\nIs it blue?\nRegards,\nBob", ""},
    {"Hello Kim, which version do you have, and on which floor of the house does the printer stand? Model? Is it blue? Regards, Bob", ""},
    {"HELLO KIM,\n*which version do you have*, and on which floor of the house does the printer stand? Model?\nIs it blue?", ""},
    /* what stands above the first known line is the mail's head */
    {"From: Bob Ng\nSent: Monday\nTo: Kim\nSubject: Re: the printer\n\nHello Kim,\n\nwhich version do you have, and on which floor of the house does the"
     " printer stand? Model?\nIs it blue?", ""},
    /* answers in lines of their own, at the end of a line, and below all */
    {"Hello Kim,\n\nwhich version do you have, and on which floor\n4.2\nof the house does the printer stand? Model?\nIs it blue?\nNo.\n\nRegards,\nBob",
     "> which version do you have, and on which floor\n4.2\n\n> Is it blue?\nNo.\n"},
    {"Hello Kim,\n\nwhich version do you have, and on which floor of the house does the printer stand? Model? 4.2, the second.\nIs it blue?",
     "> Hello Kim,\nwhich version do you have, and on which floor of the house does the printer stand? Model? 4.2, the second.\n"},
    {"Hello Kim,\n\nwhich version do you have, and on which floor of the house does the printer stand? Model?\n4.2\n\nthe second\n\nIs it blue?",
     "> which version do you have, and on which floor of the house does the printer stand? Model?\n4.2\nthe second\n"},
    {"Hello Kim,\nIs it blue?\n\nRegards,\nBob\n\nIt is green.", "> Bob\nIt is green.\n"},
    {"Hello Kim,\nIs it blue?\n\342\234\224\nRegards,\nBob", "> Is it blue?\n\342\234\224\n"},
    /* down to what frames it, and to the next mail */
    {"Hello Kim,\nIs it blue?\nIt is green.\n-- \n[support #1], S2", "> Is it blue?\nIt is green.\n"},
    {"Hello Kim,\nIs it blue?\n-- \n[support #1], S2\nIt is green.", ""},
    {"Hello Kim,\nIs it blue?\n\nFrom: Kim\nSent: Sunday\n\nThe printer is out of order again.", ""},
    {"Hello Kim,\nIs it blue?\n\nOn Sunday, 1 Nov 2026, Kim wrote:\nThe printer is out of order again.", ""},
    {"Hello Kim,\nIs it blue?\n-----Original Message-----\nThe printer is out of order again.", ""},
    /* addresses and links change on their way; nobody types a line with '>' */
    {"Hello Kim <mailto:kim@acme.test>,\nIs it https://a.test/ blue?", ""},
    {"Hello Kim,\nIs it blue?\n> never seen before", ""},
    /* nothing known */
    {"Dear Sir,\nnobody wrote that.", ""},
    {"", ""},
};

static gboolean is_frame(const char *line, gpointer data)
{
    (void)data;
    return g_str_has_prefix(line, "--") || strstr(line, "[support #") != NULL;
}

static void finds_what_was_typed(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Echo) e = echo_new();
        echo_hear(e, "Another text that stands in the ticket as well, of no account.");
        echo_hear(e, question);
        g_autofree char *got = echo_typed_in(e, cases[i].quote, is_frame, NULL);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("'%s': got '%s'", cases[i].quote, got);
    }
}

static void hears_scripts_without_spaces(void **state)
{
    (void)state;
    g_autoptr(Echo) e = echo_new();
    echo_hear(e, "\343\203\227\343\203\252\343\203\263\343\202\277\343\201\257\344\275\225\351\232\216\343\201\253\343\201\202\343\202\212\343\201\276\343\201\231\343\201\213");
    g_autofree char *got = echo_typed_in(e, "\343\203\227\343\203\252\343\203\263\343\202\277\343\201\257\n\344\275\225\351\232\216\343\201\253\343\201\202\343\202\212\343\201\276\343\201\231\343\201\213\n\344\272\214\351\232\216",
                                         is_frame, NULL);
    assert_true(g_str_has_suffix(got, "\n\344\272\214\351\232\216\n"));
}

static void tells_news(void **state)
{
    (void)state;
    g_autoptr(Echo) e = echo_new();
    echo_hear(e, "Bob Ng, Head of Desk");
    g_autofree char *none = echo_news(e, "Bob Ng,\nHead of Desk"), *some = echo_news(e, "Bob Ng, Head of Desk\nthe fax is down");
    assert_string_equal(none, "");
    assert_string_equal(some, "the fax is down\n");
    assert_true(echo_knows(e, "Regards,\nBob Ng"));
    assert_false(echo_knows(e, "Regards,\nAnn Lee"));
}

/* Ten thousand lines of each kind, and a line of a megabyte. */
static void is_bounded(void **state)
{
    (void)state;
    static const char *const lines[] = {"a\n", "a b c d e f g\n", "From: a\nTo: b\n", "\n", "> x\n", "--\n"};
    g_autoptr(Echo) e = echo_new();
    echo_hear(e, "a b c d e f g");
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GString) many = g_string_new(NULL);
        for (int k = 0; k < 100000; k++)
            g_string_append(many, lines[i]);
        echo_hear(e, many->str);
        g_autofree char *got = echo_typed_in(e, many->str, is_frame, NULL), *news = echo_news(e, many->str);
        assert_true(strlen(got) + strlen(news) <= 4 * many->len);
    }
    g_autofree char *line = g_strnfill(1000000, 'a');
    for (int i = 1; i < 999999; i += 2)
        line[i] = ' ';
    g_autofree char *got = echo_typed_in(e, line, is_frame, NULL);
    assert_true(strlen(got) <= 1000001);
    g_autofree char *bad = echo_typed_in(e, "a b \xff c d", is_frame, NULL);
    assert_true(g_utf8_validate(bad, -1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_typed),
        cmocka_unit_test(hears_scripts_without_spaces),
        cmocka_unit_test(tells_news),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests_name("echo", tests, NULL, NULL);
}
