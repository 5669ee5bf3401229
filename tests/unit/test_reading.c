/* Tests of flows/reading: a mail to its JSON and back, and JSON that lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "mail/message.h"
#include "flows/reading.h"

#include "base/banned.h"

#define F "From: Bob <bob@X.example>\nTo: support@tiny.example\nSubject: s\nMessage-ID: <1@x>\nDate: Sun, 22 Nov 2026 10:00:00 +0000\n"
#define CALENDAR \
    "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:u\n" \
    "DTSTAMP:20261122T100000Z\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@x.example\nEND:VEVENT\nEND:VCALENDAR\n"

static KindWords *words;

static char *dump(const Reading *r)
{
    g_autoptr(GString) written = g_string_new(NULL);
    reading_to_json(r, written);
    json_t *o = json_loads(written->str, JSON_REJECT_DUPLICATES, NULL);
    char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(o);
    assert_non_null(text);
    return text;
}

static char *json_of(const char *mail, gsize length)
{
    g_autoptr(Reading) r = reading_of_mail(mail, length, FALSE, words);
    return dump(r);
}

#define TYPED "From: Bob <bob@x.example>\nSubject: Re: [support #1] Shop is down ACK\n"

/* A subject is read where the mail says nothing else; what is encrypted or attached may say anything. */
static void test_subject(void **state)
{
    (void)state;
    static const struct {
        const char *mail;
        guint verbs;
    } rows[] = {
        {TYPED "\n", 1},
        {TYPED "Content-Type: image/png\n\nx\n", 1},
        {TYPED "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx\n", 0},
        {TYPED "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
               "Content-Type: application/octet-stream\n\nx\n--b--\n", 0},
        {TYPED "Content-Type: message/rfc822\n\nSubject: x\n\nno\n", 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Reading) r = reading_of_mail(rows[i].mail, strlen(rows[i].mail), FALSE, words);
        assert_int_equal(r->commands->commands->len, rows[i].verbs);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    static const char *const mails[] = {
        F "\nack 2h\n", F "\nack until tue 10:00\nplease look\n", F "\n", "", "\n\nno header\n", F CALENDAR,
        F "Authentication-Results: mx.example; dmarc=pass\nDelivered-To: <support@tiny.example>\nList-Id: x\nThread-Index: AB\n\nhi\n",
        F "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nfailed\n--b\n"
          "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nFinal-Recipient: rfc822; c@x.example\nAction: failed\n"
          "Status: 5.1.1\n\n--b--\n",
        F "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: image/png; name=\"a.png\"\n\nx\n--b--\n",
        F "Subject: \x01\x02 \"q\" \\\n\n\xFF\xFE \t\"x\" \\ \n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(mails); i++) {
        char *first = json_of(mails[i], strlen(mails[i]));
        g_autoptr(Reading) r = NULL;
        g_autoptr(GError) err = NULL;
        if (!reading_from_json(first, strlen(first), &r, &err))
            fail_msg("%s", err->message);
        char *second = dump(r);
        assert_string_equal(first, second);
        free(first);
        free(second);
    }
}

/* As it comes from the parse worker: cut off anywhere, or with what no text may have, it is refused or is a whole reading, as long as the headers that
 * came. */
static void test_channel(void **state)
{
    (void)state;
    static const char mail[] = F "X-One: 1\nX-Two: 2\n\nnew\n\n> old\n";
    g_autoptr(Reading) read = reading_of_mail(mail, sizeof mail - 1, FALSE, words), received = NULL;
    g_autoptr(GString) sent = g_string_new(NULL);
    reading_to_channel(read, sent);
    assert_true(reading_from_json(sent->str, sent->len, &received, NULL));
    char *first = dump(read), *second = dump(received);
    assert_string_equal(first, second);
    free(first);
    free(second);
    guint wholes = 0;
    for (gsize n = 0; n < sent->len; n++) {
        g_autoptr(Reading) r = NULL;
        g_autoptr(GError) err = NULL;
        g_autofree char *cut = g_memdup2(sent->str, n); /* where a sanitizer sees its end */
        if (reading_from_json(cut, n, &r, &err))
            assert_int_equal(r->headers->len, wholes++);
        else
            assert_int_equal(err->code, ERROR_DATA);
    }
    assert_int_equal(wholes, read->headers->len);
    char *text = memchr(sent->str, '\0', sent->len) + 1;
    for (const char *bad = "\033\377\r"; *bad != '\0'; bad++) {
        g_autoptr(Reading) r = NULL;
        g_autoptr(GError) err = NULL;
        *text = *bad;
        assert_false(reading_from_json(sent->str, sent->len, &r, &err));
        assert_non_null(strstr(err->message, "field 'text'"));
    }
}

static void test_fields(void **state)
{
    (void)state;
    static const char mail[] = "Delivered-To: support@tiny.example\nAuthentication-Results: one\nAuthentication-Results: two\n" F "\nack\n";
    g_autoptr(Reading) r = reading_of_mail(mail, sizeof mail - 1, FALSE, words);
    assert_int_equal(r->kind, KIND_HUMAN);
    assert_string_equal(r->from, "bob@x.example");
    assert_string_equal(r->from_name, "Bob");
    assert_string_equal(r->to->pdata[0], "support@tiny.example");
    assert_string_equal(r->recipients->pdata[0], "support@tiny.example");
    assert_int_equal(r->authentication_results->len, 2);
    assert_string_equal(r->authentication_results->pdata[0], "one");
    assert_int_equal(r->date, 1795341600);
    assert_string_equal(r->new_text, "ack");
    assert_int_equal(r->commands->commands->len, 1);
    assert_int_equal(strlen(r->content_digest), 64);
}

static void test_calendar_reply(void **state)
{
    (void)state;
    static const char mail[] = F CALENDAR;
    g_autoptr(Reading) r = reading_of_mail(mail, sizeof mail - 1, FALSE, words);
    assert_non_null(r->calendar_reply);
    assert_string_equal(r->calendar_reply->partstat, "ACCEPTED");
    assert_string_equal(r->calendar_method, "REPLY");
}

/* A reply that was cut off on its way has no verb. */
static void test_cut_off(void **state)
{
    (void)state;
    static const char mail[] = F "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nack\n";
    g_autoptr(Reading) r = reading_of_mail(mail, sizeof mail - 1, FALSE, words);
    assert_true(r->truncated);
    assert_int_equal(r->commands->commands->len, 0);
    assert_true(r->commands->doubt);
    assert_string_equal(r->commands->rest, r->new_text);
}

/* Two copies of one mail differ in Received and the like, and are one; another text is another mail. */
static void test_digest(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input;
        gboolean same;
    } rows[] = {
        {"other trace headers", "Received: by mx\nDelivered-To: other@tiny.example\n" F "\nhello\n", TRUE},
        {"other transfer encoding", F "Content-Transfer-Encoding: base64\n\naGVsbG8K\n", TRUE},
        {"other text", F "\nhello!\n", FALSE},
        {"other Message-ID", "From: Bob <bob@x.example>\nMessage-ID: <2@x>\nDate: Sun, 22 Nov 2026 10:00:00 +0000\n\nhello\n", FALSE},
    };
    g_autoptr(Reading) first = reading_of_mail(F "\nhello\n", strlen(F "\nhello\n"), FALSE, words);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Reading) r = reading_of_mail(rows[i].input, strlen(rows[i].input), FALSE, words);
        assert_int_equal(strcmp(r->content_digest, first->content_digest) == 0, rows[i].same);
    }
}

/* What is set in the JSON of a good mail, and the field that the refusal names. */
static void test_lies(void **state)
{
    (void)state;
    static const struct {
        const char *field, *value, *want;
    } rows[] = {
        {"kind", "\"emperor\"", "kind"},
        {"kind", "7", "kind"},
        {"from", "null", "from"},
        {"from", "\"a\\nb\"", "from"},
        {"subject", "[]", "subject"},
        {"to", "\"x\"", "to"},
        {"to", "[1]", "to"},
        {"date", "\"yesterday\"", "date"},
        {"date", "5", "date"},
        {"truncated", "\"no\"", "truncated"},
        {"references", "{}", "references"},
        {"commands", "null", "commands"},
        {"commands", "{\"commands\":[{}],\"rest\":\"\",\"doubt\":false}", "verb"},
        {"commands", "{\"commands\":[7],\"rest\":\"\",\"doubt\":false}", "commands"},
        {"work", "{\"commands\":[],\"rest\":5,\"doubt\":false}", "rest"},
        {"work", "{\"commands\":[{\"verb\":\"ack\",\"loose\":false,\"all\":false,\"hold\":{\"amount\":-1,\"unit\":\"elapsed\"},\"until\":null,"
                 "\"wait_for\":\"nobody\",\"who\":null,\"text\":null,\"severity\":0,\"line\":\"\"}],\"rest\":\"\",\"doubt\":false}",
         "amount"},
        {"bounce", "{\"recipients\":[{}]}", "address"},
        {"auto_reply", "{\"until\":3}", "until"},
        {"calendar_reply", "{\"uid\":\"x\"}", "partstat"},
        {"attachments", "[{\"name\":\"x\",\"type\":\"y\",\"size\":-1}]", "size"},
        {"headers", "[{\"name\":\"x\"}]", "value"},
    };
    char *good = json_of(F "\nhello\n", strlen(F "\nhello\n"));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *o = json_loads(good, 0, NULL);
        json_object_set_new(o, rows[i].field, json_loads(rows[i].value, JSON_DECODE_ANY, NULL));
        char *bad = json_dumps(o, 0);
        json_decref(o);
        g_autoptr(Reading) r = NULL;
        g_autoptr(GError) err = NULL;
        assert_false(reading_from_json(bad, strlen(bad), &r, &err));
        assert_int_equal(err->code, ERROR_DATA);
        g_autofree char *want = g_strdup_printf("field '%s'", rows[i].want);
        assert_non_null(strstr(err->message, want));
        free(bad);
    }
    free(good);
}

static void test_no_object(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "[]", "{", "{}", "null", "{\"kind\":\"human\",\"kind\":\"own\"}", "\xFF"};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Reading) r = NULL;
        g_autoptr(GError) err = NULL;
        assert_false(reading_from_json(rows[i], strlen(rows[i]), &r, &err));
        assert_int_equal(err->code, ERROR_DATA);
    }
    g_autofree char *large = g_malloc0(LIMIT_READING_BYTES + 2);
    g_autoptr(Reading) r = NULL;
    g_autoptr(GError) err = NULL;
    assert_false(reading_from_json(large, LIMIT_READING_BYTES + 1, &r, &err));
    assert_int_equal(err->code, ERROR_LIMIT);
}

/* The largest text, all of it escaped in JSON, still fits. */
/* What a returned mail holds never makes core refuse the mail around it. */
static void test_returned_text(void **state)
{
    (void)state;
    const char *mail = "From: a@x.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
                       "--b\r\n\r\nhi\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n"
                       "Date: Sun, 22 Nov 2026 09:00:00 +0100\r\n\r\none\r\nbe\033[31mll\007\r\n--b--\r\n";
    char *json = json_of(mail, strlen(mail));
    g_autoptr(Reading) r = NULL;
    g_autoptr(GError) err = NULL;
    assert_true(reading_from_json(json, strlen(json), &r, &err));
    assert_true(g_str_has_prefix(r->returned_text, "one\nbe[31mll"));
    assert_int_equal(r->returned_date, 1795334400);
    free(json);
}

static void test_large_fits(void **state)
{
    (void)state;
    GString *mail = g_string_new(F "\n");
    for (int i = 0; i < LIMIT_TEXT_BYTES / 64; i++)
        g_string_append(mail, "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\n");
    char *json = json_of(mail->str, mail->len);
    g_autoptr(Reading) r = NULL;
    g_autoptr(GError) err = NULL;
    assert_true(reading_from_json(json, strlen(json), &r, &err));
    free(json);
    g_string_free(mail, TRUE);
}

static int set_up(void **state)
{
    (void)state;
    message_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_subject), cmocka_unit_test(test_round_trip), cmocka_unit_test(test_channel),
        cmocka_unit_test(test_fields), cmocka_unit_test(test_calendar_reply),
        cmocka_unit_test(test_cut_off),    cmocka_unit_test(test_digest), cmocka_unit_test(test_lies),
        cmocka_unit_test(test_no_object),  cmocka_unit_test(test_returned_text), cmocka_unit_test(test_large_fits),
    };
    words = words_kind_new();
    int failed = cmocka_run_group_tests_name("reading", tests, set_up, NULL);
    words_kind_free(words);
    return failed;
}
