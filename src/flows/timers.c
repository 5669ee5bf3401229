/* timers: one function a kind of row, in a table. After downtime the highest level that is due fires, once. */
#include "flows/timers.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"

#include "rules/phrase.h"

#include "store/clocks.h"

#include "flows/cadence.h"
#include "flows/containment.h"
#include "flows/deadlines.h"
#include "flows/delay.h"
#include "flows/digest.h"
#include "flows/drill.h"
#include "flows/duty.h"
#include "flows/escalate.h"
#include "flows/heartbeat.h"
#include "flows/holding.h"
#include "flows/maintenance.h"
#include "flows/notify.h"
#include "flows/policies.h"
#include "flows/recalc.h"
#include "flows/risks.h"
#include "flows/roundcall.h"
#include "flows/vendors.h"
#include "flows/verbs.h"
#include "flows/view.h"

#include "base/banned.h"

#define PUT_OFF ((Seconds)300) /* a row that cannot be handled is tried again then */
#define PUT_OFF_FATAL ((Seconds)3600) /* one that brought core down */

/* All `at` rows of the same ticket and policy that are due by now: each clock is a cause, the highest level fires. */
static gboolean fire_at(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(Ticket) t = NULL;
    g_autoptr(GArray) clocks = g_array_new(FALSE, FALSE, sizeof(gint64));
    GError *local = NULL;
    int level = due->level;
    gint64 highest = due->clock_id;
    if (!tickets_load(d->db, due->ticket_id, &t, err)
        || !db_select(d->db, &rows, err, "select clock_id, level from due where what = 'at' and ticket_id = $1 and policy = $2 and next_at <= $3 order by id",
                      "ist", due->ticket_id, due->policy, d->now))
        return FALSE;
    while (db_next(rows, &local)) {
        gint64 clock = db_int(rows, 0);
        g_array_append_val(clocks, clock);
        if (db_int(rows, 1) > level) {
            level = (int)db_int(rows, 1);
            highest = clock;
        }
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    if (!db_run(d->db, err, "delete from due where what = 'at' and ticket_id = $1 and policy = $2 and next_at <= $3", "ist", due->ticket_id, due->policy,
                d->now))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        gint64 clock = g_array_index(clocks, gint64, i);
        g_autofree char *cause = g_strdup_printf("clock:%" G_GINT64_FORMAT, clock);
        if (clock != highest && !escalate_cause(d, t, due->policy, cause, clock, -1, err))
            return FALSE;
    }
    g_autofree char *cause = g_strdup_printf("clock:%" G_GINT64_FORMAT, highest);
    return escalate_cause(d, t, due->policy, cause, highest, level, err);
}

static gboolean policy_has_at(const Policy *p)
{
    for (guint i = 0; i < p->levels->len; i++)
        if (((PolicyLevel *)g_ptr_array_index(p->levels, i))->at->len > 0)
            return TRUE;
    return FALSE;
}

/* Whether an ack holds at this moment. After downtime it may be over, though nobody was told yet: then the reminder says what is late. */
static gboolean is_holding(const LadderRun *r, Instant now) { return r->state == RUN_HELD && (r->hold_until == INSTANT_NONE || r->hold_until > now); }

/* The acker of a run that holds gets one line at each breach. */
static gboolean tell_ackers(Desk *d, const Ticket *t, const ClockRow *c, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    static const char *const lines[TARGET_COUNT] = {[TARGET_RESPOND] = PHRASE("You have it, and its respond deadline has passed now."),
                                                    [TARGET_UPDATE] = PHRASE("You have it, and its update deadline has passed now."),
                                                    [TARGET_RESOLVE] = PHRASE("You have it, and its resolve deadline has passed now."),
                                                    [TARGET_ASSIGN] = PHRASE("You have it, and its assign deadline has passed now.")};
    g_autofree char *line = phrase_make(lines[c->clock.target], NULL);
    if (!runs_of_ticket(d->db, t->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        RunRow *r = g_ptr_array_index(runs, i);
        if (is_holding(r->run, d->now) && !digest_line(d, t, NULL, r->run->acker, line, err))
            return FALSE;
    }
    return TRUE;
}

/* A clock is a cause at its breach in policies whose levels name no share of it. */
static gboolean breach_causes(Desk *d, const Ticket *t, const ClockRow *c, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    g_autofree char *cause = g_strdup_printf("clock:%" G_GINT64_FORMAT, c->clock.id);
    if (!policies_names(d, t, c->queue, &names, err))
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const Policy *policy;
        if (!policies_for(d, t, g_ptr_array_index(names, i), &policy, err))
            return FALSE;
        if (policy != NULL && !policy_has_at(policy) && !escalate_cause(d, t, policy->name, cause, c->clock.id, 0, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean fire_breach(Desk *d, const DueRow *due, GError **err)
{
    ClockRow *c = NULL;
    g_autoptr(Ticket) t = NULL;
    if (!clocks_load(d->db, due->clock_id, &c, err))
        return FALSE;
    gboolean is_live = c->clock.state == CLOCK_RUNNING && c->clock.due_at <= d->now && c->clock.breached_at == INSTANT_NONE;
    gboolean ok = !is_live
                  || (tickets_load(d->db, c->ticket_id, &t, err) && deadlines_breach(d, c, d->now, err) && (vendors_is_clock(c) ? vendors_late(d, t, c, err) : tell_ackers(d, t, c, err))
                      && breach_causes(d, t, c, err));
    clocks_row_free(c);
    return ok;
}

static gboolean fire_run(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    LadderEvent event = {.kind = LADDER_TIMER};
    return tickets_load(d->db, due->ticket_id, &t, err) && escalate_event(d, t, due->run_id, &event, NULL, err);
}

static gboolean fire_close(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(d->db, due->ticket_id, &t, err))
        return FALSE;
    if (t->state != TICKET_RESOLVED)
        return TRUE;
    t->state = TICKET_CLOSED;
    t->closed_at = d->now;
    return tickets_save(d->db, t, err) && desk_audit(d, t->id, err, "closed", "by=reopen-window");
}

static gboolean fire_wait(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(d->db, due->ticket_id, &t, err))
        return FALSE;
    if (t->state != TICKET_WAITING)
        return TRUE;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    const char *who = t->owner != NULL ? t->owner : queue != NULL ? queue->lead : NULL;
    g_autofree char *line = phrase_make("The time that it was to wait for has come.", NULL);
    return verbs_reopen(d, t, 0, err) && (who == NULL || notify_line(d, t, who, line, err));
}

static const struct {
    const char *what;
    gboolean (*fire)(Desk *, const DueRow *, GError **);
} kinds[] = {{"at", fire_at}, {"breach", fire_breach}, {"run", fire_run}, {"close", fire_close}, {"wait", fire_wait}, {"shift", duty_handoff}, {"board", risks_board},
             {"confirm", containment_expired}, {"cadence", cadence_fire}, {"delay", delay_fire}, {"heartbeat", heartbeat_missing},
             {"digest", digest_due}, {"maintenance", maintenance_due},
             {"drill", drill_fire}, {"roundcall", roundcall_fire}};

/* A row of a batch may be gone, and its number given to a row that was made since: then it is not the same. */
static gboolean is_still_there(Desk *d, const DueRow *due, gint64 *ret, GError **err)
{
    return db_value(d->db, ret, err,
                    "select count(*) from due where id = $1 and what = $2 and next_at = $3 and coalesce(ticket_id, 0) = $4"
                    " and coalesce(clock_id, 0) = $5 and coalesce(run_id, 0) = $6 and coalesce(level, 0) = $7",
                    "istiiii", due->id, due->what, due->next_at, due->ticket_id, due->clock_id, due->run_id, (gint64)due->level);
}

static gboolean fire_one(Desk *d, const DueRow *due, GError **err)
{
    gint64 still_there;
    if (due->clock_id != 0 && !recalc_clock(d, due->clock_id, err))
        return FALSE;
    if (!is_still_there(d, due, &still_there, err))
        return FALSE;
    if (still_there == 0) /* an earlier row of this batch took it along, or made it void, or its deadline moved */
        return TRUE;
    if (strcmp(due->what, "at") != 0 && !clocks_due_delete(d->db, due->id, err))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].what, due->what) == 0)
            return kinds[i].fire(d, due, err);
    return error_set(err, ERROR_INTERNAL, "due row %" G_GINT64_FORMAT ": unknown kind '%s'", due->id, due->what);
}

typedef struct {
    Desk *desk;
    const GPtrArray *rows;
} Pass;

/* A row that fails for a reason of its own is put off, loudly; the others go on. */
static gboolean put_off(void *data, guint i, GError *why, GError **err)
{
    const Pass *p = data;
    const DueRow *due = g_ptr_array_index(p->rows, i);
    g_autofree char *doing = g_strdup_printf("timer '%s' of ticket %" G_GINT64_FORMAT, due->what, due->ticket_id);
    log_error(doing, why);
    g_error_free(why);
    return db_run(p->desk->db, err, "update due set next_at = $2 where id = $1", "it", due->id, p->desk->now + PUT_OFF);
}

static void tell_in_hand(const Desk *d, gint64 due)
{
    if (d->in_hand != NULL)
        d->in_hand(d->in_hand_data, due);
}

static gboolean fire_row(void *data, guint i, GError **err)
{
    const Pass *p = data;
    const DueRow *due = g_ptr_array_index(p->rows, i);
    tell_in_hand(p->desk, due->id);
    return fire_one(p->desk, due, err);
}

static void none_in_hand(void *data) { tell_in_hand(((Pass *)data)->desk, 0); }

gboolean timers_pass(Desk *d, Instant until, guint *ret_fired, GError **err)
{
    g_autoptr(GPtrArray) rows = NULL;
    *ret_fired = 0;
    if (!clocks_due_list(d->db, until, LIMIT_BATCH, &rows, err))
        return FALSE;
    if (rows->len == 0)
        return TRUE;
    Pass p = {d, rows};
    if (!db_batch(d->db, rows->len, &(DbBatch){fire_row, put_off, none_in_hand, &p}, err))
        return FALSE;
    *ret_fired = rows->len;
    return TRUE;
}

gboolean timers_blame(Desk *d, gint64 id, const char *reason, GError **err)
{
    gint64 ticket = 0;
    GError *local = NULL;
    if (!db_value(d->db, &ticket, &local, "update due set next_at = $2 where id = $1 returning coalesce(ticket_id, 0)", "it", id, d->now + PUT_OFF_FATAL)) {
        gboolean is_gone = local->code == ERROR_NOTFOUND;
        if (is_gone)
            g_error_free(local);
        else
            g_propagate_error(err, local);
        return is_gone;
    }
    log_event(LOGGING_ERROR, "ticket=%" G_GINT64_FORMAT " event=put-off due=%" G_GINT64_FORMAT " seconds=%d reason=\"%s\"", ticket, id, (int)PUT_OFF_FATAL, reason);
    return holding_note_due(d, id, ticket, reason, err);
}

gboolean timers_next(Desk *d, Instant *ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err, "select min(next_at) from (select min(next_at) as next_at from due union all"
                                      " select min(next_at) from outbox where state = 'queued') as n", ""))
        return FALSE;
    *ret = db_next(rows, &local) ? db_instant(rows, 0) : INSTANT_NONE;
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}
