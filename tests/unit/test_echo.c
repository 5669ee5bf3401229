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
    /* addresses and links change on their way; who types into a marked line gets its mark */
    {"Hello Kim <mailto:kim@acme.test>,\nIs it https://a.test/ blue?", ""},
    {"> Hello Kim,\n> \n> which version do you have, and on which floor of\n> the house does the printer stand? Model?\n>> 4.2\n> Is it blue? No.",
     "> the house does the printer stand? Model?\n4.2\nIs it blue? No.\n"},
    /* what repeats words of the question, and what is no word */
    {"Hello Kim,\n\nwhich version do you have, and on which floor of the house does the printer stand? Model?\nthe printer stand\nIs it blue?\nIt is blue?\n"
     "Is it?\n\nRegards,\nBob", "> which version do you have, and on which floor of the house does the printer stand? Model?\nthe printer stand\n\n"
     "> Is it blue?\nIt is blue?\nIs it?\n"},
    {"Hello Kim,\n\nwhich version do you have, and on which floor of the house does the printer stand? Model?\nkim@acme.test\nIs it blue?\n:-)",
     "> which version do you have, and on which floor of the house does the printer stand? Model?\nkim@acme.test\n\n> Is it blue?\n:-)\n"},
    {"Hello Kim,\n\nwhich version do you have, and on which floor of the house does the printer stand? Model?\nIs\nIs it blue?",
     "> which version do you have, and on which floor of the house does the printer stand? Model?\nIs\n"},
    /* what looks like a head, and what stands right below one */
    {"Hello Kim,\n\nwhich version do you have, and on which floor\nThe manual of HP wrote:\nthe fourth.\nof the house does the printer stand? Model?\nIs it"
     " blue?\nNo.", "> which version do you have, and on which floor\nThe manual of HP wrote:\nthe fourth.\n\n> Is it blue?\nNo.\n"},
    {"Hello Kim,\nIs it blue?\n\nAs I wrote:\nit is green.", "> Is it blue?\nAs I wrote:\nit is green.\n"},
    {"Kim <kim@acme.test> 26.05.2026 10:23 >>>\nHello Kim,\nIs it blue?\nNo.", "> Is it blue?\nNo.\n"},
    /* a word that stands further down, too, where the question goes on as before */
    {"Hello Kim,\n\nRegards,\nwhich version do you have, and on which floor of the house does the printer stand? Model?\nIs it blue?\n\nRegards,\nBob",
     "> Hello Kim,\nRegards,\n"},
    /* buttons of its HTML, which its text has not: their links are broken off by some, and wrapped by others */
    {"Hello Kim,\n*ACK*\n<a1@desk.test?subject=x&body=ACK>\nACK 2h\n<a1@desk.test?subject=x&body=ACK%202h> NO\n<a1@desk.test?subject=x&body=NO>\nIs it blue?", ""},
    {"Hello Kim,\n<a1@desk.test?subject=x&body=ACK> but not before 14:00, ask Ann\nnot me\n<a1@desk.test?subject=x&body=NO>\nwhich version do you have, and on which floor of the house does the printer stand? Model?",
     "> Hello Kim,\n<a1@desk.test?subject=x&body=ACK> but not before 14:00, ask Ann\nnot me\n"},
    {"Hello Kim,\nNO<https://safe.test/?url=mailto%3Aa1%40desk.test%3Fbody%3DNO>\nIs it blue?\nNO\n\nRegards,\nBob", "> Is it blue?\nNO\n"},
    {"From: Bob\nSent: Monday\nOn the fourth.\nHello Kim,\n\nwhich version do you have, and on which floor of the house does the printer stand? Model?",
     "On the fourth.\n"},
};

static gboolean is_frame(const char *line, gboolean is_below, gpointer data)
{
    (void)is_below;
    (void)data;
    return g_str_has_prefix(line, "--") || strstr(line, "[support #") != NULL;
}

static void finds_what_was_typed(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint known;
        g_autofree char *got = echo_typed_in(question, cases[i].quote, is_frame, NULL, &known);
        if (strcmp(got, cases[i].want) != 0)
            fail_msg("'%s': got '%s'", cases[i].quote, got);
    }
}

/* Nothing shows that it quotes the question. */
static void knows_what_it_is_not(void **state)
{
    static const char *const others[] = {"Dear Sir,\nnobody wrote that.\n\nRegards,\nBob", "", "Regards,\nthe man from HP"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        guint known;
        g_autofree char *got = echo_typed_in(question, others[i], is_frame, NULL, &known);
        assert_int_equal(known, 0);
        assert_string_equal(got, "");
    }
    guint known;
    g_autofree char *all = echo_typed_in("It is down.", "It is down.\nSwitch it off.", is_frame, NULL, &known);
    assert_int_equal(known, 3);
    assert_string_equal(all, "> It is down.\nSwitch it off.\n");
}

static void hears_scripts_without_spaces(void **state)
{
    (void)state;
    guint known;
    g_autofree char *got = echo_typed_in(
        "\343\203\227\343\203\252\343\203\263\343\202\277\343\201\257\344\275\225\351\232\216\343\201\253\343\201\202\343\202\212\343\201\276\343\201\231\343\201\213",
        "\343\203\227\343\203\252\343\203\263\343\202\277\343\201\257\n\344\275\225\351\232\216\343\201\253\343\201\202\343\202\212\343\201\276\343\201\231\343\201\213\n\344\272\214\351\232\216",
        is_frame, NULL, &known);
    assert_true(known > 0);
    assert_true(g_str_has_suffix(got, "\n\344\272\214\351\232\216\n"));
}

static void tells_new_lines(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    g_ptr_array_add(known, (gpointer) "Kim\nHead of  Desk");
    g_autofree char *none = echo_new_lines(known, "--\nKim\nHEAD OF DESK\n"), *some = echo_new_lines(known, "--\nKim\nthe fax is down");
    assert_string_equal(none, "");
    assert_string_equal(some, "the fax is down\n");
}

/* Ten thousand lines of each kind (more is slow in a build with sanitizers: strstr there is quadratic), and a line of a megabyte. */
static void is_bounded(void **state)
{
    static const char *const lines[] = {"a\n", "a b c d e f g\n", "From: a\nTo: b\n", "\n", "> x\n", "--\n", "a@b\n", "?\n", "a. b. c.\n"};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GString) many = g_string_new(NULL);
        guint known;
        for (int k = 0; k < 10000; k++)
            g_string_append(many, lines[i]);
        g_autofree char *same = echo_typed_in(many->str, many->str, is_frame, NULL, &known);
        g_autofree char *other = echo_typed_in("a b c d e f g", many->str, is_frame, NULL, &known), *third = echo_typed_in(many->str, "a b c d", is_frame, NULL, &known);
        assert_true(strlen(same) + strlen(other) + strlen(third) <= 4 * many->len);
    }
    guint known;
    g_autofree char *line = g_strnfill(1000000, 'a');
    for (int i = 1; i < 999999; i += 2)
        line[i] = ' ';
    g_autofree char *got = echo_typed_in(line, line, is_frame, NULL, &known), *bad = echo_typed_in("a b c d", "a b \xff c d", is_frame, NULL, &known);
    assert_string_equal(got, "");
    assert_true(g_utf8_validate(bad, -1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_was_typed),
        cmocka_unit_test(knows_what_it_is_not),
        cmocka_unit_test(hears_scripts_without_spaces),
        cmocka_unit_test(tells_new_lines),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests_name("echo", tests, NULL, NULL);
}
