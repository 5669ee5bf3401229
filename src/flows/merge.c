/* merge: rows change their ticket, so that their logs stay whole: the older promise goes on, the younger one of the same kind stops.
 * What was said to people stays true: their addresses work, and what they were asked is asked on. It must never show one customer's
 * mail to another one, and never end an escalation that is still needed. */
#include "flows/merge.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"

#include "store/runs.h"

#include "flows/containment.h"
#include "flows/deadlines.h"
#include "flows/digest.h"
#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/policies.h"
#include "flows/supersede.h"

#include "base/banned.h"

typedef struct {
    VerbContext *verb;
    Desk *desk;
    Ticket *from, *into;
} Merge;

/* ---- may it be ---- */

static gboolean lacks_queue(Merge *m, gint64 *ret, GError **err)
{
    return db_value(m->desk->db, ret, err,
                    "select count(*) from ticket_queue where ticket_id = $1 and queue not in (select queue from ticket_queue where ticket_id = $2)",
                    "ii", m->from->id, m->into->id);
}

/* NULL, or why it may not; newly allocated. */
static char *objection(const Merge *m, gint64 lacking)
{
    const Ticket *into = m->into;
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, into->id), *merged = g_strdup_printf("%" G_GINT64_FORMAT, into->merged_into_id);
    if (into->id == m->from->id)
        return phrase_make("that is this ticket", NULL);
    if (into->state == TICKET_MERGED)
        return phrase_make("ticket {ticket} was merged into {into} itself", "ticket", id, "into", merged, NULL);
    if (into->state >= TICKET_RESOLVED)
        return phrase_make("ticket {ticket} is {state:phrase}; reopen it first, or merge it into this one", "ticket", id, "state",
                           tickets_state_name(into->state), NULL);
    if (into->is_drill || m->from->is_drill)
        return phrase_make("an exercise is merged with nothing", NULL);
    if (into->requester_id != m->from->requester_id)
        return phrase_make("ticket {ticket} has another requester, who would get this one's mail", "ticket", id, NULL);
    if (lacking > 0 || strcmp(into->queue, m->from->queue) != 0)
        return phrase_make("ticket {ticket} is in another queue", "ticket", id, NULL);
    return NULL;
}

/* ---- clocks, runs ---- */

/* A live run of the policy in both: that of `into` goes on, with the causes of the other, and is meant by who answers to what that one
 * superseded. */
static gboolean join_run(Merge *m, const RunRow *r, const RunRow *other, GError **err)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, m->into->id), *reason = phrase_make("it goes on in ticket {ticket}", "ticket", id, NULL);
    LadderEvent end = {.kind = LADDER_END, .text = reason};
    return db_run(m->desk->db, err,
                  "insert into run_cause (run_id, cause, clock_id, since_at) select $2, cause, clock_id, since_at from run_cause"
                  " where run_id = $1 and ended_at is null on conflict (run_id, cause) do update set ended_at = null",
                  "ii", r->id, other->id)
           && runs_succeed(m->desk->db, r->id, other->id, err) && escalate_event(m->desk, m->from, r->id, &end, NULL, err);
}

/* An exhausted run of `into` asks nobody any more: it ends, with its causes in the one of `from` that still climbs and comes along. */
static gboolean wake_runs(Merge *m, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    Merge back = {.verb = m->verb, .desk = m->desk, .from = m->into, .into = m->from};
    if (!runs_of_ticket(m->desk->db, m->into->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        const RunRow *r = g_ptr_array_index(runs, i);
        g_autoptr(RunRow) live = NULL;
        if (r->run->state != RUN_EXHAUSTED)
            continue;
        if (!runs_live(m->desk->db, m->from->id, r->policy, &live, err))
            return FALSE;
        if (live != NULL && live->run->state != RUN_EXHAUSTED && !join_run(&back, r, live, err))
            return FALSE;
    }
    return TRUE;
}

/* Clocks of `into` that stopped were perhaps causes of a run that it gave to `from`. */
static gboolean end_causes(Merge *m, GError **err)
{
    g_autoptr(GArray) clocks = NULL;
    if (!db_ids(m->desk->db, &clocks, err,
                "select distinct u.clock_id from run_cause u join run r on r.id = u.run_id join clock c on c.id = u.clock_id"
                " where r.ticket_id = $1 and r.ended_at is null and u.ended_at is null and c.state = $2",
                "ii", m->from->id, (gint64)CLOCK_STOPPED))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++)
        if (!escalate_clock_ended(m->desk, m->from, g_array_index(clocks, gint64, i), PHRASE("this deadline counts no more"), err))
            return FALSE;
    return TRUE;
}

static gboolean move_runs(Merge *m, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    if (!runs_of_ticket(m->desk->db, m->from->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        const RunRow *r = g_ptr_array_index(runs, i);
        g_autoptr(RunRow) other = NULL;
        if (!runs_live(m->desk->db, m->into->id, r->policy, &other, err) || (other != NULL && !join_run(m, r, other, err)))
            return FALSE;
    }
    return TRUE;
}

/* The pages of a run that the merging ended go to the one of its policy that goes on: an ack to one of them is meant for that. */
static gboolean move_pages(Merge *m, const GPtrArray *runs, GError **err)
{
    for (guint i = 0; i < runs->len; i++) {
        const RunRow *r = g_ptr_array_index(runs, i);
        g_autoptr(RunRow) live = NULL;
        if (!runs_live(m->desk->db, m->into->id, r->policy, &live, err)
            || (live != NULL && live->id != r->id
                && !db_run(m->desk->db, err, "update notification set run_id = $2 where run_id = $1", "ii", r->id, live->id)))
            return FALSE;
    }
    return TRUE;
}

/* Every row that says of which ticket it is, but for the audit, which is history, and the personal addresses, which go on to work. */
static gboolean move_rows(Merge *m, GError **err)
{
    Db *db = m->desk->db;
    gint64 from = m->from->id, into = m->into->id;
    return clocks_due_clear(db, from, "close", 0, err) && clocks_due_clear(db, from, "wait", 0, err)
           && (m->into->contained_at == INSTANT_NONE || containment_over(m->desk, from, err))
           && db_run(db, err, "update message set ticket_id = $2 where ticket_id = $1", "ii", from, into)
           && db_run(db, err, "update clock set ticket_id = $2 where ticket_id = $1", "ii", from, into)
           && db_run(db, err, "update due set ticket_id = $2 where ticket_id = $1", "ii", from, into)
           && db_run(db, err, "update run set ticket_id = $2 where ticket_id = $1", "ii", from, into)
           && db_run(db, err, "update notification set ticket_id = $2 where ticket_id = $1", "ii", from, into)
           && db_run(db, err, "update outbox set ticket_id = $2 where ticket_id = $1", "ii", from, into)
           && db_run(db, err, "update ticket set heard_at = (select max(heard_at) from ticket where id in ($1, $2)) where id = $2", "ii", from, into)
           && db_run(db, err, "update score set ticket_id = $2 where ticket_id = $1", "ii", from, into)
           && db_run(db, err,
                     "insert into ticket_policy (ticket_id, policy, origin) select $2, policy, origin from ticket_policy where ticket_id = $1"
                     " on conflict (ticket_id, policy) do update set origin = excluded.origin where ticket_policy.origin = 'queue'",
                     "ii", from, into)
           && db_run(db, err,
                     "insert into ticket_risk (ticket_id, risk, origin, since_at, told_at) select $2, risk, origin, since_at, told_at from ticket_risk"
                     " where ticket_id = $1 on conflict do nothing",
                     "ii", from, into)
           && db_run(db, err, "insert into watcher (ticket_id, address, n) select $2, address, 100 + n from watcher where ticket_id = $1 on conflict do nothing",
                     "ii", from, into)
           && db_run(db, err,
                     "insert into participant (ticket_id, address) select $2, address from participant where ticket_id = $1"
                     " on conflict do nothing",
                     "ii", from, into);
}

/* ---- the tickets themselves ---- */

static void inherit_text(char **into, char **from)
{
    if (*into == NULL)
        *into = g_steal_pointer(from);
}

static gboolean save_into(Merge *m, GError **err)
{
    Ticket *from = m->from, *into = m->into;
    int old = into->severity;
    into->opened_at = MIN(into->opened_at, from->opened_at);
    if (into->answered_at == INSTANT_NONE)
        into->answered_at = from->answered_at;
    if (into->contained_at == INSTANT_NONE) { /* its second word is awaited on */
        into->contained_at = from->contained_at;
        into->contained_confirmed = from->contained_confirmed;
    }
    if (into->state == TICKET_NEW)
        into->state = from->state == TICKET_NEW ? TICKET_NEW : TICKET_OPEN;
    into->severity = MIN(into->severity, from->severity);
    if (into->severity_sticks == 0)
        into->severity_sticks = from->severity_sticks;
    inherit_text(&into->category, &from->category);
    inherit_text(&into->impact, &from->impact);
    inherit_text(&into->cause, &from->cause);
    inherit_text(&into->next_text, &from->next_text);
    VerbContext other = *m->verb;
    other.ticket = into;
    return tickets_save(m->desk->db, into, err) && (into->owner != NULL || from->owner == NULL || verbs_set_owner(&other, from->owner, err))
           && deadlines_retarget(m->desk, into, old, m->desk->now, err);
}

static gboolean save_from(Merge *m, GError **err)
{
    m->from->state = TICKET_MERGED;
    m->from->merged_into_id = m->into->id;
    m->from->closed_at = m->desk->now;
    return tickets_save(m->desk->db, m->from, err);
}

static gboolean tell_owner(Merge *m, GError **err)
{
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, m->from->id), *line = phrase_make("Ticket {ticket} was merged into this one.", "ticket", id, NULL);
    gboolean is_he = m->verb->actor != NULL && g_strcmp0(m->into->owner, m->verb->actor->name) == 0;
    return m->into->owner == NULL || is_he || notify_line(m->desk, m->into, m->into->owner, line, err);
}

/* What came from a ticket that waited for its customer waits no longer than this one does. */
static gboolean settle_clocks(Merge *m, GError **err)
{
    const Ticket *into = m->into;
    return (tickets_pauses(into) ? deadlines_pause : deadlines_resume)(m->desk, into, m->desk->now, m->verb->message, err);
}

static gboolean apply(Merge *m, GError **err)
{
    Desk *d = m->desk;
    gint64 message = m->verb->message;
    g_autoptr(GPtrArray) going = NULL, staying = NULL, of_from = NULL, of_into = NULL;
    if (!policies_names(d, m->from, m->from->queue, &of_from, err) || !policies_names(d, m->into, m->into->queue, &of_into, err)
        || !runs_of_ticket(d->db, m->from->id, TRUE, &going, err) || !runs_of_ticket(d->db, m->into->id, TRUE, &staying, err))
        return FALSE;
    gboolean resumes = m->into->state == TICKET_WAITING && m->from->state != TICKET_WAITING;
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, m->into->id);
    verbs_say(m->verb, "Merged into ticket {ticket}: its mails, clocks and escalations go on there.", "ticket", id, NULL);
    return (!resumes || verbs_reopen(d, m->into, message, err)) && wake_runs(m, err) && deadlines_merge(d, m->from, m->into, message, err)
           && end_causes(m, err) && move_runs(m, err)
           && move_rows(m, err) && move_pages(m, going, err) && move_pages(m, staying, err) && deadlines_moved(d, m->into, message, err) && save_from(m, err) && save_into(m, err)
           && settle_clocks(m, err) && supersede_merged(d, m->into, of_into, of_from, err) && digest_join(d, m->into, err) && tell_owner(m, err)
           && desk_audit(d, m->from->id, err, "merged", "into=%" G_GINT64_FORMAT " by=%s", m->into->id, verbs_actor_name(m->verb))
           && desk_audit(d, m->into->id, err, "merge", "from=%" G_GINT64_FORMAT " by=%s", m->from->id, verbs_actor_name(m->verb));
}

gboolean merge_verb(VerbContext *c, const Command *cmd, GError **err)
{
    g_autoptr(Ticket) into = NULL;
    gint64 lacking = 0;
    GError *local = NULL;
    Merge m = {.verb = c, .desk = c->desk, .from = c->ticket};
    if (!tickets_load(c->desk->db, cmd->ticket, &into, &local)) {
        if (local->code != ERROR_NOTFOUND) {
            g_propagate_error(err, local);
            return FALSE;
        }
        g_error_free(local);
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, cmd->ticket);
        return verbs_refuse(c, "there is no ticket {ticket}", "ticket", id, NULL);
    }
    m.into = into;
    if (!lacks_queue(&m, &lacking, err))
        return FALSE;
    g_autofree char *why = objection(&m, lacking);
    return why != NULL ? verbs_refuse_for(c, why) : apply(&m, err);
}
