/* alive: keeps the pulse of this process. That it cannot be written is logged once, and stops nothing. */
#include "programs/alive.h"

#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/program.h"

#include "flows/pulse.h"

#include "programs/supervise.h"

#include "base/banned.h"

struct Alive {
    char *spool, *name;
    Pulse pulse;
    gint64 written_at; /* monotonic µs; 0: never */
    gint64 offset;     /* µs by which the system's clock is before the time since the start of the machine */
    gboolean is_pinned, is_changed, has_complained;
};

static gint64 clock_offset(void) { return instant_now_us() - instant_since_boot_us(); }

static void take_past(Pulse *p)
{
    const SupervisePast *past = supervise_past();
    p->deaths = past->deaths;
    p->death_count = MIN(past->deaths, MIN(SUPERVISE_DEATHS, PULSE_DEATHS));
    for (guint i = 0; i < p->death_count; i++) {
        g_autofree char *how = past->last[i].is_stall ? g_strdup("did not go on") : program_status_text(past->last[i].status);
        p->died[i].at = past->last[i].at;
        g_strlcpy(p->died[i].how, how, sizeof p->died[i].how);
    }
}

static void put(Alive *a)
{
    g_autoptr(GError) err = NULL;
    a->written_at = instant_monotonic_us();
    a->is_changed = FALSE;
    if (!pulse_write(a->spool, a->name, &a->pulse, &err) && !a->has_complained)
        log_error("pulse", err);
    a->has_complained = err != NULL;
}

static void put_if_due(Alive *a, gboolean at_once)
{
    a->is_changed = TRUE;
    if (at_once || a->written_at == 0 || instant_monotonic_us() - a->written_at >= G_USEC_PER_SEC)
        put(a);
}

/* A clock that is slewed moves by less than a millisecond a second; a step is somebody's hand, or a machine that was stopped and went on. */
static void compare_clocks(Alive *a, Instant now)
{
    gint64 offset = clock_offset(), step = (offset - a->offset) / G_USEC_PER_SEC;
    if (a->is_pinned)
        return;
    a->offset = offset;
    if (ABS(step) < LIMIT_CLOCK_STEP_SECONDS)
        return;
    a->pulse.clock_stepped_at = now;
    a->pulse.clock_step = step;
    log_event(LOGGING_WARNING, "event=clock-step seconds=%" G_GINT64_FORMAT, step);
}

Alive *alive_open(const char *spool, const char *name, gboolean is_pinned, Instant now)
{
    Alive *a = g_new0(Alive, 1);
    Pulse before;
    a->spool = g_strdup(spool);
    a->name = g_strdup(name);
    a->is_pinned = is_pinned;
    a->offset = clock_offset();
    pulse_init(&a->pulse);
    if (pulse_read(spool, name, &before, NULL)) { /* a new process mends none of it */
        a->pulse.clock_stepped_at = before.clock_stepped_at;
        a->pulse.clock_step = before.clock_step;
        a->pulse.failing_since = before.failing_since; /* until a round goes well */
        a->pulse.alarm_raised_at = before.alarm_raised_at;
        g_strlcpy(a->pulse.reason, before.reason, sizeof a->pulse.reason);
    }
    a->pulse.pid = getpid();
    a->pulse.started_at = a->pulse.step_at = now;
    take_past(&a->pulse);
    put(a);
    return a;
}

void alive_close(Alive *a)
{
    if (a == NULL)
        return;
    if (a->is_changed)
        put(a);
    g_free(a->spool);
    g_free(a->name);
    g_free(a);
}

void alive_config(Alive *a, const char *version)
{
    g_strlcpy(a->pulse.config, version, MIN(sizeof a->pulse.config, 13));
    a->written_at = 0; /* who has just told us to read it looks whether we did: at the next round, however soon */
}

void alive_step(Alive *a, Instant now)
{
    compare_clocks(a, now);
    a->pulse.step_at = now;
    put_if_due(a, FALSE);
}

void alive_round(Alive *a, Instant now, const GError *failure, gboolean is_handing_over)
{
    gboolean was_failing = a->pulse.failing_since != INSTANT_NONE;
    compare_clocks(a, now);
    a->pulse.step_at = now;
    g_strlcpy(a->pulse.reason, failure != NULL ? failure->message : "", sizeof a->pulse.reason);
    if (failure == NULL)
        a->pulse.failing_since = INSTANT_NONE;
    else if (!was_failing)
        a->pulse.failing_since = now;
    if (!is_handing_over)
        a->pulse.handing_over_since = INSTANT_NONE;
    else if (a->pulse.handing_over_since == INSTANT_NONE)
        a->pulse.handing_over_since = now;
    put_if_due(a, was_failing != (failure != NULL));
}

Instant alive_alarm(const Alive *a) { return a->pulse.alarm_raised_at; }

void alive_set_alarm(Alive *a, Instant raised_at)
{
    if (a->pulse.alarm_raised_at == raised_at)
        return;
    a->pulse.alarm_raised_at = raised_at;
    put(a);
}
