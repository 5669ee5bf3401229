/* clocks: the running targets of tickets, their event log, and the rows that make things fire. */
#ifndef STORE_CLOCKS_H
#define STORE_CLOCKS_H

#include "rules/ticketclock.h"

#include "store/db.h"

typedef struct {
    TicketClock clock;
    gint64 ticket_id;
    char *queue, *calendar;
    char *config_version;
    const char *calendar_version; /* of the calendar at the next clocks_save, or NULL; not owned, not read back */
} ClockRow;

void clocks_row_free(ClockRow *r);

/* All clocks of a ticket, oldest first: ClockRow *, with free func. */
gboolean clocks_of_ticket(Db *db, gint64 ticket, GPtrArray **ret, GError **err);
/* Running and paused ones that count, or counted, on that calendar (NULL: on any) with id > after, at most `max`, in order of id. */
gboolean clocks_open(Db *db, const char *calendar, gint64 after, gint64 max, GPtrArray **ret, GError **err);

/* What happened to a clock, oldest first: array of ClockLogRow, which owns its texts. */
typedef struct {
    Instant at, due_at;
    char *event;          /* "start", "pause", "resume", "met", "stop", "reopen", "continue", "tighten", "retarget", "breach", "merge", "recalc" */
    gint64 message;       /* or 0 */
    char *calendar;       /* that it counted on from then on; NULL: not recorded */
    gboolean has_duration;
    Duration duration;    /* of the target from then on */
} ClockLogRow;
gboolean clocks_log(Db *db, gint64 clock, GArray **ret, GError **err);

gboolean clocks_load(Db *db, gint64 id, ClockRow **ret, GError **err);
/* Stores a new clock (id 0: sets it) or changes one, and logs `event` with its due. `message` 0: none. */
gboolean clocks_save(Db *db, ClockRow *r, Instant at, const char *event, gint64 message, GError **err);

/* What fires: `at` (clock, policy, level), `breach` and `delay` (clock), `run` (run), `close`, `wait` and `cadence` (ticket), `shift` (rota) and
 * `heartbeat` (rule), whose name stands in policy. */
typedef struct {
    gint64 id;
    char *what;
    Instant next_at;
    gint64 ticket_id, clock_id, run_id;
    char *policy;
    int level;
} DueRow;

void clocks_due_free(DueRow *d);
gboolean clocks_due_add(Db *db, const DueRow *d, GError **err);
/* Appends a DueRow * for each row of: id, what, next_at, ticket_id, clock_id, run_id (0: none), policy, level. */
gboolean clocks_due_read(DbRows *rows, GPtrArray *list, GError **err);
/* Rows with next_at <= until, at most `max`, oldest first: DueRow *, with free func. */
gboolean clocks_due_list(Db *db, Instant until, gint64 max, GPtrArray **ret, GError **err);
gboolean clocks_due_delete(Db *db, gint64 id, GError **err);
/* Deletes the rows of a ticket of that `what`; clock 0: of all its clocks. */
gboolean clocks_due_clear(Db *db, gint64 ticket, const char *what, gint64 clock, GError **err);
/* The one row of a run: set to `at`, or taken away for INSTANT_NONE. */
gboolean clocks_due_run(Db *db, gint64 ticket, gint64 run, Instant at, GError **err);

#endif
