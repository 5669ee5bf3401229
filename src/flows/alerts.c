/* alerts: (rule, key) to ticket. Nothing is ever sent to a monitor. What ends an alert must be believed, since it takes a ticket out of
 * everybody's sight; what begins one need not be, but for a failed authentication. Mail that our addresses or our people take part in is
 * never monitoring's. */
#include "flows/alerts.h"

#include "base/limits.h"

#include "rules/phrase.h"

#include "flows/arrivals.h"
#include "flows/belonging.h"
#include "flows/heartbeat.h"
#include "flows/rating.h"
#include "flows/verbs.h"

#include "base/banned.h"

static gboolean may_be_monitoring(const IntakeCase *c)
{
    gboolean is_of_ours = c->sender != NULL || c->notification != NULL || c->work_ticket != 0 || c->token_ticket != 0 || c->at_envelope_address;
    return !is_of_ours && !c->mail->as_human && c->kind != KIND_BOUNCE && c->kind != KIND_OWN && c->kind != KIND_CALENDAR_REPLY
           && c->auth != AUTHRES_FAIL && !intake_guard_case(c, c->from, GUARD_UPDATE).is_spam;
}

/* The first rule whose key it has; every rule that expects mails and gets this one has been heard. */
static gboolean find_rules(IntakeCase *c, gboolean *ret_heard, GError **err)
{
    RatingFacts facts;
    const RatingMail mail = rating_mail(c->reading);
    const GPtrArray *rules = c->desk->config->rules;
    *ret_heard = FALSE;
    if (!rating_facts(c->desk, c->home, NULL, c->from, &facts, err))
        return FALSE;
    for (guint i = 0; i < rules->len; i++) {
        const ConfigRule *rule = g_ptr_array_index(rules, i);
        if ((rule->alert.key == NULL && rule->alert.heartbeat.amount == 0) || !rating_applies(rule, &mail, &facts))
            continue;
        if (rule->alert.heartbeat.amount > 0) {
            *ret_heard = TRUE;
            intake_note(c, "heartbeat of rule %s%s", rule->name, intake_is_believed(c) ? "" : ", not authenticated: no sign of life");
            if (!heartbeat_heard(c->desk, rule, c->home, intake_is_believed(c), err))
                return FALSE;
        }
        if (c->alert == NULL && rule->alert.key != NULL) {
            c->alert = rule;
            c->alert_key = rating_alert_key(rule, &mail);
        }
    }
    return TRUE;
}

static gboolean file_other(IntakeCase *c, const char *why, GError **err)
{
    g_clear_pointer(&c->ticket, tickets_free);
    intake_note(c, "filed under other: %s", why);
    c->row->filed = g_strdup(why);
    return intake_store_row(c, err);
}

/* c->ticket: that of the key, or NULL where there is none, or one that a mail cannot reach any more; then *ret_old is that one. */
static gboolean find_ticket(IntakeCase *c, gint64 *ret_old, GError **err)
{
    gint64 id;
    *ret_old = 0;
    g_clear_pointer(&c->ticket, tickets_free); /* what headers say does not count: monitors reuse them */
    if (!db_value(c->desk->db, &id, err, "select coalesce((select ticket_id from alert where rule = $1 and key = $2), 0)", "ss", c->alert->name, c->alert_key))
        return FALSE;
    if (id == 0)
        return TRUE;
    if (!belonging_load(c, id, err))
        return FALSE;
    if (c->ticket->state == TICKET_CLOSED || desk_queue(c->desk, c->ticket->queue) == NULL) {
        *ret_old = c->ticket->id;
        g_clear_pointer(&c->ticket, tickets_free);
    }
    return TRUE;
}

static gboolean append(IntakeCase *c, GError **err)
{
    c->row->is_note = TRUE;
    return intake_store_row(c, err);
}

static gboolean over(IntakeCase *c, GError **err)
{
    if (c->ticket == NULL)
        return file_other(c, PHRASE("recovery"), err);
    gboolean is_believed = intake_is_believed(c), was_over = c->ticket->state >= TICKET_RESOLVED;
    /* a rule that names no sender lets everybody in: then the end must come from where the alert came from */
    gboolean may = c->alert->from != NULL || g_strcmp0(c->ticket->requester, c->from) == 0;
    intake_note(c, was_over ? "over already: a note" : !is_believed ? "says that it is over, and is not authenticated: a note"
                   : may ? "it is over: resolved" : "says that it is over, and is not of who sent the alert: a note");
    if (!append(c, err))
        return FALSE;
    if (was_over || !is_believed || !may)
        return TRUE;
    g_autofree char *by = g_strconcat("alert:", c->alert->name, NULL);
    return verbs_recovered(c->desk, c->ticket, by, "recovered", c->row->id, err)
           && arrivals_tell_queue(c, desk_queue(c->desk, c->ticket->queue), "relay-in", err);
}

/* More than anybody could read, or a pattern that takes what changes with each mail for a name: the last ticket of the rule gets it. Mail that is
 * authenticated and mail that is not are counted apart, so that nobody can use up a monitor's number. */
static gboolean too_many(IntakeCase *c, gint64 *ret_last, GError **err)
{
    gint64 n;
    *ret_last = 0;
    gint64 is_proven = c->auth == AUTHRES_PASS;
    if (!db_value(c->desk->db, &n, err,
                  "select count(*) from alert a where a.rule = $1 and a.opened_at > $2 and $3 ="
                  " (select m.is_verified from message m where m.ticket_id = a.ticket_id order by m.id limit 1)",
                  "sti", c->alert->name, c->desk->now - 3600, is_proven))
        return FALSE;
    return n < LIMIT_ALERTS_PER_RULE_HOUR
           || db_value(c->desk->db, ret_last, err,
                       "select coalesce(max(a.ticket_id), 0) from alert a join ticket t on t.id = a.ticket_id where a.rule = $1 and a.opened_at > $2 and t.state in"
                       " ('new', 'open', 'waiting') and $3 = (select m.is_verified from message m where m.ticket_id = t.id order by m.id limit 1)",
                       "sti", c->alert->name, c->desk->now - 3600, is_proven);
}

static gboolean begins(IntakeCase *c, gint64 old, GError **err)
{
    gint64 last;
    if (!too_many(c, &last, err))
        return FALSE;
    if (last == 0)
        return arrivals_open(c, old, err);
    intake_note(c, "more than %d new alerts of the rule within an hour: appended to ticket %" G_GINT64_FORMAT, LIMIT_ALERTS_PER_RULE_HOUR, last);
    c->row->filed = g_strdup(PHRASE("flood"));
    return belonging_load(c, last, err) && append(c, err);
}

/* It is there, or there again: flapping is one ticket. */
static gboolean goes_on(IntakeCase *c, GError **err)
{
    gboolean was_over = c->ticket->state == TICKET_RESOLVED;
    intake_note(c, was_over ? "resolved becomes open: it is there again" : "joins the ticket of its key");
    if (!append(c, err) || !arrivals_rescore(c, was_over, err) || (c->home != NULL && !arrivals_bring_queue(c, c->home, err)))
        return FALSE;
    for (guint i = 0; i < c->other_queues->len; i++)
        if (!arrivals_bring_queue(c, g_ptr_array_index(c->other_queues, i), err))
            return FALSE;
    return !was_over || arrivals_tell_queue(c, desk_queue(c->desk, c->ticket->queue), "relay-in", err);
}

gboolean alerts_opened(IntakeCase *c, GError **err)
{
    return c->alert == NULL
           || (db_run(c->desk->db, err,
                      "insert into alert (rule, key, ticket_id, opened_at) values ($1, $2, $3, $4) on conflict (rule, key) do update set"
                      " ticket_id = excluded.ticket_id, opened_at = excluded.opened_at",
                      "ssit", c->alert->name, c->alert_key, c->ticket->id, c->desk->now)
               && desk_audit(c->desk, c->ticket->id, err, "alert", "rule=%s message=%" G_GINT64_FORMAT, c->alert->name, c->row->id));
}

gboolean alerts_take(IntakeCase *c, gboolean *ret_taken, GError **err)
{
    gboolean heard = FALSE;
    gint64 old;
    *ret_taken = FALSE;
    if (!may_be_monitoring(c))
        return TRUE;
    if (!find_rules(c, &heard, err))
        return FALSE;
    *ret_taken = heard || c->alert != NULL;
    if (c->alert == NULL)
        return !heard || file_other(c, PHRASE("heartbeat"), err);
    const RatingMail mail = rating_mail(c->reading);
    gboolean is_over = rating_alert_closes(c->alert, &mail);
    intake_note(c, "rule %s: %s of \"%s\"", c->alert->name, is_over ? "the end" : "an alert", c->alert_key);
    if (!find_ticket(c, &old, err))
        return FALSE;
    return is_over ? over(c, err) : c->ticket != NULL ? goes_on(c, err) : begins(c, old, err);
}
