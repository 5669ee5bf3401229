/* delay: it takes longer. It must never blame, never name anybody of the house, and never say when the requester hears again unless
 * something is there that makes it so. */
#include "flows/delay.h"

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/cadence.h"
#include "flows/courtesy.h"
#include "flows/deadlines.h"
#include "flows/notify.h"
#include "flows/promise.h"

#include "base/banned.h"

/* Only of promises to the requester, and by his own queue: a second queue's clock of the same ticket would tell him twice. */
static gboolean is_told_of(Desk *d, const ClockRow *c, const ConfigQueue *queue, gboolean *ret, GError **err)
{
    gint64 n;
    *ret = FALSE;
    if (queue == NULL || queue->delay_notice.amount == 0 || (c->clock.target != TARGET_RESPOND && c->clock.target != TARGET_RESOLVE)
        || c->clock.state != CLOCK_RUNNING)
        return TRUE;
    if (!db_value(d->db, &n, err,
                  "select count(*) from clock c join ticket t on t.id = c.ticket_id where c.id = $1 and t.queue = c.queue and c.delay_told_at is null"
                  " and t.is_operational = 0", "i", c->clock.id))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

gboolean delay_schedule(Desk *d, const ClockRow *c, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, c->queue);
    gboolean wanted;
    Instant at;
    if (queue == NULL || queue->delay_notice.amount == 0) /* what was there before a change of the configuration comes to nothing when it is due */
        return TRUE;
    if (!clocks_due_clear(d->db, c->ticket_id, "delay", c->clock.id, err) || !is_told_of(d, c, queue, &wanted, err))
        return FALSE;
    if (!wanted)
        return TRUE;
    const LevelAt before = {.target = c->clock.target, .is_before = TRUE, .before = queue->delay_notice};
    ClockCalendar calendar = deadlines_clock_calendar(d, c->calendar, c->queue);
    DueRow row = {.what = (char *)"delay", .ticket_id = c->ticket_id, .clock_id = c->clock.id};
    if (!ticketclock_at(&c->clock, &calendar, &before, (Duration){0}, &at, NULL))
        return TRUE; /* no calendar to reckon it by: the clock itself is told of loudly */
    row.next_at = at;
    /* a target that is shorter than the notice, or one that moved so near: what was just promised is not taken back */
    return at == INSTANT_NONE || at <= MAX(c->clock.segment_at, c->clock.started_at) || at <= d->now || clocks_due_add(d->db, &row, err);
}

/* Somebody has it, and the requester has heard from us: he waits for a solution of which he knows. */
static gboolean is_in_hand(Desk *d, const Ticket *t, const ClockRow *c, gboolean *ret, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    *ret = FALSE;
    if (c->clock.target == TARGET_RESPOND)
        return TRUE;
    if (!runs_of_ticket(d->db, t->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++)
        *ret = *ret || ((RunRow *)g_ptr_array_index(runs, i))->run->state == RUN_HELD;
    *ret = *ret && t->answered_at != INSTANT_NONE;
    return TRUE;
}

static gboolean send(Desk *d, const Ticket *t, const ClockRow *c, GError **err)
{
    Instant again = t->next_until_at;
    if (again <= d->now && !cadence_next(d, t->id, &again, err))
        return FALSE;
    json_t *extra = json_object();
    json_object_set_new(extra, policy_target_name(c->clock.target), json_true());
    promise_set(d, t, "hear_by", again, extra);
    return notify_requester(d, t, "delay", extra, NULL, err)
           && db_run(d->db, err, "update clock set delay_told_at = $2 where id = $1", "it", c->clock.id, d->now)
           && desk_audit(d, t->id, err, "delay", "clock=%" G_GINT64_FORMAT " target=%s", c->clock.id, policy_target_name(c->clock.target));
}

gboolean delay_fire(Desk *d, const DueRow *due, GError **err)
{
    ClockRow *c = NULL;
    g_autoptr(Ticket) t = NULL;
    gboolean wanted = FALSE, in_hand = FALSE, may = FALSE;
    if (!clocks_load(d->db, due->clock_id, &c, err))
        return FALSE;
    gboolean ok = is_told_of(d, c, desk_queue(d, c->queue), &wanted, err) && tickets_load(d->db, c->ticket_id, &t, err) && is_in_hand(d, t, c, &in_hand, err);
    if (ok && wanted && !in_hand && t->state < TICKET_RESOLVED && !tickets_pauses(t))
        ok = courtesy_may_update(d, t, &may, err) && (!may || send(d, t, c, err));
    clocks_row_free(c);
    return ok;
}
