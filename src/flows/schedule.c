/* schedule: the rows of `due` that follow from one clock: levels by `at` and `before`, in each ladder that it climbs, and its breach. It must
 * never fire a level twice for one clock. */
#include "flows/schedule.h"

#include "base/error.h"
#include "base/log.h"

#include "flows/deadlines.h"
#include "flows/delay.h"
#include "flows/escalate.h"
#include "flows/policies.h"

#include "base/banned.h"

/* Whether that level of that policy was already fired because of this clock: it must not fire twice for it. What was met and is
 * open again (a resolved ticket, an answer that did not arrive) has no run of before: what is overdue then is escalated anew. */
static gboolean was_fired(Desk *d, gint64 clock, const char *policy, int level, gboolean *ret, GError **err)
{
    gint64 n;
    if (!db_value(d->db, &n, err,
                  "select count(*) from run r join run_cause c on c.run_id = r.id where c.clock_id = $1 and r.policy = $2"
                  " and substr(r.levels, $3, 1) <> '0' and (r.ended_at is null or r.ended_at > coalesce((select max(e.at) from clock_event e"
                  " where e.clock_id = $1 and e.event in ('continue', 'reopen')), 0))", "isi",
                  clock, policy, (gint64)level))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

gboolean schedule_impossible(Desk *d, const ClockRow *c, GError *why, GError **err)
{
    if (why->code != ERROR_LIMIT) {
        g_propagate_error(err, why);
        return FALSE;
    }
    log_error("a clock", why);
    g_error_free(why);
    return desk_audit(d, c->ticket_id, err, "clock-impossible", "queue=%s target=%s calendar=%s", c->queue, policy_target_name(c->clock.target), c->calendar);
}

static gboolean schedule_level(Desk *d, const ClockRow *c, const Policy *policy, int number, ScheduleEvent what, Instant earliest, GError **err)
{
    const PolicyLevel *level = g_ptr_array_index(policy->levels, number - 1);
    ClockCalendar cal = deadlines_clock_calendar(d, c->calendar, c->queue);
    for (guint i = 0; i < level->at->len; i++) {
        const LevelAt *at = &g_array_index(level->at, LevelAt, i);
        Instant when;
        gboolean fired = FALSE;
        GError *local = NULL;
        if (at->target != c->clock.target)
            continue;
        if (!ticketclock_at(&c->clock, &cal, at, level->min, &when, &local)) { /* 150% may lie behind all that is open */
            if (!schedule_impossible(d, c, local, err))
                return FALSE;
            continue;
        }
        if (what != SCHEDULE_BEGINS && !was_fired(d, c->clock.id, policy->name, number, &fired, err))
            return FALSE;
        DueRow row = {.what = (char *)"at", .next_at = MAX(when, earliest), .ticket_id = c->ticket_id, .clock_id = c->clock.id, .policy = policy->name,
                      .level = number};
        if (!fired && when != INSTANT_NONE && !clocks_due_add(d->db, &row, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean schedule_policy(Desk *d, const ClockRow *c, const Ticket *t, const char *name, ScheduleEvent what, GError **err)
{
    const Policy *policy;
    Instant earliest = INSTANT_NONE;
    if (!policies_for(d, t, name, &policy, err) || (what == SCHEDULE_CHANGED && !escalate_not_before(d, t, name, &earliest, err)))
        return FALSE;
    for (guint i = 0; policy != NULL && i < policy->levels->len; i++)
        if (!schedule_level(d, c, policy, (int)i + 1, what, earliest, err))
            return FALSE;
    return TRUE;
}

gboolean schedule_clock(Desk *d, const Ticket *t, const ClockRow *c, ScheduleEvent what, GError **err)
{
    g_autoptr(GPtrArray) policies = NULL;
    if ((what != SCHEDULE_BEGINS
         && !db_run(d->db, err, "delete from due where ticket_id = $1 and clock_id = $2 and (what = 'at' or what = 'breach')", "ii", c->ticket_id,
                    c->clock.id))
        || !delay_schedule(d, c, err))
        return FALSE;
    if (c->clock.state != CLOCK_RUNNING)
        return TRUE;
    if (!policies_names(d, t, c->queue, &policies, err))
        return FALSE;
    for (guint i = 0; i < policies->len; i++)
        if (!schedule_policy(d, c, t, g_ptr_array_index(policies, i), what, err))
            return FALSE;
    DueRow row = {.what = (char *)"breach", .next_at = c->clock.due_at, .ticket_id = c->ticket_id, .clock_id = c->clock.id};
    return c->clock.breached_at != INSTANT_NONE || clocks_due_add(d->db, &row, err);
}
