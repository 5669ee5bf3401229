/* bench_due DIRECTORY: as many escalations due in one instant as a desk would see after a long outage: decided, rendered, committed. The floor is
 * the durable part alone: the same number of rows of that size, in transactions of the same number. */
#include <sys/resource.h>

#include "tests/bench/desk.h"

#include "base/limits.h"
#include "base/log.h"

#include "flows/timers.h"

#define DUE 10000
#define TICKETS "10000"
#define ROUNDS 3
#define MAIL_BYTES 3000
#define EACH "with recursive n(i) as (select 1 union all select i + 1 from n where i < " TICKETS ") "

/* Tickets of one S3 each, answered, whose solution is late since a moment ago. */
static const char *const filling[] = {
    EACH "insert into person (id, address, name, key) select i, 'bo@c' || i || '.example', 'Customer ' || i, zeroblob(32) from n",
    EACH "insert into ticket (id, queue, state, severity, subject, requester_id, language, owner, opened_at, answered_at)"
         " select i, 'support', 'open', 3, 'The printer in room ' || i, i, 'en', 'ann', 1795338000, 1795338300 from n",
    EACH "insert into ticket_queue (ticket_id, queue, is_home) select i, 'support', 1 from n",
    EACH "insert into participant (ticket_id, address) select i, 'bo@c' || i || '.example' from n",
    EACH "insert into message (ticket_id, direction, kind, spool_name, message_id, from_address, subject, new_text, received_at)"
         " select i, 'in', 'human', '1795338000.000001-1-1-' || i || '.mx', '<' || i || '@c.example>', 'bo@c' || i || '.example',"
         " 'The printer in room ' || i, 'It prints half a page and then stops.', 1795338000 from n",
    EACH "insert into clock (id, ticket_id, queue, target, calendar, duration, state, started_at, segment_at, consumed, total,"
         " due_at, config_version) select i, i, 'support', 'resolve', 'always', '3d', 0, 1795338000, 1795338000, 0, 259200, 1795597200, 'x' from n",
    EACH "insert into clock_event (clock_id, at, event, due_at, calendar, duration) select i, 1795338000, 'start', 1795597200, 'always', '3d' from n",
    EACH "insert into due (what, next_at, ticket_id, clock_id, policy, level) select 'at', 1795597200, i, i, 'standard', 1 from n",
};

static double cpu_us(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

static double time_due(const char *directory, double *ret_cpu)
{
    g_autofree char *configuration = bench_make_desk(directory);
    g_autoptr(Desk) d = bench_load_desk(configuration);
    g_autoptr(GError) err = NULL;
    guint fired = 1, all = 0;
    gint64 mails = 0;
    or_fail(desk_open_store(d, &err) && db_begin(d->db, &err), err, "desk_open_store");
    for (gsize i = 0; i < G_N_ELEMENTS(filling); i++)
        or_fail(db_run(d->db, &err, filling[i], ""), err, "fill");
    or_fail(db_commit(d->db, &err), err, "commit");
    double from = now_us(), cpu = cpu_us();
    while (fired > 0) {
        or_fail(timers_pass(d, BENCH_NOW, &fired, &err), err, "timers_pass");
        all += fired;
    }
    *ret_cpu = (cpu_us() - cpu) / 1e6;
    double s = (now_us() - from) / 1e6;
    or_fail(db_value(d->db, &mails, &err, "select count(distinct ticket_id) from outbox where notification_id > 0", ""), err, "count");
    if (all < DUE || mails != DUE)
        fail("%d timers of %d fired, %d tickets have a mail", (int)all, DUE, (int)mails);
    return s;
}

static double time_rows(const char *directory)
{
    g_autofree char *configuration = bench_make_desk(directory);
    g_autoptr(Desk) d = bench_load_desk(configuration);
    g_autoptr(GError) err = NULL;
    g_autofree char *text = g_strnfill(MAIL_BYTES, 'x');
    or_fail(desk_open_store(d, &err), err, "desk_open_store");
    double from = now_us();
    for (int i = 0; i < DUE; i++) {
        if (i % LIMIT_BATCH == 0)
            or_fail(db_begin(d->db, &err), err, "begin");
        or_fail(db_run(d->db, &err,
                       "insert into outbox (class, template, sender, recipient, message_id, subject, bytes, domain, state, created_at)"
                       " values ('paging', 'escalation', '', 'ann@desk.example', $1 || '@x', 'late', cast($2 as blob), 'desk.example', 'sent', 0)",
                       "is", (gint64)i, text),
                err, "insert");
        if (i % LIMIT_BATCH == LIMIT_BATCH - 1 || i == DUE - 1)
            or_fail(db_commit(d->db, &err), err, "commit");
    }
    return (now_us() - from) / 1e6;
}

int main(int argc, char **argv)
{
    static Figure wall, burnt;
    if (argc != 2)
        fail("usage: bench_due DIRECTORY");
    log_set_level(LOGGING_WARNING);
    for (int i = 0; i < ROUNDS; i++) {
        g_autofree char *due = g_strdup_printf("%s/due%d", argv[1], i), *rows = g_strdup_printf("%s/rows%d", argv[1], i);
        double cpu, floor = time_rows(rows), s = time_due(due, &cpu);
        figure_add(&wall, s, floor);
        figure_add(&burnt, cpu, 0);
    }
    figure_print(TICKETS " escalations due at once s", &wall);
    figure_print(TICKETS " escalations due at once, CPU s", &burnt);
    return 0;
}
