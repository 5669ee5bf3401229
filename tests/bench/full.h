/* full: a desk in a directory with a year's tickets in its store, for the programs that measure what many of them cost. */
#ifndef TESTS_BENCH_FULL_H
#define TESTS_BENCH_FULL_H

#include "tests/bench/desk.h"

#include "store/search.h"

#include "programs/core.h"

#define BENCH_PASSES 20 /* in one process, a round */
#define EACH "with recursive n(i) as (select 1 union all select i + 1 from n where i < cast($1 as integer)) "

/* A year of a busy desk that never closes anything: each ticket has its mails, clocks, timers and an answer that was sent.
 * Instants are spread, and all timers lie ahead. */
static const char *const bench_filling[] = {
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

/* `tickets`: how many, as text; "0": none. The path of its configuration; newly allocated. */
static inline char *bench_make_full_desk(const char *directory, const char *tickets)
{
    char *configuration = bench_make_desk(directory);
    g_autoptr(Desk) d = bench_load_desk(configuration);
    g_autoptr(GError) err = NULL;
    or_fail(desk_open_store(d, &err) && db_begin(d->db, &err), err, "desk_open_store");
    for (gsize i = 0; strcmp(tickets, "0") != 0 && i < G_N_ELEMENTS(bench_filling); i++)
        or_fail(db_run(d->db, &err, bench_filling[i], "s", tickets), err, "fill");
    or_fail(db_commit(d->db, &err) && search_rebuild(d->db, &err), err, "commit");
    return configuration;
}

/* One that finds nothing to do, in us. */
static inline double bench_time_round(Core *c)
{
    g_autoptr(GError) err = NULL;
    guint did = 0;
    double from = now_us();
    for (int i = 0; i < BENCH_PASSES; i++) {
        or_fail(core_round(c, BENCH_NOW, TRUE, &did, &err), err, "core_round");
        if (did != 0)
            fail("the pass had something to do");
    }
    return (now_us() - from) / BENCH_PASSES;
}

static inline Core *bench_open_core(const char *configuration)
{
    g_autoptr(GError) err = NULL;
    Core *c = core_new(bench_load_desk(configuration), &err);
    or_fail(c != NULL, err, "core_new");
    return c;
}

#endif
