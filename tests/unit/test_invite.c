/* Tests of time/invite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "time/invite.h"

#include "base/banned.h"

#define CAL(method, body) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" method body "END:VCALENDAR\r\n"
#define REPLY "METHOD:REPLY\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\nUID:u1\r\nDTSTAMP:20261122T100000Z\r\n" lines "END:VEVENT\r\n"

static void test_read(void **state)
{
    (void)state;
    static const struct {
        const char *label, *input, *content_method, *method, *partstat, *attendee, *sent_by, *comment;
        int sequence;
    } rows[] = {
        {"accepted", CAL(REPLY, EVENT("SEQUENCE:3\r\nATTENDEE;PARTSTAT=ACCEPTED;CN=Bob:mailto:Bob@Example.ORG\r\n")), NULL, "REPLY",
         "ACCEPTED", "Bob@example.org", "", "", 3},
        {"method only in the Content-Type", CAL("", EVENT("ATTENDEE;PARTSTAT=DECLINED:MAILTO:b@x.example\r\n")), "reply", "REPLY",
         "DECLINED", "b@x.example", "", "", 0},
        {"the calendar's method wins", CAL("METHOD:REQUEST\r\n", EVENT("")), "REPLY", "REQUEST", "", "", "", "", 0},
        {"no method at all", CAL("", EVENT("")), NULL, "", "", "", "", "", 0},
        {"sent by and comment",
         CAL(REPLY, EVENT("COMMENT:On it\\, now\r\nATTENDEE;PARTSTAT=TENTATIVE;SENT-BY=\"mailto:s@X.example\":mailto:b@x.example\r\n")),
         NULL, "REPLY", "TENTATIVE", "b@x.example", "s@x.example", "On it, now", 0},
        {"who answered among several",
         CAL(REPLY, EVENT("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:a@x.example\r\nATTENDEE;PARTSTAT=DELEGATED:mailto:b@x.example\r\n")),
         NULL, "REPLY", "DELEGATED", "b@x.example", "", "", 0},
        {"the delegate, not who delegated to him (RFC 5546 4.2.6)",
         CAL(REPLY, EVENT("ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:b@x.example\":mailto:a@x.example\r\n"
                          "ATTENDEE;PARTSTAT=ACCEPTED;DELEGATED-FROM=\"mailto:a@x.example\":mailto:b@x.example\r\n")),
         NULL, "REPLY", "ACCEPTED", "b@x.example", "", "", 0},
        {"task", CAL(REPLY, "BEGIN:VTODO\r\nUID:u1\r\nDTSTAMP:20261122T100000Z\r\nATTENDEE;PARTSTAT=COMPLETED:mailto:a@x.example\r\n"
                            "END:VTODO\r\n"), NULL, "REPLY", "COMPLETED", "a@x.example", "", "", 0},
        {"zone before the event", CAL(REPLY, "BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\n"
                                             EVENT("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x.example\r\n")), NULL, "REPLY", "ACCEPTED",
         "a@x.example", "", "", 0},
        {"no attendee", CAL(REPLY, EVENT("")), NULL, "REPLY", "", "", "", "", 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(InviteReply) r = NULL;
        g_autoptr(GError) err = NULL;
        assert_true(invite_read_reply(rows[i].input, rows[i].content_method, &r, &err));
        assert_string_equal(r->method, rows[i].method);
        assert_string_equal(r->uid, "u1");
        assert_string_equal(r->partstat, rows[i].partstat);
        assert_string_equal(r->attendee, rows[i].attendee);
        assert_string_equal(r->sent_by, rows[i].sent_by);
        assert_string_equal(r->comment, rows[i].comment);
        assert_int_equal(r->sequence, rows[i].sequence);
        assert_int_equal(r->dtstamp, 1795341600);
    }
}

static void test_refused(void **state)
{
    (void)state;
    GString *deep = g_string_new("BEGIN:VCALENDAR\n"), *wide = g_string_new("BEGIN:VCALENDAR\nX:"), *large = g_string_new(""), *ends = g_string_new("BEGIN:VCALENDAR\nEND:VCALENDAR\n");
    GString *empty = g_string_new("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"), *parameters = g_string_new("BEGIN:VCALENDAR\nX-A");
    for (int i = 0; i < 20000; i++)
        g_string_append(empty, "SUMMARY:\n");
    for (int i = 0; i < 10000; i++)
        g_string_append(parameters, ";A=1\n ");
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "BEGIN:VEVENT\n");
    for (int i = 0; i < 100; i++)
        g_string_append(ends, "END:VEVENT\n");
    for (int i = 0; i < LIMIT_ICAL_LINE_BYTES / 3; i++)
        g_string_append(wide, "aaa\n ");
    for (int i = 0; i <= LIMIT_ICAL_BYTES; i++)
        g_string_append_c(large, 'a');
    g_string_append(wide, "aaaaaaaa");
    const struct {
        const char *label, *input;
        int want_error;
    } rows[] = {
        {"empty", "", ERROR_DATA},          {"prose", "hello there\n", ERROR_DATA}, {"event alone", EVENT(""), ERROR_DATA},
        {"nesting", deep->str, ERROR_LIMIT}, {"folded line", wide->str, ERROR_LIMIT},          {"size", large->str, ERROR_LIMIT},
        {"END alone", ends->str, ERROR_LIMIT}, {"a minute of libical", empty->str, ERROR_LIMIT}, {"parameters", parameters->str, ERROR_LIMIT},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(InviteReply) r = NULL;
        g_autoptr(GError) err = NULL;
        gboolean good = invite_read_reply(rows[i].input, NULL, &r, &err);
        assert_false(good);
        assert_null(r);
        assert_int_equal(err->code, rows[i].want_error);
    }
    g_string_free(deep, TRUE);
    g_string_free(ends, TRUE);
    g_string_free(empty, TRUE);
    g_string_free(parameters, TRUE);
    g_string_free(wide, TRUE);
    g_string_free(large, TRUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("invite", tests, NULL, NULL);
}
