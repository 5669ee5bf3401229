/* risks: rows of ticket_risk and what follows from them. A risk that the configuration has no longer does nothing. */
#include "flows/risks.h"

#include <string.h>

#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/people.h"
#include "flows/policies.h"

#include "base/banned.h"

static const ConfigRisk *risk_of(const Desk *d, const char *name) { return g_hash_table_lookup(d->config->risks, name); }

gboolean risks_of(Desk *d, gint64 ticket, GPtrArray **ret, GError **err)
{
    return db_texts(d->db, ret, err, "select risk from ticket_risk where ticket_id = $1 order by since_at, rowid", "i", ticket);
}

/* When the ticket is reported, if it is still open then. */
static gboolean schedule_board(Desk *d, const Ticket *t, const ConfigRisk *risk, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    DueRow row = {.what = (char *)"board", .ticket_id = t->id, .policy = risk->name, .next_at = d->now};
    if (risk->board.notify->len == 0)
        return TRUE;
    if (!calendar_add(desk_calendar(d, queue != NULL ? queue->calendar : NULL), t->opened_at, risk->board.after, &row.next_at, NULL))
        row.next_at = t->opened_at + 86400;
    return row.next_at <= d->now || clocks_due_add(d->db, &row, err);
}

gboolean risks_add(Desk *d, const Ticket *t, const char *name, const char *origin, GError **err)
{
    const ConfigRisk *risk = risk_of(d, name);
    gint64 known;
    gboolean is_new;
    if (risk == NULL)
        return TRUE;
    if (!db_value(d->db, &known, err, "select count(*) from ticket_risk where ticket_id = $1 and risk = $2", "is", t->id, name))
        return FALSE;
    if (known > 0)
        return TRUE;
    g_autofree char *by = g_strconcat("risk:", name, NULL);
    return db_run(d->db, err, "insert into ticket_risk (ticket_id, risk, origin, since_at) values ($1, $2, $3, $4)", "isst", t->id, name, origin, d->now)
           && desk_audit(d, t->id, err, "risk", "risk=%s by=%s", name, origin)
           && (risk->policy == NULL || policies_add(d, t, risk->policy, by, &is_new, err)) && schedule_board(d, t, risk, err);
}

/* ---- the level that fires at once ---- */

static gboolean fire_level(Desk *d, const Ticket *t, const ConfigRisk *risk, GError **err)
{
    g_autofree char *cause = g_strconcat("risk:", risk->name, NULL);
    g_autoptr(GPtrArray) names = NULL;
    gint64 fired;
    if (risk->level_at_once == 0)
        return TRUE;
    if (!db_value(d->db, &fired, err, "select count(*) from run r join run_cause c on c.run_id = r.id where r.ticket_id = $1 and c.cause = $2", "is", t->id,
                  cause))
        return FALSE;
    if (fired > 0)
        return TRUE;
    if (risk->policy != NULL)
        return escalate_cause(d, t, risk->policy, cause, 0, risk->level_at_once, err);
    if (!policies_names(d, t, t->queue, &names, err))
        return FALSE;
    return names->len == 0 || escalate_cause(d, t, g_ptr_array_index(names, 0), cause, 0, risk->level_at_once, err);
}

/* ---- the report above the ladder ---- */

static gboolean impact_of(Desk *d, gint64 ticket, gint64 *ret, GError **err)
{
    return db_value(d->db, ret, err,
                    "select coalesce(max(sum), 0) from (select sum(points) as sum from score where ticket_id = $1 and axis = 'impact' group by message_id)"
                    " as mails",
                    "i", ticket);
}

static gboolean report(Desk *d, const Ticket *t, const ConfigRisk *risk, const ConfigQueue *queue, GError **err)
{
    g_autoptr(GPtrArray) people = people_of(d, t, queue, risk->board.notify);
    for (guint i = 0; i < people->len; i++)
        if (!notify_board(d, t, g_ptr_array_index(people, i), risk->name, err))
            return FALSE;
    return db_run(d->db, err, "update ticket_risk set told_at = $3 where ticket_id = $1 and risk = $2", "ist", t->id, risk->name, d->now)
           && desk_audit(d, t->id, err, "board", "risk=%s people=%u", risk->name, people->len);
}

/* Told once, when all hold: so long open, so severe, so much impact. */
static gboolean report_if_due(Desk *d, const Ticket *t, const ConfigRisk *risk, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    gint64 untold, impact;
    Instant from;
    if (queue == NULL || risk->board.notify->len == 0 || t->state >= TICKET_RESOLVED || t->severity > risk->board.severity)
        return TRUE;
    if (!calendar_add(desk_calendar(d, queue->calendar), t->opened_at, risk->board.after, &from, NULL) || from > d->now)
        return TRUE;
    if (!db_value(d->db, &untold, err, "select count(*) from ticket_risk where ticket_id = $1 and risk = $2 and told_at is null", "is", t->id, risk->name)
        || !impact_of(d, t->id, &impact, err))
        return FALSE;
    return untold == 0 || impact < risk->board.impact || report(d, t, risk, queue, err);
}

gboolean risks_board(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    const ConfigRisk *risk = risk_of(d, due->policy);
    return risk == NULL || (tickets_load(d->db, due->ticket_id, &t, err) && report_if_due(d, t, risk, err));
}

gboolean risks_fire(Desk *d, const Ticket *t, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    if (g_hash_table_size(d->config->risks) == 0)
        return TRUE;
    if (!risks_of(d, t->id, &names, err))
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const ConfigRisk *risk = risk_of(d, g_ptr_array_index(names, i));
        if (risk != NULL && (!fire_level(d, t, risk, err) || !report_if_due(d, t, risk, err)))
            return FALSE;
    }
    return TRUE;
}

/* ---- what a ticket with risks is like ---- */

gboolean risks_template(Desk *d, gint64 ticket, const char **ret, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    *ret = NULL;
    if (g_hash_table_size(d->config->risks) == 0)
        return TRUE;
    if (!risks_of(d, ticket, &names, err))
        return FALSE;
    for (guint i = 0; i < names->len && *ret == NULL; i++) {
        const ConfigRisk *risk = risk_of(d, g_ptr_array_index(names, i));
        *ret = risk != NULL ? risk->template_name : NULL;
    }
    return TRUE;
}

gboolean risks_retain(Desk *d, gint64 ticket, Duration *ret, gboolean *ret_given, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    *ret_given = FALSE;
    if (!risks_of(d, ticket, &names, err))
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const ConfigRisk *risk = risk_of(d, g_ptr_array_index(names, i));
        if (risk == NULL || !risk->has_retain || (*ret_given && risk->retain.amount <= ret->amount))
            continue;
        *ret = risk->retain;
        *ret_given = TRUE;
    }
    return TRUE;
}
