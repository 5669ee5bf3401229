/* calendar: hours and closures of iCalendar files, as open time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "base/files.h"
#include "rules/phrase.h"

#include "time/calendar.h"

#include "base/banned.h"

#define BERLIN ";TZID=Europe/Berlin:"
#define RULE_DAILY "RRULE:FREQ=DAILY\r\n"

static char *directory;

static Instant at(const char *text)
{
    Instant t = 0;
    if (!instant_parse(text, &t, NULL))
        fail_msg("bad test instant '%s'", text);
    return t;
}

/* A file of one event per part; parts are separated by '|'. */
static char *write_file(const char *name, const char *parts)
{
    char *path = g_build_filename(directory, name, NULL);
    GString *s = g_string_new("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\n");
    g_auto(GStrv) events = g_strsplit(parts, "|", -1);
    for (int i = 0; events[i] != NULL; i++) {
        if (g_str_has_prefix(events[i], "BEGIN"))
            g_string_append(s, events[i]);
        else if (g_str_has_prefix(events[i], "UID:"))
            g_string_append_printf(s, "BEGIN:VEVENT\r\n%sEND:VEVENT\r\n", events[i]);
        else
            g_string_append_printf(s, "BEGIN:VEVENT\r\nUID:u%d\r\n%sEND:VEVENT\r\n", i, events[i]);
    }
    g_string_append(s, "END:VCALENDAR\r\n");
    assert_true(files_replace(path, s->str, s->len, 0600, NULL));
    g_string_free(s, TRUE);
    return path;
}

static char *data_file(const char *name)
{
    const char *top = g_getenv("srcdir");
    return g_build_filename(top != NULL ? top : ".", "tests/data/ics", name, NULL);
}

/* "03-28T22:00+01 03-29T06:00+02 …" of the open pieces; `year` is left out. */
static char *describe(Calendar *c, const GArray *pieces, gboolean merge)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < pieces->len; i++) {
        const CalendarPiece *first = &g_array_index(pieces, CalendarPiece, i);
        if (!first->open)
            continue;
        while (merge && i + 1 < pieces->len && g_array_index(pieces, CalendarPiece, i + 1).open)
            i++;
        const Instant edge[2] = {first->start, g_array_index(pieces, CalendarPiece, i).end};
        for (int k = 0; k < 2; k++) {
            g_autofree char *text = zone_format_rfc3339(calendar_zone(c), edge[k]);
            g_string_append_printf(out, "%s%.11s%.3s", out->len == 0 ? "" : k == 0 ? " " : "-", text + 5, text + 19);
        }
    }
    return g_string_free(out, FALSE);
}

static const struct {
    const char *label, *hours, *holidays, *from, *to, *want;
} cases[] = {
    {"a plain day", "DTSTART" BERLIN "20260105T090000\r\nDTEND" BERLIN "20260105T170000\r\n", NULL, "2026-01-01T00:00:00Z",
     "2026-02-01T00:00:00Z", "01-05T09:00+01-01-05T17:00+01"},
    {"overnight over the change of spring ends by the clock",
     "DTSTART" BERLIN "20260327T220000\r\nDTEND" BERLIN "20260328T060000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n", NULL,
     "2026-03-27T00:00:00Z", "2026-04-01T00:00:00Z",
     "03-27T22:00+01-03-28T06:00+01 03-28T22:00+01-03-29T06:00+02 03-29T22:00+02-03-30T06:00+02"},
    {"DURATION is exact", "DTSTART" BERLIN "20260328T220000\r\nDURATION:PT8H\r\n", NULL, "2026-03-27T00:00:00Z",
     "2026-04-01T00:00:00Z", "03-28T22:00+01-03-29T07:00+02"},
    {"DURATION in days is nominal", "DTSTART" BERLIN "20260328T220000\r\nDURATION:P1D\r\n", NULL, "2026-03-27T00:00:00Z",
     "2026-04-01T00:00:00Z", "03-28T22:00+01-03-29T22:00+02"},
    {"round the clock is one piece",
     "DTSTART" BERLIN "20260320T000000\r\nDTEND" BERLIN "20260321T000000\r\nRRULE:FREQ=DAILY;UNTIL=20260402\r\n", NULL,
     "2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z", "03-20T00:00+01-04-03T00:00+02"},
    {"ambiguous start first, ambiguous end last", "DTSTART" BERLIN "20261025T023000\r\nDTEND" BERLIN "20261025T024500\r\n", NULL,
     "2026-10-25T00:00:00Z", "2026-10-26T00:00:00Z", "10-25T02:30+02-10-25T02:45+01"},
    {"start in the gap", "DTSTART" BERLIN "20260329T023000\r\nDTEND" BERLIN "20260329T040000\r\n", NULL, "2026-03-29T00:00:00Z",
     "2026-03-30T00:00:00Z", "03-29T03:00+02-03-29T04:00+02"},
    {"wholly in the gap", "DTSTART" BERLIN "20260329T021500\r\nDTEND" BERLIN "20260329T024500\r\n", NULL, "2026-03-29T00:00:00Z",
     "2026-03-30T00:00:00Z", ""},
    {"floating in the calendar's zone", "DTSTART:20260701T090000\r\nDTEND:20260701T100000\r\n", NULL, "2026-07-01T00:00:00Z",
     "2026-07-02T00:00:00Z", "07-01T09:00+02-07-01T10:00+02"},
    {"UTC", "DTSTART:20260701T090000Z\r\nDTEND:20260701T100000Z\r\n", NULL, "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z",
     "07-01T11:00+02-07-01T12:00+02"},
    {"a Windows name",
     "DTSTART;TZID=Eastern Standard Time:20260701T090000\r\nDTEND;TZID=Eastern Standard Time:20260701T100000\r\n", NULL,
     "2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z", "07-01T15:00+02-07-01T16:00+02"},
    {"two zones", "DTSTART;TZID=Europe/London:20260701T090000\r\nDTEND" BERLIN "20260701T120000\r\nRRULE:FREQ=DAILY;COUNT=2\r\n",
     NULL, "2026-07-01T00:00:00Z", "2026-07-03T00:00:00Z", "07-01T10:00+02-07-01T12:00+02 07-02T10:00+02-07-02T12:00+02"},
    {"DATE is the civil day, of 23 hours here", "DTSTART;VALUE=DATE:20260329\r\n", NULL, "2026-03-28T00:00:00Z",
     "2026-03-31T00:00:00Z", "03-29T00:00+01-03-30T00:00+02"},
    {"several DATEs", "DTSTART;VALUE=DATE:20260329\r\nDTEND;VALUE=DATE:20260401\r\n", NULL, "2026-03-28T00:00:00Z",
     "2026-04-05T00:00:00Z", "03-29T00:00+01-04-01T00:00+02"},
    {"begun before what is asked", "DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260801\r\n", NULL, "2026-03-28T00:00:00Z",
     "2026-03-29T00:00:00Z", "03-28T01:00+01-03-29T01:00+01"},
    {"UNTIL as a date keeps the last day",
     "DTSTART" BERLIN "20260105T090000\r\nDTEND" BERLIN "20260105T100000\r\nRRULE:FREQ=DAILY;UNTIL=20260106\r\n", NULL,
     "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "01-05T09:00+01-01-05T10:00+01 01-06T09:00+01-01-06T10:00+01"},
    {"UNTIL in UTC",
     "DTSTART" BERLIN "20260105T090000\r\nDTEND" BERLIN "20260105T100000\r\nRRULE:FREQ=DAILY;UNTIL=20260106T075959Z\r\n", NULL,
     "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "01-05T09:00+01-01-05T10:00+01"},
    {"EXDATE: in a zone, in UTC, as a date",
     "DTSTART" BERLIN "20260105T090000\r\nDTEND" BERLIN "20260105T100000\r\nRRULE:FREQ=DAILY;COUNT=5\r\nEXDATE" BERLIN
     "20260106T090000\r\nEXDATE:20260107T080000Z\r\nEXDATE;VALUE=DATE:20260108\r\n",
     NULL, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "01-05T09:00+01-01-05T10:00+01 01-09T09:00+01-01-09T10:00+01"},
    {"RDATE: in a zone, as a period",
     "DTSTART" BERLIN "20260105T090000\r\nDTEND" BERLIN
     "20260105T100000\r\nRDATE;TZID=Europe/London:20260106T090000\r\nRDATE;VALUE=PERIOD;"
     "TZID=Europe/Berlin:20260107T090000/PT3H,20260108T090000/20260108T093000\r\n",
     NULL, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z",
     "01-05T09:00+01-01-05T10:00+01 01-06T10:00+01-01-06T11:00+01 01-07T09:00+01-01-07T12:00+01 01-08T09:00+01-01-08T09:30+01"},
    {"override moves, another calls off",
     "DTSTART" BERLIN "20260105T090000\r\nDTEND" BERLIN "20260105T100000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"
     "|BEGIN:VEVENT\r\nUID:u0\r\nRECURRENCE-ID" BERLIN "20260106T090000\r\nDTSTART" BERLIN "20260106T130000\r\nDTEND" BERLIN
     "20260106T140000\r\nEND:VEVENT\r\n"
     "|BEGIN:VEVENT\r\nUID:u0\r\nRECURRENCE-ID:20260107T080000Z\r\nSTATUS:CANCELLED\r\nDTSTART" BERLIN
     "20260107T090000\r\nDTEND" BERLIN "20260107T100000\r\nEND:VEVENT\r\n",
     NULL, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "01-05T09:00+01-01-05T10:00+01 01-06T13:00+01-01-06T14:00+01"},
    {"off its own rule is no occurrence",
     "DTSTART" BERLIN "20260105T090000\r\nDTEND" BERLIN "20260105T100000\r\nRRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=1\r\n", NULL,
     "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "01-06T09:00+01-01-06T10:00+01"},
    {"cancelled hours, tentative hours",
     "STATUS:CANCELLED\r\nDTSTART:20260701T090000Z\r\nDURATION:PT1H\r\n|STATUS:TENTATIVE\r\nDTSTART:20260702T090000Z\r\nDURATION:"
     "PT1H\r\n",
     NULL, "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z", "07-02T11:00+02-07-02T12:00+02"},
    {"overlapping and touching hours merge",
     "DTSTART:20260701T090000Z\r\nDURATION:PT2H\r\n|DTSTART:20260701T100000Z\r\nDURATION:PT2H\r\n|DTSTART:"
     "20260701T120000Z\r\nDURATION:PT1H\r\n",
     NULL, "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z", "07-01T11:00+02-07-01T15:00+02"},
    {"no hours: open but for closures", NULL, "DTSTART;VALUE=DATE:20260702\r\n", "2026-07-01T22:00:00Z", "2026-07-03T22:00:00Z",
     "07-03T00:00+02-07-04T00:00+02"},
    {"a shift is cut by the holiday at midnight",
     "DTSTART" BERLIN "20260630T220000\r\nDTEND" BERLIN "20260701T060000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n",
     "DTSTART;VALUE=DATE:20260701\r\n", "2026-06-30T00:00:00Z", "2026-07-05T00:00:00Z",
     "06-30T22:00+02-07-01T00:00+02 07-02T00:00+02-07-02T06:00+02 07-02T22:00+02-07-03T06:00+02"},
    {"holidays: tentative and cancelled do not close, part of a day does",
     "DTSTART" BERLIN "20260701T090000\r\nDTEND" BERLIN "20260701T170000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n",
     "STATUS:TENTATIVE\r\nDTSTART;VALUE=DATE:20260701\r\n|STATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20260702\r\n|DTSTART" BERLIN
     "20260703T120000\r\nDTEND" BERLIN "20260703T130000\r\n",
     "2026-07-01T00:00:00Z", "2026-07-05T00:00:00Z",
     "07-01T09:00+02-07-01T17:00+02 07-02T09:00+02-07-02T17:00+02 07-03T09:00+02-07-03T12:00+02 07-03T13:00+02-07-03T17:00+02"},
    {"this and future: later and longer from Wednesday on, but for one that has an override of its own",
     "UID:s\r\nDTSTART" BERLIN "20260706T090000\r\nDTEND" BERLIN "20260706T100000\r\nRRULE:FREQ=DAILY;COUNT=6\r\n|"
     "UID:s\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260708T090000\r\nDTSTART" BERLIN "20260708T110000\r\nDTEND" BERLIN
     "20260708T130000\r\n|UID:s\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260710T090000\r\nDTSTART" BERLIN "20260710T080000\r\nDTEND" BERLIN
     "20260710T083000\r\n",
     NULL, "2026-07-05T00:00:00Z", "2026-07-15T00:00:00Z",
     "07-06T09:00+02-07-06T10:00+02 07-07T09:00+02-07-07T10:00+02 07-08T11:00+02-07-08T13:00+02 07-09T11:00+02-07-09T13:00+02 "
     "07-10T08:00+02-07-10T08:30+02 07-11T11:00+02-07-11T13:00+02"},
    {"this and future, twice, the second cancels the rest",
     "UID:s\r\nDTSTART" BERLIN "20260706T090000\r\nDTEND" BERLIN "20260706T100000\r\nRRULE:FREQ=DAILY\r\n|"
     "UID:s\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260707T090000\r\nDTSTART" BERLIN "20260709T090000\r\nDTEND" BERLIN
     "20260709T100000\r\n|UID:s\r\nSTATUS:CANCELLED\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260709T090000\r\nDTSTART" BERLIN
     "20260709T090000\r\nDTEND" BERLIN "20260709T100000\r\n",
     NULL, "2026-07-05T00:00:00Z", "2026-07-15T00:00:00Z",
     "07-06T09:00+02-07-06T10:00+02 07-09T09:00+02-07-09T10:00+02 07-10T09:00+02-07-10T10:00+02"},
    {"yearly holiday", "DTSTART" BERLIN "20251201T090000\r\nDTEND" BERLIN "20251201T170000\r\n" RULE_DAILY,
     "DTSTART;VALUE=DATE:20001225\r\nDTEND;VALUE=DATE:20001227\r\nRRULE:FREQ=YEARLY\r\n", "2026-12-24T00:00:00Z",
     "2026-12-28T00:00:00Z", "12-24T09:00+01-12-24T17:00+01 12-27T09:00+01-12-27T17:00+01"},
};

static void test_open(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *hours = cases[i].hours != NULL ? write_file("h.ics", cases[i].hours) : NULL;
        g_autofree char *holidays = cases[i].holidays != NULL ? write_file("c.ics", cases[i].holidays) : NULL;
        char *const h[] = {hours, NULL}, *const c[] = {holidays, NULL};
        g_autoptr(GError) err = NULL;
        g_autoptr(GArray) pieces = NULL;
        Calendar *calendar = calendar_new(&(CalendarSource){.name = "test", .hours = h, .holidays = c, .zone_id = "Europe/Berlin"}, NULL, &err);
        if (calendar == NULL || !calendar_pieces(calendar, at(cases[i].from), at(cases[i].to), &pieces, &err))
            fail_msg("%s: %s", cases[i].label, err->message);
        g_autofree char *got = describe(calendar, pieces, TRUE);
        if (g_strcmp0(got, cases[i].want) != 0)
            fail_msg("%s: got '%s'", cases[i].label, got);
        Instant edge = at(cases[i].from); /* pieces tile what was asked */
        for (guint k = 0; k < pieces->len; k++) {
            assert_int_equal(g_array_index(pieces, CalendarPiece, k).start, edge);
            edge = g_array_index(pieces, CalendarPiece, k).end;
        }
        assert_int_equal(edge, at(cases[i].to));
        calendar_free(calendar);
    }
}

/* Office hours of a week, and a public feed over them: Monday 2026-06-29 to Sunday 2026-07-05. */
#define WEEK_HOURS \
    "DTSTART" BERLIN "20260629T090000\r\nDTEND" BERLIN "20260629T120000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\r\n|" \
    "DTSTART" BERLIN "20260629T130000\r\nDTEND" BERLIN "20260629T170000\r\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH\r\n"
#define FEED \
    "SUMMARY:Founders' Day\r\nCATEGORIES:Public holiday,Berlin\r\nDTSTART;VALUE=DATE:20260630\r\n|" \
    "SUMMARY:Day of the Bee\r\nCATEGORIES:Observance\r\nTRANSP:TRANSPARENT\r\nDTSTART;VALUE=DATE:20260701\r\n|" \
    "SUMMARY:Half day\r\nDESCRIPTION:closed from noon\r\nDTSTART" BERLIN "20260702T120000\r\nDTEND" BERLIN "20260702T180000\r\n|" \
    "SUMMARY:Make-up day\r\nDTSTART;VALUE=DATE:20260704\r\n|" \
    "SUMMARY:Stock-taking\r\nDTSTART" BERLIN "20260705T100000\r\nDTEND" BERLIN "20260705T140000\r\n"
#define MON "06-29T09:00+02-06-29T12:00+02 06-29T13:00+02-06-29T17:00+02"
#define TUE " 06-30T09:00+02-06-30T12:00+02 06-30T13:00+02-06-30T17:00+02"
#define WED " 07-01T09:00+02-07-01T12:00+02 07-01T13:00+02-07-01T17:00+02"
#define THU " 07-02T09:00+02-07-02T12:00+02 07-02T13:00+02-07-02T17:00+02"
#define THU_SHORT " 07-02T09:00+02-07-02T12:00+02"
#define FRI " 07-03T09:00+02-07-03T12:00+02"

static const struct {
    const char *label, *closes, *opens, *ignores; /* one rule each, or NULL */
    gboolean is_leave;
    const char *holidays, *want;
} ruled[] = {
    {"without rules all close", NULL, NULL, NULL, FALSE, FEED, MON THU_SHORT FRI},
    {"only what is named closes", "category:^public holiday$", NULL, NULL, FALSE, FEED, MON WED THU FRI},
    {"a pattern alone is of the summary", "founders", NULL, NULL, FALSE, FEED, MON WED THU FRI},
    {"what is ignored does not close", NULL, NULL, "transp:transparent", FALSE, FEED, MON WED THU_SHORT FRI},
    {"by description", "description:noon", NULL, NULL, FALSE, FEED, MON TUE WED THU_SHORT FRI},
    {"a make-up day has the hours of the day before", "founders", "summary:make-up", NULL, FALSE, FEED,
     MON WED THU FRI " 07-04T09:00+02-07-04T12:00+02"},
    {"an opening with a time has that time", "founders", "stock", NULL, FALSE, FEED, MON WED THU FRI " 07-05T10:00+02-07-05T14:00+02"},
    {"an opening wins over a closure of the same day", NULL, "founders", "bee|half|make|stock", FALSE,
     FEED "|SUMMARY:Strike\r\nDTSTART;VALUE=DATE:20260630\r\n", MON TUE WED THU FRI},
    {"to ignore wins over to open", NULL, "make-up|stock", "make-up|bee|half|founders", FALSE, FEED,
     MON TUE WED THU FRI " 07-05T10:00+02-07-05T14:00+02"},
    {"a make-up day before all hours of its week", "nothing", "make-up", NULL, FALSE, "SUMMARY:Make-up day\r\nDTSTART;VALUE=DATE:20260628\r\n",
     "06-28T09:00+02-06-28T12:00+02 06-28T13:00+02-06-28T17:00+02 " MON TUE WED THU FRI},
    {"a tentative opening opens nothing", "nothing", "make-up", NULL, FALSE,
     "SUMMARY:Make-up day\r\nSTATUS:TENTATIVE\r\nDTSTART;VALUE=DATE:20260704\r\n", MON TUE WED THU FRI},
    {"leave: free time is none", NULL, NULL, NULL, TRUE,
     "SUMMARY:Birthday of Eve\r\nTRANSP:TRANSPARENT\r\nDTSTART;VALUE=DATE:20260630\r\n|SUMMARY:Leave\r\nDTSTART;VALUE=DATE:20260701\r\n",
     MON TUE THU FRI},
    {"leave: tentative is none", NULL, NULL, NULL, TRUE, "STATUS:TENTATIVE\r\nDTSTART;VALUE=DATE:20260630\r\n", MON TUE WED THU FRI},
    {"leave: where Outlook says what is away, only that", NULL, NULL, NULL, TRUE,
     "SUMMARY:Meeting\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\nDTSTART;VALUE=DATE:20260630\r\n|"
     "SUMMARY:Away\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\r\nDTSTART;VALUE=DATE:20260701\r\n|"
     "SUMMARY:Dentist\r\nDTSTART;VALUE=DATE:20260702\r\n",
     MON TUE THU FRI},
};

static GPtrArray *one_rule(const char *text)
{
    GPtrArray *rules = g_ptr_array_new_with_free_func((GDestroyNotify)eventrule_free);
    if (text != NULL)
        g_ptr_array_add(rules, eventrule_parse(text, NULL));
    return rules;
}

static void test_event_rules(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(ruled); i++) {
        g_autofree char *hours = write_file("h.ics", WEEK_HOURS), *holidays = write_file("c.ics", ruled[i].holidays);
        char *const h[] = {hours, NULL}, *const c[] = {holidays, NULL};
        g_autoptr(GPtrArray) closes = one_rule(ruled[i].closes), opens = one_rule(ruled[i].opens), ignores = one_rule(ruled[i].ignores);
        g_autoptr(GArray) pieces = NULL;
        Calendar *calendar = calendar_new(&(CalendarSource){.name = "test", .hours = h, .holidays = c, .zone_id = "Europe/Berlin", .closes = closes,
                                                            .opens = opens, .ignores = ignores, .is_leave = ruled[i].is_leave},
                                          NULL, NULL);
        assert_non_null(calendar);
        assert_true(calendar_pieces(calendar, at("2026-06-27T22:00:00Z"), at("2026-07-05T22:00:00Z"), &pieces, NULL));
        g_autofree char *got = describe(calendar, pieces, TRUE);
        if (g_strcmp0(got, ruled[i].want) != 0)
            fail_msg("%s: got '%s'", ruled[i].label, got);
        calendar_free(calendar);
    }
}

/* The version is that of what is in the files and what the rules say, not of when they were read. */
static void test_version(void **state)
{
    (void)state;
    g_autofree char *hours = write_file("h.ics", WEEK_HOURS), *holidays = write_file("c.ics", FEED);
    char *const h[] = {hours, NULL}, *const c[] = {holidays, NULL};
    g_autoptr(GPtrArray) closes = one_rule("founders");
    CalendarSource source = {.name = "test", .hours = h, .holidays = c, .zone_id = "Europe/Berlin"};
    Calendar *first = calendar_new(&source, NULL, NULL), *again = calendar_new(&source, NULL, NULL);
    assert_string_equal(calendar_version(first), calendar_version(again));
    source.closes = closes;
    Calendar *ruled_one = calendar_new(&source, NULL, NULL);
    assert_string_not_equal(calendar_version(first), calendar_version(ruled_one));
    source.closes = NULL;
    source.zone_id = "Europe/Paris";
    Calendar *elsewhere = calendar_new(&source, NULL, NULL);
    assert_string_not_equal(calendar_version(first), calendar_version(elsewhere));
    calendar_free(first);
    calendar_free(again);
    calendar_free(ruled_one);
    calendar_free(elsewhere);
}

/* The last report as a reader sees it, or NULL; newly allocated. */
static char *last_of(const GPtrArray *reports) { return reports->len > 0 ? phrase_plain(reports->pdata[reports->len - 1]) : NULL; }

static void test_dry(void **state)
{
    (void)state;
    static const struct {
        const char *label, *holidays, *want; /* what the line holds, or NULL: none */
    } rows[] = {
        {"for ever", "DTSTART;VALUE=DATE:20201225\r\nRRULE:FREQ=YEARLY\r\n", NULL},
        {"long enough", "DTSTART;VALUE=DATE:20260701\r\n", NULL},
        {"the last one near", "DTSTART;VALUE=DATE:20260520\r\n|DTSTART;VALUE=DATE:20260610\r\n", "runs dry: its last event ends 2026-06-10"},
        {"the last one over", "DTSTART;VALUE=DATE:20260401\r\n", "runs dry: its last event ended 2026-04-01"},
        {"a rule with an end", "DTSTART;VALUE=DATE:20260401\r\nRRULE:FREQ=WEEKLY;UNTIL=20260601\r\n", "ends 2026-05-27"},
        {"cancelled ones are none", "DTSTART;VALUE=DATE:20260401\r\n|STATUS:CANCELLED\r\nDTSTART;VALUE=DATE:20270101\r\n", "ended 2026-04-01"},
        {"of long ago", "DTSTART;VALUE=DATE:20100401\r\n", "no event in the last five years"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *holidays = write_file("c.ics", rows[i].holidays);
        char *const c[] = {holidays, NULL};
        g_autoptr(GPtrArray) reports = g_ptr_array_new_with_free_func(g_free);
        Calendar *calendar = calendar_new(&(CalendarSource){.name = "test", .holidays = c, .zone_id = "Europe/Berlin"}, NULL, NULL);
        calendar_dry(calendar, at("2026-05-21T00:00:00Z"), (Duration){0}, reports);
        g_autofree char *end = last_of(reports);
        if ((rows[i].want == NULL) != (end == NULL) || (end != NULL && strstr(end, rows[i].want) == NULL))
            fail_msg("%s: got '%s'", rows[i].label, end != NULL ? end : "nothing");
        g_ptr_array_set_size(reports, 0);
        calendar_dry(calendar, instant_now() + 3 * 86400, (Duration){2 * 86400, DURATION_ELAPSED}, reports);
        g_autofree char *last = last_of(reports);
        assert_true(last != NULL && strstr(last, "is 3 days old") != NULL);
        calendar_free(calendar);
    }
}

static Calendar *office(void)
{
    g_autofree char *hours = data_file("office.ics"), *holidays = data_file("holidays.ics");
    char *const h[] = {hours, NULL}, *const c[] = {holidays, NULL};
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    Calendar *calendar = calendar_new(&(CalendarSource){.name = "office", .hours = h, .holidays = c, .zone_id = NULL}, warnings, &err);
    if (calendar == NULL)
        fail_msg("%s", err->message);
    if (warnings->len > 0)
        fail_msg("%s", (char *)g_ptr_array_index(warnings, 0));
    assert_string_equal(zone_name(calendar_zone(calendar)), "Europe/Berlin"); /* X-WR-TIMEZONE */
    return calendar;
}

static void want_add(Calendar *c, const char *start, const char *duration, const char *want)
{
    Duration d;
    Instant t;
    g_autoptr(GError) err = NULL;
    assert_true(duration_parse(duration, &d, NULL));
    if (!calendar_add(c, at(start), d, &t, &err))
        fail_msg("%s + %s: %s", start, duration, err->message);
    g_autofree char *got = zone_format_rfc3339(calendar_zone(c), t);
    if (g_strcmp0(got, want) != 0)
        fail_msg("%s + %s: got %s", start, duration, got);
}

static void test_questions(void **state)
{
    (void)state;
    Calendar *c = office();
    want_add(c, "2026-12-23T16:00:00+01:00", "2bh", "2026-12-24T10:00:00+01:00");
    want_add(c, "2026-12-24T11:00:00+01:00", "2bh", "2026-12-28T10:00:00+01:00"); /* noon on, Christmas, Sunday */
    want_add(c, "2026-12-30T16:00:00+01:00", "1bd", "2026-12-31T16:00:00+01:00");
    want_add(c, "2026-12-31T16:00:00+01:00", "1bd", "2027-01-04T16:00:00+01:00"); /* New Year's Day on a Friday */
    want_add(c, "2026-06-01T09:00:00+02:00", "8bh", "2026-06-01T17:00:00+02:00"); /* tentative: open */
    want_add(c, "2026-01-05T09:00:00+01:00", "4000bh", "2028-01-13T15:00:00+01:00");
    want_add(c, "2026-01-05T09:00:00+01:00", "1d", "2026-01-06T09:00:00+01:00");
    Instant t;
    gboolean open;
    Seconds s;
    assert_true(calendar_next(c, at("2026-12-24T12:00:00+01:00"), &t, NULL));
    assert_int_equal(t, at("2026-12-28T09:00:00+01:00"));
    assert_true(calendar_is_open(c, at("2026-12-25T10:00:00+01:00"), &open, NULL) && !open);
    assert_true(calendar_between(c, at("2026-12-21T00:00:00+01:00"), at("2026-12-28T00:00:00+01:00"), &s, NULL));
    assert_int_equal(s, 3 * 8 * 3600 + 3 * 3600);
    calendar_free(c);
}

/* The same answer whatever was asked before. */
static void test_order_does_not_matter(void **state)
{
    (void)state;
    static const char *const starts[] = {"2026-03-27T16:00:00Z", "1985-03-01T12:00:00Z", "2250-12-24T12:00:00Z",
                                         "2026-12-31T23:59:59Z", "2031-06-01T00:00:00Z", "2025-01-01T00:00:00Z"};
    Calendar *used = office();
    Duration d = {100000, DURATION_OPEN_SECONDS}, days = {30, DURATION_BUSINESS_DAYS};
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
        Calendar *fresh = office();
        Instant a = 0, b = 0, start = at(starts[i]);
        assert_int_equal(calendar_add(used, start, d, &a, NULL), calendar_add(fresh, start, d, &b, NULL));
        assert_int_equal(a, b);
        assert_int_equal(calendar_add(used, start, days, &a, NULL), calendar_add(fresh, start, days, &b, NULL));
        assert_int_equal(a, b);
        Seconds x = 0, y = 0;
        assert_int_equal(calendar_between(used, start, at("2026-01-01T00:00:00Z"), &x, NULL),
                         calendar_between(fresh, start, at("2026-01-01T00:00:00Z"), &y, NULL));
        assert_int_equal(x, y);
        calendar_free(fresh);
    }
    calendar_free(used);
}

static void test_origin(void **state)
{
    (void)state;
    Calendar *c = office();
    g_autoptr(GArray) pieces = NULL;
    assert_true(calendar_pieces(c, at("2026-12-24T08:00:00+01:00"), at("2026-12-26T00:00:00+01:00"), &pieces, NULL));
    static const struct {
        gboolean open;
        const char *uid;
    } want[] = {{FALSE, NULL},
                {TRUE, "day-MO,TU,WE,TH@office.example"},
                {FALSE, "half@office.example"},
                {FALSE, "christmas@office.example"}};
    assert_int_equal(pieces->len, G_N_ELEMENTS(want));
    for (guint i = 0; i < pieces->len; i++) {
        const CalendarPiece *p = &g_array_index(pieces, CalendarPiece, i);
        assert_int_equal(p->open, want[i].open);
        assert_int_equal(g_strcmp0(p->uid, want[i].uid), 0);
    }
    assert_string_equal(g_array_index(pieces, CalendarPiece, 3).summary, "Christmas");
    calendar_free(c);
}

static void want_file(const char *name, gboolean instances, const char *from, const char *to, const char *want)
{
    g_autofree char *path = data_file(name);
    char *const files[] = {path, NULL};
    g_autoptr(GError) err = NULL;
    g_autoptr(GArray) pieces = NULL;
    Calendar *c = calendar_new(&(CalendarSource){.name = name, .hours = files, .holidays = NULL, .zone_id = NULL}, NULL, &err);
    if (c == NULL
        || !(instances ? calendar_instances(c, at(from), at(to), &pieces, &err)
                       : calendar_pieces(c, at(from), at(to), &pieces, &err)))
        fail_msg("%s: %s", name, err->message);
    g_autofree char *got = describe(c, pieces, !instances);
    if (g_strcmp0(got, want) != 0)
        fail_msg("%s: got '%s'", name, got);
    calendar_free(c);
}

static void test_files(void **state)
{
    (void)state;
    /* a VTIMEZONE of no known name, with a change on 29 March */
    want_file("own-zone.ics", FALSE, "2026-03-01T00:00:00Z", "2026-05-01T00:00:00Z",
              "03-27T08:00+02-03-27T12:00+02 03-28T08:00+02-03-28T12:00+02 03-29T08:00+03-03-29T12:00+03 "
              "03-30T08:00+03-03-30T12:00+03");
    /* the layer of priority 1 decides alone on two days */
    want_file("availability.ics", FALSE, "2026-02-02T00:00:00+01:00", "2026-02-06T00:00:00+01:00",
              "02-02T09:00+01-02-02T17:00+01 02-03T12:00+01-02-03T20:00+01 02-05T09:00+01-02-05T17:00+01");
    want_file("office.ics", TRUE, "2026-02-05T00:00:00+01:00", "2026-02-07T00:00:00+01:00",
              "02-05T09:00+01-02-05T17:00+01 02-06T09:00+01-02-06T15:00+01");
}

static const struct {
    const char *label, *hours, *holidays, *zone;
    ErrorCode code;
    const char *want;
} refused[] = {
    {"floating without a zone", "DTSTART:20260701T090000\r\nDURATION:PT1H\r\n", NULL, NULL, ERROR_CONFIG,
     "times or dates without a zone"},
    {"a zone that is none", "DTSTART:20260701T090000\r\nDURATION:PT1H\r\n", NULL, "Europe/Nowhere", ERROR_CONFIG,
     "Europe/Nowhere"},
    {"availability beside events", "DTSTART:20260701T090000Z\r\n|BEGIN:VAVAILABILITY\r\nUID:v\r\nEND:VAVAILABILITY\r\n", NULL,
     "UTC", ERROR_DATA, "VEVENT beside VAVAILABILITY"},
    {"availability as a closure", "DTSTART:20260701T090000Z\r\n", "BEGIN:VAVAILABILITY\r\nUID:v\r\nEND:VAVAILABILITY\r\n", "UTC",
     ERROR_DATA, "VAVAILABILITY in a file of closures"},
};

static void test_refused(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autofree char *hours = write_file("h.ics", refused[i].hours);
        g_autofree char *holidays = refused[i].holidays != NULL ? write_file("c.ics", refused[i].holidays) : NULL;
        char *const h[] = {hours, NULL}, *const c[] = {holidays, NULL};
        g_autoptr(GError) err = NULL;
        if (calendar_new(&(CalendarSource){.name = "test", .hours = h, .holidays = c, .zone_id = refused[i].zone}, NULL, &err) != NULL)
            fail_msg("%s: was taken", refused[i].label);
        if (!g_error_matches(err, ESCALATE_ERROR, (int)refused[i].code) || strstr(err->message, refused[i].want) == NULL)
            fail_msg("%s: %s", refused[i].label, err->message);
    }
    char *const absent[] = {(char *)"/nowhere/at/all.ics", NULL};
    g_autoptr(GError) err = NULL;
    assert_null(calendar_new(&(CalendarSource){.name = "test", .hours = absent, .holidays = NULL, .zone_id = "UTC"}, NULL, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_NOTFOUND));
}

static void want_limit(Calendar *c, const char *start, Duration d)
{
    Instant t;
    g_autoptr(GError) err = NULL;
    assert_false(calendar_add(c, at(start), d, &t, &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_LIMIT));
}

static void test_bounds(void **state)
{
    (void)state;
    g_autofree char *path = write_file("h.ics", "DTSTART:20260701T090000Z\r\nDURATION:PT1H\r\n");
    char *const files[] = {path, NULL};
    Calendar *c = calendar_new(&(CalendarSource){.name = "once", .hours = files, .holidays = NULL, .zone_id = "UTC"}, NULL, NULL);
    want_limit(c, "2026-07-01T09:30:00Z", (Duration){3600, DURATION_OPEN_SECONDS});
    want_limit(c, "2026-08-01T09:30:00Z", (Duration){1, DURATION_BUSINESS_DAYS});
    want_limit(c, "9999-08-01T09:30:00Z", (Duration){1, DURATION_OPEN_SECONDS});
    want_limit(c, "0001-08-01T09:30:00Z", (Duration){1, DURATION_OPEN_SECONDS});
    calendar_free(c);
    want_add(calendar_always(), "2026-07-01T09:30:00Z", "48bh", "2026-07-03T09:30:00+00:00");
    want_add(calendar_always(), "2026-07-01T09:30:00Z", "3bd", "2026-07-04T09:30:00+00:00");
    assert_string_equal(calendar_name(calendar_always()), "always");
    calendar_free(calendar_always());
    calendar_free(NULL);
}

/* Events that repeat in full, on end: refused in bounded time. */
static void test_hostile(void **state)
{
    (void)state;
    GString *s = g_string_new("DTSTART:19000101T000000Z\r\nRRULE:FREQ=DAILY;COUNT=2000000000\r\n");
    for (int i = 0; i < 4000; i++)
        g_string_append(s, "|DTSTART:19000101T000000Z\r\nRRULE:FREQ=DAILY;COUNT=2000000000\r\n");
    g_autofree char *path = write_file("h.ics", s->str);
    g_string_free(s, TRUE);
    char *const files[] = {path, NULL};
    Calendar *c = calendar_new(&(CalendarSource){.name = "hostile", .hours = files, .holidays = NULL, .zone_id = "UTC"}, NULL, NULL);
    want_limit(c, "2026-07-01T09:30:00Z", (Duration){1, DURATION_OPEN_SECONDS});
    calendar_free(c);
}

/* Many events that open, each of years, beside hours of many pieces: what they come to is refused, not filled in. */
static void test_many_openings(void **state)
{
    (void)state;
    GString *hours = g_string_new(NULL), *days = g_string_new(NULL);
    for (int i = 0; i < 200; i++)
        g_string_append_printf(hours, "%sDTSTART:20260101T%02d%02d00Z\r\nDURATION:PT1M\r\nRRULE:FREQ=DAILY\r\n", i > 0 ? "|" : "", i / 30, i % 30 * 2);
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(days, "%sDTSTART;VALUE=DATE:20250101\r\nDTEND;VALUE=DATE:20290101\r\nSUMMARY:work\r\n", i > 0 ? "|" : "");
    g_autofree char *h_path = write_file("h.ics", hours->str), *c_path = write_file("c.ics", days->str), *once = write_file("o.ics", "DTSTART:20260101T000000Z\r\n");
    g_string_free(hours, TRUE);
    g_string_free(days, TRUE);
    char *const many[] = {h_path, NULL}, *const none[] = {once, NULL}, *const c[] = {c_path, NULL};
    g_autoptr(GPtrArray) opens = one_rule("work");
    for (int i = 0; i < 2; i++) { /* none: no day near has hours, which takes longest to find */
        Calendar *k = calendar_new(&(CalendarSource){.name = "hostile", .hours = i == 0 ? many : none, .holidays = c, .zone_id = "UTC", .opens = opens}, NULL, NULL);
        want_limit(k, "2026-07-01T09:30:00Z", (Duration){3600, DURATION_OPEN_SECONDS});
        calendar_free(k);
    }
}

/* Thousands of overrides that move what follows: sorted once, and found by bisection. */
static void test_many_futures(void **state)
{
    (void)state;
    GString *s = g_string_new("UID:a\r\nDTSTART:20260105T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\n");
    for (int i = 0; i < 6000; i++)
        g_string_append_printf(s, "|UID:a\r\nDTSTART:20260106T%02d%02d%02dZ\r\nDURATION:PT1H\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260106T%02d%02d%02dZ\r\n",
                               i / 3600, i / 60 % 60, i % 60, i / 3600, i / 60 % 60, i % 60);
    g_autofree char *path = write_file("h.ics", s->str);
    g_string_free(s, TRUE);
    char *const files[] = {path, NULL};
    Calendar *c = calendar_new(&(CalendarSource){.name = "hostile", .hours = files, .zone_id = "UTC"}, NULL, NULL);
    gboolean open;
    assert_true(calendar_is_open(c, at("2026-02-02T09:30:00Z"), &open, NULL));
    assert_true(open);
    calendar_free(c);
}

static int set_up(void **state)
{
    (void)state;
    directory = g_dir_make_tmp("test_calendar_XXXXXX", NULL);
    return directory == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"h.ics", "c.ics", "o.ics"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(directory, names[i], NULL);
        unlink(path);
    }
    rmdir(directory);
    g_free(directory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event_rules), cmocka_unit_test(test_version), cmocka_unit_test(test_dry),
        cmocka_unit_test(test_open),   cmocka_unit_test(test_questions), cmocka_unit_test(test_order_does_not_matter),
        cmocka_unit_test(test_origin), cmocka_unit_test(test_files),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bounds), cmocka_unit_test(test_hostile), cmocka_unit_test(test_many_openings), cmocka_unit_test(test_many_futures),
    };
    return cmocka_run_group_tests_name("calendar", tests, set_up, tear_down);
}
