/* rehearse: the real engine on a database that is thrown away, and a clock that steps from one thing that is due to the next. Nothing is
 * handed to a transport, and spool, database and keys of the site are neither read nor made. Whether a mail arrives, and when it is read, is
 * taken for granted: at once. One rehearsal of the same with the same gives the same to the byte. */
#ifndef FLOWS_REHEARSE_H
#define FLOWS_REHEARSE_H

#include "rules/command.h"
#include "rules/ladder.h"

#include "flows/desk.h"

typedef struct Rehearse Rehearse;

/* One mail that would go out. */
typedef struct {
    Instant at;
    gint64 ticket;        /* 0: it belongs to none */
    gboolean is_page;     /* it asks somebody: then run, level and try are set. What goes beside such a mail by another channel does not count again */
    gint64 run;
    int level, attempt;
    const char *template; /* "escalation" */
    const char *contact;  /* or NULL: the requester */
    const char *address;  /* of a command the channel's name */
    gboolean is_command;  /* no mail: its bytes are the JSON that the program would read */
    GBytes *bytes;        /* the mail itself; all of these live as long as the call */
} RehearseMail;

typedef void RehearseListener(const RehearseMail *mail, void *data);

/* `d` is loaded, has no database yet, and stays the caller's; its configuration may be changed before, but not afterwards. `ends_repeats`: a
 * ticket about one that nobody took is resolved when its own ladder is exhausted, since it would be asked about for ever. */
gboolean rehearse_new(Desk *d, Instant at, gboolean ends_repeats, RehearseListener *listener, void *data, Rehearse **ret, GError **err);
void rehearse_free(Rehearse *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Rehearse, rehearse_free)

Instant rehearse_now(const Rehearse *r);
/* The next instant at which something is due; INSTANT_NONE: never. */
gboolean rehearse_next(Rehearse *r, Instant *ret, GError **err);
/* Sets the clock, without doing anything: for what comes in before that which is due then. */
void rehearse_set(Rehearse *r, Instant at);
/* Sets the clock to `at` and does all that is due by then at that instant: the caller steps. */
gboolean rehearse_step(Rehearse *r, Instant at, GError **err);
/* Steps through all that is due before `at` or then, and sets the clock to it. */
gboolean rehearse_until(Rehearse *r, Instant at, GError **err);
/* Nothing will come any more but the same question again about a ticket that nobody took. */
gboolean rehearse_only_repeats(Rehearse *r, gboolean *ret, GError **err);

/* A customer's mail opens a ticket in `queue` now, with severity 0 … 3. `customer`: his address, or NULL for one whom nobody knows. */
gboolean rehearse_open(Rehearse *r, const ConfigQueue *queue, int severity, const char *customer, gint64 *ret_ticket, GError **err);
/* The same customer writes again, now. */
gboolean rehearse_customer(Rehearse *r, gint64 ticket, const char *text, GError **err);
/* `who` answers his newest notification, now. Appends what he would be told to `results` (char *). */
gboolean rehearse_answer(Rehearse *r, const ConfigContact *who, const Command *command, GPtrArray *results, GError **err);

typedef enum {
    REHEARSE_TAKEN,
    REHEARSE_NO_QUEUE, /* for no address of the configuration */
    REHEARSE_OURS,     /* written by escalate, or an answer to what it wrote then: that question is not asked here */
    REHEARSE_BAD,      /* cannot be processed */
    REHEARSE_FATE_COUNT
} RehearseFate;
/* A mail arrives now, for `queue` (or NULL) where no address says another. */
gboolean rehearse_take(Rehearse *r, const char *bytes, gsize length, const char *queue, RehearseFate *ret, GError **err);
/* With a mail of the team to the requester the ticket is resolved too, until he writes again. */
void rehearse_answers_resolve(Rehearse *r);

/* First line of the text of a mail, or of what a command would say; newly allocated. */
char *rehearse_first_line(const RehearseMail *mail);

/* How one escalation stands. */
typedef struct {
    gint64 ticket, run;
    gboolean is_operational;
    char *policy;
    RunState state;
    int level;
    char *acker;                                /* or NULL */
    Instant hold_until, exhausted_at, ended_at; /* INSTANT_NONE: not */
    char *end_reason;                           /* or NULL */
} RehearseRun;
/* All, oldest first; RehearseRun *, with free func. */
gboolean rehearse_runs(Rehearse *r, GPtrArray **ret, GError **err);

#endif
