/* test_kind: letters made by hand, and the verdict wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/kind.h"

/* "Name: value" lines become headers; From, To, Subject and References also the fields made of them. */
static void take_header(Letter *l, const char *name, const char *value)
{
    letter_add_header(l->headers, name, value);
    if (strcmp(name, "From") == 0) {
        const char *open = strchr(value, '<');
        g_autofree char *address = open != NULL ? g_strndup(open + 1, strcspn(open + 1, ">")) : g_strdup(value);
        g_autofree char *display = open != NULL ? g_strndup(value, (gsize)(open - value)) : g_strdup("");
        letter_add_address(l->from, g_strstrip(display), address);
    } else if (strcmp(name, "To") == 0) {
        letter_add_address(l->to, "", value);
    } else if (strcmp(name, "Subject") == 0) {
        g_free(l->subject);
        l->subject = g_strdup(value);
    } else if (strcmp(name, "In-Reply-To") == 0) {
        g_ptr_array_add(l->in_reply_to, g_strdup(value));
    }
}

static Letter *make_letter(const char *headers, const char *text)
{
    Letter *l = letter_new();
    g_auto(GStrv) lines = g_strsplit(headers, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        char *colon = strchr(lines[i], ':');
        if (colon == NULL)
            continue;
        *colon = '\0';
        take_header(l, lines[i], g_strstrip(colon + 1));
    }
    g_free(l->text);
    l->text = g_strdup(text);
    assert_true(instant_parse("2026-11-22T09:00:00Z", &l->date, NULL));
    return l;
}

static void set_text(char **slot, const char *value)
{
    g_free(*slot);
    *slot = g_strdup(value);
}

typedef struct {
    const char *label, *headers, *text;
    Kind want;
    gboolean want_words;
} Case;

static const Case cases[] = {
    {"a person", "From: Eve Li <eve@acme.example>\nSubject: Checkout is down", "Hello,\nwe cannot check out.\n", KIND_HUMAN,
     FALSE},
    {"a person answers", "From: eve@acme.example\nSubject: Re: Checkout\nIn-Reply-To: <1@x>", "Still down.\n", KIND_HUMAN, FALSE},
    {"Auto-Submitted: no", "From: eve@acme.example\nSubject: hi\nAuto-Submitted: no", "hi\n", KIND_HUMAN, FALSE},
    {"our own", "From: support@tiny.example\nSubject: x\nX-Escalate: <m.1@tiny.example>\nAuto-Submitted: auto-generated", "x\n",
     KIND_OWN, FALSE},
    {"auto-replied", "From: eve@acme.example\nSubject: Re: x\nAuto-Submitted: auto-replied (vacation)", "Away.\n",
     KIND_AUTO_REPLY, FALSE},
    {"auto-replied to a list", "From: eve@acme.example\nSubject: Re: x\nAuto-Submitted: auto-replied\nPrecedence: bulk",
     "Away.\n", KIND_AUTO_REPLY, FALSE},
    {"X-Autoreply", "From: eve@acme.example\nSubject: x\nX-Autoreply: yes", "Away.\n", KIND_AUTO_REPLY, FALSE},
    {"X-Autoreply: no", "From: eve@acme.example\nSubject: x\nX-Autoreply: no", "Here.\n", KIND_HUMAN, FALSE},
    {"Exchange rules", "From: eve@acme.example\nSubject: x\nX-MS-Exchange-Inbox-Rules-Loop: eve@acme.example", "x\n",
     KIND_AUTO_REPLY, FALSE},
    {"suppress on a reply", "From: eve@acme.example\nSubject: Automatic reply: x\nX-Auto-Response-Suppress: All", "Away.\n",
     KIND_AUTO_REPLY, FALSE},
    {"suppress on a notice", "From: shop@acme.example\nSubject: Order 7\nX-Auto-Response-Suppress: All", "Thanks.\n", KIND_BULK,
     FALSE},
    {"suppress DR on a person's", "From: eve@acme.example\nSubject: hi\nX-Auto-Response-Suppress: DR, RN", "hi\n", KIND_HUMAN,
     FALSE},
    {"auto_reply precedence", "From: eve@acme.example\nSubject: x\nPrecedence: auto_reply", "x\n", KIND_AUTO_REPLY, FALSE},
    {"auto-generated alert", "From: nagios@acme.example\nSubject: DOWN\nAuto-Submitted: auto-generated", "down\n", KIND_BULK,
     FALSE},
    {"auto-generated answer", "From: desk@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>\nAuto-Submitted: auto-generated",
     "Ticket 7.\n", KIND_AUTO_REPLY, FALSE},
    {"list mail of a person",
     "From: eve@acme.example\nSubject: Re: patch\nList-Id: <dev.acme.example>\nPrecedence: list\nIn-Reply-To: <1@x>",
     "I think so.\n", KIND_BULK, FALSE},
    {"old list", "From: eve@acme.example\nSubject: Out of office plans\nPrecedence: list\nList-Post: <mailto:dev@x>", "hi\n",
     KIND_BULK, FALSE},
    {"newsletter", "From: news@acme.example\nSubject: News\nList-Unsubscribe: <https://x>", "News\n", KIND_BULK, FALSE},
    {"unix vacation", "From: eve@acme.example\nSubject: Out of office: x\nPrecedence: bulk", "Away.\n", KIND_AUTO_REPLY, FALSE},
    {"no-reply address", "From: noreply@shop.example\nSubject: Contact form", "Eve writes: help\n", KIND_BULK, TRUE},
    {"subject de", "From: eve@acme.example\nSubject: Automatische Antwort: Störung", "Ich bin im Urlaub.\n", KIND_AUTO_REPLY,
     TRUE},
    {"subject de 2", "From: eve@acme.example\nSubject: Abwesenheitsnotiz", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject fr", "From: eve@acme.example\nSubject: Réponse automatique : panne", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject es", "From: eve@acme.example\nSubject: Respuesta automática: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject it", "From: eve@acme.example\nSubject: Risposta automatica: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject nl", "From: eve@acme.example\nSubject: Automatisch antwoord: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject pt", "From: eve@acme.example\nSubject: Resposta automática: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject pl", "From: eve@acme.example\nSubject: Odpowiedź automatyczna: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject sv", "From: eve@acme.example\nSubject: Automatiskt svar: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject da", "From: eve@acme.example\nSubject: Automatisk svar: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject fi", "From: eve@acme.example\nSubject: Automaattinen vastaus: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject cs", "From: eve@acme.example\nSubject: Automatická odpověď: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject hu", "From: eve@acme.example\nSubject: Automatikus válasz: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject tr", "From: eve@acme.example\nSubject: Otomatik yanıt: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject ru", "From: eve@acme.example\nSubject: Автоматический ответ: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject ja", "From: eve@acme.example\nSubject: 自動応答: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject zh", "From: eve@acme.example\nSubject: 自动答复: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"a person about an auto-reply", "From: eve@acme.example\nSubject: Re: Automatic reply: x\nIn-Reply-To: <1@x>",
     "Why do I get this?\n", KIND_HUMAN, FALSE},
    {"first line en", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "Hello,\nI am out of the office and will return on 5 December.\nFor urgent matters please call Bob.\n", KIND_AUTO_REPLY,
     TRUE},
    {"first line de", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "Guten Tag,\nich bin bis 5. Dezember nicht im Büro.\nIn dringenden Fällen wenden Sie sich an Bob.\n", KIND_AUTO_REPLY, TRUE},
    {"a person about an office", "From: eve@acme.example\nSubject: printers",
     "The printer is out of the office until you return it.\n", KIND_HUMAN, FALSE},
    {"null sender says nothing", "From: eve@acme.example\nSubject: x\nReturn-Path: <>", "x\n", KIND_AUTO_REPLY, TRUE},
    {"qmail", "From: MAILER-DAEMON@mx.example\nSubject: failure notice",
     "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following "
     "addresses.\n\n"
     "<bob@tiny.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
     "Message-ID: <m.7@tiny.example>\nTo: bob@tiny.example\n",
     KIND_BOUNCE, FALSE},
    {"a person about bounces", "From: eve@acme.example\nSubject: Mail delivery failed to our customers",
     "Our invoices could not be delivered, user unknown they say.\n", KIND_HUMAN, FALSE},
    {"a person forwards a bounce", "From: eve@acme.example\nSubject: Fwd: Undelivered Mail Returned to Sender",
     "Can you help?\n\nThis is the mail system at host mx.example.\n", KIND_HUMAN, FALSE},
    {"an administrator who is a person", "From: System Administrator <root@acme.example>\nSubject: backup",
     "The file does not exist.\n", KIND_HUMAN, FALSE},
    {"read receipt by words", "From: eve@acme.example\nSubject: Read: x", "Your message\n\n  To: Eve\n\nwas read on 1.1.2026.\n",
     KIND_RECEIPT, TRUE},
    {"DMARC aggregate", "From: dmarc@isp.example\nSubject: Report Domain: tiny.example Submitter: isp.example Report-ID: 7", "\n",
     KIND_HUMAN, FALSE},
};

static void decides(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Letter) l = make_letter(cases[i].headers, cases[i].text);
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE);
        if (v->kind != cases[i].want || v->by_words_only != cases[i].want_words)
            fail_msg("%s: got %s, words %d (%s)", cases[i].label, kind_name(v->kind), v->by_words_only,
                     v->evidence->len > 0 ? (char *)g_ptr_array_index(v->evidence, 0) : "");
        assert_true(v->kind == KIND_HUMAN || v->evidence->len > 0);
    }
}

static void decides_by_structure(void **state)
{
    (void)state;
    static const struct {
        const char *label, *content_type, *report_type, *part, *method;
        Kind want;
    } parts[] = {
        {"ARF", "multipart/report", "feedback-report", "feedback", NULL, KIND_REPORT},
        {"TLS", "multipart/report", "tlsrpt", NULL, NULL, KIND_REPORT},
        {"MDN", "multipart/report", "disposition-notification", "disposition", NULL, KIND_RECEIPT},
        {"DSN", "multipart/report", "delivery-status", "status", NULL, KIND_BOUNCE},
        {"DSN without its part", "multipart/report", "delivery-status", NULL, NULL, KIND_BOUNCE},
        {"a DSN that a person attached", "multipart/mixed", "", "status", NULL, KIND_HUMAN},
        {"REPLY", "multipart/alternative", "", NULL, "REPLY", KIND_CALENDAR_REPLY},
        {"REPLY in the object only", "multipart/alternative", "", NULL, "", KIND_CALENDAR_REPLY},
        {"REQUEST", "multipart/alternative", "", NULL, "REQUEST", KIND_CALENDAR},
        {"CANCEL", "text/calendar", "", NULL, "CANCEL", KIND_CALENDAR},
        {"PUBLISH attached", "multipart/mixed", "", NULL, "PUBLISH", KIND_HUMAN},
        {"REPLY inside a bounce", "multipart/report", "delivery-status", "status", "REPLY", KIND_BOUNCE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autoptr(Letter) l = make_letter("From: eve@acme.example\nSubject: x\nAuto-Submitted: auto-generated", "x\n");
        if (parts[i].want == KIND_HUMAN)
            g_ptr_array_set_size(l->headers, 2);
        set_text(&l->content_type, parts[i].content_type);
        set_text(&l->report_type, parts[i].report_type);
        if (parts[i].part != NULL && strcmp(parts[i].part, "feedback") == 0)
            l->feedback = g_strdup("Feedback-Type: abuse\n");
        if (parts[i].part != NULL && strcmp(parts[i].part, "disposition") == 0)
            l->disposition = g_strdup("Disposition: automatic-action; displayed\n");
        if (parts[i].part != NULL && strcmp(parts[i].part, "status") == 0)
            l->delivery_status =
                g_strdup("Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; bob@x.example\nAction: failed\nStatus: 5.1.1\n");
        if (parts[i].method != NULL) {
            LetterCalendar *c = g_new0(LetterCalendar, 1);
            c->method = g_strdup(parts[i].method);
            c->text = g_strdup_printf("BEGIN:VCALENDAR\r\nMETHOD:%s\r\nEND:VCALENDAR\r\n",
                                      *parts[i].method != '\0' ? parts[i].method : "REPLY");
            g_ptr_array_add(l->calendars, c);
        }
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE);
        if (v->kind != parts[i].want)
            fail_msg("%s: got %s", parts[i].label, kind_name(v->kind));
    }
    g_autoptr(Letter) null = make_letter("From: eve@acme.example\nSubject: x", "x\n");
    g_autoptr(KindVerdict) v = kind_decide(null, TRUE);
    assert_int_equal(v->kind, KIND_AUTO_REPLY); /* the null sender is never a person */
}

/* "address action status; …" */
static char *render(const KindVerdict *v)
{
    GString *s = g_string_new(NULL);
    for (guint i = 0; i < v->recipients->len; i++) {
        const KindRecipient *r = g_ptr_array_index(v->recipients, i);
        g_string_append_printf(s, "%s%s %s %s", i > 0 ? "; " : "", r->address, r->action, r->status);
    }
    return g_string_free(s, FALSE);
}

static void reads_delivery_status(void **state)
{
    (void)state;
    static const struct {
        const char *label, *status, *want;
    } dsns[] = {
        {"one",
         "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; Bob@X.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: "
         "smtp; 550 no\n",
         "Bob@x.example failed 5.1.1"},
        {"two",
         "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.2.2\n\nFinal-Recipient: "
         "rfc822;b@x.example\n"
         "Action: delayed\nStatus: 4.4.1\n",
         "a@x.example failed 5.2.2; b@x.example delayed 4.4.1"},
        {"no blank line between",
         "Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.2.2\nFinal-Recipient: rfc822;b@x.example\nAction: "
         "failed\n"
         "Status: 5.1.1\n",
         "a@x.example failed 5.2.2; b@x.example failed 5.1.1"},
        {"folded, CRLF, vague",
         "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; <a@x.example>\r\nAction: FAILED\r\nStatus: 5.0.0\r\n"
         "Diagnostic-Code: smtp; 550\r\n 5.7.1 refused\r\n",
         "a@x.example failed 5.7.1"},
        {"mailbox name", "Original-Recipient: rfc822;a@x.example\nFinal-Recipient: LOCAL; \\a\nAction: failed\nStatus: 5.2.2\n",
         "a@x.example failed 5.2.2"},
        {"success", "Final-Recipient: rfc822; a@x.example\nAction: delivered\nStatus: 2.0.0\n", "a@x.example delivered 2.0.0"},
        {"success without action", "Final-Recipient: rfc822; a@x.example\nStatus: 2.1.5\n", "a@x.example delivered 2.1.5"},
        {"comment in status", "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1 (bad mailbox)\n",
         "a@x.example failed 5.1.1"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(dsns); i++) {
        g_autoptr(Letter) l =
            make_letter("From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nTo: support@tiny.example", "x\n");
        set_text(&l->content_type, "multipart/report");
        set_text(&l->report_type, "delivery-status");
        l->delivery_status = g_strdup(dsns[i].status);
        l->returned = g_ptr_array_new();
        g_autoptr(KindVerdict) v = kind_decide(l, TRUE);
        g_autofree char *got = render(v);
        if (strcmp(got, dsns[i].want) != 0)
            fail_msg("%s: got '%s'", dsns[i].label, got);
        g_ptr_array_unref(g_steal_pointer(&l->returned));
    }
}

static void reads_free_bounces(void **state)
{
    (void)state;
    static const struct {
        const char *label, *subject, *text, *want, *want_id;
    } mails[] = {
        {"qmail", "failure notice",
         "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following "
         "addresses.\n"
         "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<bob@tiny.example>:\n192.0.2.1 does not like "
         "recipient.\n"
         "Remote host said: 550 5.1.1 no such user\n\n<eve@tiny.example>:\nMailbox full (#5.2.2)\n\n--- Below this line is a "
         "copy of the message.\n\n"
         "Return-Path: <support@tiny.example>\nMessage-ID: <m.7.abc@tiny.example>\nTo: zoe@tiny.example\n",
         "bob@tiny.example failed 5.1.1; eve@tiny.example failed 5.2.2", "<m.7.abc@tiny.example>"},
        {"exim", "Mail delivery failed: returning message to sender",
         "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to "
         "one or more of its\n"
         "recipients. This is a permanent error. The following address(es) failed:\n\n  bob@tiny.example\n    SMTP error from "
         "remote mail server after "
         "RCPT TO:<bob@tiny.example>:\n    host mx.tiny.example [192.0.2.7]: 550 5.7.1 refused\n\n------ This is a copy of the "
         "message ------\n\n"
         "From: eve@acme.example\n",
         "bob@tiny.example failed 5.7.1", NULL},
        {"exim delays", "Warning: message 1abc delayed 24 hours",
         "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered "
         "to one or more of its\n"
         "recipients after more than 24 hours on the queue.\n\nThe address to which the message has not yet been delivered "
         "is:\n\n  bob@tiny.example\n\n"
         "No action is required on your part. Delivery attempts will continue for\nsome time.\n",
         "bob@tiny.example delayed ", NULL},
        {"sendmail", "Returned mail: see transcript for details",
         "   ----- The following addresses had permanent fatal errors -----\n<bob@tiny.example>\n    (reason: 550 5.1.1 User "
         "unknown)\n"
         "    (expanded from: <team@tiny.example>)\n\n   ----- Transcript of session follows -----\n>>> RCPT "
         "To:<bob@tiny.example>\n<<< 550 5.1.1 no\n",
         "bob@tiny.example failed 5.1.1", NULL},
        {"old exchange", "Undeliverable: x",
         "Your message\n\n  To:      bob@tiny.example\n  Subject: x\n\ndid not reach the following "
         "recipient(s):\n\nbob@tiny.example on Fri\n"
         "    The recipient was unavailable\n",
         "bob@tiny.example failed ", NULL},
        {"german", "Unzustellbar: x",
         "Ihre Nachricht konnte nicht zugestellt werden an:\n\nbob@tiny.example\n550 5.1.10 unbekannt\n",
         "bob@tiny.example failed 5.1.10", NULL},
        {"no status is invented", "Undeliverable Mail",
         "Your message could not be delivered to <bob@tiny.example>, 192.0.2.5 said 4.72.1 and 5.10.20.30.\n",
         "bob@tiny.example failed ", NULL},
        {"nobody named", "Undelivered Mail Returned to Sender", "Your message could not be delivered.\n", " failed ", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(mails); i++) {
        g_autofree char *headers = g_strdup_printf(
            "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: support@tiny.example\nSubject: %s", mails[i].subject);
        g_autoptr(Letter) l = make_letter(headers, mails[i].text);
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE);
        g_autofree char *got = render(v);
        if (v->kind != KIND_BOUNCE || strcmp(got, mails[i].want) != 0 || g_strcmp0(v->original_message_id, mails[i].want_id) != 0)
            fail_msg("%s: %s '%s' id %s", mails[i].label, kind_name(v->kind), got, v->original_message_id);
    }
}

static void finds_return_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } notes[] = {
        {"I am away until 5 December 2026.", "2026-12-05"},
        {"I am away until December 5th.", "2026-12-05"},
        {"I am out until 2026-12-05", "2026-12-05"},
        {"I will be back on Monday, 7 December.", "2026-12-07"},
        {"I will return on January 4.", "2027-01-04"},
        {"Away from 1 December until 5 December, back on 7 December.", "2026-12-07"},
        {"Out of office until Friday, December 4, 2026. For urgent matters call Bob.", "2026-12-04"},
        {"Ich bin bis zum 05.12.2026 nicht im Büro.", "2026-12-05"},
        {"Ich bin bis einschließlich 5. Dezember abwesend.", "2026-12-05"},
        {"Ab dem 7.12. bin ich wieder erreichbar.", "2026-12-07"},
        {"Ich bin vom 1.12. bis 5.12. im Urlaub.", "2026-12-05"},
        {"Je suis absent jusqu'au 5 décembre 2026.", "2026-12-05"},
        {"Je serai de retour le 7 décembre.", "2026-12-07"},
        {"Estaré fuera hasta el 5 de diciembre de 2026.", "2026-12-05"},
        {"Sono assente fino al 5 dicembre.", "2026-12-05"},
        {"Ik ben afwezig tot en met 5 december.", "2026-12-05"},
        {"Terug op 7 december 2026", "2026-12-07"},
        {"12月5日まで不在です。", "2026-12-05"},
        {"2026年12月5日まで休暇をいただいております。", "2026-12-05"},
        {"I am away until 13/12/2026", "2026-12-13"},
        {"I am away until 3/4/2027", NULL},
        {"I am away until further notice.", NULL},
        {"I am back on Monday.", NULL},
        {"Back on 7 December or back on 9 December.", NULL},
        {"I was away until 5 March 2020.", NULL},
        {"Until 31 February 2027", NULL},
        {"Our meeting is on 5 December 2026.", NULL},
        {"> away until 5 December 2026", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(notes); i++) {
        g_autoptr(Letter) l = make_letter("From: eve@acme.example\nSubject: Re: x\nAuto-Submitted: auto-replied", notes[i].text);
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE);
        if (g_strcmp0(v->until, notes[i].want) != 0)
            fail_msg("'%s': got %s", notes[i].text, v->until);
    }
    g_autoptr(Letter) undated = make_letter("From: eve@acme.example\nAuto-Submitted: auto-replied", "Back on 7 December.");
    undated->date = INSTANT_NONE;
    g_autoptr(KindVerdict) v = kind_decide(undated, FALSE);
    assert_null(v->until);
}

static void names_kinds(void **state)
{
    (void)state;
    for (int k = 0; k < KIND_COUNT; k++) {
        Kind back;
        assert_true(kind_from_name(kind_name((Kind)k), &back));
        assert_int_equal(back, k);
    }
    Kind none;
    assert_false(kind_from_name("spam", &none));
}

static void is_bounded(void **state)
{
    (void)state;
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 20000; i++)
        g_string_append_printf(many, "<a%d@x.example> @@@@ 5.1.1\n", i);
    g_autoptr(Letter) l = make_letter("From: MAILER-DAEMON@mx\nSubject: failure notice", many->str);
    l->delivery_status = g_strdup(many->str);
    g_autoptr(KindVerdict) v = kind_decide(l, TRUE);
    assert_int_equal(v->kind, KIND_BOUNCE);
    assert_true(v->recipients->len <= 100);
    g_autofree char *line = g_strnfill(900000, '@');
    g_autoptr(Letter) one = make_letter("From: MAILER-DAEMON@mx\nSubject: failure notice", line);
    one->delivery_status = g_strdup(line);
    g_autoptr(KindVerdict) w = kind_decide(one, TRUE);
    assert_int_equal(w->kind, KIND_BOUNCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides),
        cmocka_unit_test(decides_by_structure),
        cmocka_unit_test(reads_delivery_status),
        cmocka_unit_test(reads_free_bounces),
        cmocka_unit_test(finds_return_dates),
        cmocka_unit_test(names_kinds),
        cmocka_unit_test(is_bounded),
    };
    return cmocka_run_group_tests_name("kind", tests, NULL, NULL);
}
