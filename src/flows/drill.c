/* drill: see the header. What happens between its beginning and its end is flows/escalate's, as for any ticket: an exercise that took another
 * way would prove nothing. It must never write to a customer or a vendor, nor count anywhere. */
#include "flows/drill.h"

#include <string.h>

#include "base/error.h"

#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/opening.h"
#include "flows/phrases.h"
#include "flows/policies.h"

#include "base/banned.h"

#define DUE "drill"
#define CAUSE "drill"

/* ---- begin ---- */

static const ConfigQueue *queue_of(const Desk *d, const char *policy)
{
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        if (g_strcmp0(queue->policy, policy) == 0)
            return queue;
    }
    return d->config->queue_order->len > 0 ? g_ptr_array_index(d->config->queue_order, 0) : NULL;
}

gboolean drill_begin(Desk *d, const DrillWish *wish, Ticket **ret, GError **err)
{
    const ConfigQueue *queue = wish->queue != NULL ? wish->queue : queue_of(d, wish->policy);
    g_autoptr(Ticket) t = NULL;
    gboolean is_new;
    if (desk_policy(d, wish->policy) == NULL || queue == NULL)
        return error_set(err, ERROR_NOTFOUND, "policy '%s': the configuration has none of that name", wish->policy);
    g_autofree char *plain = phrase_make("policy {policy}", "policy", wish->policy, NULL);
    g_autofree char *said = phrases_say(d, queue->language, plain);
    g_autofree char *subject = g_strconcat(TICKETS_DRILL_MARK, wish->subject != NULL ? wish->subject : said, NULL);
    OpeningFacts facts = {.home = queue, .requester = queue->address[0], .requester_name = "escalate", .subject = subject,
                          .severity = wish->severity >= 0 ? wish->severity : queue->default_severity, .is_drill = TRUE, .at = d->now};
    if (!opening_ticket(d, &facts, &t, err) || !policies_add(d, t, wish->policy, CAUSE, &is_new, err)
        || !desk_audit(d, t->id, err, "drill", "policy=%s queue=%s severity=S%d", wish->policy, queue->name, t->severity + 1)
        || !escalate_cause(d, t, wish->policy, CAUSE, 0, 0, err)) /* no clocks: the ladder is what is exercised, and no target is missed */
        return FALSE;
    *ret = g_steal_pointer(&t);
    return TRUE;
}

/* ---- end ---- */

/* The end waits for the present mail or command to be answered first. */
gboolean drill_stepped(Desk *d, const Ticket *t, const RunRow *r, GError **err)
{
    DueRow row = {.what = (char *)DUE, .next_at = d->now, .ticket_id = t->id};
    gint64 n;
    if (r->run->state == RUN_CLIMBING || t->state == TICKET_CLOSED)
        return TRUE;
    return db_value(d->db, &n, err, "select count(*) from due where what = 'drill' and ticket_id = $1", "i", t->id)
           && (n > 0 || clocks_due_add(d->db, &row, err));
}

/* The run that somebody took, else any; borrowed from `runs`, NULL: there is none. */
static const RunRow *decisive(const GPtrArray *runs)
{
    for (guint i = 0; i < runs->len; i++)
        if (((RunRow *)g_ptr_array_index(runs, i))->run->acker != NULL)
            return g_ptr_array_index(runs, i);
    return runs->len > 0 ? g_ptr_array_index(runs, 0) : NULL;
}

/* How long he took from the mail that reached him last before he answered; -1: none did. */
static gboolean answer_time(Desk *d, const RunRow *r, Seconds *ret, GError **err)
{
    return db_value(d->db, ret, err, "select coalesce($3 - max(delivered_at), -1) from notification where run_id = $1 and contact = $2 and delivered_at <= $3", "ist",
                    r->id, r->run->acker, r->run->acked_at);
}

/* "Bob Ng took it after 4 min"; newly allocated. *ret_own: what he is told himself, or NULL. */
static gboolean outcome(Desk *d, const RunRow *r, char **ret, char **ret_own, GError **err)
{
    Seconds took = -1;
    *ret_own = NULL;
    if (r == NULL || r->run->acker == NULL) {
        *ret = phrase_make(r != NULL && r->run->state == RUN_EXHAUSTED ? PHRASE("everybody was asked, and nobody took it") : PHRASE("nobody took it"), NULL);
        return TRUE;
    }
    const ConfigContact *c = desk_contact(d, r->run->acker);
    const char *name = c != NULL ? c->full_name : r->run->acker;
    if (!answer_time(d, r, &took, err))
        return FALSE;
    g_autofree char *after = duration_format_human(MAX(took, 0));
    *ret = took >= 0 ? phrase_make("{who} took it after {time:time}", "who", name, "time", after, NULL) : phrase_make("{who} took it", "who", name, NULL);
    *ret_own = took >= 0 ? phrase_make("That was an exercise, and it is over. You answered after {time:time}. You need do nothing more.", "time", after, NULL)
                         : phrase_make("That was an exercise, and it is over. You need do nothing more.", NULL);
    return TRUE;
}

static gboolean close_ticket(Desk *d, Ticket *t, const char *how, GError **err)
{
    t->state = TICKET_CLOSED;
    t->closed_at = d->now;
    g_free(t->resolution);
    t->resolution = g_strdup(how);
    return tickets_save(d->db, t, err) && db_run(d->db, err, "delete from due where ticket_id = $1", "i", t->id);
}

static gboolean mail_report(Desk *d, const Ticket *t, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    json_t *report;
    if (queue == NULL || queue->lead == NULL)
        return TRUE;
    if (!drillreport_of(d, t->id, &report, err))
        return FALSE;
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, t->id);
    g_autofree char *subject = phrase_make("[{queue}] Exercise {number}: {result}", "queue", queue->name, "number", number, "result", t->resolution, NULL);
    gboolean ok = notify_report(d, queue, queue->lead, "drill", subject, report, err);
    json_decref(report);
    return ok;
}

/* `stopped`: by an operator, whatever the ladder says. */
static gboolean finish(Desk *d, Ticket *t, gboolean stopped, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    g_autofree char *how = NULL, *own = NULL, *why = NULL;
    if (!runs_of_ticket(d->db, t->id, FALSE, &runs, err))
        return FALSE;
    const RunRow *r = decisive(runs);
    if (!outcome(d, r, &how, &own, err))
        return FALSE;
    g_autofree char *acker = r != NULL ? g_strdup(r->run->acker) : NULL;
    if (stopped && acker == NULL) {
        g_free(how);
        how = phrase_make("it was stopped before anybody took it", NULL);
    }
    why = phrase_make("it was an exercise, and {how}", "how", how, NULL);
    LadderEvent event = {.kind = LADDER_END, .text = why};
    d->acting = acker; /* he has a line of his own */
    gboolean ended = close_ticket(d, t, how, err) && escalate_each(d, t, &event, NULL, err);
    d->acting = NULL;
    return ended && (own == NULL || desk_contact(d, acker) == NULL || notify_line(d, t, acker, own, err))
           && desk_audit(d, t->id, err, "drill-end", "taken-by=%s stopped=%s", acker != NULL ? acker : "-", stopped ? "yes" : "no")
           && mail_report(d, t, err);
}

gboolean drill_fire(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    return tickets_load(d->db, due->ticket_id, &t, err) && (!t->is_drill || t->state == TICKET_CLOSED || finish(d, t, FALSE, err));
}

gboolean drill_stop(Desk *d, gint64 ticket, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(d->db, ticket, &t, err))
        return FALSE;
    if (!t->is_drill)
        return error_set(err, ERROR_NOTFOUND, "ticket %" G_GINT64_FORMAT ": is no exercise", ticket);
    if (t->state == TICKET_CLOSED)
        return error_set(err, ERROR_REFUSED, "exercise %" G_GINT64_FORMAT ": is over already", ticket);
    return finish(d, t, TRUE, err);
}
