/* itip: what is written into an invitation, whoever chose the names in it, and what an answer means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rules/itip.h"

#include "base/banned.h"

static ItipInvitation invitation(void)
{
    return (ItipInvitation){.run = 7, .level = 2, .contact = "bob", .domain = "tiny.example", .nth = 1, .organizer = "s+a1.mac@tiny.example",
                            .attendee = "bob@tiny.example", .attendee_name = "Bob \"the\r\nbuilder\" Ng", .summary = "[support #1] a,b;c\\d\r\nUID:x",
                            .description = "one\ntwo", .stamp = 1779782400, .start = 1779782400, .end = 1779784200};
}

static void has(const char *object, const char *line)
{
    g_autofree char *whole = g_strconcat("\r\n", line, "\r\n", NULL);
    if (strstr(object, whole) == NULL)
        fail_msg("no line '%s' in:\n%s", line, object);
}

static void test_request(void **state)
{
    (void)state;
    ItipInvitation i = invitation();
    g_autofree char *folded = itip_request(&i);
    g_auto(GStrv) lines = g_strsplit(folded, "\r\n", -1), unfolding = g_strsplit(folded, "\r\n ", -1);
    g_autofree char *object = g_strjoinv("", unfolding);
    for (guint k = 0; lines[k] != NULL; k++)
        assert_true(strlen(lines[k]) <= 75 && strchr(lines[k], '\n') == NULL);
    has(object, "METHOD:REQUEST");
    has(object, "UID:escalate-7-2-bob@tiny.example");
    has(object, "SEQUENCE:2");
    has(object, "DTSTART:20260526T080000Z");
    has(object, "SUMMARY:[support #1] a\\,b\\;c\\\\d\\nUID:x");
    has(object, "DESCRIPTION:one\\ntwo");
    has(object, "ATTENDEE;CN=\"Bob 'the  builder' Ng\";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:bob@tiny.example");
    assert_null(strstr(object, "\nUID:x"));
}

static void test_fold(void **state)
{
    (void)state;
    ItipInvitation i = invitation();
    g_autoptr(GString) summary = g_string_new(NULL);
    for (int k = 0; k < 200; k++)
        g_string_append(summary, "\303\244\360\237\221\215");
    i.summary = summary->str;
    g_autofree char *object = itip_cancel(&i);
    assert_true(g_utf8_validate(object, -1, NULL));
    g_auto(GStrv) lines = g_strsplit(object, "\r\n", -1);
    for (guint k = 0; lines[k] != NULL; k++)
        if (strlen(lines[k]) > 75 || !g_utf8_validate(lines[k], -1, NULL))
            fail_msg("a character was cut: '%s'", lines[k]);
    has(object, "METHOD:CANCEL");
    has(object, "SEQUENCE:1");
    has(object, "STATUS:CANCELLED");
}

static void test_uid(void **state)
{
    static const struct {
        const char *uid;
        gint64 run;
        int level;
        const char *contact;
    } rows[] = {{"escalate-7-2-bob@tiny.example", 7, 2, "bob"},    {"ESCALATE-7-2-bob-ng@tiny.example", 7, 2, "bob-ng"},
                {"escalate-7-2-@tiny.example", 0, 0, NULL},         {"escalate-7-2-bob", 0, 0, NULL},
                {"escalate--7-2-bob@x", 0, 0, NULL},                {"escalate-0-2-bob@x", 0, 0, NULL},
                {"escalate-7-0-bob@x", 0, 0, NULL},                 {"escalate-99999999999999999999-1-bob@x", 0, 0, NULL},
                {"escalate-7-bob@x", 0, 0, NULL},                   {"", 0, 0, NULL},
                {"040000008200E00074C5B7101A82E008", 0, 0, NULL}};
    (void)state;
    for (gsize k = 0; k < G_N_ELEMENTS(rows); k++) {
        ItipUid u = {0};
        gboolean ok = itip_parse_uid(rows[k].uid, &u);
        if (ok != (rows[k].contact != NULL) || (ok && (u.run != rows[k].run || u.level != rows[k].level || strcmp(u.contact, rows[k].contact) != 0)))
            fail_msg("'%s': run %d level %d contact %s", rows[k].uid, (int)u.run, u.level, u.contact);
        itip_uid_clear(&u);
    }
}

static void test_answers(void **state)
{
    (void)state;
    assert_int_equal(itip_meaning("accepted"), ITIP_ACK);
    assert_int_equal(itip_meaning("DECLINED"), ITIP_DECLINE);
    assert_int_equal(itip_meaning("TENTATIVE"), ITIP_NOTE);
    assert_int_equal(itip_meaning("DELEGATED"), ITIP_PASS);
    static const char *const nothing[] = {"", "NEEDS-ACTION", "COMPLETED", "IN-PROCESS", "ACCEPTED2", "X-ACCEPTED"};
    for (gsize k = 0; k < G_N_ELEMENTS(nothing); k++)
        assert_int_equal(itip_meaning(nothing[k]), ITIP_NOTHING);
}

static void test_automatic(void **state)
{
    static const struct {
        Instant stamp;
        gboolean want;
    } rows[] = {{1000, TRUE}, {1020, TRUE}, {1021, FALSE}, {5010, TRUE}, {4990, FALSE}, {960, FALSE}, {900, TRUE}, {INSTANT_NONE, FALSE}};
    g_autoptr(GArray) delivered = g_array_new(FALSE, FALSE, sizeof(Instant)), none = g_array_new(FALSE, FALSE, sizeof(Instant));
    const Instant at[] = {1000, 5000};
    (void)state;
    g_array_append_vals(delivered, at, 2);
    for (gsize k = 0; k < G_N_ELEMENTS(rows); k++)
        if (itip_is_automatic(rows[k].stamp, delivered) != rows[k].want)
            fail_msg("stamp %d: wanted %d", (int)rows[k].stamp, rows[k].want);
    assert_true(itip_is_automatic(1000, none)); /* an answer to what was not delivered */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_request), cmocka_unit_test(test_fold), cmocka_unit_test(test_uid),
                                       cmocka_unit_test(test_answers), cmocka_unit_test(test_automatic)};
    return cmocka_run_group_tests_name("itip", tests, NULL, NULL);
}
