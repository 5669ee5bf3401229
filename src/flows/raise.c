/* raise: see the header. He can move nobody who is at work on it: on a run that somebody has, the acker and the next level hear of it in
 * a line. What he is promised is what the clocks say, and nothing about people inside. */
#include "flows/raise.h"

#include "rules/appeal.h"
#include "rules/phrase.h"

#include "store/clocks.h"

#include "flows/courtesy.h"
#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/people.h"
#include "flows/policies.h"
#include "flows/promise.h"
#include "flows/vendors.h"

#include "base/banned.h"

#define ONCE_IN ((Seconds)86400)

static const KindWord *asked_by(const IntakeCase *c)
{
    const ConfigQueue *queue = desk_queue(c->desk, c->ticket->queue);
    if (queue == NULL || !queue->customer_escalates || c->row->is_note || intake_doubt(c) != NULL)
        return NULL;
    return appeal_in(c->desk->words, c->reading->new_text);
}

void raise_refused(IntakeCase *c, const char *why)
{
    if (asked_by(c) != NULL)
        intake_note(c, "asks for escalation; not done: %s", why);
}

/* ---- who hears of it ---- */

static gboolean tell_level(IntakeCase *c, const RunRow *r, int level, const char *line, GError **err)
{
    const Policy *policy = policies_of_run(c->desk, r);
    if (policy == NULL || level > (int)policy->levels->len)
        return TRUE;
    const PolicyLevel *l = g_ptr_array_index(policy->levels, (guint)level - 1);
    g_autoptr(GPtrArray) people = people_of(c->desk, c->ticket, desk_queue(c->desk, c->ticket->queue), l->notify);
    for (guint i = 0; i < people->len; i++) {
        const char *contact = g_ptr_array_index(people, i);
        if (g_strcmp0(contact, r->run->acker) != 0 && !notify_line(c->desk, c->ticket, contact, line, err))
            return FALSE;
    }
    return TRUE;
}

/* Somebody has it: no page. He himself hears of each mail of the customer anyway, and of this one what it asks for. */
static gboolean tell_held(IntakeCase *c, const RunRow *r, GError **err)
{
    const ConfigContact *acker = desk_contact(c->desk, r->run->acker);
    g_autofree char *line = phrase_make("The customer asks for escalation. {who} has it: you need do nothing.", "who", acker != NULL ? acker->full_name : r->run->acker, NULL);
    return tell_level(c, r, r->run->level + 1, line, err);
}

/* Who was mailed and has not answered. */
static gboolean tell_asked(IntakeCase *c, const RunRow *r, GError **err)
{
    g_autofree char *line = phrase_make("The customer asks for escalation, and you were asked to take it. Nobody has it yet.", NULL);
    for (guint i = 0; i < r->run->pages->len; i++) {
        const LadderPage *p = g_ptr_array_index(r->run->pages, i);
        if (p->level == r->run->level && (p->state == PAGE_QUEUED || p->state == PAGE_WAITING)
            && !notify_line(c->desk, c->ticket, p->contact, line, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean note_appeal(IntakeCase *c, gint64 run, const char *how, GError **err)
{
    intake_note(c, "the customer's words escalate the ticket: %s", how);
    return db_run(c->desk->db, err, "insert into appeal (ticket_id, run_id, message_id, at) values ($1, nullif($2, 0), $3, $4)", "iiit", c->ticket->id, run,
                  c->row->id, c->desk->now)
           && desk_audit(c->desk, c->ticket->id, err, "appeal", "message=%" G_GINT64_FORMAT " run=%" G_GINT64_FORMAT " how=%s", c->row->id, run, how);
}

/* A ladder that is climbed gets the cause, one that is not begins. */
static gboolean raise_ladder(IntakeCase *c, const char *policy, const RunRow *r, GError **err)
{
    gboolean is_asked = r != NULL && r->run->level > 0;
    g_autoptr(RunRow) now = NULL;
    return escalate_cause(c->desk, c->ticket, policy, "customer", 0, 0, err) && escalate_check_paused(c->desk, c->ticket, err)
           && (!is_asked || tell_asked(c, r, err)) && runs_live(c->desk->db, c->ticket->id, policy, &now, err)
           && note_appeal(c, now != NULL ? now->id : 0, is_asked ? "joined" : "asked", err);
}

/* Somebody who holds one of the ticket's ladders is at work on it: then no other is begun. */
static gboolean raise_all(IntakeCase *c, GError **err)
{
    g_autoptr(GPtrArray) names = NULL, runs = g_ptr_array_new_with_free_func((GDestroyNotify)runs_row_free);
    gboolean is_held = FALSE;
    if (!policies_names(c->desk, c->ticket, c->ticket->queue, &names, err))
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        RunRow *r = NULL;
        if (!runs_live(c->desk->db, c->ticket->id, g_ptr_array_index(names, i), &r, err))
            return FALSE;
        g_ptr_array_add(runs, r);
        is_held = is_held || (r != NULL && r->run->state == RUN_HELD);
    }
    for (guint i = 0; i < names->len; i++) {
        const RunRow *r = g_ptr_array_index(runs, i);
        gboolean holds = r != NULL && r->run->state == RUN_HELD;
        if (is_held ? holds && !(tell_held(c, r, err) && note_appeal(c, r->id, "told", err)) : !raise_ladder(c, g_ptr_array_index(names, i), r, err))
            return FALSE;
    }
    return TRUE;
}

/* ---- what he is told ---- */

/* When he hears: by his respond clock, else by the next update; nothing is promised that is past. */
static gboolean answer_by(IntakeCase *c, json_t *view, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    Instant by = INSTANT_NONE;
    if (!clocks_of_ticket(c->desk->db, c->ticket->id, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++) {
        const ClockRow *k = g_ptr_array_index(clocks, i);
        gboolean is_respond = k->clock.target == TARGET_RESPOND;
        if (k->clock.state != CLOCK_RUNNING || vendors_is_clock(k) || k->clock.due_at <= c->desk->now || (!is_respond && k->clock.target != TARGET_UPDATE))
            continue;
        if (by == INSTANT_NONE || k->clock.due_at < by)
            by = k->clock.due_at;
    }
    promise_set(c->desk, c->ticket, "answer_by", by, view);
    return TRUE;
}

static gboolean tell_customer(IntakeCase *c, GError **err)
{
    GuardCase facts = intake_guard_case(c, c->ticket->requester != NULL ? c->ticket->requester : "", GUARD_TRANSCRIPT);
    gboolean may;
    if (!courtesy_allows(c->desk, c->ticket, &facts, &may, err))
        return FALSE;
    if (!may)
        return TRUE;
    json_t *view = json_object();
    if (answer_by(c, view, err))
        return notify_requester(c->desk, c->ticket, "raised", view, *c->reading->message_id != '\0' ? c->reading->message_id : NULL, err);
    json_decref(view);
    return FALSE;
}

gboolean raise_by_customer(IntakeCase *c, gboolean ticket_is_new, GError **err)
{
    gint64 today, of_run;
    const KindWord *word = asked_by(c);
    if (word == NULL)
        return TRUE;
    if (!db_value(c->desk->db, &today, err, "select count(*) from appeal where ticket_id = $1 and at > $2", "it", c->ticket->id, c->desk->now - ONCE_IN)
        || !db_value(c->desk->db, &of_run, err,
                     "select count(*) from appeal a join run r on r.id = a.run_id where a.ticket_id = $1 and r.ended_at is null", "i", c->ticket->id))
        return FALSE;
    intake_note(c, "asks for escalation: \"%s\" (%s)", word->phrase, word->language);
    if (today > 0 || of_run > 0) {
        intake_note(c, "not done again: %s", of_run > 0 ? "it is escalated for that already" : "once a day and ticket");
        return TRUE;
    }
    c->is_raised = TRUE;
    return raise_all(c, err) && (ticket_is_new || tell_customer(c, err));
}
