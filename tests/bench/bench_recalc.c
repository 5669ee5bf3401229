/* bench_recalc DIRECTORY HOURS HOLIDAYS: a changed calendar: deadlines computed, and stored between mail and timers; and what calendars weigh. */
#include <glib/gstdio.h>
#include <unistd.h>

#include "tests/bench/desk.h"

#include "base/log.h"

#include "flows/deadlines.h"
#include "flows/recalc.h"

#define COMPUTED 1000000
#define STORED "100000"
#define CALENDARS 1000
#define YEARS 3
#define ROUNDS 3
#define EACH "with recursive n(i) as (select 1 union all select i + 1 from n where i < " STORED ") "

/* Tickets of the last weeks, each with one clock that runs, and the start in its log. */
static const char *const filling[] = {
    EACH "insert into person (id, address, name, key) select i, 'bo@c' || i || '.example', 'Customer ' || i, zeroblob(32) from n",
    EACH "insert into ticket (id, queue, state, severity, subject, requester_id, language, opened_at)"
         " select i, 'support', 'open', 2, 'The printer in room ' || i, i, 'en', 1795000000 + i from n",
    EACH "insert into clock (id, ticket_id, queue, target, calendar, duration, state, started_at, segment_at, consumed, total, due_at, config_version)"
         " select i, i, 'support', 'resolve', 'office', '40bd', 0, 1795000000 + i, 1795000000 + i, 0, 1000000, 1800000000 + i, 'x' from n",
    EACH "insert into clock_event (clock_id, at, event, due_at, calendar, duration) select i, 1795000000 + i, 'start', 1800000000 + i, 'office', '40bd' from n",
};

static double resident_mib(void)
{
    g_autofree char *text = NULL;
    long total = 0, resident = 0;
    if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL) || sscanf(text, "%ld %ld", &total, &resident) != 2)
        fail("no /proc/self/statm");
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

static Calendar *load(char **files)
{
    g_autoptr(GError) err = NULL;
    char *hours[] = {files[0], NULL}, *holidays[] = {files[1], NULL};
    Calendar *c = calendar_new(&(CalendarSource){.name = "bench", .hours = hours, .holidays = holidays, .zone_id = "Europe/Berlin"}, NULL, &err);
    or_fail(c != NULL, err, "calendar_new");
    return c;
}

static void weigh(char **files)
{
    static Figure weight;
    static Calendar *all[CALENDARS];
    double before = resident_mib();
    for (int i = 0; i < CALENDARS; i++) {
        Seconds s;
        all[i] = load(files);
        if (!calendar_between(all[i], BENCH_NOW, BENCH_NOW + (Seconds)YEARS * 365 * 86400, &s, NULL))
            fail("calendar_between");
    }
    figure_add(&weight, resident_mib() - before, 0);
    figure_print("memory of 1000 calendars over 3 years MiB", &weight);
    for (int i = 0; i < CALENDARS; i++)
        calendar_free(all[i]);
}

static gboolean cal_add(void *data, Instant start, Duration d, Instant *ret, GError **err) { return calendar_add(data, start, d, ret, err); }
static gboolean cal_between(void *data, Instant a, Instant b, Seconds *ret, GError **err) { return calendar_between(data, a, b, ret, err); }

static void compute(char **files)
{
    static Figure computed;
    for (int round = 0; round < ROUNDS; round++) {
        Calendar *c = load(files);
        volatile Instant sink = 0;
        double from = now_us();
        for (int i = 0; i < COMPUTED; i++) {
            TicketClock k = {.target = TARGET_RESOLVE};
            ClockEvent e = {.kind = CLOCK_EVENT_START, .at = BENCH_NOW - i * 7, .duration = {8 * 3600 + i % 100, DURATION_OPEN_SECONDS},
                            .calendar = {c, cal_add, cal_between}};
            if (!ticketclock_replay(&k, &e, 1, NULL))
                fail("ticketclock_replay");
            sink += k.due_at;
        }
        figure_add(&computed, (now_us() - from) / 1e6, 0);
        calendar_free(c);
    }
    figure_print("1000000 deadlines computed s", &computed);
}

/* The desk of the other programs, on a calendar of files. */
static char *make_desk(const char *directory, char **files)
{
    char *path = bench_make_desk(directory);
    g_autofree char *calendars =
        g_strdup_printf("calendars:\n  office: {hours: [%s], holidays: [holidays.ics], timezone: Europe/Berlin}\n", files[0]);
    g_autoptr(GString) text = g_string_new(bench_configuration);
    g_autofree char *holidays = g_build_filename(directory, "holidays.ics", NULL), *bytes = NULL;
    gsize n;
    g_string_replace(text, "calendar: always", "calendar: office", 1);
    g_string_replace(text, "resolve: 3d}", "resolve: 40bd}", 1);
    g_string_replace(text, "respond: 30m, update: 2h, resolve: 4h", "respond: 30bm, update: 2bh, resolve: 4bh", 1);
    g_string_replace(text, "respond: 4h,", "respond: 4bh,", 1);
    g_string_append(text, calendars);
    if (!g_file_set_contents(path, text->str, -1, NULL) || !g_file_get_contents(files[1], &bytes, &n, NULL)
        || !g_file_set_contents(holidays, bytes, (gssize)n, NULL))
        fail("make '%s'", path);
    return path;
}

static void change_holidays(const char *directory)
{
    g_autofree char *holidays = g_build_filename(directory, "holidays.ics", NULL), *bytes = NULL;
    if (!g_file_get_contents(holidays, &bytes, NULL, NULL))
        fail("read '%s'", holidays);
    g_autoptr(GString) text = g_string_new(bytes);
    g_string_replace(text, "END:VCALENDAR", "BEGIN:VEVENT\nUID:new\nDTSTART;VALUE=DATE:20261126\nEND:VEVENT\nEND:VCALENDAR", 1);
    if (!g_file_set_contents(holidays, text->str, -1, NULL))
        fail("write '%s'", holidays);
}

static void store(const char *directory, char **files)
{
    static Figure longest, each;
    g_autoptr(GError) err = NULL;
    g_autofree char *configuration = make_desk(directory, files);
    Desk *d = bench_load_desk(configuration);
    or_fail(desk_open_store(d, &err) && recalc_begin(d, &err) && db_begin(d->db, &err), err, "desk_open_store");
    for (gsize i = 0; i < G_N_ELEMENTS(filling); i++)
        or_fail(db_run(d->db, &err, filling[i], ""), err, "fill");
    or_fail(db_commit(d->db, &err), err, "commit");
    desk_free(d);
    change_holidays(directory);
    d = bench_load_desk(configuration);
    or_fail(desk_open_store(d, &err) && recalc_begin(d, &err), err, "recalc_begin");
    double begun = now_us(), most = 0;
    guint all = 0;
    for (guint did = 1; did > 0; all += did) {
        double from = now_us();
        or_fail(recalc_pass(d, &did, &err), err, "recalc_pass");
        most = now_us() - from > most ? now_us() - from : most;
    }
    if (all < 100000)
        fail("only %u deadlines were moved", all);
    figure_add(&longest, most / 1000, 0);
    figure_add(&each, (now_us() - begun) / all, 0);
    figure_print(STORED " deadlines moved: longest transaction ms", &longest);
    figure_print(STORED " deadlines moved: us each", &each);
    desk_free(d);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        fail("usage: bench_recalc DIRECTORY HOURS HOLIDAYS");
    log_set_level(LOGGING_ERROR);
    weigh(argv + 2);
    compute(argv + 2);
    store(argv[1], argv + 2);
    return 0;
}
