/* deadlines: applies rules/ticketclock to rows, and keeps the rows of `due` that follow from each clock. When a clock ends, the
 * causes that it gave to escalation runs end with it. */
#include "flows/deadlines.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"

#include "rules/phrase.h"

#include "flows/escalate.h"
#include "flows/rating.h"
#include "flows/recalc.h"
#include "flows/schedule.h"
#include "flows/vendors.h"

#include "base/banned.h"

/* ---- the clock's calendar ---- */

static gboolean cal_add(void *data, Instant start, Duration d, Instant *ret, GError **err) { return calendar_add(data, start, d, ret, err); }
static gboolean cal_between(void *data, Instant a, Instant b, Seconds *ret, GError **err) { return calendar_between(data, a, b, ret, err); }

Calendar *deadlines_calendar(const Desk *d, const char *name, const char *queue)
{
    const ConfigQueue *q = desk_queue(d, queue);
    gboolean is_gone = name != NULL && strcmp(name, "always") != 0 && !g_hash_table_contains(d->calendars, name);
    return desk_calendar(d, is_gone && q != NULL ? q->calendar : name);
}

ClockCalendar deadlines_clock_calendar(const Desk *d, const char *name, const char *queue)
{
    return (ClockCalendar){deadlines_calendar(d, name, queue), cal_add, cal_between};
}

/* The plan that the directory names, else the first that is for him or for everybody. */
const ConfigPlan *deadlines_plan(const Desk *d, const ConfigQueue *queue, const Ticket *t)
{
    const Customer *customer = desk_customer(d, t->requester);
    const RatingFacts facts = {.customer = customer, .category = t->category};
    const ConfigPlan *first = NULL;
    for (guint i = 0; queue->plans[i] != NULL; i++) {
        const ConfigPlan *plan = g_hash_table_lookup(d->config->plans, queue->plans[i]);
        if (plan == NULL)
            continue;
        if (customer != NULL && strcmp(customer->plan, plan->name) == 0)
            return plan;
        if (first == NULL && (plan->match->len == 0 || rating_any_attribute(plan->match, &facts)))
            first = plan;
    }
    return first;
}

const ConfigPlanSeverity *deadlines_targets(const Desk *d, const ConfigQueue *queue, const Ticket *t)
{
    const ConfigPlan *plan = deadlines_plan(d, queue, t);
    return plan != NULL ? config_plan_severity(plan, t->severity) : NULL;
}

/* ---- storing ---- */

static gboolean store_change(Desk *d, const Ticket *t, ClockRow *c, Instant at, const char *event, gint64 message, ScheduleEvent what, GError **err)
{
    g_autofree char *due = instant_format(c->clock.due_at);
    c->calendar_version = calendar_version(deadlines_calendar(d, c->calendar, c->queue));
    return clocks_save(d->db, c, at, event, message, err) && schedule_clock(d, t, c, what, err)
           && desk_audit(d, c->ticket_id, err, "clock", "clock=%" G_GINT64_FORMAT " queue=%s target=%s change=%s due=%s", c->clock.id, c->queue,
                         policy_target_name(c->clock.target), event, due);
}

static gboolean store(Desk *d, const Ticket *t, ClockRow *c, Instant at, const char *event, gint64 message, GError **err)
{
    return store_change(d, t, c, at, event, message, SCHEDULE_GOES_ON, err);
}

/* ---- starting ---- */

/* `queue` and its calendar: a queue's, or a vendor's. */
static gboolean start_on(Desk *d, const Ticket *t, const char *queue, const char *calendar, const ConfigPlanSeverity *targets, TargetKind target, Instant at,
                         gint64 message, GError **err)
{
    const ConfigTarget *wanted = &targets->targets[target];
    if (!wanted->given)
        return TRUE;
    ClockRow c = {.ticket_id = t->id, .queue = (char *)queue, .calendar = targets->calendar != NULL ? targets->calendar : (char *)calendar,
                  .config_version = d->config->version};
    c.clock.target = target;
    c.clock.duration = wanted->duration;
    ClockCalendar cal = deadlines_clock_calendar(d, c.calendar, c.queue);
    GError *local = NULL;
    if (!ticketclock_start(&c.clock, &cal, at, &local))
        return schedule_impossible(d, &c, local, err);
    return store_change(d, t, &c, at, "start", message, SCHEDULE_BEGINS, err);
}

static gboolean start(Desk *d, const Ticket *t, const ConfigQueue *queue, const ConfigPlanSeverity *targets, TargetKind target, Instant at,
                      gint64 message, GError **err)
{
    return start_on(d, t, queue->name, queue->calendar, targets, target, at, message, err);
}

gboolean deadlines_start_vendor(Desk *d, const Ticket *t, const char *vendor, const ConfigPlanSeverity *targets, Instant at, GError **err)
{
    return start_on(d, t, vendor, "always", targets, TARGET_RESPOND, at, 0, err) && start_on(d, t, vendor, "always", targets, TARGET_RESOLVE, at, 0, err);
}

gboolean deadlines_start_one(Desk *d, const Ticket *t, const ConfigQueue *queue, TargetKind target, Instant at, gint64 message, GError **err)
{
    const ConfigPlanSeverity *targets = deadlines_targets(d, queue, t);
    return targets == NULL || start(d, t, queue, targets, target, at, message, err);
}

gboolean deadlines_start(Desk *d, const Ticket *t, const ConfigQueue *queue, gboolean is_home, Instant at, gint64 message, GError **err)
{
    const ConfigPlanSeverity *targets = deadlines_targets(d, queue, t);
    if (targets == NULL)
        return TRUE;
    return start(d, t, queue, targets, TARGET_RESPOND, at, message, err)
           && (!is_home
               || (start(d, t, queue, targets, TARGET_RESOLVE, at, message, err)
                   && (t->owner != NULL || start(d, t, queue, targets, TARGET_ASSIGN, at, message, err))));
}

/* ---- ending, pausing ---- */

static gboolean is_open(const ClockRow *c) { return c->clock.state == CLOCK_RUNNING || c->clock.state == CLOCK_PAUSED; }

/* What people hear who were asked because of it. */
static const char *end_reason(TargetKind target, gboolean met)
{
    static const char *const reasons[TARGET_COUNT] = {[TARGET_RESPOND] = PHRASE("the customer has been answered"), [TARGET_UPDATE] = PHRASE("the customer has been told"),
                                                      [TARGET_RESOLVE] = PHRASE("it is resolved"), [TARGET_ASSIGN] = PHRASE("somebody owns it")};
    return met ? reasons[target] : PHRASE("this deadline counts no more");
}

static gboolean end_clock(Desk *d, const Ticket *t, ClockRow *c, gboolean met, Instant at, gint64 message, GError **err)
{
    ticketclock_stop(&c->clock, at, met);
    if (met && c->clock.due_at != INSTANT_NONE && at > c->clock.due_at && c->clock.breached_at == INSTANT_NONE)
        c->clock.breached_at = c->clock.due_at;
    return store(d, t, c, at, met ? "met" : "stop", message, err) && escalate_clock_ended(d, t, c->clock.id, end_reason(c->clock.target, met), err);
}

gboolean deadlines_end(Desk *d, const Ticket *t, TargetKind target, gboolean met, Instant at, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        if (c->clock.target == target && is_open(c) && !end_clock(d, t, c, met, at, message, err))
            return FALSE;
    }
    return TRUE;
}

gboolean deadlines_answered(Desk *d, const Ticket *t, const char *queue, Instant at, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    const ConfigQueue *home = desk_queue(d, t->queue);
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        gboolean counts = c->clock.target == TARGET_UPDATE
                          || (c->clock.target == TARGET_RESPOND && !vendors_is_clock(c) && (queue == NULL || g_strcmp0(queue, c->queue) == 0));
        if (counts && is_open(c) && !end_clock(d, t, c, TRUE, at, message, err))
            return FALSE;
    }
    if (home == NULL || t->state >= TICKET_RESOLVED)
        return TRUE;
    return deadlines_start_one(d, t, home, TARGET_UPDATE, at, message, err)
           && (!tickets_pauses(t) || deadlines_pause(d, t, at, message, err));
}

gboolean deadlines_vendor_answered(Desk *d, const Ticket *t, const char *vendor, Instant at, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        if (c->clock.target == TARGET_RESPOND && is_open(c) && strcmp(c->queue, vendor) == 0 && !end_clock(d, t, c, TRUE, at, message, err))
            return FALSE;
    }
    return TRUE;
}

/* Whether it was that message that met the clock. */
static gboolean was_met_by(Desk *d, gint64 clock, gint64 answer, gboolean *ret, GError **err)
{
    gint64 by;
    if (!db_value(d->db, &by, err,
                  "select coalesce((select message_id from clock_event where clock_id = $1 and event = 'met' order by id desc limit 1), 0)", "i", clock))
        return FALSE;
    *ret = answer != 0 && by == answer;
    return TRUE;
}

/* When an answer after that one was handed over; INSTANT_NONE: none was. */
static gboolean next_answer_at(Desk *d, gint64 ticket, gint64 answer, Instant *ret, GError **err)
{
    gint64 at;
    if (!db_value(d->db, &at, err,
                  "select coalesce(min(handed_at), -1) from outbox where ticket_id = $1 and class = 'relay' and state = 'sent' and answer_id > $2", "ii",
                  ticket, answer))
        return FALSE;
    *ret = at < 0 ? INSTANT_NONE : at;
    return TRUE;
}

/* Of two promises of one kind the one that must be kept first; one that waits is kept after one that runs. */
static gboolean is_before(const ClockRow *a, const ClockRow *b)
{
    if (a->clock.due_at == INSTANT_NONE || b->clock.due_at == INSTANT_NONE)
        return b->clock.due_at == INSTANT_NONE;
    return a->clock.due_at <= b->clock.due_at;
}

/* Of `g` and the open ones of its kind among `staying` the later due stops. */
static gboolean keep_first(Desk *d, const Ticket *from, ClockRow *g, const Ticket *into, const GPtrArray *staying, gint64 message, GError **err)
{
    for (guint k = 0; k < staying->len; k++) {
        ClockRow *s = g_ptr_array_index(staying, k);
        if (s == g || !is_open(g) || !is_open(s) || s->clock.target != g->clock.target || strcmp(s->queue, g->queue) != 0)
            continue;
        if (!end_clock(d, is_before(s, g) ? from : into, is_before(s, g) ? g : s, FALSE, d->now, message, err))
            return FALSE;
    }
    return TRUE;
}

gboolean deadlines_reopen_respond(Desk *d, const Ticket *t, gint64 answer, Instant at, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    Instant later;
    if (t->state >= TICKET_RESOLVED) /* nothing runs of what is over: he who hears of it reopens it */
        return TRUE;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err) || !next_answer_at(d, t->id, answer, &later, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        ClockCalendar cal = deadlines_clock_calendar(d, c->calendar, c->queue);
        gboolean is_his = FALSE;
        if (c->clock.target != TARGET_RESPOND || c->clock.state != CLOCK_MET)
            continue;
        if (!was_met_by(d, c->clock.id, answer, &is_his, err) || (is_his && !ticketclock_reopen(&c->clock, &cal, at, err)))
            return FALSE;
        if (!is_his)
            continue;
        c->clock.breached_at = INSTANT_NONE;
        if (!store(d, t, c, at, "reopen", message, err) || (later != INSTANT_NONE && !end_clock(d, t, c, TRUE, later, message, err))
            || !keep_first(d, t, c, t, clocks, message, err)) /* one may have come with a merged ticket */
            return FALSE;
    }
    return TRUE;
}

/* The newest towards the customer that is over: an older one was over before. A vendor's is his own affair. */
static ClockRow *last_resolve(const GPtrArray *clocks)
{
    for (guint i = clocks->len; i-- > 0;) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        if (c->clock.target == TARGET_RESOLVE && !vendors_is_clock(c))
            return is_open(c) ? NULL : c;
    }
    return NULL;
}

gboolean deadlines_reopened(Desk *d, const Ticket *t, Instant at, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    const ConfigQueue *home = desk_queue(d, t->queue);
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    ClockRow *c = last_resolve(clocks);
    ClockCalendar cal = deadlines_clock_calendar(d, c != NULL ? c->calendar : NULL, t->queue);
    GError *local = NULL;
    if (c != NULL)
        c->clock.breached_at = INSTANT_NONE; /* a past breach stands in the log; the next one counts again */
    if (c != NULL && !(ticketclock_continue(&c->clock, &cal, at, &local) ? store(d, t, c, at, "continue", message, err) && recalc_revived(d, c->clock.id, err)
                                                                         : schedule_impossible(d, c, local, err)))
        return FALSE;
    return home == NULL || deadlines_start_one(d, t, home, TARGET_RESPOND, at, message, err);
}

static gboolean is_pausable(const ClockRow *c) { return c->clock.target == TARGET_UPDATE || c->clock.target == TARGET_RESOLVE; }

gboolean deadlines_pause(Desk *d, const Ticket *t, Instant at, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        ClockCalendar cal = deadlines_clock_calendar(d, c->calendar, c->queue);
        if (!is_pausable(c) || c->clock.state != CLOCK_RUNNING)
            continue;
        if (!ticketclock_pause(&c->clock, &cal, at, err) || !store(d, t, c, at, "pause", message, err))
            return FALSE;
    }
    return escalate_check_paused(d, t, err);
}

gboolean deadlines_resume(Desk *d, const Ticket *t, Instant at, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        ClockCalendar cal = deadlines_clock_calendar(d, c->calendar, c->queue);
        if (c->clock.state != CLOCK_PAUSED)
            continue;
        GError *local = NULL;
        if (!(ticketclock_resume(&c->clock, &cal, at, &local) ? store(d, t, c, at, "resume", message, err) : schedule_impossible(d, c, local, err)))
            return FALSE;
    }
    return escalate_check_paused(d, t, err);
}

gboolean deadlines_merge(Desk *d, const Ticket *from, const Ticket *into, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) going = NULL, staying = NULL;
    if (!clocks_of_ticket(d->db, from->id, &going, err) || !clocks_of_ticket(d->db, into->id, &staying, err))
        return FALSE;
    for (guint i = 0; i < going->len; i++) {
        ClockRow *g = g_ptr_array_index(going, i);
        if (is_open(g) && g->clock.target == TARGET_ASSIGN && into->owner != NULL && !end_clock(d, from, g, TRUE, d->now, message, err))
            return FALSE;
        if (!keep_first(d, from, g, into, staying, message, err))
            return FALSE;
    }
    return TRUE;
}

gboolean deadlines_moved(Desk *d, const Ticket *into, gint64 message, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_of_ticket(d->db, into->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        if (is_open(c) && !store(d, into, c, d->now, "merge", message, err))
            return FALSE;
    }
    return TRUE;
}

/* Targets that the former severity did not give. */
static gboolean start_missing(Desk *d, const Ticket *t, const GPtrArray *clocks, Instant at, GError **err)
{
    const gboolean wanted[TARGET_COUNT] = {[TARGET_RESPOND] = t->answered_at == INSTANT_NONE, [TARGET_UPDATE] = t->answered_at != INSTANT_NONE,
                                           [TARGET_RESOLVE] = TRUE, [TARGET_ASSIGN] = t->owner == NULL};
    const ConfigQueue *home = desk_queue(d, t->queue);
    gboolean known[TARGET_COUNT] = {FALSE};
    for (guint i = 0; i < clocks->len; i++) {
        const ClockRow *c = g_ptr_array_index(clocks, i);
        known[c->clock.target] = known[c->clock.target] || g_strcmp0(c->queue, t->queue) == 0;
    }
    for (int k = 0; home != NULL && t->state < TICKET_RESOLVED && k < TARGET_COUNT; k++)
        if (wanted[k] && !known[k] && !deadlines_start_one(d, t, home, (TargetKind)k, at, 0, err))
            return FALSE;
    return TRUE;
}

/* The new target on its own calendar. */
static gboolean retarget(Desk *d, ClockRow *c, const ConfigQueue *queue, const ConfigPlanSeverity *targets, gboolean worse, Instant at, GError **err)
{
    const char *calendar = targets->calendar != NULL ? targets->calendar : queue->calendar;
    ClockCalendar before = deadlines_clock_calendar(d, c->calendar, c->queue), after = deadlines_clock_calendar(d, calendar, c->queue);
    if (!ticketclock_retarget_on(&c->clock, &before, &after, targets->targets[c->clock.target].duration, worse, at, err))
        return FALSE;
    g_free(c->calendar);
    c->calendar = g_strdup(calendar);
    if (c->clock.due_at > at) /* a past breach stands in the log; the next one counts again */
        c->clock.breached_at = INSTANT_NONE;
    return TRUE;
}

gboolean deadlines_retarget(Desk *d, const Ticket *t, int old, Instant at, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (t->severity == old)
        return TRUE;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        const ConfigQueue *queue = desk_queue(d, c->queue);
        const ConfigPlanSeverity *targets = queue == NULL ? NULL : deadlines_targets(d, queue, t);
        if (!is_open(c) || targets == NULL || !targets->targets[c->clock.target].given)
            continue;
        GError *local = NULL;
        const char *event = t->severity < old ? "tighten" : "retarget";
        if (!(retarget(d, c, queue, targets, t->severity < old, at, &local) ? store_change(d, t, c, at, event, 0, SCHEDULE_CHANGED, err)
                                                                            : schedule_impossible(d, c, local, err)))
            return FALSE;
    }
    return start_missing(d, t, clocks, at, err) && (!tickets_pauses(t) || deadlines_pause(d, t, at, 0, err)) && escalate_severity(d, t, err);
}

gboolean deadlines_recalculated(Desk *d, ClockRow *c, Instant before, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    g_autofree char *was = instant_format(before);
    if (!tickets_load(d->db, c->ticket_id, &t, err))
        return FALSE;
    if (c->clock.due_at != INSTANT_NONE && c->clock.due_at > d->now) /* a past breach stands in the log; the next one counts again */
        c->clock.breached_at = INSTANT_NONE;
    return store_change(d, t, c, d->now, "recalc", 0, SCHEDULE_CHANGED, err)
           && desk_audit(d, c->ticket_id, err, "recalc", "clock=%" G_GINT64_FORMAT " calendar=%s version=%s was=%s", c->clock.id, c->calendar,
                         c->calendar_version, was);
}

/* Whether the same start would be due earlier by the second. */
static gboolean is_shorter(const ClockRow *c, const ClockCalendar *before, const ClockCalendar *after, Duration d, gboolean *ret, GError **err)
{
    Instant old, fresh;
    if (!before->add(before->data, c->clock.started_at, c->clock.duration, &old, err) || !after->add(after->data, c->clock.started_at, d, &fresh, err))
        return FALSE;
    *ret = fresh < old;
    return TRUE;
}

gboolean deadlines_replanned(Desk *d, const Ticket *t, ClockRow *c, const ConfigQueue *queue, GError **err)
{
    const ConfigPlanSeverity *targets = deadlines_targets(d, queue, t);
    gboolean shorter;
    if (targets == NULL || !targets->targets[c->clock.target].given)
        return TRUE;
    Duration wanted = targets->targets[c->clock.target].duration;
    const char *calendar = targets->calendar != NULL ? targets->calendar : queue->calendar;
    gboolean is_same = wanted.amount == c->clock.duration.amount && wanted.unit == c->clock.duration.unit;
    if (is_same && strcmp(calendar, c->calendar) == 0)
        return TRUE;
    ClockCalendar before = deadlines_clock_calendar(d, c->calendar, c->queue), after = deadlines_clock_calendar(d, calendar, c->queue);
    if (is_same && before.data == after.data) { /* only its name is another */
        g_free(c->calendar);
        c->calendar = g_strdup(calendar);
        return store(d, t, c, d->now, "recalc", 0, err);
    }
    return is_shorter(c, &before, &after, wanted, &shorter, err) && retarget(d, c, queue, targets, shorter, d->now, err)
           && store_change(d, t, c, d->now, shorter ? "tighten" : "retarget", 0, SCHEDULE_CHANGED, err);
}

gboolean deadlines_breach(Desk *d, ClockRow *c, Instant at, GError **err)
{
    c->clock.breached_at = c->clock.due_at;
    g_autofree char *due = instant_format(c->clock.due_at);
    return clocks_save(d->db, c, at, "breach", 0, err)
           && desk_audit(d, c->ticket_id, err, "breach", "clock=%" G_GINT64_FORMAT " queue=%s target=%s due=%s", c->clock.id, c->queue,
                         policy_target_name(c->clock.target), due);
}

gboolean deadlines_rescheduled(Desk *d, const ClockRow *c, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    return tickets_load(d->db, c->ticket_id, &t, err) && schedule_clock(d, t, c, SCHEDULE_CHANGED, err);
}

gboolean deadlines_repolicied(Desk *d, const Ticket *t, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        const ClockRow *c = g_ptr_array_index(clocks, i);
        if (is_open(c) && !schedule_clock(d, t, c, SCHEDULE_CHANGED, err))
            return FALSE;
    }
    return TRUE;
}
