/* ladder: one run of an escalation policy for one ticket, as a pure state machine: (run, event, now) gives actions, and nothing is
 * asked of the outside but who the people of a level are and what their calendars say. A table has an entry for every pair of state
 * and event. The semantics are those of escalate.7, section LADDER.
 *
 * A level is spent when each of its pages is answered by nobody within ack-within of delivery, `tries` times. A higher level that
 * fires takes over: pages of lower levels that wait for hand-over are withdrawn, their tokens stay good. */
#ifndef RULES_LADDER_H
#define RULES_LADDER_H

#include "base/instant.h"
#include "rules/policy.h"

typedef enum {
    RUN_CLIMBING,  /* somebody is being asked, or a clock will ask */
    RUN_HELD,      /* acknowledged; nothing fires while the hold lasts */
    RUN_EXHAUSTED, /* the last level is spent */
    RUN_ENDED,     /* no cause is left, or the ticket is resolved, closed, merged */
    RUN_STATE_COUNT
} RunState;

typedef enum {
    LADDER_CAUSE,       /* a cause that fires level 1 at once: no clock, or the breach under a policy without `at` */
    LADDER_LEVEL,       /* `level` is due by its `at` or `before` */
    LADDER_TIMER,       /* something's time may have come */
    LADDER_DELIVERED,   /* `page` was handed over; `text` says why the run ended, if it did */
    LADDER_UNREACHABLE, /* `contact`: bounce, out-of-office, recipient failure; `text` says which */
    LADDER_DECLINE,     /* `contact` said no */
    LADDER_PASS,        /* `contact` passes to `other` */
    LADDER_ACK,         /* `contact`, until `hold_until` */
    LADDER_PROGRESS,    /* what renews a hold, until `hold_until` */
    LADDER_CONTAINED,   /* progress, and resolve-within is satisfied */
    LADDER_ESCALATE,    /* a person asks for the next level now */
    LADDER_SUSPEND,     /* `why` begins to hold */
    LADDER_RESUME,      /* `why` is over; the run goes on when no other is left */
    LADDER_SEVERITY,    /* another severity: a hold may last until `hold_until` at most, but one by override */
    LADDER_SHIFT,       /* the rota has another end for shifts than before, or `contact` is off duty now */
    LADDER_END,         /* `text` says why */
    LADDER_EVENT_COUNT
} LadderEventKind;

/* Why a run stands still. Both may hold at once. */
typedef enum {
    SUSPENDED_PAUSED = 1, /* all its causes are paused clocks */
    SUSPENDED_OFFLINE = 2 /* no mail can leave */
} LadderSuspension;

typedef struct {
    LadderEventKind kind;
    LadderSuspension why;
    int level;
    gint64 page;
    const char *contact, *other, *text;
    Instant hold_until;
    gboolean is_override; /* of an ack: no longest hold counts for it */
} LadderEvent;

typedef enum {
    PAGE_QUEUED,  /* not handed over yet */
    PAGE_WAITING, /* delivered; ack-within runs */
    PAGE_SPENT,   /* ack-within is over, or a higher level took over, or the run was accepted */
    PAGE_OUT      /* declined, unreachable, withdrawn */
} PageState;

typedef enum {
    PAGE_ESCALATION,
    PAGE_REMINDER, /* to the acker, when his hold is over */
    PAGE_HANDOFF,  /* to who comes on duty, when the shift of the acker is over */
    PAGE_DIGEST    /* lists pages of several runs: of no run, and no ladder knows it */
} PageKind;

typedef struct {
    gint64 id;     /* the notification's row */
    int level;     /* 1 … */
    int attempt;   /* 1 … tries */
    PageKind kind;
    char *contact;
    PageState state;
    Instant delivered_at, deadline_at;
} LadderPage;

typedef enum { LEVEL_UNFIRED, LEVEL_FIRED, LEVEL_SPENT, LEVEL_SKIPPED } LevelState;

typedef struct {
    RunState state;
    int level;            /* the highest that fired; 0 none */
    GArray *levels;       /* LevelState, [0] is level 1 */
    GPtrArray *pages;     /* LadderPage *, oldest first */
    GPtrArray *out;       /* char *: contacts that are out of this run */
    GPtrArray *quorum;    /* char *: who has acknowledged at a quorum level that is not full */
    char *acker;          /* or NULL */
    Instant acked_at, hold_until, resolve_by;
    gboolean is_shift_bound; /* hold_until is the end of the acker's shift: then the next on duty is asked */
    gboolean is_overridden;  /* no severity cuts this hold */
    Instant next_level_at; /* level + 1 fires then, because `level` is spent */
    Instant repeat_at;     /* of an exhausted run: an operational one is mailed again, another looks whether somebody came back */
    Seconds repeat_after;  /* the spacing of an operational run; of another: not 0 once its operations ticket was asked for, until somebody takes it */
    Instant suspended_at;
    guint suspended_for;   /* LadderSuspension, a bit each */
    gboolean is_operational; /* the run of an operations ticket: repeats, opens no other */
} LadderRun;

typedef enum {
    LADDER_DO_PAGE,      /* mail `contact` for `level`, try `attempt`; text: whom he stands in for, or NULL */
    LADDER_DO_REMIND,    /* remind the acker */
    LADDER_DO_HANDOFF,   /* mail `contact`, who is on duty now; text: whose shift is over */
    LADDER_DO_RELIEVED,  /* `contact`, whose shift is over: one line */
    LADDER_DO_WITHDRAW,  /* page `page` must not be handed over any more */
    LADDER_DO_INFORM,    /* the `inform` list of `level` */
    LADDER_DO_SKIPPED,   /* people of `level`, which was passed over: one line */
    LADDER_DO_TELL_ACK,  /* `contact`: one line, `text` has it */
    LADDER_DO_TELL_END,  /* `contact`: one line, it is over */
    LADDER_DO_ALSO,      /* `contact` acknowledged what `text` holds: recorded */
    LADDER_DO_QUORUM,    /* `contact` acknowledged, more are needed */
    LADDER_DO_FULL,      /* `contact`, who acknowledged, has it: the others of the quorum are out */
    LADDER_DO_LATE,      /* `contact` acknowledged what is over */
    LADDER_DO_LAPSED,    /* the hold of `contact` is over */
    LADDER_DO_NOBODY,    /* nobody of `level` can be reached now */
    LADDER_DO_SPENT,     /* `level` is spent */
    LADDER_DO_EXHAUSTED  /* open the operations ticket */
} LadderActionKind;

typedef struct {
    LadderActionKind kind;
    int level, attempt;
    gint64 page;
    char *contact, *text;
} LadderAction;

/* What the machine asks of the outside. All answer from committed facts and compiled calendars. */
typedef struct {
    const Policy *policy;
    void *data;
    /* Contacts of the level's `notify` at `now`, whoever is away; char *, owned by the caller. */
    GPtrArray *(*people)(void *data, int level, Instant now);
    /* The contact's backup, or NULL. */
    const char *(*backup)(void *data, const char *contact);
    /* Not on leave, not out of office, and within his hours where the level respects them. */
    gboolean (*is_available)(void *data, const char *contact, int level, Instant now);
    /* Until when the contact is on duty, where he stands at the level by a rota only (or for somebody who does); else INSTANT_NONE. */
    Instant (*shift_end)(void *data, int level, const char *contact, Instant now);
    /* start + d on the calendar of the level (0: of the ticket's clocks). Falls back to elapsed time where the calendar has no answer,
     * so that a ladder never stops. */
    Instant (*add)(void *data, int level, Instant start, Duration d);
    /* Open seconds between, on the same calendar. */
    Seconds (*between)(void *data, int level, Instant a, Instant b);
    gboolean is_contained; /* somebody said so, and that counts still: no resolve-within runs */
    Instant held_until;    /* until when a bare ack of now would hold; asked for only where some of a quorum have answered */
} LadderWorld;

LadderRun *ladder_run_new(int levels);
void ladder_run_free(LadderRun *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LadderRun, ladder_run_free)
LadderPage *ladder_add_page(LadderRun *r, gint64 id, int level, int attempt, const char *contact, PageKind kind);
void ladder_action_free(LadderAction *a);

/* Changes `r` and returns what is to be done, in order (LadderAction *, with free func). Pages appear in r->pages with id 0; the
 * caller stores them and sets the id before the next step. Cannot fail: every pair of state and event is defined. */
GPtrArray *ladder_step(LadderRun *r, const LadderEvent *event, const LadderWorld *world, Instant now);

/* Whether a page of it is over: spent, or its contact out. */
gboolean ladder_has_past_page(const LadderRun *r);
/* When LADDER_TIMER is due next; INSTANT_NONE if nothing waits. */
Instant ladder_next_at(const LadderRun *r);

const char *ladder_state_name(RunState s);
const char *ladder_event_name(LadderEventKind k);

#endif
