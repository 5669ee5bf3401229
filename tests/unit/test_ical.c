/* ical: what is refused, and how; what is warned of; zone names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/limits.h"
#include "time/ical.h"
#include "time/tzid.h"

#include "base/banned.h"

#define HEAD "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\n"
#define TAIL "END:VCALENDAR\r\n"
#define EVENT(lines) HEAD "BEGIN:VEVENT\r\nUID:u1\r\nDTSTAMP:20260101T000000Z\r\n" lines "END:VEVENT\r\n" TAIL

static const struct {
    const char *label, *text, *want_error; /* NULL: fine */
} cases[] = {
    {"an event", EVENT("DTSTART:20260101T100000Z\r\nDURATION:PT1H\r\n"), NULL},
    {"byte order mark, bare LF",
     "\xEF\xBB\xBF"
     "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20260101T100000Z\nEND:VEVENT\nEND:VCALENDAR\n",
     NULL},
    {"folded behind the name", EVENT("DTSTART\r\n :20260101T100000Z\r\n"), NULL},
    {"folded in a value", EVENT("DTSTART:20260101T1\r\n 00000Z\r\nSUMMARY:a\r\n\tb\r\n"), NULL},
    {"two calendars", EVENT("DTSTART:20260101T100000Z\r\n") EVENT("DTSTART:20260102T100000Z\r\n"), NULL},
    {"alarm inside", EVENT("DTSTART:20260101T100000Z\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"), NULL},
    {"empty", "", "line 1: not an iCalendar file"},
    {"blank lines", "\r\n\r\n", "line 2: not an iCalendar file"},
    {"a page", "<!DOCTYPE html>\n<html></html>\n", "line 1: not an iCalendar file"},
    {"text after the end", EVENT("DTSTART:20260101T100000Z\r\n") "junk\r\n", "line 10: text outside of VCALENDAR"},
    {"an event outside", "BEGIN:VEVENT\r\nEND:VEVENT\r\n", "line 1: not an iCalendar file"},
    {"a calendar inside", HEAD HEAD TAIL TAIL, "line 4: a component in the wrong place"},
    {"cut off", HEAD "BEGIN:VEVENT\r\nUID:u1\r\n", "line 5: the file ends inside a component"},
    {"wrong end", HEAD "BEGIN:VEVENT\r\nEND:VTODO\r\n" TAIL, "line 5: END of a component that did not begin"},
    {"end too much", HEAD TAIL TAIL, "line 5: END of a component that did not begin"},
    {"no property", EVENT("DTSTART:20260101T100000Z\r\nwhat is this\r\n"), "line 8: neither a property nor a continuation"},
    {"no DTSTART", EVENT("SUMMARY:x\r\n"), "event 'u1': no DTSTART"},
    {"no such day", EVENT("DTSTART:20260230T100000Z\r\n"), "event 'u1': DTSTART: no such date or time"},
    {"no such hour", EVENT("DTSTART:20260227T250000Z\r\n"), "event 'u1': DTSTART: no such date or time"},
    {"unreadable start", EVENT("DTSTART:soon\r\n"), "line 4 event 'u1': "},
    {"unreadable rule", EVENT("DTSTART:20260101T100000Z\r\nRRULE:FREQ=OFTEN\r\n"), "line 4 event 'u1': "},
    {"hourly", EVENT("DTSTART:20260101T100000Z\r\nRRULE:FREQ=HOURLY\r\n"),
     "event 'u1': RRULE 'FREQ=HOURLY': repeats more often than daily"},
    {"numbered weekday", EVENT("DTSTART:20260101T100000Z\r\nRRULE:FREQ=WEEKLY;BYDAY=1TH\r\n"),
     "event 'u1': RRULE: BYDAY with a number"},
    {"end and length", EVENT("DTSTART:20260101T100000Z\r\nDTEND:20260101T110000Z\r\nDURATION:PT1H\r\n"),
     "both DTEND and DURATION"},
    {"negative length", EVENT("DTSTART:20260101T100000Z\r\nDURATION:-PT1H\r\n"), "DURATION: negative"},
    {"date and time", EVENT("DTSTART;VALUE=DATE:20260101\r\nDTEND:20260101T110000Z\r\n"), "one is a date, the other a time"},
    {"unknown zone", EVENT("DTSTART;TZID=Mars/Olympus:20260101T100000\r\n"), "time zone 'Mars/Olympus': neither"},
    {"this and prior", EVENT("DTSTART:20260101T100000Z\r\nRECURRENCE-ID;RANGE=THISANDPRIOR:20260101T100000Z\r\n"),
     "RANGE that is not THISANDFUTURE"},
    {"this and future with a rule", EVENT("DTSTART:20260101T100000Z\r\nRRULE:FREQ=DAILY\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260101T100000Z\r\n"),
     "beside an RRULE of its own"},
    {"mixed RDATE", EVENT("DTSTART:20260101T100000Z\r\nRDATE;VALUE=DATE:20260105\r\n"), "RDATE: a date where"},
    {"no events", HEAD "BEGIN:VTODO\r\nUID:t\r\nEND:VTODO\r\n" TAIL, "no event in it (1 other components)"},
    {"nothing in it", HEAD TAIL, "no event in it"},
    {"availability with a rule", HEAD "BEGIN:VAVAILABILITY\r\nUID:v\r\nRRULE:FREQ=DAILY\r\nEND:VAVAILABILITY\r\n" TAIL,
     "RRULE in VAVAILABILITY"},
};

static void test_cases(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(IcalFile) f = NULL;
        g_autoptr(GError) err = NULL;
        gboolean good = ical_parse("x.ics", cases[i].text, strlen(cases[i].text), NULL, &f, &err);
        if (good != (cases[i].want_error == NULL))
            fail_msg("%s: %s", cases[i].label, good ? "was taken" : err->message);
        if (!good && (strstr(err->message, cases[i].want_error) == NULL || strstr(err->message, "'x.ics'") == NULL))
            fail_msg("%s: %s", cases[i].label, err->message);
    }
}

static void want_limit(GString *text, ErrorCode code, const char *what)
{
    g_autoptr(IcalFile) f = NULL;
    g_autoptr(GError) err = NULL;
    assert_false(ical_parse("x.ics", text->str, text->len, NULL, &f, &err));
    if (!g_error_matches(err, ESCALATE_ERROR, (int)code) || strstr(err->message, what) == NULL)
        fail_msg("%s: %s", what, err->message);
    g_string_free(text, TRUE);
}

static void test_limits(void **state)
{
    (void)state;
    GString *s = g_string_new(HEAD);
    for (int i = 0; i < LIMIT_ICAL_NESTING; i++)
        g_string_append(s, "BEGIN:X-A\r\n");
    want_limit(s, ERROR_LIMIT, "nested too deeply");
    s = g_string_new(HEAD "X-LONG:");
    for (int i = 0; i <= LIMIT_ICAL_LINE_BYTES / 50; i++)
        g_string_append(s, "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee\r\n ");
    want_limit(s, ERROR_LIMIT, "line 4: line too long");
    s = g_string_new(HEAD);
    for (int i = 0; i <= LIMIT_ICAL_EVENTS; i++)
        g_string_append(s, "BEGIN:VEVENT\nEND:VEVENT\n");
    want_limit(s, ERROR_LIMIT, "too many events");
    s = g_string_new(HEAD);
    while (s->len <= LIMIT_ICAL_BYTES)
        g_string_append(s, "X-A:aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee\r\n");
    want_limit(s, ERROR_LIMIT, "longer than");
    s = g_string_new(HEAD "X-A:");
    g_string_append_c(s, '\0');
    g_string_append(s, "\r\n" TAIL);
    want_limit(s, ERROR_DATA, "line 4: a NUL byte");
}

/* `count` times `text` between `head` and `tail`. */
static GString *many(const char *head, int count, const char *text, const char *tail)
{
    GString *s = g_string_new(head);
    for (int i = 0; i < count; i++)
        g_string_append(s, text);
    return g_string_append(s, tail);
}

/* What made libical take a minute, or 250 MB, or forget a date. */
static void test_costs(void **state)
{
    (void)state;
    want_limit(many(HEAD "BEGIN:VEVENT\r\n", LIMIT_ICAL_COMPONENT_PROPERTIES + 1, "SUMMARY:\r\n", "END:VEVENT\r\n" TAIL), ERROR_LIMIT, "too many properties");
    want_limit(many(HEAD "BEGIN:VEVENT\r\n", LIMIT_ICAL_COMPONENT_PROPERTIES / 2, "EXDATE:20260101T000000Z,1\r\n", "X-A:\r\nEND:VEVENT\r\n" TAIL), ERROR_LIMIT,
               "too many properties");
    want_limit(many(HEAD, LIMIT_ICAL_PROPERTIES / 8, "BEGIN:X-A\nA:\nA:\nA:\nA:\nA:\nA:\nA:\nA:\nEND:X-A\n", TAIL), ERROR_LIMIT, "too many properties");
    want_limit(many(HEAD, LIMIT_ICAL_EVENTS + 1, "BEGIN:X-A\nRRULE:FREQ=DAILY\nEND:X-A\n", TAIL), ERROR_LIMIT, "too many rules");
    want_limit(many(HEAD "X-A", LIMIT_ICAL_PARAMETERS + 1, ";A=1", ":1\r\n" TAIL), ERROR_LIMIT, "line 4: too many parameters");
    want_limit(many(HEAD "X-A", LIMIT_ICAL_PARAMETERS + 1, ";A=\"", ":1\r\n" TAIL), ERROR_LIMIT, "line 4: too many parameters");
    want_limit(many(HEAD "X-A;TZID=a:", LIMIT_ICAL_PARAMETERS + 1, ";A=1", ":1\r\n" TAIL), ERROR_LIMIT, "line 4: too many parameters");
    want_limit(many(HEAD "BEGIN:VEVENT\r\nEXDATE:", LIMIT_ICAL_VALUES, "20260101T000000Z,", "20260102T000000Z\r\nEND:VEVENT\r\n" TAIL), ERROR_LIMIT,
               "line 5: more than 500 dates in one line");
    g_autoptr(IcalFile) f = NULL;
    GString *s = many(HEAD "BEGIN:VEVENT\r\nUID:u1\r\nDTSTART:20260101T000000Z\r\nEXDATE:", LIMIT_ICAL_VALUES - 1, "20260101T000000Z,",
                      "20260102T000000Z\r\nEND:VEVENT\r\n" TAIL);
    assert_true(ical_parse("x.ics", s->str, s->len, NULL, &f, NULL));
    assert_int_equal(((const IcalEvent *)g_ptr_array_index(f->events, 0))->exceptions->len, LIMIT_ICAL_VALUES);
    g_string_free(s, TRUE);
}

#define VTIMEZONE_BERLIN(summer_month)                                                                                                   \
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n"      \
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nTZOFFSETFROM:+0100\r\n"        \
    "TZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=" summer_month ";BYDAY=-1SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
#define IN_BERLIN "BEGIN:VEVENT\r\nUID:u1\r\nDTSTART;TZID=Europe/Berlin:20260101T100000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"

static const struct {
    const char *label, *text, *want;
} warned[] = {
    {"a VTIMEZONE as the system has it", HEAD VTIMEZONE_BERLIN("3") IN_BERLIN TAIL, NULL},
    {"another one: the system's counts", HEAD VTIMEZONE_BERLIN("4") IN_BERLIN TAIL,
     "its VTIMEZONE 'Europe/Berlin' differs from the system's Europe/Berlin, which counts: first on 2024-03-31"},
    {"off its rule", EVENT("DTSTART:20260101T100000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;BYDAY=MO\r\n"),
     "not on its own RRULE"},
    {"no end", EVENT("DTSTART:20260101T100000Z\r\n"), "neither DTEND nor DURATION"},
    {"backwards", EVENT("DTSTART:20260101T100000Z\r\nDTEND:20260101T090000Z\r\n"), "ends before it begins"},
    {"no day", EVENT("DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260101\r\n"), "taken as one day"},
    {"nothing wrong", EVENT("DTSTART;VALUE=DATE:20260101\r\n"), NULL},
    {"called off", EVENT("DTSTART:20260101T100000Z\r\nSTATUS:CANCELLED\r\n"), NULL},
};

static void test_warnings(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(warned); i++) {
        g_autoptr(IcalFile) f = NULL;
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        assert_true(ical_parse("x.ics", warned[i].text, strlen(warned[i].text), warnings, &f, NULL));
        assert_int_equal(warnings->len, warned[i].want != NULL ? 1 : 0);
        if (warned[i].want != NULL && strstr(g_ptr_array_index(warnings, 0), warned[i].want) == NULL)
            fail_msg("%s: %s", warned[i].label, (char *)g_ptr_array_index(warnings, 0));
    }
}

static void test_data(void **state)
{
    (void)state;
    static const char text[] =
        EVENT("DTSTART;TZID=\"Europe/Berlin\":20260101T100000\r\nDTEND;TZID=Europe/Berlin:20260101T113000\r\n"
              "SUMMARY:Caf\xC3\xA9\\, late\r\nSTATUS:TENTATIVE\r\nTRANSP:TRANSPARENT\r\nPRIORITY:3\r\n"
              "X-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nATTENDEE;PARTSTAT=DECLINED:MAILTO:a@b.example\r\n"
              "ATTENDEE;CUTYPE=RESOURCE:mailto:r@b.example\r\n"
              "RDATE;TZID=Europe/London;VALUE=PERIOD:20260110T100000/PT2H,20260111T100000/20260111T110000\r\n"
              "EXDATE;VALUE=DATE:20260105,20260106\r\n");
    g_autoptr(IcalFile) f = NULL;
    assert_true(ical_parse("x.ics", text, strlen(text), NULL, &f, NULL));
    const IcalEvent *e = g_ptr_array_index(f->events, 0);
    assert_string_equal(e->uid, "u1");
    assert_string_equal(e->summary, "Caf\xC3\xA9, late");
    assert_string_equal(zone_name(e->start.zone), "Europe/Berlin");
    assert_int_equal(e->end.time.local - e->start.local, 5400);
    assert_int_equal(e->standing, ICAL_STANDING_TENTATIVE);
    assert_true(e->transparent);
    assert_int_equal(e->priority, 3);
    assert_string_equal(e->busy_status, "OOF");
    assert_int_equal(e->line, 4);
    assert_int_equal(e->attendees->len, 2);
    assert_string_equal(((IcalAttendee *)g_ptr_array_index(e->attendees, 0))->address, "a@b.example");
    assert_true(((IcalAttendee *)g_ptr_array_index(e->attendees, 0))->declined);
    assert_false(((IcalAttendee *)g_ptr_array_index(e->attendees, 1))->is_person);
    assert_int_equal(e->dates->len, 2);
    const IcalDate *d = &g_array_index(e->dates, IcalDate, 0);
    assert_string_equal(zone_name(d->start.zone), "Europe/London");
    assert_int_equal(d->end.kind, ICAL_END_LENGTH);
    assert_int_equal(d->end.length.seconds, 7200);
    assert_int_equal(e->exceptions->len, 2);
    assert_true(g_array_index(e->exceptions, IcalTime, 1).is_date);
}

static void test_tzid(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"W. Europe Standard Time", "Europe/Berlin"},
        {"romance standard time", "Europe/Paris"},
        {"Eastern Standard Time", "America/New_York"},
        {"India Standard Time", "Asia/Kolkata"},
        {"Europe/Berlin", "Europe/Berlin"},
        {"/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"},
        {"/citadel.org/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"},
        {"UTC", "Etc/UTC"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        const Zone *z = tzid_zone(pairs[i][0]);
        if (z == NULL || g_strcmp0(zone_name(z), pairs[i][1]) != 0)
            fail_msg("%s: %s", pairs[i][0], z != NULL ? zone_name(z) : "unknown");
    }
    assert_null(tzid_zone("Customized Time Zone"));
    assert_null(tzid_zone("/a/b/c"));
    assert_null(tzid_zone(""));
    GString *slashes = many("/", 200, "a/", "Europe/Berlin");
    assert_null(tzid_zone(slashes->str));
    g_string_free(slashes, TRUE);
    /* every name of the table is in the system's database: the pairs are easily mistyped */
    static const char *const some[] = {"Dateline Standard Time",
                                       "Greenland Standard Time",
                                       "Morocco Standard Time",
                                       "Qyzylorda Standard Time",
                                       "Turks And Caicos Standard Time",
                                       "UTC+13",
                                       "UTC-11",
                                       "FLE Standard Time",
                                       "Yukon Standard Time"};
    for (gsize i = 0; i < G_N_ELEMENTS(some); i++)
        assert_non_null(tzid_zone(some[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases), cmocka_unit_test(test_limits), cmocka_unit_test(test_costs), cmocka_unit_test(test_warnings),
        cmocka_unit_test(test_data),  cmocka_unit_test(test_tzid),
    };
    return cmocka_run_group_tests_name("ical", tests, NULL, NULL);
}
