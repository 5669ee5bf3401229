/* test_triggers: the pure parts of what escalates beside clocks: a customer's words, similar subjects, rates. */
#include "rules/appeal.h"
#include "rules/rate.h"
#include "rules/similar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static const struct {
    const char *text, *language; /* NULL: does not ask */
} appeals[] = {
    /* asks */
    {"Please escalate this.", "en"},
    {"Hello,\n\nplease escalate this ticket to your manager. We lose orders.\n\nKim", "en"},
    {"Hi Bob\nplease escalate this\nKim", "en"},
    {"This is the third mail, please escalate this!", "en"},
    {"This is not acceptable. I want to speak to your manager.", "en"},
    {"This is not acceptable, I want to speak to your manager!", "en"},
    {"I would like to speak with a supervisor, please.", "en"},
    {"Can you please escalate this to someone senior?", "en"},
    {"Could you escalate the ticket?", "en"},
    {"We have waited for two days and I want to speak to your supervisor now.", "en"},
    {"ESCALATE", "en"},
    {"Please escalate", "en"},
    {"I\342\200\231d like to talk to a manager.", "en"},
    {"I want this escalated!", "en"},
    {"We are still waiting for an answer to the question that was asked on Monday, and please\nescalate this.", "en"},
    {"> your ticket is open\nPlease escalate this.", "en"},
    {"Bitte eskalieren Sie das.", "de"},
    {"Guten Tag,\n\nbitte eskalieren Sie diesen Fall umgehend, wir stehen still.\n\nKim", "de"},
    {"Das ist nicht hinnehmbar. Ich m\303\266chte den Vorgesetzten sprechen.", "de"},
    {"Ich m\303\266chte jetzt bitte mit Ihrem Vorgesetzten sprechen!", "de"},
    {"K\303\266nnten Sie das bitte eskalieren?", "de"},
    {"K\303\266nnten Sie bitte das Ticket eskalieren?", "de"},
    {"Ich bitte um Eskalation.", "de"},
    {"Veuillez escalader ce ticket.", "fr"},
    {"Bonjour,\n\nje voudrais parler \303\240 votre responsable.", "fr"},
    {"Merci de faire remonter ce probl\303\250me.", "fr"},
    {"Por favor, escalen este caso.", "es"},
    {"Please, escalate this.", "en"},
    {"Quiero hablar con su supervisor.", "es"},
    {"Vorrei parlare con il vostro responsabile.", "it"},
    {"Vi prego di escalare il ticket.", "it"},
    {"Ik wil graag uw leidinggevende spreken.", "nl"},
    {"Kunt u dit escaleren?", "nl"},
    /* does not */
    {"Please do not escalate this.", NULL},
    {"Do not escalate.", NULL},
    {"No need to escalate this, all is well.", NULL},
    {"Please don't escalate this yet.", NULL},
    {"I do not want to speak to your manager.", NULL},
    {"I don't want to speak to your manager.", NULL},
    {"We had to escalate privileges to install it.", NULL},
    {"Please escalate my privileges on the test system.", NULL},
    {"Please escalate this user's permissions.", NULL},
    {"The escalator is broken.", NULL},
    {"The situation may escalate this week.", NULL},
    {"How can I escalate a ticket?", NULL},
    {"My manager wants to speak to you.", NULL},
    {"Your manager was very helpful, please thank him.", NULL},
    {"If nobody answers by noon, please escalate this.", NULL},
    {"Please escalate this if you cannot solve it.", NULL},
    {"He said that I should please escalate this.", NULL},
    {"He wrote \"please escalate this\" in his mail.", NULL},
    {"> Please escalate this.\n\nWhat did you mean by that?", NULL},
    {"Thanks!\n\nOn Monday Bob wrote:\nPlease escalate this.", NULL},
    {"Thanks!\n-- \nPlease escalate this", NULL},
    {"---------- Forwarded message ----------\nPlease escalate this.", NULL},
    {"The escalation was closed yesterday.", NULL},
    {"We will escalate this in our company.", NULL},
    {"Bitte nicht eskalieren.", NULL},
    {"Bitte eskalieren Sie das nicht.", NULL},
    {"Ich will nicht mit Ihrem Vorgesetzten sprechen.", NULL},
    {"Wenn das nicht klappt, bitte eskalieren.", NULL},
    {"Die Lage k\303\266nnte eskalieren.", NULL},
    {"Die Rolltreppe ist kaputt, bitte eskalieren Sie das an die Technik.", NULL},
    {"Ne pas escalader ce ticket, merci.", NULL},
    {"Je ne veux pas parler \303\240 votre responsable.", NULL},
    {"Por favor, no escalen este caso.", NULL},
    {"Non vorrei parlare con il vostro responsabile.", NULL},
    {"Ik wil uw leidinggevende niet spreken.", NULL},
    {"", NULL},
    {"Hello.", NULL},
};

static void test_appeals(void **state)
{
    g_autoptr(KindWords) words = words_kind_new();
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(appeals); i++) {
        const KindWord *word = appeal_in(words, appeals[i].text);
        const char *got = word != NULL ? word->language : NULL;
        if (g_strcmp0(got, appeals[i].language) != 0)
            fail_msg("\"%s\": %s instead of %s", appeals[i].text, got != NULL ? got : "nothing", appeals[i].language != NULL ? appeals[i].language : "nothing");
    }
}

/* Far down nobody asks; and a text of nothing but beginnings costs no more than another. */
static void test_bounds(void **state)
{
    g_autoptr(KindWords) words = words_kind_new();
    g_autoptr(GString) s = g_string_new(NULL);
    (void)state;
    for (int i = 0; i < 25; i++)
        g_string_append_printf(s, "This is line %d of a long story.\n", i);
    g_string_append(s, "Please escalate this.\n");
    assert_null(appeal_in(words, s->str));
    g_string_truncate(s, 0);
    for (int i = 0; i < 200000; i++)
        g_string_append(s, "please and ");
    assert_null(appeal_in(words, s->str));
    g_string_truncate(s, 0);
    for (int i = 0; i < 100000; i++)
        g_string_append(s, "\303\244, ");
    assert_null(appeal_in(words, s->str));
}

static void test_similar(void **state)
{
    static const struct {
        const char *subject, *want;
    } table[] = {
        {"Checkout is down", "checkout is down"},
        {"RE: AW: Fwd: checkout IS down!!", "checkout is down"},
        {"[shop] [urgent] Checkout is down (order 4711)", "checkout is down order"},
        {"Checkout is down, 2026-11-26 10:02", "checkout is down"},
        {"  Re[2]: \t Checkout -- is_down?", "checkout is down"},
        {"\303\234ber 3 B\303\274cher", "\303\274ber b\303\274cher"},
        {"", NULL},
        {"Re: 12345", NULL},
        {"[tag]", NULL},
        {"!?", NULL},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autofree char *got = similar_subject(table[i].subject);
        if (g_strcmp0(got, table[i].want) != 0)
            fail_msg("\"%s\": \"%s\" instead of \"%s\"", table[i].subject, got != NULL ? got : "(null)", table[i].want != NULL ? table[i].want : "(null)");
    }
    g_autofree char *huge = g_strnfill(100000, 'x'), *brackets = g_strnfill(100000, '['), *got = similar_subject(huge), *none = similar_subject(brackets);
    assert_true(strlen(got) <= 200);
    assert_null(none);
}

static void test_rate(void **state)
{
    static const struct {
        const char *text;
        int count;
        Seconds within; /* 0: refused */
    } table[] = {
        {"10/15m", 10, 900}, {"20/1h", 20, 3600}, {"2/1d", 2, 86400}, {"0/1h", 0, 0},  {"10", 0, 0},      {"10/", 0, 0},
        {"/15m", 0, 0},      {"10/2bh", 0, 0},    {"10/1bd", 0, 0},   {"10/0s", 0, 0}, {"10 / 15m", 0, 0}, {"-1/1h", 0, 0},
        {"99999999999/1h", 0, 0}, {"10/15m/2", 0, 0},
    };
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        Rate rate = {0, 0};
        g_autoptr(GError) err = NULL;
        gboolean ok = rate_parse(table[i].text, &rate, &err);
        if (ok != (table[i].within > 0) || rate.count != table[i].count || rate.within != table[i].within)
            fail_msg("%s: %d within %" G_GINT64_FORMAT, table[i].text, rate.count, rate.within);
        assert_true(ok || err->code == ERROR_DATA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_appeals), cmocka_unit_test(test_bounds), cmocka_unit_test(test_similar),
                                       cmocka_unit_test(test_rate)};
    return cmocka_run_group_tests_name("triggers", tests, NULL, NULL);
}
