/* ticketclock: one running target of one ticket. Consumed time is kept in open seconds of the clock's calendar, so that a pause
 * takes nothing and a calendar's change can be recomputed from the log. Pure: the calendar comes as two functions. */
#ifndef RULES_TICKETCLOCK_H
#define RULES_TICKETCLOCK_H

#include "rules/policy.h"

typedef enum { CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_MET, CLOCK_STOPPED /* ended without being met: spam, merge */ } ClockState;
const char *ticketclock_state_name(ClockState s);

/* The calendar that the clock runs on; errors are those of time/calendar. */
typedef struct {
    void *data;
    gboolean (*add)(void *data, Instant start, Duration d, Instant *ret, GError **err);
    gboolean (*between)(void *data, Instant a, Instant b, Seconds *ret, GError **err);
} ClockCalendar;

typedef struct {
    gint64 id;
    TargetKind target;
    Duration duration;
    ClockState state;
    Instant started_at;  /* the first start: `min`, and severity changes, count from it */
    Instant segment_at;  /* start of the present running segment */
    Seconds consumed;    /* open seconds of the segments before */
    Seconds total;       /* open seconds from start to due */
    Instant due_at;      /* INSTANT_NONE while paused */
    Instant met_at;
    Instant breached_at; /* INSTANT_NONE if never */
} TicketClock;

/* Starts afresh at `at`; `duration` must be set. */
gboolean ticketclock_start(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err);
/* Running to paused; nothing if not running. */
gboolean ticketclock_pause(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err);
/* Paused to running, with what was left. */
gboolean ticketclock_resume(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err);
/* Met at `at`; stopped if `met` is FALSE. */
void ticketclock_stop(TicketClock *c, Instant at, gboolean met);
/* Takes a met clock back (a failed delivery of the answer): runs on from its first start. */
gboolean ticketclock_reopen(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err);
/* Takes a met clock back as if it had been paused since it was met (a reopened ticket): goes on with what was left. */
gboolean ticketclock_continue(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err);
/* Closes the running segment at `at` by `cal`, so that what follows may count on another calendar. */
gboolean ticketclock_rebase(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err);
/* A new severity: worse: due = min(old due, at + new target); milder: due = start + new target. Met clocks are left alone. */
gboolean ticketclock_retarget(TicketClock *c, const ClockCalendar *cal, Duration d, gboolean worse, Instant at, GError **err);

/* The same where the calendar changes too: what was consumed so far was consumed on the old one, but of a clock that starts afresh. */
gboolean ticketclock_retarget_on(TicketClock *c, const ClockCalendar *before, const ClockCalendar *after, Duration d, gboolean worse, Instant at,
                                 GError **err);

/* One line of a clock's log. */
typedef enum {
    CLOCK_EVENT_START,
    CLOCK_EVENT_PAUSE,
    CLOCK_EVENT_RESUME,
    CLOCK_EVENT_MET,
    CLOCK_EVENT_STOP,
    CLOCK_EVENT_REOPEN,
    CLOCK_EVENT_CONTINUE,
    CLOCK_EVENT_TIGHTEN,  /* a worse severity, or a shorter target */
    CLOCK_EVENT_RETARGET, /* a milder one */
    CLOCK_EVENT_NOTHING,  /* what changes no state: a breach, a merge, an earlier reckoning */
} ClockEventKind;

typedef struct {
    ClockEventKind kind;
    Instant at;
    Duration duration;        /* of the target from then on */
    ClockCalendar calendar;   /* from then on */
} ClockEvent;

/* The clock that this log makes, on the calendars as they are now: target and id are left alone. The first event is a START. */
gboolean ticketclock_replay(TicketClock *c, const ClockEvent *events, gsize count, GError **err);

/* When an `at` or `before` of the running clock is reached, never earlier than started + min. INSTANT_NONE while not running. */
gboolean ticketclock_at(const TicketClock *c, const ClockCalendar *cal, const LevelAt *at, Duration min, Instant *ret, GError **err);

#endif
