/* test_kind: letters made by hand, and the verdict wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/kind.h"

static KindWords *words; /* the built-in ones */

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
    {"a header as ours would be proves nothing", "From: eve@acme.example\nSubject: x\nX-Escalate: <m.1@tiny.example>", "x\n", KIND_HUMAN, FALSE},
    {"auto-replied", "From: eve@acme.example\nSubject: Re: x\nAuto-Submitted: auto-replied (vacation)", "Away.\n",
     KIND_AUTO_REPLY, FALSE},
    {"auto-replied to a list", "From: eve@acme.example\nSubject: Re: x\nAuto-Submitted: auto-replied\nPrecedence: bulk",
     "Away.\n", KIND_AUTO_REPLY, FALSE},
    {"a comment first", "From: eve@acme.example\nSubject: Re: x\nAuto-Submitted: (Sieve) auto-replied", "x\n", KIND_AUTO_REPLY, FALSE},
    {"the second of two", "From: eve@acme.example\nSubject: Re: x\nDelivered-To: s@tiny.example\nDelivered-To: Autoresponder", "x\n",
     KIND_AUTO_REPLY, FALSE},
    {"vacation's own mailer", "From: eve@acme.example\nSubject: x\nX-Mailer: vacation 1.2.7", "x\n", KIND_AUTO_REPLY, FALSE},
    {"a trade's mailer", "From: eve@acme.example\nSubject: x\nX-Mailer: VacationRentals CRM 2.0", "Help!\n", KIND_HUMAN, FALSE},
    {"a person forwards what a machine wrote", "From: eve@acme.example\nSubject: Fwd: Order",
     "---------- Forwarded message ---------\nThis is an automated message. Your order failed.\n", KIND_HUMAN, FALSE},
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
    {"a redirected mail of another", "From: eve@acme.example\nSubject: Checkout\nX-MS-Exchange-Inbox-Rules-Loop: bob@acme.example",
     "It is down.\n", KIND_HUMAN, FALSE},
    {"a forward by rule", "From: bob@acme.example\nSubject: FW: Checkout\nX-MS-Exchange-Inbox-Rules-Loop: bob@acme.example",
     "It is down.\n", KIND_HUMAN, FALSE},
    {"a gateway's transcript", "From: post_master@phone.example\nSubject: Re:x\nIn-Reply-To: <1@x>",
     "Error: Invalid user address\n\n550 - no such user here\n\n  RCPT TO: 555@phone.example\n", KIND_BOUNCE, TRUE},
    {"a postmaster who is a person", "From: postmaster@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "They say user unknown.\n550 is what I see.\n", KIND_HUMAN, FALSE},
    {"a list server's alarm", "From: dev-admin@acme.example\nSubject: Loop Alert: (dev ML)",
     "Duplicated Message-ID in <dev@acme.example>.\n\nOriginal mail as follows:\n\n   From x\n", KIND_BOUNCE, TRUE},
    {"tagged subject", "From: eve@acme.example\nSubject: [EXTERNAL] Automatic reply: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"a person's plan", "From: eve@acme.example\nSubject: Urlaub im Dezember", "Wer ist da?\n", KIND_HUMAN, FALSE},
    {"read receipt by words", "From: eve@acme.example\nSubject: Read: x", "Your message\n\n  To: Eve\n\nwas read on 1.1.2026.\n",
     KIND_RECEIPT, TRUE},
    {"a desk's own words", "From: desk@vendor.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "OK\n\nThis is an automated message, please do not reply.\n", KIND_AUTO_REPLY, TRUE},
    {"a desk's receipt", "From: desk@vendor.example\nSubject: Request received: x",
     "Hello,\nyour request has been received and ticket 4711 was created.\n", KIND_AUTO_REPLY, TRUE},
    {"a desk's receipt de", "From: desk@vendor.example\nSubject: Ihre Anfrage\nIn-Reply-To: <1@x>",
     "Guten Tag,\ndies ist eine automatische Eingangsbestätigung.\n", KIND_AUTO_REPLY, TRUE},
    {"somebody has left", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "Eve Li is no longer with Acme.\nPlease direct your mail to bob@acme.example.\n", KIND_AUTO_REPLY, TRUE},
    {"a challenge", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "I am protecting myself from receiving junk mail.\nPlease click below.\n", KIND_AUTO_REPLY, TRUE},
    {"PTO", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>", "I am on PTO.\nFor urgent matters call Bob.\n", KIND_AUTO_REPLY, TRUE},
    {"away, below a gateway's banner", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless you recognize the "
     "sender and know that the content is safe. If in doubt ask your service desk, who is happy to help you, and do not forward this mail. "
     "It will be deleted by us.\n\nHello,\nI am on vacation until Monday.\nFor urgent matters call Bob.\n", KIND_AUTO_REPLY, TRUE},
    {"away, below courtesies", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "(English below)\n\nSehr geehrte Damen und Herren,\n\nvielen Dank.\n\nIch melde mich.\n\nIch bin bis 5.12. nicht im Büro.\nDringend: Bob.\n",
     KIND_AUTO_REPLY, TRUE},
    {"away, far below", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "It works.\nWe tested all.\nThe logs are clean.\nI am out of the office tomorrow, please contact Bob.\n", KIND_HUMAN, FALSE},
    {"an office is closed", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "Our offices are closed for the holidays until 2 January.\nIf this is urgent please call.\n", KIND_AUTO_REPLY, TRUE},
    {"limited access", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "I am travelling with limited access to email.\nI will reply when I return.\n", KIND_AUTO_REPLY, TRUE},
    {"out of other things", "From: eve@acme.example\nSubject: I am out of licenses", "Please send some.\n", KIND_HUMAN, FALSE},
    {"away from home", "From: eve@acme.example\nSubject: Away from home, cannot log in", "Help.\n", KIND_HUMAN, FALSE},
    {"a person on a ticket elsewhere", "From: eve@acme.example\nSubject: Re: x\nIn-Reply-To: <1@x>",
     "A ticket has been created at the vendor.\nI will respond as soon as I know more.\n", KIND_HUMAN, FALSE},
    {"subject fa", "From: eve@acme.example\nSubject: پاسخ خودکار: خرابی", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject hi", "From: eve@acme.example\nSubject: स्वचालित उत्तर: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject is", "From: eve@acme.example\nSubject: Sjálfvirkt svar: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject eu", "From: eve@acme.example\nSubject: Erantzun automatikoa: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject ms", "From: eve@acme.example\nSubject: Balasan automatik: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"subject ka", "From: eve@acme.example\nSubject: ავტომატური პასუხი: x", "x\n", KIND_AUTO_REPLY, TRUE},
    {"list server", "From: L-Soft <LISTSERV@lists.example>\nSubject: Rejected posting to DEV-L", "You are not authorized.\n", KIND_BULK, TRUE},
    {"a Japanese carrier", "From: MAILER-DAEMON@docomo.example\nSubject: 送信できませんでした", "宛先不明: taro@docomo.example\n", KIND_BOUNCE,
     FALSE},
    {"a Japanese provider", "From: Administrator <admin@isp.example>\nSubject: 送信できませんでした",
     "下記の宛先に届きませんでした。\nTo: taro@isp.example\n----- Original message -----\nMessage-ID: <m.7@tiny.example>\n", KIND_BOUNCE, TRUE},
    {"a person by a null sender", "From: eve@acme.example\nReturn-Path: <>\nSubject: Shopping cart", "The page /cart does not exist any more.\n", KIND_BOUNCE, TRUE},
    {"a person of a delivery service", "From: Acme Mail Delivery Service <eve@acme.example>\nSubject: Our parcel", "It has been delayed for a week.\n",
     KIND_BOUNCE, TRUE},
    {"a warning", "From: Mailer-Daemon@acme.example\nReturn-Path: <>\nAuto-Submitted: auto-replied\nSubject: Warning: message 1abc-2 delayed 24 hours",
     "Your message to bob@acme.example has not yet been delivered.\n", KIND_BOUNCE, FALSE},
    {"a postmaster who quotes", "From: postmaster@acme.example\nSubject: Delivery problem with your server",
     "Mail of ours is not accepted:\n\n----- Original message -----\nReceived: from mx\n\nuser unknown\n", KIND_BOUNCE, TRUE},
    {"delivered, in words", "From: postmaster@acme.example\nSubject: Delivered: x\nReturn-Path: <>",
     "Your message has been delivered to the following recipients:\n\neve@acme.example\n", KIND_BOUNCE, FALSE},
    {"read pl", "From: eve@acme.example\nSubject: Przeczytano: x", "Twoja wiadomość\n\n  Do: Eve\n\nzostała przeczytana 1.1.2026.\n",
     KIND_RECEIPT, TRUE},
    {"read ru", "From: eve@acme.example\nSubject: Прочитано: x", "Ваше сообщение\n\n  Кому: Eve\n\nбыло прочитано 1.1.2026.\n", KIND_RECEIPT,
     TRUE},
    {"read sv", "From: eve@acme.example\nSubject: Läst: x", "Ditt meddelande\n\n  Till: Eve\n\nlästes den 1.1.2026.\n", KIND_RECEIPT, TRUE},
    {"read ko", "From: eve@acme.example\nSubject: 읽음: x", "2026년 1월 1일에 읽었습니다.\n", KIND_RECEIPT, TRUE},
    {"read tr", "From: eve@acme.example\nSubject: Okundu: x", "İletiniz\n\n1 Ocak 2026 tarihinde okundu.\n", KIND_RECEIPT, TRUE},
    {"Notes' receipt", "From: eve@acme.example\nSubject: Return Receipt", "Your document: x\nwas received by: Eve\n", KIND_RECEIPT, TRUE},
    {"DMARC aggregate", "From: dmarc@isp.example\nSubject: Report Domain: tiny.example Submitter: isp.example Report-ID: 7", "\n",
     KIND_HUMAN, FALSE},
};

static void decides(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Letter) l = make_letter(cases[i].headers, cases[i].text);
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE, words);
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
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE, words);
        if (v->kind != parts[i].want)
            fail_msg("%s: got %s", parts[i].label, kind_name(v->kind));
    }
    static const char *const subjects[] = {"Report Domain: tiny.example Submitter: isp.example Report-ID: 7",
                                           "FW: Report Domain: tiny.example Submitter: isp.example Report-ID: 7"};
    for (gsize i = 0; i < G_N_ELEMENTS(subjects); i++) {
        g_autofree char *headers = g_strdup_printf("From: eve@acme.example\nSubject: %s", subjects[i]);
        g_autoptr(Letter) l = make_letter(headers, "What is this?\n");
        letter_add_attachment(l->attachments, "isp.example!tiny.example!1!2.zip", "application/zip", 100);
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE, words);
        assert_int_equal(v->kind, i == 0 ? KIND_REPORT : KIND_HUMAN);
    }
    g_autoptr(Letter) null = make_letter("From: eve@acme.example\nSubject: x", "x\n");
    g_autoptr(KindVerdict) v = kind_decide(null, TRUE, words);
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
        {"a name with a control character", "Final-Recipient: LOCAL; a\x13lib\nAction: failed\nStatus: 5.2.2\n", " failed "},
        {"a name in pieces", "Final-Recipient: LOCAL; a\xC2\xA0" "b\nAction: failed\nStatus: 5.2.2\n", " failed "},
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
        g_autoptr(KindVerdict) v = kind_decide(l, TRUE, words);
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
        {"fields in the text", "Returned mail: User unknown",
         "--xyz\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; bob@tiny.example\n"
         "Action: failed\nStatus: 5.2.1\n\nFinal-Recipient: rfc822; eve@tiny.example\nAction: delayed\nStatus: 4.4.1\n\n--xyz\n"
         "Content-Type: message/rfc822\n\nMessage-ID: <m.8@tiny.example>\n",
         "bob@tiny.example failed 5.2.1; eve@tiny.example delayed 4.4.1", "<m.8@tiny.example>"},
        {"old sendmail", "Returned mail: User unknown",
         "   ----- Transcript of session follows -----\nWhile talking to mx.tiny.example:\n>>> RCPT To:<bob@tiny.example>\n<<< 550 No such "
         "user\n550 <bob@tiny.example>... User unknown\n554 <eve@far.example>... 550 Host unknown\n\n   ----- Unsent message follows "
         "-----\n",
         "bob@tiny.example failed 5.1.1; eve@far.example failed 5.1.2", NULL},
        {"domino", "DELIVERY FAILURE: x",
         "Your message\n\n  Subject: x\n\nwas not delivered to:\n\n  bob@tiny.example\n\nbecause:\n\n  User bob not listed in Domino "
         "Directory\n",
         "bob@tiny.example failed 5.1.1", NULL},
        {"yahoo", "Failure Notice",
         "Sorry, we were unable to deliver your message to the following address.\n\n<bob@tiny.example>:\nThis user doesn't have a "
         "tiny.example account\n552 mailbox full\n",
         "bob@tiny.example failed 5.2.2", NULL},
        {"google", "Delivery Status Notification (Delay)",
         "This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the "
         "following recipient has been delayed:\n\n     bob@tiny.example\n\nconnection timed out\n",
         "bob@tiny.example delayed 4.4.1", NULL},
        {"japanese carrier", "Mail System Error - Returned Mail",
         "次のあて先へのメッセージはエラーのため送信できませんでした。\n\n宛先: bob@tiny.example\n550 Host unknown\n",
         "bob@tiny.example failed 5.1.2", NULL},
        {"german", "Unzustellbar: x",
         "Ihre Nachricht konnte nicht zugestellt werden an:\n\nbob@tiny.example\n550 5.1.10 unbekannt\n",
         "bob@tiny.example failed 5.1.10", NULL},
        {"no status is invented", "Undeliverable Mail",
         "Your message could not be delivered to <bob@tiny.example>, 192.0.2.5 said 4.72.1 and 5.10.20.30.\n",
         "bob@tiny.example failed ", NULL},
        {"an address in a Chinese sentence", "系统退信", "退信原因：收件人邮件地址（bob@tiny.example）不存在。\n550 Mailbox not found\n",
         "bob@tiny.example failed 5.1.1", NULL},
        {"a Chinese address", "failure notice", "<用户@例子.example>:\n550 5.1.1 no\n", "用户@例子.example failed 5.1.1", NULL},
        {"courier", "NOTICE: mail status.",
         "Your message to the following recipients cannot be delivered:\n\n<bob@tiny.example>:\n<<< 550 5.1.1 User unknown.\n",
         "bob@tiny.example failed 5.1.1", NULL},
        {"a filter", "**Message you sent blocked**", "Your message to: bob@tiny.example\nwas blocked by our Spam Firewall.\n",
         "bob@tiny.example failed ", NULL},
        {"what O365 says below the details", "Undeliverable: x",
         "bob@tiny.example wasn't found.\nOriginal Message Details\nSubject: x\nError: 550 5.1.10 RESOLVER.ADR.RecipientNotFound\n",
         "bob@tiny.example failed 5.1.10", NULL},
        {"nobody named", "Undelivered Mail Returned to Sender", "Your message could not be delivered.\n", " failed ", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(mails); i++) {
        g_autofree char *headers = g_strdup_printf(
            "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: support@tiny.example\nSubject: %s", mails[i].subject);
        g_autoptr(Letter) l = make_letter(headers, mails[i].text);
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE, words);
        g_autofree char *got = render(v);
        if (v->kind != KIND_BOUNCE || strcmp(got, mails[i].want) != 0 || g_strcmp0(v->original_message_id, mails[i].want_id) != 0)
            fail_msg("%s: %s '%s' id %s", mails[i].label, kind_name(v->kind), got, v->original_message_id);
    }
}

/* Amazon SES tells by SNS, in JSON: of our mail, and so that no text in it can pass for a field. */
static void reads_notices_of_ses(void **state)
{
    (void)state;
    static const struct {
        const char *label, *text;
        Kind want;
        const char *want_recipients, *want_id;
    } notices[] = {
        {"bounce",
         "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"bob@X.example\","
         "\"action\":\"failed\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 no such \\\"user\\\"\"},{\"status\":\"5.2.2\",\"emailAddress\":"
         "\"Eve <eve@x.example>\"}]},\"mail\":{\"messageId\":\"01-ses\",\"headers\":[{\"name\":\"Subject\",\"value\":\"\\\"status\\\":\\\"2.0.0\\\"\"},"
         "{\"name\":\"Message-ID\",\"va!\n lue\":\"<m.7.abc@tiny.example>\"}]}}\n\n--\nIf you wish to stop receiving notifications\n",
         KIND_BOUNCE, "bob@x.example failed 5.1.1; eve@x.example failed 5.2.2", "<m.7.abc@tiny.example>"},
        {"bounce without details",
         "{ \"notificationType\" : \"Bounce\", \"bounce\" : { \"bouncedRecipients\" : [ {\"emailAddress\" : \"bob@x.example\"} ] }, "
         "\"mail\" : {\"messageId\" : \"01-ses\"} }",
         KIND_BOUNCE, "bob@x.example failed ", NULL},
        {"event, the common headers",
         "{\"eventType\":\"DeliveryDelay\",\"deliveryDelay\":{\"delayedRecipients\":[{\"emailAddress\":\"bob@x.example\",\"status\":\"4.4.1\"}]},"
         "\"mail\":{\"messageId\":\"01-ses\",\"commonHeaders\":{\"messageId\":\"<m.7.abc@tiny.example>\"}}}",
         KIND_BOUNCE, "bob@x.example delayed 4.4.1", "<m.7.abc@tiny.example>"},
        {"delivery",
         "{\"notificationType\":\"Delivery\",\"mail\":{\"destination\":[\"bob@x.example\"]},\"delivery\":{\"recipients\":[\"bob@x.example\",\"eve@x.example\"],"
         "\"smtpResponse\":\"250 2.6.0 received\"}}",
         KIND_BOUNCE, "bob@x.example delivered 2.6.0; eve@x.example delivered 2.6.0", NULL},
        {"complaint", "{\"notificationType\":\"Complaint\",\"complaint\":{}}", KIND_REPORT, "", NULL},
        {"alarm of another service", "{\"AlarmName\":\"\\\"notificationType\\\":\\\"Bounce\\\"\"}", KIND_BULK, "", NULL},
        {"cut off", "{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"bob@x.exa", KIND_BOUNCE, "", NULL},
        {"somebody writes about one", "Look:\n{\"notificationType\":\"Bounce\"}", KIND_BULK, "", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(notices); i++) {
        g_autoptr(Letter) l = make_letter("From: AWS <no-reply@sns.amazonaws.com>\nSubject: AWS Notification Message\nTo: support@tiny.example",
                                          notices[i].text);
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE, words);
        g_autofree char *got = render(v);
        if (v->kind != notices[i].want || strcmp(got, notices[i].want_recipients) != 0 || g_strcmp0(v->original_message_id, notices[i].want_id) != 0)
            fail_msg("%s: %s '%s' %s", notices[i].label, kind_name(v->kind), got, v->original_message_id);
    }
    g_autoptr(Letter) person = make_letter("From: eve@acme.example\nSubject: what is this", notices[0].text);
    g_autoptr(KindVerdict) v = kind_decide(person, FALSE, words);
    assert_int_equal(v->kind, KIND_HUMAN);
}

static void finds_return_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } notes[] = {
        {"I am away until 5 December 2026.", "2026-12-06"},
        {"I am away until December 5th.", "2026-12-06"},
        {"I am out until 2026-12-05", "2026-12-06"},
        {"I will be back on Monday, 7 December.", "2026-12-07"},
        {"I will return on January 4.", "2027-01-04"},
        {"Away from 1 December until 5 December, back on 7 December.", "2026-12-07"},
        {"Out of office until Friday, December 4, 2026. For urgent matters call Bob.", "2026-12-05"},
        {"Ich bin bis zum 05.12.2026 nicht im Büro.", "2026-12-06"},
        {"Ich bin bis einschließlich 5. Dezember abwesend.", "2026-12-06"},
        {"Ab dem 7.12. bin ich wieder erreichbar.", "2026-12-07"},
        {"Ich bin vom 1.12. bis 5.12. im Urlaub.", "2026-12-06"},
        {"Je suis absent jusqu'au 5 décembre 2026.", "2026-12-06"},
        {"Je serai de retour le 7 décembre.", "2026-12-07"},
        {"Estaré fuera hasta el 5 de diciembre de 2026.", "2026-12-06"},
        {"Sono assente fino al 5 dicembre.", "2026-12-06"},
        {"Ik ben afwezig tot en met 5 december.", "2026-12-06"},
        {"Terug op 7 december 2026", "2026-12-07"},
        {"12月5日まで不在です。", "2026-12-06"},
        {"2026年12月5日まで休暇をいただいております。", "2026-12-06"},
        {"I am away until 13/12/2026", "2026-12-14"},
        {"I am away until 3/4/2027", NULL},
        {"Je suis absent jusqu'au 03/04/2027.", "2027-04-04"},
        {"Je suis absent jusqu'au 03/12/2026.", "2026-12-04"},
        {"Sono assente fino al 10/12.", "2026-12-11"},
        {"Away until 31 December 2026.", "2027-01-01"},
        {"Ich bin ab dem 1.12. im Urlaub, bis 5.12.", "2026-12-06"},
        {"Ich bin vom 1. bis 5. Dezember im Urlaub und ab dem 7. Dezember wieder da.", "2026-12-07"},
        {"Wieder am 7.12.", "2026-12-07"},
        {"Von 1.12. bis und mit 5.12. abwesend.", "2026-12-06"},
        {"Back on Monday 7 Dec", "2026-12-07"},
        {"I am on leave until 10 December, back on 7 December.", NULL},
        {"Estarei ausente até 10/12/2026", "2026-12-11"},
        {"12月7日(月)から出社します。", "2026-12-07"},
        {"12月5日(土)まで不在です。", "2026-12-06"},
        {"Вернусь 7 декабря.", "2026-12-07"},
        {"Wracam 7 grudnia.", "2026-12-07"},
        {"Vrátím se 7. prosince.", "2026-12-07"},
        {"Palaan töihin 7. joulukuuta.", "2026-12-07"},
        {"Nieobecna do 5 listopada", NULL}, /* November in Polish, October in Croatian */
        {"Ich bin bis 30.11.26 nicht da.", "2026-12-01"}, /* and not until 2030 */
        {"Away until 30-11-26.", "2026-12-01"},
        {"Absent jusqu'au 30/11/26.", "2026-12-01"},
        {"Ich bin am 24.12.26 zurück, wir sind von 1.12.26 bis 23.12.26 weg.", "2026-12-24"},
        {"Away until 1 December 2062.", NULL}, /* a slip */
        {"On leave until 04-Dec-2026.", "2026-12-05"},
        {"I am out starting 11/23/2026 and will not return until 12/05/2026.", "2026-12-06"},
        {"From 11/23/2026, not 23/11/2026, until 12/05/2026.", NULL},
        {"Jsem na dovolené do 4. 12. 2026.", "2026-12-05"},
        {"Ich bin bis 4. 12. nicht da.", "2026-12-05"},
        {"4 Aralık'a kadar izindeyim.", "2026-12-05"},
        {"12/3(木)まで休暇をいただいております。", "2026-12-04"},
        {"休假至2026/12/5。", "2026-12-06"},
        {"Jeg holder ferie til og med d. 4. december.", "2026-12-05"},
        {"Jag är tillbaka måndag 7/12.", "2026-12-07"},
        {"On leave from 30 November to 4 December.", "2026-12-05"},
        {"Absent du 30 novembre au 4 décembre.", "2026-12-05"},
        {"I give it to 4 December traders.", NULL},
        {"Ich bin ab dem 1.12. im Urlaub, danach wieder erreichbar.", NULL}, /* the first day away is no return */
        {"Ich bin ab 1.12. in Elternzeit. Meine Vertretung ist erreichbar unter 123.", NULL},
        {"Ab dem 1.12. bin ich nicht wieder da.", NULL},
        {"Ik ben vanaf 1 december met vakantie en daarna weer bereikbaar.", NULL},
        {"À partir du 1er décembre je suis absent, de nouveau joignable ensuite.", NULL},
        {"Dal 1 dicembre sono in ferie, di nuovo in ufficio dopo.", NULL},
        {"С 1 декабря я в отпуске, снова буду на связи позже.", NULL},
        {"Jeg holder ferie fra og med den 1. december.", NULL},
        {"1 Aralık 2026 tarihinden itibaren izindeyim.", NULL},
        {"12月1日以降、不在にしております。", NULL},
        {"我将于12月1日起休假。", NULL},
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
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE, words);
        if (g_strcmp0(v->until, notes[i].want) != 0)
            fail_msg("'%s': got %s", notes[i].text, v->until);
    }
    g_autoptr(Letter) undated = make_letter("From: eve@acme.example\nAuto-Submitted: auto-replied", "Back on 7 December.");
    undated->date = INSTANT_NONE;
    g_autoptr(KindVerdict) v = kind_decide(undated, FALSE, words);
    assert_null(v->until);
}

/* Written by hand: each language's note by its subject alone, by its text alone, with a date, and what a person writes. */
static const struct {
    const char *language, *subject, *text, *dated, *until, *person;
} languages[] = {
    {"en", "Out of office: your ticket", "Hello,\nI am away from the office at present.\nFor urgent matters please call Bob.", "I am on annual leave until 4 December.", "2026-12-05", "I am out of office tomorrow, can you take over?"},
    {"de", "Automatische Antwort: Störung", "Guten Tag,\nich bin zurzeit nicht im Büro.\nIn dringenden Fällen wenden Sie sich an Bob.", "Ich bin bis einschließlich 4.12. abwesend.", "2026-12-05", "Ich bin morgen nicht im Büro, könnt ihr das bis Freitag klären?"},
    {"fr", "Réponse automatique : panne", "Bonjour,\nje suis absent du bureau.\nEn cas d'urgence, veuillez contacter Bob.", "Je suis en congés du 30 novembre au 4 décembre 2026 inclus.", "2026-12-05", "Je serai absente demain, pouvez-vous rappeler avant midi ?"},
    {"es", "Respuesta automática: avería", "Hola,\nestoy fuera de la oficina.\nPara asuntos urgentes contacte con Bob.", "Estaré ausente hasta el 4 de diciembre.", "2026-12-05", "Mañana estaré ausente, ¿pueden llamar hoy antes de las cinco? Es urgente."},
    {"it", "Risposta automatica: guasto", "Buongiorno,\nsono in ferie.\nPer urgenze contattare Bob.", "Sono assente fino al 4 dicembre.", "2026-12-05", "Domani sono assente, potete richiamare oggi? È urgente."},
    {"nl", "Automatisch antwoord: storing", "Hallo,\nik ben niet op kantoor.\nVoor dringende zaken: neem dan contact op met Bob.", "Ik ben afwezig t/m 4 december.", "2026-12-05", "Morgen ben ik niet op kantoor, kan dit vandaag nog? Het is dringende zaak."},
    {"pt", "Resposta automática: avaria", "Olá,\nestou de férias.\nPara assuntos urgentes contactar o Bob.", "Estou ausente até 4 de dezembro de 2026.", "2026-12-05", "Amanhã estarei ausente, podem ligar até ao meio-dia?"},
    {"pl", "Odpowiedź automatyczna: awaria", "Dzień dobry,\njestem na urlopie.\nW pilnych sprawach proszę o kontakt z Bobem.", "Jestem na urlopie do 4 grudnia.", "2026-12-05", "Jutro jestem poza biurem, czy możecie to zrobić do piątku?"},
    {"sv", "Automatiskt svar: avbrott", "Hej,\njag har semester.\nKontakta Bob om det är brådskande.", "Jag är på semester till och med 4 december.", "2026-12-05", "Jag är inte på kontoret i morgon, kan ni kontakta mig i dag?"},
    {"da", "Automatisk svar: nedbrud", "Hej,\njeg holder ferie.\nKontakt Bob, hvis det haster.", "Jeg er på ferie til og med 4. december.", "2026-12-05", "Jeg er ikke på kontoret i morgen, kan I ringe i dag? Det haster."},
    {"no", "Fraværsmelding", "Hei,\njeg er ikke på kontoret.\nTa kontakt med Bob hvis det haster.", "Jeg har ferie og er tilbake mandag 7. desember.", "2026-12-07", "Jeg er ikke på kontoret i morgen, kan dere ta kontakt i dag?"},
    {"fi", "Automaattinen vastaus: häiriö", "Hei,\nolen lomalla.\nKiireellisissä asioissa ota yhteyttä Bobiin.", "Olen lomalla 4. joulukuuta saakka.", "2026-12-05", "Olen huomenna lomalla, voitteko ottaa yhteyttä tänään?"},
    {"cs", "Automatická odpověď: výpadek", "Dobrý den,\njsem na dovolené.\nV naléhavých případech kontaktujte Boba.", "Jsem na dovolené do 4. prosince.", "2026-12-05", "Zítra jsem mimo kancelář, můžete to vyřešit do pátku?"},
    {"sk", "Automatická odpoveď: výpadok", "Dobrý deň,\nsom na dovolenke.\nV naliehavých prípadoch kontaktujte Boba.", "Som na dovolenke do 4. decembra.", "2026-12-05", "Zajtra som mimo kancelárie, môžete to vyriešiť do piatku?"},
    {"hu", "Automatikus válasz: hiba", "Tisztelt Címzett!\nJelenleg szabadságon vagyok.\nSürgős esetben forduljon Bobhoz.", "Szabadságon vagyok december 4-ig.", "2026-12-05", "Holnap nem leszek az irodában, meg tudják oldani ma? Sürgős."},
    {"ro", "Răspuns automat: avarie", "Bună ziua,\nsunt în concediu.\nPentru urgențe contactați pe Bob.", "Sunt în concediu până la 4 decembrie.", "2026-12-05", "Mâine nu sunt la birou, puteți suna până la prânz?"},
    {"hr", "Automatski odgovor: kvar", "Poštovani,\nna godišnjem sam odmoru.\nZa hitne slučajeve kontaktirajte Boba.", "Na godišnjem sam do 4. prosinca.", "2026-12-05", "Sutra nisam u uredu, možete li to riješiti do petka?"},
    {"sl", "Samodejni odgovor: okvara", "Pozdravljeni,\nsem na dopustu.\nV nujnih primerih se obrnite na Boba.", "Na dopustu sem do 4. decembra.", "2026-12-05", "Jutri me ni, nisem v pisarni, lahko uredite do petka?"},
    {"sr", "Аутоматски одговор: квар", "Поштовани,\nна одмору сам.\nЗа хитне случајеве контактирајте Боба.", "На одмору сам до 4. децембра.", "2026-12-05", "Сутра нисам у канцеларији, можете ли то до петка?"},
    {"bg", "Автоматичен отговор: авария", "Здравейте,\nв отпуск съм.\nПри спешни случаи се обърнете към Боб.", "В отпуск съм до 4 декември.", "2026-12-05", "Утре не съм в офиса, можете ли до петък?"},
    {"el", "Αυτόματη απάντηση: βλάβη", "Καλημέρα,\nβρίσκομαι σε άδεια.\nΓια επείγοντα απευθυνθείτε στον Bob.", "Βρίσκομαι σε άδεια μέχρι τις 4 Δεκεμβρίου.", "2026-12-05", "Αύριο θα απουσιάζω, μπορείτε να τηλεφωνήσετε μέχρι το μεσημέρι?"},
    {"tr", "Otomatik yanıt: arıza", "Merhaba,\nşu anda ofis dışındayım.\nAcil durumlar için Bob ile iletişime geçin.", "4 Aralık 2026 tarihine kadar yıllık izindeyim.", "2026-12-05", "Yarın ofiste olmayacağım, cumaya kadar bakabilir misiniz?"},
    {"ru", "Автоматический ответ: сбой", "Здравствуйте,\nя в отпуске.\nПо срочным вопросам обращайтесь к Бобу.", "Я в отпуске до 4 декабря.", "2026-12-05", "Завтра меня не будет, я в отпуске, сможете до пятницы?"},
    {"uk", "Автоматична відповідь: збій", "Вітаю,\nя у відпустці.\nЗ термінових питань звертайтеся до Боба.", "Я у відпустці до 4 грудня.", "2026-12-05", "Завтра мене немає в офісі, зможете до п'ятниці?"},
    {"ja", "自動応答: 障害", "お世話になっております。\n本日は不在にしております。\nお急ぎの方は田中までご連絡ください。", "2026年12月4日まで休暇をいただいております。", "2026-12-05", "明日は不在ですが、本日中に至急ご連絡いただけますか？"},
    {"zh-Hans", "自动回复：故障", "您好，\n我正在休假。\n如有紧急事务，请联系王先生。", "我于12月1日至12月4日休假。", "2026-12-05", "我明天休假，紧急的话能今天回电吗？"},
    {"zh-Hant", "自動回覆：故障", "您好，\n我目前休假。\n如有緊急事務，請聯絡王先生。", "我休假至12月4日。", "2026-12-05", "我明天休假，緊急的話今天能回電嗎？"},
    {"ko", "자동 회신: 장애", "안녕하세요.\n현재 휴가 중입니다.\n급한 용무는 김 대리에게 연락 바랍니다.", "12월 4일까지 휴가입니다.", "2026-12-05", "내일 휴가인데 오늘까지 연락 주실 수 있나요?"},
    {"ar", "رد تلقائي: عطل", "مرحبا،\nأنا خارج المكتب.\nللحالات العاجلة يرجى التواصل مع بوب.", "أنا في إجازة حتى 4 ديسمبر.", "2026-12-05", "سأكون خارج المكتب غدا، هل يمكنكم الاتصال اليوم؟"},
    {"he", "תגובה אוטומטית: תקלה", "שלום,\nאני מחוץ למשרד.\nבמקרה דחוף ניתן לפנות לבוב.", "אני בחופשה עד 4 בדצמבר.", "2026-12-05", "מחר אני לא במשרד, אפשר להתקשר עד הצהריים?"},
    {"et", "Automaatvastus: rike", "Tere,\nolen puhkusel.\nKiiretes küsimustes pöörduge Bobi poole.", "Olen puhkusel kuni 4. detsembrini.", "2026-12-05", "Homme olen puhkusel, kas saate täna helistada? Kiire!"},
    {"lv", "Automātiskā atbilde: kļūme", "Labdien,\nesmu atvaļinājumā.\nSteidzamos gadījumos sazinieties ar Bobu.", "Esmu atvaļinājumā līdz 4. decembrim.", "2026-12-05", "Rīt neesmu birojā, vai varat līdz piektdienai?"},
    {"lt", "Automatinis atsakymas: gedimas", "Sveiki,\nšiuo metu atostogauju.\nSkubiais klausimais kreipkitės į Bobą.", "Atostogauju iki gruodžio 4 d.", "2026-12-05", "Rytoj nebūsiu biure, ar galite iki penktadienio?"},
    {"vi", "Trả lời tự động: sự cố", "Xin chào,\ntôi đang nghỉ phép.\nTrường hợp khẩn cấp vui lòng liên hệ Bob.", "Tôi nghỉ phép đến hết ngày 4 tháng 12 năm 2026.", "2026-12-05", "Ngày mai tôi vắng mặt, anh liên hệ hôm nay được không?"},
    {"th", "ตอบกลับอัตโนมัติ: ระบบล่ม", "สวัสดีค่ะ\nขณะนี้ดิฉันลาพักร้อน\nกรณีเร่งด่วนกรุณาติดต่อคุณบ๊อบ", "ดิฉันลาพักร้อนถึงวันที่ 4 ธันวาคม 2569", "2026-12-05", "พรุ่งนี้ลาพักร้อน กรุณาติดต่อวันนี้ได้ไหม?"},
    {"id", "Balasan otomatis: gangguan", "Halo,\nsaya sedang cuti.\nUntuk hal mendesak silakan hubungi Bob.", "Saya sedang cuti sampai 4 Desember.", "2026-12-05", "Besok saya di luar kantor, bisa hubungi saya hari ini?"},
    {"ca", "Resposta automàtica: avaria", "Hola,\nsoc fora de l'oficina i estaré absent.\nSi és urgent, contacteu amb en Bob.", "Estic de vacances fins al 4 de desembre.", "2026-12-05", "Demà estaré absent, podeu trucar abans del migdia? És urgent."},
};

static void decide_one(const char *language, const char *subject, const char *text, Kind want, const char *until)
{
    g_autofree char *headers = g_strdup_printf("From: eve@acme.example\nSubject: %s\nIn-Reply-To: <1@x>", subject);
    g_autoptr(Letter) l = make_letter(headers, text);
    g_autoptr(KindVerdict) v = kind_decide(l, FALSE, words);
    if (v->kind != want || v->by_words_only != (want != KIND_HUMAN) || g_strcmp0(v->until, until) != 0)
        fail_msg("%s: '%s' '%s': %s until %s (%s)", language, subject, text, kind_name(v->kind), v->until,
                 v->evidence->len > 0 ? (char *)g_ptr_array_index(v->evidence, 0) : "");
}

static void knows_languages(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++) {
        const char *name = languages[i].language;
        decide_one(name, languages[i].subject, "x", KIND_AUTO_REPLY, NULL);
        decide_one(name, "Re: x", languages[i].text, KIND_AUTO_REPLY, NULL);
        decide_one(name, languages[i].subject, languages[i].dated, KIND_AUTO_REPLY, languages[i].until);
        decide_one(name, "Re: x", languages[i].dated, KIND_AUTO_REPLY, languages[i].until);
        decide_one(name, "Re: x", languages[i].person, KIND_HUMAN, NULL);
    }
}

/* A list takes nothing from what the mail is. */
static void takes_lists_off(void **state)
{
    (void)state;
    static const struct {
        const char *headers, *text;
        Kind want, unlisted;
        gboolean by_words;
    } mails[] = {
        {"Subject: Checkout is down\nList-Id: <support.tiny.example>\nPrecedence: list", "Help!\n", KIND_BULK, KIND_HUMAN, FALSE},
        {"Subject: Abwesenheitsnotiz\nList-Id: <support.tiny.example>", "Bin weg.\n", KIND_BULK, KIND_AUTO_REPLY, TRUE},
        {"Subject: Re: x\nIn-Reply-To: <1@x>\nList-Post: <mailto:support@tiny.example>",
         "I am on leave until Monday. Please contact Bob.\n", KIND_BULK, KIND_AUTO_REPLY, TRUE},
        {"Subject: x\nList-Id: <support.tiny.example>\nX-Campaign-Id: 7", "Buy!\n", KIND_BULK, KIND_BULK, FALSE},
        {"Subject: Re: x\nList-Id: <support.tiny.example>\nAuto-Submitted: auto-replied", "Away.\n", KIND_AUTO_REPLY,
         KIND_AUTO_REPLY, FALSE},
        {"Subject: x", "Help!\n", KIND_HUMAN, KIND_HUMAN, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(mails); i++) {
        g_autofree char *headers = g_strdup_printf("From: eve@acme.example\n%s", mails[i].headers);
        g_autoptr(Letter) l = make_letter(headers, mails[i].text);
        g_autoptr(KindVerdict) v = kind_decide(l, FALSE, words);
        if (v->kind != mails[i].want || v->unlisted != mails[i].unlisted || v->unlisted_by_words_only != mails[i].by_words)
            fail_msg("%s: %s, unlisted %s", mails[i].headers, kind_name(v->kind), kind_name(v->unlisted));
    }
}

static void reads_files_of_words(void **state)
{
    (void)state;
    static const char text[] = "# ours\n\n== auto-begin xx\n  Nuqneh Away  \n_\n== nonsense xx\nlost\n== auto-begin\n\377\n== until xx\nZu\n"
                               "== away xx\nab\n";
    static const char *const want[] = {"f.words:5: the phrase is too short: it would be found in every mail",
                                       "f.words:6: there is no such class of phrases", "f.words:8: a heading is '== CLASS LANGUAGE'",
                                       "f.words:9: not UTF-8", "f.words:13: the phrase is too short: it would be found in every mail"};
    g_autoptr(KindWords) mine = words_kind_new();
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    guint before = words_kind_count(mine);
    words_kind_add(mine, "f.words", text, sizeof text - 1, problems);
    for (guint i = 0; i < problems->len && i < G_N_ELEMENTS(want); i++)
        assert_string_equal(g_ptr_array_index(problems, i), want[i]);
    assert_int_equal(problems->len, G_N_ELEMENTS(want));
    assert_int_equal(words_kind_count(mine), before + 2);
    g_autoptr(Letter) l = make_letter("From: eve@acme.example\nSubject: nuqneh away today", "x");
    g_autoptr(KindVerdict) with = kind_decide(l, FALSE, mine), without = kind_decide(l, FALSE, words);
    assert_int_equal(with->kind, KIND_AUTO_REPLY);
    assert_int_equal(without->kind, KIND_HUMAN);
    assert_null(words_kind_in(mine, WORDCLASS_AUTO_SUBJECT, "")); /* and at the end of the text nothing is read */
    g_ptr_array_set_size(problems, 0);
    words_kind_add(mine, "g.words", "hello\n", 6, problems);
    assert_string_equal(g_ptr_array_index(problems, 0), "g.words:1: a phrase before the first heading '== CLASS LANGUAGE'");
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
    g_autoptr(KindVerdict) v = kind_decide(l, TRUE, words);
    assert_int_equal(v->kind, KIND_BOUNCE);
    assert_true(v->recipients->len <= 100);
    g_autofree char *line = g_strnfill(900000, '@');
    g_autoptr(Letter) one = make_letter("From: MAILER-DAEMON@mx\nSubject: failure notice", line);
    one->delivery_status = g_strdup(line);
    g_autoptr(KindVerdict) w = kind_decide(one, TRUE, words);
    assert_int_equal(w->kind, KIND_BOUNCE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides),
        cmocka_unit_test(decides_by_structure),
        cmocka_unit_test(reads_delivery_status),
        cmocka_unit_test(reads_free_bounces),
        cmocka_unit_test(reads_notices_of_ses),
        cmocka_unit_test(finds_return_dates),
        cmocka_unit_test(knows_languages),
        cmocka_unit_test(takes_lists_off),
        cmocka_unit_test(reads_files_of_words),
        cmocka_unit_test(names_kinds),
        cmocka_unit_test(is_bounded),
    };
    words = words_kind_new();
    int failed = cmocka_run_group_tests_name("kind", tests, NULL, NULL);
    words_kind_free(words);
    return failed;
}
