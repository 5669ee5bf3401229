/* bench_pass ESCALATED DIRECTORY: a pass that finds nothing to do, over 100,000 open tickets and over none. */
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/desk.h"

#include "base/log.h"

#include "flows/timers.h"

#include "programs/core.h"

#define ROUNDS 11
#define PASSES 20 /* in one process, a round */
#define TICKETS "100000"
#define EACH "with recursive n(i) as (select 1 union all select i + 1 from n where i < " TICKETS ") "

extern char **environ;

/* A year of a busy desk that never closes anything: each ticket has its mails, clocks, timers and an answer that was sent.
 * Instants are spread, and all timers lie ahead. */
static const char *const filling[] = {
    EACH "insert into person (id, address, name, key)"
         " select i, 'bo@c' || i || '.example', 'Customer ' || i, zeroblob(32) from n",
    EACH "insert into ticket (id, queue, state, severity, subject, requester_id, language, owner, opened_at, answered_at)"
         " select i, 'support', 'open', 2, 'The printer in room ' || i, i, 'en', 'ann', 1764061200 + i * 300,"
         " 1764061500 + i * 300 from n",
    EACH "insert into ticket_queue (ticket_id, queue, is_home) select i, 'support', 1 from n",
    EACH "insert into participant (ticket_id, address) select i, 'bo@c' || i || '.example' from n",
    EACH "insert into message (ticket_id, direction, kind, spool_name, message_id, from_address, subject, new_text, received_at)"
         " select i, 'in', 'human', '1764061200.000001-1-1-' || i || '.mx', '<' || i || '@c.example>', 'bo@c' || i || '.example',"
         " 'The printer in room ' || i, 'It prints half a page and then stops.', 1764061200 + i * 300 from n",
    EACH "insert into clock (id, ticket_id, queue, target, calendar, duration, state, started_at, segment_at, consumed, total,"
         " due_at, config_version) select i, i, 'support', 'resolve', 'always', '3d', 0, 1764061200 + i * 300,"
         " 1764061200 + i * 300, 0, 259200, 1796000000 + i * 60, 'x' from n",
    EACH "insert into clock_event (clock_id, at, event, due_at)"
         " select i, 1764061200 + i * 300, 'started', 1796000000 + i * 60 from n",
    EACH "insert into due (what, next_at, ticket_id, clock_id, policy, level)"
         " select 'at', 1796000000 + i * 48, i, i, 'standard', 0 from n",
    EACH "insert into due (what, next_at, ticket_id, clock_id, policy, level)"
         " select 'at', 1796000000 + i * 60, i, i, 'standard', 1 from n",
    EACH "insert into due (what, next_at, ticket_id, clock_id) select 'breach', 1796000000 + i * 60, i, i from n",
    EACH "insert into outbox (ticket_id, class, template, sender, recipient, message_id, subject, bytes, state, domain, is_archived, created_at,"
         " handed_at) select i, 'auto', 'auto-ack', '', 'bo@c' || i || '.example', '<out' || i || '@desk.example>',"
         " 'Re: The printer in room ' || i, x'', 'sent', 'c' || i || '.example', 1, 1764061200 + i * 300, 1764061200 + i * 300 from n",
};

static void or_fail(gboolean ok, const GError *err, const char *doing)
{
    if (!ok)
        fail("%s: %s", doing, err != NULL ? err->message : "?");
}

static char *make_desk(const char *directory, gboolean full)
{
    char *configuration = bench_make_desk(directory);
    g_autoptr(Desk) d = bench_load_desk(configuration);
    g_autoptr(GError) err = NULL;
    or_fail(desk_open_store(d, &err) && db_begin(d->db, &err), err, "desk_open_store");
    for (gsize i = 0; full && i < G_N_ELEMENTS(filling); i++)
        or_fail(db_run(d->db, &err, filling[i], ""), err, "fill");
    or_fail(db_commit(d->db, &err), err, "commit");
    return configuration;
}

static double time_once(char *escalated, char *configuration)
{
    char *command[] = {escalated, "-c", configuration, "--now", BENCH_NOW_TEXT, "--once", NULL};
    g_autofree char *log = g_strconcat(configuration, ".log", NULL);
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    double from = now_us();
    int problem = posix_spawn(&pid, escalated, &actions, NULL, command, environ);
    if (problem != 0)
        fail("run '%s': %s", escalated, g_strerror(problem));
    if (waitpid(pid, &status, 0) != pid || status != 0)
        fail("'%s': status %d", escalated, status);
    posix_spawn_file_actions_destroy(&actions);
    return (now_us() - from) / 1000;
}

static double time_round(Core *c)
{
    g_autoptr(GError) err = NULL;
    guint did = 0;
    double from = now_us();
    for (int i = 0; i < PASSES; i++) {
        or_fail(core_round(c, BENCH_NOW, TRUE, &did, &err), err, "core_round");
        if (did != 0)
            fail("the pass had something to do");
    }
    return (now_us() - from) / PASSES;
}

static double time_timers(Core *c)
{
    g_autoptr(GError) err = NULL;
    guint fired = 0;
    double from = now_us();
    for (int i = 0; i < PASSES; i++)
        or_fail(timers_pass(core_desk(c), BENCH_NOW, &fired, &err), err, "timers_pass");
    return (now_us() - from) / PASSES;
}

static Core *open_core(const char *configuration)
{
    g_autoptr(GError) err = NULL;
    Core *c = core_new(bench_load_desk(configuration), &err);
    or_fail(c != NULL, err, "core_new");
    return c;
}

int main(int argc, char **argv)
{
    static Figure once, round, timers;
    if (argc != 3)
        fail("usage: bench_pass ESCALATED DIRECTORY");
    log_set_level(LOGGING_WARNING);
    g_autofree char *small = g_build_filename(argv[2], "empty", NULL), *large = g_build_filename(argv[2], "full", NULL);
    g_autofree char *empty = make_desk(small, FALSE), *full = make_desk(large, TRUE);
    sync();
    for (int i = 0; i < ROUNDS; i++) {
        double floor = time_once(argv[1], empty);
        figure_add(&once, time_once(argv[1], full), floor);
    }
    Core *none = open_core(empty), *many = open_core(full);
    for (int i = 0; i < ROUNDS; i++) {
        double floor = time_round(none);
        figure_add(&round, time_round(many), floor);
        floor = time_timers(none);
        figure_add(&timers, time_timers(many), floor);
    }
    core_free(none);
    core_free(many);
    figure_print("escalated --once ms, " TICKETS " open tickets, nothing due", &once);
    figure_print("one round us, " TICKETS " open tickets, nothing due", &round);
    figure_print("its timers us", &timers);
    return 0;
}
