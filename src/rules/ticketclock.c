/* ticketclock: start, pause, resume, stop, and what follows from them. It must never ask for the time. */
#include "rules/ticketclock.h"

#include "base/error.h"

#include "base/banned.h"

static const char *const names[] = {"running", "paused", "met", "stopped"};

const char *ticketclock_state_name(ClockState s) { return names[s]; }

gboolean ticketclock_start(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err)
{
    Instant due;
    Seconds total;
    if (!cal->add(cal->data, at, c->duration, &due, err) || !cal->between(cal->data, at, due, &total, err))
        return FALSE;
    c->state = CLOCK_RUNNING;
    c->started_at = c->segment_at = at;
    c->consumed = 0;
    c->total = total;
    c->due_at = due;
    c->met_at = c->breached_at = INSTANT_NONE;
    return TRUE;
}

gboolean ticketclock_pause(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err)
{
    Seconds worked;
    if (c->state != CLOCK_RUNNING)
        return TRUE;
    if (!cal->between(cal->data, c->segment_at, at, &worked, err))
        return FALSE;
    c->consumed += MAX(worked, 0);
    c->state = CLOCK_PAUSED;
    c->due_at = INSTANT_NONE;
    return TRUE;
}

gboolean ticketclock_resume(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err)
{
    if (c->state != CLOCK_PAUSED)
        return TRUE;
    Duration left = {MAX(c->total - c->consumed, 0), DURATION_OPEN_SECONDS};
    Instant due;
    if (!cal->add(cal->data, at, left, &due, err))
        return FALSE;
    c->state = CLOCK_RUNNING;
    c->segment_at = at;
    c->due_at = due;
    return TRUE;
}

void ticketclock_stop(TicketClock *c, Instant at, gboolean met)
{
    if (c->state == CLOCK_MET || c->state == CLOCK_STOPPED)
        return;
    if (c->state == CLOCK_PAUSED) /* nothing ran since the pause: ticketclock_continue must not count it */
        c->segment_at = at;
    c->state = met ? CLOCK_MET : CLOCK_STOPPED;
    c->met_at = at;
}

gboolean ticketclock_reopen(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err)
{
    (void)at; /* the customer has waited since the first start, whatever we believed in between */
    Instant breached = c->breached_at, started = c->started_at;
    if (c->state != CLOCK_MET)
        return TRUE;
    if (!ticketclock_start(c, cal, started, err))
        return FALSE;
    c->breached_at = breached;
    return TRUE;
}

gboolean ticketclock_continue(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err)
{
    if (c->state != CLOCK_MET && c->state != CLOCK_STOPPED)
        return TRUE;
    Instant met = c->met_at;
    c->state = CLOCK_RUNNING;
    c->met_at = INSTANT_NONE;
    return ticketclock_pause(c, cal, met, err) && ticketclock_resume(c, cal, at, err);
}

gboolean ticketclock_rebase(TicketClock *c, const ClockCalendar *cal, Instant at, GError **err)
{
    Seconds so_far;
    if (c->state != CLOCK_RUNNING || at <= c->segment_at)
        return TRUE;
    if (!cal->between(cal->data, c->segment_at, at, &so_far, err))
        return FALSE;
    c->consumed += so_far;
    c->segment_at = at;
    return TRUE;
}

gboolean ticketclock_retarget(TicketClock *c, const ClockCalendar *cal, Duration d, gboolean worse, Instant at, GError **err)
{
    Instant due, from = worse ? at : c->started_at;
    Seconds so_far, ahead;
    if (c->state == CLOCK_MET || c->state == CLOCK_STOPPED)
        return TRUE;
    if (c->state == CLOCK_PAUSED) {
        /* nothing of the calendar passes while paused: only the total changes */
        Seconds total;
        if (!cal->add(cal->data, from, d, &due, err) || !cal->between(cal->data, from, due, &total, err))
            return FALSE;
        c->total = worse ? MIN(c->total, c->consumed + total) : total;
        c->duration = d;
        return TRUE;
    }
    if (!cal->add(cal->data, from, d, &due, err))
        return FALSE;
    if (!worse && c->segment_at != c->started_at) { /* it was paused between: that time is not the new target's either */
        Duration left = {0, DURATION_OPEN_SECONDS};
        if (!cal->between(cal->data, c->started_at, due, &left.amount, err))
            return FALSE;
        left.amount = MAX(left.amount - c->consumed, 0);
        if (!cal->add(cal->data, c->segment_at, left, &due, err))
            return FALSE;
    }
    if (worse)
        due = MIN(due, c->due_at);
    if (!cal->between(cal->data, c->segment_at, due, &ahead, err) || !cal->between(cal->data, c->segment_at, at, &so_far, err))
        return FALSE;
    c->total = c->consumed + MAX(ahead, 0);
    c->due_at = due;
    c->duration = d;
    return TRUE;
}

gboolean ticketclock_retarget_on(TicketClock *c, const ClockCalendar *before, const ClockCalendar *after, Duration d, gboolean worse, Instant at,
                                 GError **err)
{
    gboolean was_paused = c->segment_at != c->started_at;
    if (before->data != after->data && (worse || was_paused) && !ticketclock_rebase(c, before, at, err))
        return FALSE;
    return ticketclock_retarget(c, after, d, worse, at, err);
}

static gboolean replay_one(TicketClock *c, const ClockEvent *e, const ClockCalendar *before, GError **err)
{
    switch (e->kind) {
    case CLOCK_EVENT_START:
        c->duration = e->duration;
        return ticketclock_start(c, &e->calendar, e->at, err);
    case CLOCK_EVENT_PAUSE: return ticketclock_pause(c, before, e->at, err);
    case CLOCK_EVENT_RESUME: return ticketclock_resume(c, &e->calendar, e->at, err);
    case CLOCK_EVENT_MET:
    case CLOCK_EVENT_STOP: ticketclock_stop(c, e->at, e->kind == CLOCK_EVENT_MET); return TRUE;
    case CLOCK_EVENT_REOPEN: return ticketclock_reopen(c, &e->calendar, e->at, err);
    case CLOCK_EVENT_CONTINUE: return ticketclock_continue(c, &e->calendar, e->at, err);
    case CLOCK_EVENT_TIGHTEN:
    case CLOCK_EVENT_RETARGET:
        return ticketclock_retarget_on(c, before, &e->calendar, e->duration, e->kind == CLOCK_EVENT_TIGHTEN, e->at, err);
    case CLOCK_EVENT_NOTHING: return TRUE;
    }
    return TRUE;
}

gboolean ticketclock_replay(TicketClock *c, const ClockEvent *events, gsize count, GError **err)
{
    if (count == 0 || events[0].kind != CLOCK_EVENT_START)
        return error_set(err, ERROR_INTERNAL, "the log of a clock does not begin with its start");
    for (gsize i = 0; i < count; i++)
        if (!replay_one(c, &events[i], i > 0 ? &events[i - 1].calendar : &events[i].calendar, err))
            return FALSE;
    return TRUE;
}

/* The latest t at which t + d is not later than due: for `before`, in whatever unit. Bisection on a monotonic function. */
static gboolean before_due(const TicketClock *c, const ClockCalendar *cal, Duration d, Instant *ret, GError **err)
{
    Instant lo = c->segment_at, hi = c->due_at, at;
    if (!cal->add(cal->data, lo, d, &at, err))
        return FALSE;
    if (at > c->due_at || hi <= lo) {
        *ret = lo;
        return TRUE;
    }
    while (hi - lo > 1) {
        Instant mid = lo + (hi - lo) / 2;
        if (!cal->add(cal->data, mid, d, &at, err))
            return FALSE;
        if (at <= c->due_at)
            lo = mid;
        else
            hi = mid;
    }
    *ret = lo;
    return TRUE;
}

static gboolean percent(const TicketClock *c, const ClockCalendar *cal, int p, Instant *ret, GError **err)
{
    if (p == 100) { /* exactly the due, which for Nbd may lie past the last open second */
        *ret = c->due_at;
        return TRUE;
    }
    Seconds wanted = (c->total * p + 99) / 100 - c->consumed;
    if (wanted <= 0) {
        *ret = c->segment_at;
        return TRUE;
    }
    Duration d = {wanted, DURATION_OPEN_SECONDS};
    return cal->add(cal->data, c->segment_at, d, ret, err);
}

gboolean ticketclock_at(const TicketClock *c, const ClockCalendar *cal, const LevelAt *at, Duration min, Instant *ret, GError **err)
{
    Instant reached, earliest;
    if (c->state != CLOCK_RUNNING) {
        *ret = INSTANT_NONE;
        return TRUE;
    }
    gboolean ok = at->is_before ? before_due(c, cal, at->before, &reached, err) : percent(c, cal, at->percent, &reached, err);
    if (!ok || !cal->add(cal->data, c->started_at, min, &earliest, err))
        return FALSE;
    *ret = MAX(reached, earliest);
    return TRUE;
}
