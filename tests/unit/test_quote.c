/* test_quote: whole mails as text, and what of them is new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/command.h"
#include "rules/quote.h"

#include "tests/unit/quote_heads.h"

static const CommandBreaks broken = {NULL}; /* nothing tells whether */

typedef struct {
    const char *label, *text, *want;
    gboolean want_doubt;
} Case;

#define QUOTED "> Checkout is down.\n> Our answer was due 16:45.\n> Reply ACK.\n> Why you: manager\n> Impact: 40\n> Owner: Bob\n"

static const Case cases[] = {
    {"no quote", "Hello,\n\nit is down.\n", "Hello,\n\nit is down.", FALSE},
    {"top posting en", "ack\n\nOn Mon, 23 Nov 2026 at 10:00, Support <s@tiny.example> wrote:\n" QUOTED, "ack", FALSE},
    {"a number above a head of fields", "10 Uhr passt, 4.2\n\nGesendet: Dienstag, 26. Mai 2026 um 10:00 Uhr\nVon: \"Bob\" <support@desk.test>\nAn: kim@acme.test\nBetreff: x\n\n"
     "Guten Tag", "10 Uhr passt, 4.2", FALSE},
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
    {"fields with '>' over a mail without", "> Message du 23/11/26 10:00\n> De : Support\n> A : d@tiny.example\n> Copie à : \n> Objet : x\n\nack\n",
     "ack", TRUE},
    {"a log's line like that of Notes", "We saw:\nmain ---2026-11-23 10:00:00---\nrestarted\n",
     "We saw:\nmain ---2026-11-23 10:00:00---\nrestarted", FALSE},
    {"a gateway's banner", "CAUTION: This email originated from outside of the organization. Do not click\nlinks unless you know the sender.\n\nack\n",
     "ack", FALSE},
    {"a gateway's banner, one line", "⚠ **[EXTERNAL]**\nack\n", "ack", FALSE},
    {"a gateway's banner without an end", "External email: be careful\n\nack\n", "ack", FALSE},
    {"Outlook's banner", "You don't often get email from d@tiny.example. Learn why this is important<https://aka.ms/x>\n\nok\n", "ok", FALSE},
    {"a gateway's banner de", "ACHTUNG: Diese E-Mail kommt von extern.\nok\n", "ok", FALSE},
    {"a gateway's banner of two sentences", "[EXTERNAL] This message came from outside.\nDo not click on links.\nack\n", "ack", FALSE},
    {"a gateway's banner and stars", "CAUTION: This email originated from outside\n***\nack\n", "***\nack", FALSE},
    {"no banner either", "Do not click Save, it crashes.\nHelp!\n", "Do not click Save, it crashes.\nHelp!", FALSE},
    {"no banner", "External email is down.\nPlease help.\n", "External email is down.\nPlease help.", FALSE},
    {"a banner below text", "See:\n[EXTERNAL] is shown.\n", "See:\n[EXTERNAL] is shown.", FALSE},
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
    {"an address before the quotation", "> wrote this\n> and that\n\nok then, call them\n", "ok then, call them", TRUE},
    {"ornament", "Buy now\n>>> https://x.example <<<\nThanks\n", "Buy now\n>>> https://x.example <<<\nThanks", FALSE},
    {"a link broken in a quotation", "ok\n\n> see\n(https://x.example/a) >\n> and\n", "ok", FALSE},
    {"forward Gmail", "FYI\n\n---------- Forwarded message ---------\nFrom: Ann <a@b.example>\nDate: Mon, 23 Nov 2026 at 10:00\n"
                      "Subject: x\nTo: <d@tiny.example>\n\nAll is down.\n",
     "FYI\n\n---------- Forwarded message ---------\nFrom: Ann <a@b.example>\nDate: Mon, 23 Nov 2026 at 10:00\n"
     "Subject: x\nTo: <d@tiny.example>\n\nAll is down.",
     FALSE},
    {"forward Apple de", "Anfang der weitergeleiteten Nachricht:\n\n> Von: Ann <a@b.example>\n> Betreff: x\n>\n> Alles steht.\n",
     "Anfang der weitergeleiteten Nachricht:\n\n> Von: Ann <a@b.example>\n> Betreff: x\n>\n> Alles steht.", FALSE},
    {"forward Thunderbird fr", "Voir\n\n-------- Message transféré --------\nSujet : x\nDe : Ann\n\nACK\n",
     "Voir\n\n-------- Message transféré --------\nSujet : x\nDe : Ann\n\nACK", FALSE},
    {"forward in a reply", "ok\n\nOn Mon, 23 Nov 2026 at 10:00, S <s@tiny.example> wrote:\n\n---------- Forwarded message "
                           "---------\nFrom: A\n\nACK\n",
     "ok", FALSE},
    {"Google Groups", "Works.\n\n-- \nYou received this message because you are subscribed to the Google Groups \"x\" group.\nTo "
                      "unsubscribe from this group and stop receiving emails from it, send an email to x@y.example.\n",
     "Works.", FALSE},
    {"groups.io", "Works.\n\n-=-=-=-=-=-=-=-=-=-=-=-\nGroups.io Links: You receive all messages sent to this group.\nView/Reply Online "
                  "(#1): https://x.example/g\n-=-=-=-=-=-=-=-=-=-=-=-\n",
     "Works.", FALSE},
    {"Mailman, a blank line", "Works.\n\n_______________________________________________\n\nusers mailing list -- users@x.example\nTo "
                              "unsubscribe send an email to users-leave@x.example\n",
     "Works.", FALSE},
    {"Majordomo", "Works.\n-\n--\nTo unsubscribe from this list: send the line \"unsubscribe users\" in\nthe body of a message to "
                  "majordomo@x.example\nMore majordomo info at http://x.example/majordomo-info.html\n",
     "Works.\n-", FALSE},
    {"a rule in a text", "First\n\n__________\n\nSecond\n", "First\n\n__________\n\nSecond", FALSE},
    {"phone fr", "ok\n\nEnvoyé de mon iPhone\n", "ok", FALSE},
    {"phone es", "ok\n\nEnviado desde mi iPhone\n", "ok", FALSE},
    {"phone it", "ok\n\nInviato da iPhone\n", "ok", FALSE},
    {"phone nl", "ok\n\nVerstuurd vanaf mijn iPhone\n", "ok", FALSE},
    {"phone pt", "ok\n\nEnviado do meu iPhone\n", "ok", FALSE},
    {"phone pl", "ok\n\nWysłane z iPhone'a\n", "ok", FALSE},
    {"phone sv", "ok\n\nSkickat från min iPhone\n", "ok", FALSE},
    {"phone da", "ok\n\nSendt fra min iPhone\n", "ok", FALSE},
    {"phone fi", "ok\n\nLähetetty iPhonesta\n", "ok", FALSE},
    {"phone cs", "ok\n\nOdesláno z iPhonu\n", "ok", FALSE},
    {"phone hu", "ok\n\niPhone-ról küldve\n", "ok", FALSE},
    {"phone tr", "ok\n\niPhone’umdan gönderildi\n", "ok", FALSE},
    {"phone ru", "ok\n\nОтправлено с iPhone\n", "ok", FALSE},
    {"phone el", "ok\n\nΣτάλθηκε από το iPhone μου\n", "ok", FALSE},
    {"phone he", "ok\n\nנשלח מה-iPhone שלי\n", "ok", FALSE},
    {"phone ar", "ok\n\nأرسلت من الـ iPhone\n", "ok", FALSE},
    {"phone ja", "ok\n\niPhoneから送信\n", "ok", FALSE},
    {"phone zh", "ok\n\n发自我的 iPhone\n", "ok", FALSE},
    {"phone zh-TW", "ok\n\n從我的 iPhone 傳送\n", "ok", FALSE},
    {"phone ko", "ok\n\n나의 iPhone에서 보냄\n", "ok", FALSE},
    {"phone vi", "ok\n\nĐã gửi từ iPhone của tôi\n", "ok", FALSE},
    {"phone th", "ok\n\nส่งจาก iPhone ของฉัน\n", "ok", FALSE},
    {"a text that is long below a phone's line", "Hi\nSent from my iPad\n\nOne\ntwo\nthree\nfour\nfive\n",
     "Hi\n\nOne\ntwo\nthree\nfour\nfive", FALSE},
    {"a broken line of the quotation",
     "> Checkout is down\n> b\n> c\n> d\n> e\n> the customer writes a line so long that the mail program breaks it and\nack\n", "ack", TRUE},
    {"a heading's '>' on a line of its own", "ok\n\nOn Mon, Nov 23, 2026 at 10:00 AM Tiny <\ns@tiny.example\n> wrote:\n\nACK\n", "ok", FALSE},
    {"a person who pastes a date", "Trip:\nDate: 23 Nov 2026\nTo: Berlin\nCan I move it?\n",
     "Trip:\nDate: 23 Nov 2026\nTo: Berlin\nCan I move it?", FALSE},
    {"a person who names a time and a mail", "At 10:00 I wrote to s@tiny.example and nobody answered.\nPlease call.\n",
     "At 10:00 I wrote to s@tiny.example and nobody answered.\nPlease call.", FALSE},
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

#define NOTICE \
    "\nCheckout is down\nOur answer was due 16:45, 20 minutes ago.\n\nReply ACK to take it, NO if you cannot.\n" \
    "No answer by 17:20: Ann will be told at 17:20.\n\nWhy you   level 1 of 3\nImpact    40 shops\nNext      call the vendor\n" \
    "Owner     nobody yet\n\nBob, 16:20:\n> we cannot sell\n"
#define EARLIER "\nACK\n\nDana\n" /* what a colleague answered: nothing in it tells that it is ours */

/* The verbs that the service would take. */
static guint verbs_of(const char *text, const GByteArray *marks, char **ret_first)
{
    g_autoptr(QuoteSplit) q = quote_split(text, marks);
    g_autoptr(CommandReply) r = command_read_notification(q->new_text, NULL, &broken);
    guint n = q->doubtful ? 0 : r->commands->len;
    const Command *first = n > 0 ? r->commands->pdata[0] : NULL;
    *ret_first = first != NULL ? g_strdup(command_verb_name(first->verb)) : g_strdup("");
    return n;
}

/* Forms of a reply: before the heading, quotation, below it, and the verbs that may be taken: "" is none. */
static const struct {
    const char *label, *above, *quotation, *below, *want;
} forms[] = {
    {"ack over our mail", "ack\n\n", NOTICE, "", "ack"},
    {"no over our mail", "no\n\n", NOTICE, "", "decline"},
    {"ack over an ack", "ok\n\n", EARLIER, "", "ack"},
    {"thanks over an ack", "thanks\n\n", EARLIER, "", ""},
    {"a question over an ack", "who is on this?\n\n", EARLIER, "", ""},
    {"nothing over our mail", "", NOTICE, "", ""},
    {"nothing over an ack", "", EARLIER, "", ""},
    {"blank lines over an ack", "\n\n", EARLIER, "", ""},
    {"a phone over an ack", "\nSent from my iPhone\n\n", EARLIER, "", ""},
    {"a signature over an ack", "\n-- \nDana Ruiz\n\n", EARLIER, "", ""},
    {"ack and a phone", "ack\n\nSent from my iPhone\n\n", NOTICE, "", "ack"},
    {"no below our mail", "", NOTICE, "\nno\n", ""},
    {"text above, ack below", "see below\n\n", EARLIER, "\nack\n", ""},
};

static void lets_no_verb_through(void **state)
{
    (void)state;
    guint replies = 0, faults = 0, uncut = 0;
    for (gsize h = 0; h < G_N_ELEMENTS(quote_heads); h++)
        for (gsize f = 0; f < G_N_ELEMENTS(forms); f++, replies++) {
            g_autofree char *text = g_strconcat(forms[f].above, quote_heads[h].head, forms[f].quotation, forms[f].below, NULL);
            g_autofree char *got = NULL;
            guint n = verbs_of(text, NULL, &got);
            if (n > 1 || strcmp(got, forms[f].want) != 0) {
                print_error("%s, %s: %u verbs, '%s'\n", quote_heads[h].label, forms[f].label, n, got);
                faults++;
            }
            g_autoptr(QuoteSplit) q = quote_split(text, NULL);
            if (strstr(q->new_text, "Dana\n") != NULL || strstr(q->new_text, "Reply ACK") != NULL) {
                print_error("%s, %s: leaks '%s'\n", quote_heads[h].label, forms[f].label, q->new_text);
                uncut++;
            }
        }
    print_message("%u replies, %u with the wrong verb, %u that leak\n", replies, faults, uncut);
    assert_int_equal(faults + uncut, 0);
}

/* Below a heading that nobody knows our mail is known by itself; above it the sender's own verb may be missed. */
static void doubts_what_it_does_not_know(void **state)
{
    (void)state;
    for (gsize h = 0; h < G_N_ELEMENTS(quote_heads_unknown); h++)
        for (gsize f = 0; f < G_N_ELEMENTS(forms); f++) {
            if (*quote_heads_unknown[h] == '\0' && strcmp(forms[f].quotation, EARLIER) == 0)
                continue; /* "ACK, Dana" with nothing around it is what Dana writes */
            g_autofree char *text =
                g_strconcat(forms[f].above, quote_heads_unknown[h], forms[f].quotation, forms[f].below, NULL);
            g_autofree char *got = NULL;
            guint n = verbs_of(text, NULL, &got);
            if (n > 1 || (n == 1 && strcmp(got, forms[f].want) != 0))
                fail_msg("'%s', %s: %u verbs, '%s'", quote_heads_unknown[h], forms[f].label, n, got);
        }
}

static void tells_what_it_guesses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *quote, *signature;
    } rows[] = {
        {"a\n\n> b\n", "", ""},
        {"a\n\nOn Tue, 26 May 2026, Dana <d@x.test> wrote:\n> b\n", "", ""},
        {"a\n\nOn Tue, 26 May 2026, Dana <d@x.test> wrote:\nb\n", "On Tue, 26 May 2026, Dana <d@x.test> wrote:\nb", ""},
        {"a\n\nFrom: d@x.test\nDate: 1 May 2026 10:00\nTo: b@x.test\n\nb\n\n> c\n", "From: d@x.test\nDate: 1 May 2026 10:00\nTo: b@x.test\n\nb", ""},
        /* to the next heading: below it stands another mail */
        {"a\n\nOn Tue, 26 May 2026, Dana <d@x.test> wrote:\nb\n\n-----Original Message-----\nFrom: d@x.test\nc\n",
         "On Tue, 26 May 2026, Dana <d@x.test> wrote:\nb", ""},
        {"a\n\n-----Original Message-----\nFrom: d@x.test\nSent: 1 May 2026 10:00\nTo: b@x.test\n\nc\n",
         "-----Original Message-----\nFrom: d@x.test\nSent: 1 May 2026 10:00\nTo: b@x.test\n\nc", ""},
        {"a\n\n-- \nDana\n", "", ""},
        {"a\n\n-- \nDana\n\nDisclaimer: b\n", "", ""},
        {"a\n\n-- \nDana\n----------\n\nOn Tue, 26 May 2026, Dana <d@x.test> wrote:\n> c\n", "", ""},
        {"a\n\n--\nDana\n__________\n\nOn Tue, 26 May 2026, Dana <d@x.test> wrote:\n> c\n", "", "--\nDana"},
        {"a\n\nSent from my iPhone\nDana\n", "", "Sent from my iPhone\nDana"},
        {"a\n\nDisclaimer: b\n\nOn Tue, 26 May 2026, Dana <d@x.test> wrote:\n> c\n", "", "Disclaimer: b"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(QuoteSplit) q = quote_split(rows[i].text, NULL);
        assert_string_equal(q->new_text, "a");
        assert_string_equal(q->guessed_quote, rows[i].quote);
        assert_string_equal(q->guessed_signature, rows[i].signature);
    }
    g_autoptr(GByteArray) marks = g_byte_array_new();
    static const guint8 of_html[] = {LINE_OWN, LINE_SIGNATURE, LINE_QUOTE_HEAD, LINE_QUOTED};
    g_byte_array_append(marks, of_html, sizeof of_html);
    g_autoptr(QuoteSplit) q = quote_split("a\nDana\nDana wrote\nb\n", marks);
    assert_string_equal(q->guessed_quote, "");
    assert_string_equal(q->guessed_signature, "");
    assert_string_equal(q->signature, "Dana");
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
        cmocka_unit_test(tells_what_it_guesses),
        cmocka_unit_test(lets_no_verb_through),
        cmocka_unit_test(doubts_what_it_does_not_know),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
