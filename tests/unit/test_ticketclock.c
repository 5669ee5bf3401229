/* ticketclock: life of one running target on a real calendar: what it has consumed, when it is due, when its percents are reached. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "rules/ticketclock.h"
#include "rules/worktime.h"

#include "base/banned.h"

/* ---- a calendar: Monday to Friday 09-17 UTC, twelve weeks from Monday 2026-03-02; or always ---- */

static Worktime *office;

static gboolean office_add(void *data, Instant start, Duration d, Instant *ret, GError **err) { return worktime_add(data, start, d, ret, err); }
static gboolean office_between(void *data, Instant a, Instant b, Seconds *ret, GError **err) { return worktime_between(data, a, b, ret, err); }

static gboolean always_add(void *data, Instant start, Duration d, Instant *ret, GError **err)
{
    (void)data, (void)err;
    *ret = start + (d.unit == DURATION_BUSINESS_DAYS ? d.amount * 86400 : d.amount);
    return TRUE;
}

static gboolean always_between(void *data, Instant a, Instant b, Seconds *ret, GError **err)
{
    (void)data, (void)err;
    *ret = b - a;
    return TRUE;
}

static const ClockCalendar always = {NULL, always_add, always_between};
static ClockCalendar working = {NULL, office_add, office_between};

static int open_office(void **state)
{
    Interval open[60];
    Instant monday;
    (void)state;
    if (!instant_parse("2026-03-02T00:00:00Z", &monday, NULL))
        return -1;
    for (int i = 0; i < 60; i++) {
        Instant day = monday + (i / 5 * 7 + i % 5) * 86400;
        open[i] = (Interval){day + 9 * 3600, day + 17 * 3600};
    }
    office = worktime_new(open, G_N_ELEMENTS(open), monday - 86400, monday + 84 * 86400, zone_utc());
    working.data = office;
    return 0;
}

static int close_office(void **state)
{
    (void)state;
    worktime_free(office);
    return 0;
}

/* "2026-03-02 09:00" */
static Instant at(const char *text)
{
    g_autofree char *full = g_strdup_printf("%.10sT%s:00Z", text, text + 11);
    Instant t;
    if (!instant_parse(full, &t, NULL))
        fail_msg("bad instant '%s' in the test", text);
    return t;
}

static Duration length(const char *text)
{
    Duration d;
    if (!duration_parse(text, &d, NULL))
        fail_msg("bad duration '%s' in the test", text);
    return d;
}

static void same_instant(const char *label, Instant got, const char *want)
{
    g_autofree char *text = instant_format(got);
    if (got != (want == NULL ? INSTANT_NONE : at(want)))
        fail_msg("%s: wanted %s, got %s", label, want == NULL ? "-" : want, text);
}

/* ---- scripts: "start 4bh @ TIME", then what happens ---- */

static gboolean apply(TicketClock *c, const ClockCalendar *cal, const char *verb, const char *argument, Instant when)
{
    g_autoptr(GError) err = NULL;
    gboolean ok = TRUE;
    if (strcmp(verb, "start") == 0) {
        c->duration = length(argument);
        ok = ticketclock_start(c, cal, when, &err);
    } else if (strcmp(verb, "pause") == 0) {
        ok = ticketclock_pause(c, cal, when, &err);
    } else if (strcmp(verb, "resume") == 0) {
        ok = ticketclock_resume(c, cal, when, &err);
    } else if (strcmp(verb, "met") == 0) {
        ticketclock_stop(c, when, TRUE);
    } else if (strcmp(verb, "stop") == 0) {
        ticketclock_stop(c, when, FALSE);
    } else if (strcmp(verb, "reopen") == 0) {
        ok = ticketclock_reopen(c, cal, when, &err);
    } else if (strcmp(verb, "continue") == 0) {
        ok = ticketclock_continue(c, cal, when, &err);
    } else {
        ok = ticketclock_retarget(c, cal, length(argument), strcmp(verb, "worse") == 0, when, &err);
    }
    return ok;
}

typedef struct {
    const char *verb, *argument, *when;
    const char *due; /* what follows; NULL: none (paused), "" is not asked */
    const char *state;
} Happening;

static const struct {
    const char *label;
    gboolean elapsed;
    Happening steps[8];
} scripts[] = {
    {"four hours from Monday noon", FALSE, {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"}}},
    {"over night", FALSE, {{"start", "4bh", "2026-03-02 15:00", "2026-03-03 11:00", "running"}}},
    {"from the weekend", FALSE, {{"start", "4bh", "2026-03-07 15:00", "2026-03-09 13:00", "running"}}},
    {"business days", FALSE, {{"start", "3bd", "2026-03-05 15:00", "2026-03-10 15:00", "running"}}},
    {"always", TRUE, {{"start", "4h", "2026-03-07 22:00", "2026-03-08 02:00", "running"}}},
    {"a pause takes nothing", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"},
      {"pause", NULL, "2026-03-02 13:00", NULL, "paused"},
      {"pause", NULL, "2026-03-02 15:00", NULL, "paused"},
      {"resume", NULL, "2026-03-04 09:00", "2026-03-04 12:00", "running"},
      {"resume", NULL, "2026-03-04 10:00", "2026-03-04 12:00", "running"}}},
    {"paused and resumed while closed", FALSE,
     {{"start", "4bh", "2026-03-02 16:00", "2026-03-03 12:00", "running"},
      {"pause", NULL, "2026-03-02 20:00", NULL, "paused"},
      {"resume", NULL, "2026-03-02 22:00", "2026-03-03 12:00", "running"}}},
    {"paused after its due", FALSE,
     {{"start", "1bh", "2026-03-02 09:00", "2026-03-02 10:00", "running"},
      {"pause", NULL, "2026-03-02 12:00", NULL, "paused"},
      {"resume", NULL, "2026-03-03 12:00", "2026-03-03 12:00", "running"}}},
    {"met clocks stay", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"},
      {"met", NULL, "2026-03-02 13:00", "", "met"},
      {"pause", NULL, "2026-03-02 14:00", "", "met"},
      {"resume", NULL, "2026-03-02 14:00", "", "met"},
      {"worse", "1bh", "2026-03-02 14:00", "", "met"},
      {"stop", NULL, "2026-03-02 14:00", "", "met"}}},
    {"stopped clocks stay", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"},
      {"stop", NULL, "2026-03-02 13:00", "", "stopped"},
      {"met", NULL, "2026-03-02 13:00", "", "stopped"},
      {"reopen", NULL, "2026-03-02 13:00", "", "stopped"},
      {"milder", "9bh", "2026-03-02 13:00", "", "stopped"}}},
    {"stopped, as by spam, and open again: what was left", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"},
      {"stop", NULL, "2026-03-02 13:00", "", "stopped"},
      {"continue", NULL, "2026-03-03 09:00", "2026-03-03 12:00", "running"}}},
    {"a failed answer: from the original start", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"},
      {"met", NULL, "2026-03-02 13:00", "", "met"},
      {"reopen", NULL, "2026-03-03 09:00", "2026-03-02 16:00", "running"}}},
    {"a running clock is not reopened", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"},
      {"reopen", NULL, "2026-03-02 13:00", "2026-03-02 16:00", "running"},
      {"continue", NULL, "2026-03-02 13:00", "2026-03-02 16:00", "running"}}},
    {"a reopened ticket: resolve goes on, the time between is not counted", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"},
      {"met", NULL, "2026-03-02 13:00", "", "met"},
      {"continue", NULL, "2026-03-05 09:00", "2026-03-05 12:00", "running"}}},
    {"resolved while it waited, then reopened", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"},
      {"pause", NULL, "2026-03-02 13:00", NULL, "paused"},
      {"met", NULL, "2026-03-04 09:00", "", "met"},
      {"continue", NULL, "2026-03-05 09:00", "2026-03-05 12:00", "running"}}},
    {"worse: now + new target", FALSE,
     {{"start", "3bd", "2026-03-02 12:00", "2026-03-05 12:00", "running"}, {"worse", "4bh", "2026-03-03 09:00", "2026-03-03 13:00", "running"}}},
    {"worse: never later than it was", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"}, {"worse", "2bh", "2026-03-02 15:00", "2026-03-02 16:00", "running"}}},
    {"milder: start + new target", FALSE,
     {{"start", "4bh", "2026-03-02 12:00", "2026-03-02 16:00", "running"}, {"milder", "3bd", "2026-03-02 15:00", "2026-03-05 12:00", "running"}}},
    {"milder, after a pause: that time is not counted", FALSE,
     {{"start", "4bh", "2026-03-02 09:00", "2026-03-02 13:00", "running"},
      {"pause", NULL, "2026-03-02 10:00", NULL, "paused"},
      {"resume", NULL, "2026-03-04 10:00", "2026-03-04 13:00", "running"},
      {"milder", "8bh", "2026-03-04 11:00", "2026-03-04 17:00", "running"}}},
    {"milder while paused", FALSE,
     {{"start", "4bh", "2026-03-02 09:00", "2026-03-02 13:00", "running"},
      {"pause", NULL, "2026-03-02 10:00", NULL, "paused"},
      {"milder", "8bh", "2026-03-03 11:00", NULL, "paused"},
      {"resume", NULL, "2026-03-04 10:00", "2026-03-04 17:00", "running"}}},
    {"worse while paused", FALSE,
     {{"start", "8bh", "2026-03-02 09:00", "2026-03-02 17:00", "running"},
      {"pause", NULL, "2026-03-02 10:00", NULL, "paused"},
      {"worse", "2bh", "2026-03-03 11:00", NULL, "paused"},
      {"resume", NULL, "2026-03-04 10:00", "2026-03-04 12:00", "running"}}},
    {"worse while paused: never more than was left", FALSE,
     {{"start", "2bh", "2026-03-02 09:00", "2026-03-02 11:00", "running"},
      {"pause", NULL, "2026-03-02 10:00", NULL, "paused"},
      {"worse", "4bh", "2026-03-03 11:00", NULL, "paused"},
      {"resume", NULL, "2026-03-04 10:00", "2026-03-04 11:00", "running"}}},
    {"worse and milder again", FALSE,
     {{"start", "8bh", "2026-03-02 09:00", "2026-03-02 17:00", "running"},
      {"worse", "2bh", "2026-03-02 10:00", "2026-03-02 12:00", "running"},
      {"milder", "8bh", "2026-03-02 11:00", "2026-03-02 17:00", "running"}}},
};

static void test_scripts(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(scripts); i++) {
        TicketClock c = {0};
        const ClockCalendar *cal = scripts[i].elapsed ? &always : &working;
        for (int k = 0; k < 8 && scripts[i].steps[k].verb != NULL; k++) {
            const Happening *h = &scripts[i].steps[k];
            g_autofree char *label = g_strdup_printf("%s: %s %s", scripts[i].label, h->verb, h->when);
            if (!apply(&c, cal, h->verb, h->argument, at(h->when)))
                fail_msg("%s: error", label);
            if (strcmp(ticketclock_state_name(c.state), h->state) != 0)
                fail_msg("%s: is %s", label, ticketclock_state_name(c.state));
            if (h->due == NULL || *h->due != '\0')
                same_instant(label, c.due_at, h->due);
        }
    }
}

static void test_breach_is_history(void **state)
{
    (void)state;
    TicketClock c = {.duration = length("1bh")};
    assert_true(ticketclock_start(&c, &working, at("2026-03-02 09:00"), NULL));
    assert_true(c.breached_at == INSTANT_NONE && c.met_at == INSTANT_NONE);
    c.breached_at = at("2026-03-02 10:00");
    ticketclock_stop(&c, at("2026-03-02 11:00"), TRUE);
    assert_true(ticketclock_reopen(&c, &working, at("2026-03-02 12:00"), NULL));
    same_instant("reopened", c.breached_at, "2026-03-02 10:00");
    assert_true(c.met_at == INSTANT_NONE);
    assert_true(ticketclock_retarget(&c, &working, length("8bh"), FALSE, at("2026-03-02 12:00"), NULL));
    same_instant("milder", c.breached_at, "2026-03-02 10:00");
    ticketclock_stop(&c, at("2026-03-02 13:00"), TRUE);
    assert_true(ticketclock_continue(&c, &working, at("2026-03-04 09:00"), NULL));
    same_instant("continued", c.breached_at, "2026-03-02 10:00");
}

/* ---- percent and before ---- */

static const struct {
    const char *label, *start, *duration, *text, *min, *want;
} ats[] = {
    {"75 % of four hours", "2026-03-02 12:00", "4bh", "75% respond", "0s", "2026-03-02 15:00"},
    {"0 %", "2026-03-02 12:00", "4bh", "0% respond", "0s", "2026-03-02 12:00"},
    {"100 % is the due", "2026-03-02 12:00", "4bh", "100% respond", "0s", "2026-03-02 16:00"},
    {"100 % of days is the due", "2026-03-05 15:00", "3bd", "100% respond", "0s", "2026-03-10 15:00"},
    {"50 % of days: of their open time", "2026-03-02 12:00", "2bd", "50% respond", "0s", "2026-03-03 12:00"},
    {"150 %", "2026-03-02 12:00", "4bh", "150% respond", "0s", "2026-03-03 10:00"},
    {"rounded up to the second", "2026-03-02 12:00", "100bs", "33% respond", "0s", NULL},
    {"min holds it back", "2026-03-02 12:00", "1bh", "50% respond", "45bm", "2026-03-02 12:45"},
    {"min is over already", "2026-03-02 12:00", "4bh", "50% respond", "45bm", "2026-03-02 14:00"},
    {"before", "2026-03-02 12:00", "4bh", "before 30bm", "0s", "2026-03-02 15:30"},
    {"before, over night", "2026-03-02 15:00", "4bh", "before 3bh", "0s", "2026-03-02 16:00"},
    {"before, elapsed", "2026-03-02 15:00", "4bh", "before 3h", "0s", "2026-03-03 08:00"},
    {"before is longer than the target: at once", "2026-03-02 12:00", "1bh", "before 2bh", "0s", "2026-03-02 12:00"},
};

static void test_at(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(ats); i++) {
        TicketClock c = {.duration = length(ats[i].duration)};
        LevelAt spec = {0};
        Instant got;
        if (g_str_has_prefix(ats[i].text, "before ")) {
            spec.is_before = TRUE;
            spec.before = length(ats[i].text + 7);
        } else {
            assert_true(policy_at_parse(ats[i].text, &spec, NULL));
        }
        assert_true(ticketclock_start(&c, &working, at(ats[i].start), NULL));
        assert_true(ticketclock_at(&c, &working, &spec, length(ats[i].min), &got, NULL));
        if (ats[i].want != NULL)
            same_instant(ats[i].label, got, ats[i].want);
        else
            assert_int_equal(got, at(ats[i].start) + 33);
    }
}

static void test_at_and_pauses(void **state)
{
    (void)state;
    TicketClock c = {.duration = length("4bh")};
    LevelAt half = {.percent = 50}, late = {.is_before = TRUE, .before = length("30bm")};
    Duration none = length("0s");
    Instant got = 0;
    assert_true(ticketclock_start(&c, &working, at("2026-03-02 12:00"), NULL) && ticketclock_pause(&c, &working, at("2026-03-02 13:00"), NULL));
    assert_true(ticketclock_at(&c, &working, &half, none, &got, NULL));
    same_instant("paused", got, NULL);
    assert_true(ticketclock_resume(&c, &working, at("2026-03-04 09:00"), NULL) && ticketclock_at(&c, &working, &half, none, &got, NULL));
    same_instant("half, one hour was consumed before", got, "2026-03-04 10:00");
    assert_true(ticketclock_at(&c, &working, &late, none, &got, NULL));
    same_instant("before", got, "2026-03-04 11:30");
    assert_true(ticketclock_pause(&c, &working, at("2026-03-04 11:00"), NULL) && ticketclock_resume(&c, &working, at("2026-03-05 09:00"), NULL));
    assert_true(ticketclock_at(&c, &working, &half, none, &got, NULL));
    same_instant("half was over: at once", got, "2026-03-05 09:00");
    ticketclock_stop(&c, at("2026-03-05 09:30"), TRUE);
    assert_true(ticketclock_at(&c, &working, &half, none, &got, NULL));
    same_instant("met", got, NULL);
}

static void test_errors(void **state)
{
    (void)state;
    TicketClock c = {.duration = length("4bh")}, before;
    g_autoptr(GError) err = NULL;
    assert_false(ticketclock_start(&c, &working, at("2036-03-02 12:00"), &err));
    assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_LIMIT));
    g_clear_error(&err);
    assert_true(ticketclock_start(&c, &working, at("2026-03-02 12:00"), NULL));
    before = c;
    assert_false(ticketclock_retarget(&c, &working, length("9000bh"), FALSE, at("2026-03-02 13:00"), &err));
    assert_true(memcmp(&before, &c, sizeof c) == 0);
}

/* ---- properties ---- */

static guint32 lcg = 7;

static int pick(int n)
{
    lcg = lcg * 1664525u + 1013904223u;
    return (int)((lcg >> 8) % (guint32)n);
}

/* Over any pauses: consumed + what remains until due = total, and what ran is what was consumed. */
static void test_pauses(void **state)
{
    (void)state;
    static const char *const durations[] = {"30bm", "4bh", "20bh", "2bd", "5bd", "1000bs"};
    for (int round = 0; round < 3000; round++) {
        TicketClock c = {.duration = length(durations[pick(G_N_ELEMENTS(durations))])};
        Instant now = at("2026-03-02 00:00") + pick(7 * 86400), since;
        Seconds ran = 0, part;
        assert_true(ticketclock_start(&c, &working, now, NULL));
        Seconds total = c.total;
        since = now;
        for (int i = 0; i < 6; i++) {
            now += pick(40 * 3600);
            if (c.state == CLOCK_RUNNING) {
                assert_true(worktime_between(office, since, now, &part, NULL));
                ran += part;
                assert_true(ticketclock_pause(&c, &working, now, NULL));
                assert_int_equal(c.consumed, ran);
                assert_true(c.due_at == INSTANT_NONE);
            } else {
                assert_true(ticketclock_resume(&c, &working, now, NULL));
                assert_true(worktime_between(office, now, c.due_at, &part, NULL));
                assert_int_equal(part + MIN(ran, total), total);
                since = now;
            }
            assert_int_equal(c.total, total);
        }
    }
}

/* A severity's change before or after the end of a pause comes to the same. */
static void test_retarget_commutes(void **state)
{
    (void)state;
    for (int round = 0; round < 2000; round++) {
        TicketClock a = {.duration = length("20bh")}, b;
        Duration d = {600 + pick(60 * 3600), DURATION_OPEN_SECONDS};
        gboolean worse = pick(2) == 0;
        Instant now = at("2026-03-02 00:00") + pick(86400);
        assert_true(ticketclock_start(&a, &working, now, NULL));
        now += pick(86400);
        assert_true(ticketclock_pause(&a, &working, now, NULL));
        now += pick(4 * 86400);
        b = a;
        assert_true(ticketclock_retarget(&a, &working, d, worse, now, NULL) && ticketclock_resume(&a, &working, now, NULL));
        assert_true(ticketclock_resume(&b, &working, now, NULL) && ticketclock_retarget(&b, &working, d, worse, now, NULL));
        Seconds apart;
        assert_true(worktime_between(office, a.due_at, b.due_at, &apart, NULL));
        assert_int_equal(apart, 0);
        assert_int_equal(a.total - a.consumed > 0 ? a.total : 0, b.total - b.consumed > 0 ? b.total : 0);
    }
}

/* Percents are monotonic, and 100 is the due. */
static void test_percents(void **state)
{
    (void)state;
    for (int round = 0; round < 500; round++) {
        TicketClock c = {.duration = {600 + pick(20 * 3600), DURATION_OPEN_SECONDS}};
        Instant last = 0, got;
        assert_true(ticketclock_start(&c, &working, at("2026-03-02 00:00") + pick(7 * 86400), NULL));
        for (int p = 0; p <= 150; p += 10) {
            LevelAt spec = {.percent = p};
            assert_true(ticketclock_at(&c, &working, &spec, (Duration){0, DURATION_ELAPSED}, &got, NULL));
            assert_true(got >= last);
            assert_true(p != 100 || got == c.due_at);
            last = got;
        }
    }
}

/* ---- replay ---- */

static const ClockEventKind kinds[] = {CLOCK_EVENT_PAUSE,    CLOCK_EVENT_RESUME,  CLOCK_EVENT_MET,      CLOCK_EVENT_STOP,   CLOCK_EVENT_REOPEN,
                                       CLOCK_EVENT_CONTINUE, CLOCK_EVENT_TIGHTEN, CLOCK_EVENT_RETARGET, CLOCK_EVENT_NOTHING};

/* Some duration; elapsed ones only where the calendar is always open. */
static Duration some_duration(const ClockCalendar *cal)
{
    static const DurationUnit units[] = {DURATION_OPEN_SECONDS, DURATION_BUSINESS_DAYS, DURATION_ELAPSED};
    Duration d = {0, units[pick(cal->data == NULL ? 3 : 2)]};
    d.amount = d.unit == DURATION_BUSINESS_DAYS ? pick(5) : pick(30 * 3600);
    return d;
}

/* What flows/deadlines does to the row when that happens. */
static gboolean happen(TicketClock *c, const ClockEvent *e, const ClockCalendar *before)
{
    switch (e->kind) {
    case CLOCK_EVENT_PAUSE: return ticketclock_pause(c, before, e->at, NULL);
    case CLOCK_EVENT_RESUME: return ticketclock_resume(c, before, e->at, NULL);
    case CLOCK_EVENT_MET:
    case CLOCK_EVENT_STOP: ticketclock_stop(c, e->at, e->kind == CLOCK_EVENT_MET); return TRUE;
    case CLOCK_EVENT_REOPEN: return ticketclock_reopen(c, before, e->at, NULL);
    case CLOCK_EVENT_CONTINUE: return ticketclock_continue(c, before, e->at, NULL);
    case CLOCK_EVENT_TIGHTEN:
    case CLOCK_EVENT_RETARGET:
        return ticketclock_retarget_on(c, before, &e->calendar, e->duration, e->kind == CLOCK_EVENT_TIGHTEN, e->at, NULL);
    default: return TRUE;
    }
}

static void same_clock(int round, const ClockEvent *log, gsize n, const TicketClock *row, const TicketClock *again)
{
    if (row->state == again->state && row->started_at == again->started_at && row->segment_at == again->segment_at && row->consumed == again->consumed
        && row->total == again->total && row->due_at == again->due_at && row->met_at == again->met_at && row->duration.amount == again->duration.amount
        && row->duration.unit == again->duration.unit)
        return;
    for (gsize i = 0; i < n; i++)
        print_error("  %d @ %" G_GINT64_FORMAT " for %" G_GINT64_FORMAT "/%d on %s\n", log[i].kind, log[i].at, log[i].duration.amount, log[i].duration.unit,
                    log[i].calendar.data == NULL ? "always" : "office");
    fail_msg("round %d: row %s due %" G_GINT64_FORMAT " consumed %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ", log %s due %" G_GINT64_FORMAT
             " consumed %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, round, ticketclock_state_name(row->state), row->due_at, row->consumed, row->total,
             ticketclock_state_name(again->state), again->due_at, again->consumed, again->total);
}

/* On calendars that did not change the log makes the row that the events made, after each of them. An event that fails is not logged. */
static void test_replay(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        ClockEvent log[12];
        gsize n = 1;
        Instant now = at("2026-03-02 00:00") + pick(14 * 86400);
        log[0] = (ClockEvent){CLOCK_EVENT_START, now, {0}, pick(2) == 0 ? working : always};
        log[0].duration = some_duration(&log[0].calendar);
        TicketClock row = {.duration = log[0].duration};
        if (!ticketclock_start(&row, &log[0].calendar, now, NULL))
            continue;
        while (n < G_N_ELEMENTS(log)) {
            const ClockEvent *last = &log[n - 1];
            ClockEvent e = {kinds[pick(G_N_ELEMENTS(kinds))], 0, last->duration, last->calendar};
            now += pick(4) == 0 ? 0 : pick(30 * 3600);
            e.at = now;
            if (e.kind == CLOCK_EVENT_TIGHTEN || e.kind == CLOCK_EVENT_RETARGET) {
                if (row.state == CLOCK_MET || row.state == CLOCK_STOPPED)
                    continue; /* as deadlines_retarget leaves them alone */
                e.calendar = pick(2) == 0 ? working : always;
                e.duration = some_duration(&e.calendar);
            }
            TicketClock before = row, again = {0};
            if (!happen(&row, &e, &last->calendar)) {
                row = before;
                break;
            }
            log[n++] = e;
            assert_true(ticketclock_replay(&again, log, n, NULL));
            same_clock(round, log, n, &row, &again);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scripts),       cmocka_unit_test(test_breach_is_history),
                                       cmocka_unit_test(test_at),            cmocka_unit_test(test_at_and_pauses),
                                       cmocka_unit_test(test_errors),        cmocka_unit_test(test_pauses),
                                       cmocka_unit_test(test_retarget_commutes), cmocka_unit_test(test_percents),
                                       cmocka_unit_test(test_replay)};
    return cmocka_run_group_tests_name("ticketclock", tests, open_office, close_office);
}
