/* cadence: updates on time. What is due is reckoned from the instant at which the requester last heard, so that the row of `due` is only an
 * alarm: one that comes too early is put off. It must never mail by night (but for S1), never twice within the cadence, and never promise
 * another update than the one that is in `due`. */
#include "flows/cadence.h"

#include "flows/courtesy.h"
#include "flows/deadlines.h"
#include "flows/notify.h"
#include "flows/policies.h"
#include "flows/promise.h"

#include "base/banned.h"

/* ---- when ---- */

/* The nearest of the cadences that apply: those of the policies that run, each as its run began with it, else the queue's. */
static gboolean soonest(Desk *d, const Ticket *t, const ConfigQueue *queue, Instant from, Instant *ret, GError **err)
{
    g_autoptr(GPtrArray) policies = NULL;
    Calendar *calendar = desk_calendar(d, queue->calendar);
    Instant at;
    *ret = INSTANT_NONE;
    if (!policies_running(d, t->id, &policies, err))
        return FALSE;
    for (guint i = 0; i < policies->len; i++) {
        const Policy *policy = g_ptr_array_index(policies, i);
        Duration every = policy != NULL && policy->cadence.every[t->severity].amount > 0 ? policy->cadence.every[t->severity] : queue->cadence.every[t->severity];
        if (every.amount > 0 && calendar_add(calendar, from, every, &at, NULL)) /* no open time in sight: no update */
            *ret = *ret == INSTANT_NONE ? at : MIN(*ret, at);
    }
    return TRUE;
}

/* An update waits for the next opening of the queue; one of S1 does not. */
static Instant awake(Desk *d, const Ticket *t, const ConfigQueue *queue, Instant at)
{
    Instant opens;
    if (t->severity == 0)
        return at;
    return calendar_next(desk_calendar(d, queue->calendar), at, &opens, NULL) ? opens : INSTANT_NONE;
}

static gboolean has_any(const PolicyCadence *c)
{
    for (int s = 0; s < SEVERITY_COUNT; s++)
        if (c->every[s].amount > 0)
            return TRUE;
    return FALSE;
}

/* Most sites have none: then little is asked of the database at each step of a ladder. */
static gboolean is_wanted(Desk *d, const Ticket *t, const ConfigQueue *queue, gboolean *ret, GError **err)
{
    g_autoptr(GPtrArray) policies = NULL;
    Instant awaited;
    if (!policies_running(d, t->id, &policies, err) || !cadence_next(d, t->id, &awaited, err))
        return FALSE;
    *ret = awaited != INSTANT_NONE || has_any(&queue->cadence);
    for (guint i = 0; i < policies->len; i++) {
        const Policy *policy = g_ptr_array_index(policies, i);
        *ret = *ret || (policy != NULL && has_any(&policy->cadence));
    }
    return TRUE;
}

/* When the next update is due if he last heard at `from`; INSTANT_NONE: none is owed. */
static gboolean due_after(Desk *d, const Ticket *t, Instant from, Instant *ret, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    *ret = INSTANT_NONE;
    if (queue == NULL || t->is_operational || t->requester == NULL || t->state >= TICKET_RESOLVED || tickets_pauses(t))
        return TRUE;
    if (!soonest(d, t, queue, from, ret, err))
        return FALSE;
    if (*ret != INSTANT_NONE)
        *ret = awake(d, t, queue, *ret);
    return TRUE;
}

/* ---- the row ---- */

static gboolean heard_at(Desk *d, gint64 ticket, Instant *ret, GError **err)
{
    gint64 at;
    if (!db_value(d->db, &at, err, "select coalesce(heard_at, -1) from ticket where id = $1", "i", ticket))
        return FALSE;
    *ret = at < 0 ? INSTANT_NONE : at;
    return TRUE;
}

static gboolean set_heard(Desk *d, gint64 ticket, Instant at, GError **err)
{
    return db_run(d->db, err, "update ticket set heard_at = $2 where id = $1", "it", ticket, at);
}

static gboolean set_row(Desk *d, gint64 ticket, Instant at, GError **err)
{
    DueRow row = {.what = (char *)"cadence", .next_at = at, .ticket_id = ticket};
    return clocks_due_clear(d->db, ticket, "cadence", 0, err) && (at == INSTANT_NONE || clocks_due_add(d->db, &row, err));
}

gboolean cadence_next(Desk *d, gint64 ticket, Instant *ret, GError **err)
{
    gint64 at;
    if (!db_value(d->db, &at, err, "select coalesce(min(next_at), -1) from due where what = 'cadence' and ticket_id = $1", "i", ticket))
        return FALSE;
    *ret = at < 0 ? INSTANT_NONE : at;
    return TRUE;
}

/* Where no update was awaited until now, the time begins now at the latest: an escalation's first act is no "nothing new". */
gboolean cadence_follow(Desk *d, const Ticket *t, GError **err)
{
    Instant from, awaited, next;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    gboolean wanted = FALSE;
    if (queue == NULL)
        return TRUE;
    if (!is_wanted(d, t, queue, &wanted, err) || !wanted)
        return err == NULL || *err == NULL;
    if (!heard_at(d, t->id, &from, err) || !cadence_next(d, t->id, &awaited, err)
        || !due_after(d, t, from != INSTANT_NONE ? from : d->now, &next, err))
        return FALSE;
    if (next == awaited)
        return TRUE;
    if (awaited == INSTANT_NONE && (from == INSTANT_NONE || next <= d->now)
        && !(set_heard(d, t->id, d->now, err) && due_after(d, t, d->now, &next, err)))
        return FALSE;
    return set_row(d, t->id, next, err);
}

gboolean cadence_heard(Desk *d, const Ticket *t, Instant at, GError **err) { return set_heard(d, t->id, at, err) && cadence_follow(d, t, err); }

/* ---- the mail ---- */

/* The longest silence is counted from now; where respond is not met yet no update clock runs, and none is begun. */
static gboolean restart_update(Desk *d, const Ticket *t, GError **err)
{
    gint64 running;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    if (!db_value(d->db, &running, err, "select count(*) from clock where ticket_id = $1 and target = 'update' and state = 0", "i", t->id))
        return FALSE;
    return running == 0
           || (deadlines_end(d, t, TARGET_UPDATE, TRUE, d->now, 0, err) && deadlines_start_one(d, t, queue, TARGET_UPDATE, d->now, 0, err));
}

/* Somebody is at it: he holds an escalation, or it is his and nobody is asked for it. Else no customer is told that we work on it. */
static gboolean is_taken(Desk *d, const Ticket *t, gboolean *ret, GError **err)
{
    gint64 held, asked;
    if (!db_value(d->db, &held, err, "select count(*) from run where ticket_id = $1 and ended_at is null and state = $2", "ii", t->id, (gint64)RUN_HELD)
        || !db_value(d->db, &asked, err, "select count(*) from run where ticket_id = $1 and ended_at is null and state <> $2", "ii", t->id, (gint64)RUN_HELD))
        return FALSE;
    *ret = held > 0 || (t->owner != NULL && asked == 0);
    return TRUE;
}

static gboolean send(Desk *d, const Ticket *t, GError **err)
{
    Instant next;
    gboolean taken;
    if (!cadence_heard(d, t, d->now, err) || !restart_update(d, t, err) || !cadence_next(d, t->id, &next, err) || !is_taken(d, t, &taken, err))
        return FALSE;
    const gboolean is_past = t->next_until_at != INSTANT_NONE && t->next_until_at <= d->now; /* it was said already, and has come or not */
    json_t *extra = json_pack("{s:b, s:s*}", "taken", taken, "step", is_past ? NULL : t->next_text);
    promise_set(d, t, "next_update", next, extra);
    promise_set(d, t, "next_by", t->next_until_at > d->now ? t->next_until_at : INSTANT_NONE, extra);
    g_autofree char *then = next != INSTANT_NONE ? instant_format(next) : g_strdup("-");
    return notify_requester(d, t, "update", extra, NULL, err) && desk_audit(d, t->id, err, "update", "severity=S%d next=%s", t->severity + 1, then);
}

gboolean cadence_fire(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    Instant from, at;
    gboolean may;
    if (!tickets_load(d->db, due->ticket_id, &t, err) || !heard_at(d, t->id, &from, err)
        || !due_after(d, t, from != INSTANT_NONE ? from : d->now, &at, err))
        return FALSE;
    at = at == INSTANT_NONE || at > d->now ? at : awake(d, t, desk_queue(d, t->queue), d->now); /* it is late: perhaps it is night by now */
    if (at == INSTANT_NONE || at > d->now)
        return set_row(d, t->id, at, err);
    if (!courtesy_may_update(d, t, &may, err))
        return FALSE;
    return may ? send(d, t, err) : cadence_heard(d, t, d->now, err);
}
