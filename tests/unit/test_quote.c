/* test_quote: whole mails as text, and what of them is new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/quote.h"

typedef struct {
    const char *label, *text, *want;
    gboolean want_doubt;
} Case;

#define QUOTED "> Checkout is down.\n> Our answer was due 16:45.\n> Reply ACK.\n> Why you: manager\n> Impact: 40\n> Owner: Bob\n"

static const Case cases[] = {
    {"no quote", "Hello,\n\nit is down.\n", "Hello,\n\nit is down.", FALSE},
    {"top posting en", "ack\n\nOn Mon, 23 Nov 2026 at 10:00, Support <s@tiny.example> wrote:\n" QUOTED, "ack", FALSE},
    {"without '>'", "ack\n\nOn Mon, 23 Nov 2026 at 10:00, Support <s@tiny.example> wrote:\n\nReply ACK to take it.\n", "ack",
     FALSE},
    {"head over two lines",
     "ack\n\nOn Mon, 23 Nov 2026 at 10:00, Support Desk of Tiny Incorporated\n<s@tiny.example> wrote:\n\n" QUOTED, "ack", FALSE},
    {"head over three lines",
     "ack\n\nOn Mon, 23 Nov 2026 at 10:00,\nSupport Desk of Tiny Incorporated\n<s@tiny.example> wrote:\n" QUOTED, "ack", FALSE},
    {"de", "ok\n\nAm 23.11.2026 um 10:00 schrieb Support <s@tiny.example>:\n" QUOTED, "ok", FALSE},
    {"de Thunderbird", "ok\n\nAm Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Support <\ns@tiny.example>:\n\n" QUOTED, "ok", FALSE},
    {"fr", "ok\n\nLe lun. 23 nov. 2026 à 10:00, Support <s@tiny.example> a écrit :\n" QUOTED, "ok", FALSE},
    {"es", "ok\n\nEl lun, 23 nov 2026 a las 10:00, Support (<s@tiny.example>) escribió:\n" QUOTED, "ok", FALSE},
    {"it", "ok\n\nIl giorno lun 23 nov 2026 alle ore 10:00 Support <s@tiny.example> ha scritto:\n" QUOTED, "ok", FALSE},
    {"nl", "ok\n\nOp ma 23 nov 2026 om 10:00 schreef Support <s@tiny.example>:\n" QUOTED, "ok", FALSE},
    {"pt", "ok\n\nEm seg., 23 de nov. de 2026 às 10:00, Support <s@tiny.example> escreveu:\n" QUOTED, "ok", FALSE},
    {"pl", "ok\n\npon., 23 lis 2026 o 10:00 Support <s@tiny.example> napisał(a):\n" QUOTED, "ok", FALSE},
    {"sv", "ok\n\nDen mån 23 nov. 2026 kl 10:00 skrev Support <s@tiny.example>:\n" QUOTED, "ok", FALSE},
    {"fi", "ok\n\nma 23. marrask. 2026 klo 10.00 Support (s@tiny.example) kirjoitti:\n" QUOTED, "ok", FALSE},
    {"cs", "ok\n\npo 23. 11. 2026 v 10:00 odesílatel Support <s@tiny.example> napsal:\n" QUOTED, "ok", FALSE},
    {"ru", "ok\n\nпн, 23 нояб. 2026 г. в 10:00, Support <s@tiny.example>:\n" QUOTED, "ok", FALSE},
    {"ja", "ok\n\n2026年11月23日(月) 10:00 Support <s@tiny.example>:\n" QUOTED, "ok", FALSE},
    {"zh", "ok\n\nSupport <s@tiny.example> 于2026年11月23日周一 10:00写道：\n" QUOTED, "ok", FALSE},
    {"Outlook",
     "ack\n\n________________________________\nFrom: Support <s@tiny.example>\nSent: Monday, November 23, 2026 10:00\nTo: "
     "Dana\nSubject: x\n\n"
     "Reply ACK.\n",
     "ack", FALSE},
    {"Outlook de, bold",
     "ok\n\n*Von:* Support <s@tiny.example>\n*Gesendet:* Montag, 23. November 2026 10:00\n*An:* Dana\n*Betreff:* x\n\nReply "
     "ACK.\n",
     "ok", FALSE},
    {"original message", "ok\n\n-----Original Message-----\nFrom: Support\n\nReply ACK.\n", "ok", FALSE},
    {"original message de", "ok\n\n-----Ursprüngliche Nachricht-----\nReply ACK.\n", "ok", FALSE},
    {"dashes round the head", "ok\n\n---- On Mon, 23 Nov 2026 10:00 s@tiny.example wrote ----\n\nReply ACK.\n", "ok", FALSE},
    {"glued head", "sure On Mon, Nov 23, 2026 at 10:00 AM, s@tiny.example wrote:\n" QUOTED, "sure", FALSE},
    {"bottom posting", "On Mon, 23 Nov 2026, Support <s@tiny.example> wrote:\n" QUOTED "\nack\n", "ack", FALSE},
    {"inline posting",
     "On Mon, 23 Nov 2026, Support <s@tiny.example> wrote:\n> Shall we call them?\n\nyes\n\n> And the vendor?\n\nno\n",
     "yes\n\nno", TRUE},
    {"a question answered", "> Shall we call the customer?\nok\n", "ok", TRUE},
    {"nothing but a head", "On Mon, 23 Nov 2026, Support <s@tiny.example> wrote:\n\nReply ACK.\n", "", TRUE},
    {"wrapped quote", "ok\n\n> The quick brown fox jumps over the lazy dog and then it goes\nhome to its\n> den.\n", "ok", FALSE},
    {"signature", "ack\n-- \nDana Ruiz\nDirector\n", "ack", FALSE},
    {"signature then quote", "ack\n--\nDana\n\nOn Mon, 23 Nov 2026, Support <s@tiny.example> wrote:\n" QUOTED, "ack", FALSE},
    {"phone", "ack\n\nSent from my iPhone\n\n> Reply ACK.\n", "ack", FALSE},
    {"phone de", "ok\n\nVon meinem iPhone gesendet\n\nAm 23.11.2026 um 10:00 schrieb Support <s@tiny.example>:\n\nReply ACK.\n",
     "ok", FALSE},
    {"outlook phone",
     "ok\n\nGet Outlook for iOS<https://aka.ms/x>\n________________________________\nFrom: S <s@tiny.example>\nSent: Monday "
     "23\nTo: D\n"
     "Subject: x\n\nReply ACK.\n",
     "ok", FALSE},
    {"list footer", "Works.\n\n_______________________________________________\nusers mailing list\nusers@x.example\n", "Works.",
     FALSE},
    {"disclaimer", "Works.\n\nThis e-mail and any attachments are confidential and intended solely for\nthe addressee.\n",
     "Works.", FALSE},
    {"a person who writes of writing", "On Monday I wrote:\nplease call us.\n", "On Monday I wrote:\nplease call us.", FALSE},
    {"a person who lists", "We have:\nFrom: Berlin\nstill no tickets.\n", "We have:\nFrom: Berlin\nstill no tickets.", FALSE},
    {"a long text below two dashes",
     "Log:\n--"
     "\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n31\n32\n",
     "Log:\n--"
     "\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n21\n22\n23\n24\n25\n26\n27\n28\n29\n30\n31\n32",
     FALSE},
    {"sent from a sentence", "From my iPhone I cannot log in.\n", "From my iPhone I cannot log in.", FALSE},
    {"CRLF", "ack\r\n\r\nOn Mon, 23 Nov 2026 at 10:00, S <s@tiny.example> wrote:\r\n> x\r\n", "ack", FALSE},
    {"empty", "", "", FALSE},
};

static void splits_text(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(QuoteSplit) q = quote_split(cases[i].text, NULL);
        if (strcmp(q->new_text, cases[i].want) != 0 || q->doubtful != cases[i].want_doubt)
            fail_msg("%s: new '%s', doubt %d", cases[i].label, q->new_text, q->doubtful);
    }
}

/* Every word of the mail is in one of the two texts. */
static void loses_nothing(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(QuoteSplit) q = quote_split(cases[i].text, NULL);
        g_autofree char *both = g_strdup_printf("%s\n%s", q->new_text, q->elided);
        g_auto(GStrv) words = g_strsplit_set(cases[i].text, " \r\n", -1);
        for (guint k = 0; words[k] != NULL; k++)
            if (strstr(both, words[k]) == NULL)
                fail_msg("%s: '%s' is gone", cases[i].label, words[k]);
    }
}

static void heeds_marks(void **state)
{
    (void)state;
    static const guint8 bytes[] = {LINE_OWN, LINE_OWN, LINE_SIGNATURE, LINE_QUOTE_HEAD, LINE_QUOTED, LINE_QUOTED, LINE_OWN};
    g_autoptr(GByteArray) marks = g_byte_array_new();
    g_byte_array_append(marks, bytes, sizeof bytes);
    g_autoptr(QuoteSplit) q = quote_split("ack\n\nDana Ruiz\nSupport, 10:00\nReply ACK.\nor NO\nbelow\n", marks);
    assert_string_equal(q->new_text, "ack\n\nbelow");
    assert_string_equal(q->elided, "Dana Ruiz\nSupport, 10:00\nReply ACK.\nor NO");
    assert_true(q->doubtful); /* own text above and below */
    g_autoptr(QuoteSplit) unmarked = quote_split("a\nb\n", NULL);
    assert_string_equal(unmarked->new_text, "a\nb");
}

static void is_bounded(void **state)
{
    (void)state;
    static const char *const lines[] = {"--\n",     "On 1 a@b x\n",          "From: a@b\n", "\n",
                                        "> x\ny\n", "Sent from my iPhone\n", "1@2:\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autoptr(GString) many = g_string_new(NULL);
        for (int k = 0; k < 20000; k++)
            g_string_append(many, lines[i]);
        g_autoptr(QuoteSplit) q = quote_split(many->str, NULL);
        assert_non_null(q->new_text);
    }
    g_autofree char *line = g_strnfill(1000000, '>');
    g_autoptr(QuoteSplit) q = quote_split(line, NULL);
    assert_string_equal(q->new_text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_text),
        cmocka_unit_test(loses_nothing),
        cmocka_unit_test(heeds_marks),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
