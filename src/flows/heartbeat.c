/* heartbeat: see the header. What was never heard is not expected: nobody knows since when it should have been. The row of `due` carries
 * the rule's name where others have their policy. */
#include "flows/heartbeat.h"

#include <string.h>

#include "rules/phrase.h"

#include "flows/escalate.h"
#include "flows/ownticket.h"
#include "flows/verbs.h"
#include "flows/view.h"

#include "base/banned.h"

typedef struct {
    const ConfigRule *rule;
    const ConfigQueue *queue;
    Instant heard_at;
    gint64 ticket; /* about its silence, or 0 */
} Expected;

static gboolean load(Desk *d, const char *rule, Expected *ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    *ret = (Expected){.heard_at = INSTANT_NONE};
    for (guint i = 0; i < d->config->rules->len; i++) {
        const ConfigRule *r = g_ptr_array_index(d->config->rules, i);
        if (g_strcmp0(r->name, rule) == 0 && r->alert.heartbeat.amount > 0)
            ret->rule = r;
    }
    if (!db_select(d->db, &rows, err, "select queue, heard_at, coalesce(ticket_id, 0) from heartbeat where rule = $1", "s", rule))
        return FALSE;
    if (db_next(rows, &local)) {
        ret->queue = desk_queue(d, db_text(rows, 0));
        ret->heard_at = db_instant(rows, 1);
        ret->ticket = db_int(rows, 2);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* When the next one must have come. */
static Instant latest(const Desk *d, const ConfigRule *rule, const ConfigQueue *queue, Instant heard_at)
{
    Instant at;
    Duration silence = rule->alert.heartbeat;
    if (calendar_add(desk_calendar(d, queue->calendar), heard_at, silence, &at, NULL))
        return at;
    return heard_at + (silence.unit == DURATION_BUSINESS_DAYS ? silence.amount * 86400 : silence.amount);
}

static gboolean expect(Desk *d, const char *rule, Instant at, GError **err)
{
    DueRow row = {.what = (char *)"heartbeat", .next_at = at, .policy = (char *)rule};
    return db_run(d->db, err, "delete from due where what = 'heartbeat' and policy = $1", "s", rule) && clocks_due_add(d->db, &row, err);
}

static gboolean is_back(Desk *d, const Expected *e, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    g_autofree char *by = g_strconcat("heartbeat:", e->rule->name, NULL);
    if (!tickets_load(d->db, e->ticket, &t, err) || !desk_audit(d, t->id, err, "heartbeat", "rule=%s state=back", e->rule->name))
        return FALSE;
    g_autofree char *heard = phrase_make("It is heard again.", NULL);
    return t->state >= TICKET_RESOLVED || verbs_recovered(d, t, by, heard, 0, err);
}

gboolean heartbeat_heard(Desk *d, const ConfigRule *rule, const ConfigQueue *queue, gboolean believed, GError **err)
{
    Expected e;
    if (!load(d, rule->name, &e, err))
        return FALSE;
    if (!believed && e.heard_at != INSTANT_NONE)
        return TRUE;
    return (e.ticket == 0 || is_back(d, &e, err))
           && db_run(d->db, err,
                     "insert into heartbeat (rule, queue, heard_at) values ($1, $2, $3) on conflict (rule) do update set queue = excluded.queue,"
                     " heard_at = excluded.heard_at, ticket_id = null",
                     "sst", rule->name, queue->name, d->now)
           && expect(d, rule->name, latest(d, rule, queue, d->now), err);
}

static gboolean open_ticket(Desk *d, const Expected *e, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    const Zone *zone = desk_contact_zone(d, NULL, e->queue);
    g_autofree char *since = zone_format_human(zone, e->heard_at), *silence = duration_format(e->rule->alert.heartbeat);
    g_autofree char *subject = phrase_make("No mail of {rule} since {since:time}", "rule", e->rule->name, "since", since, NULL);
    g_autofree char *text = phrase_make("The rule '{rule}' expects a mail at least every {silence}. The last came {since:time}.\n\nEither what it watches has stopped,"
                                        " or its mail does not arrive or is not authenticated. The next mail of the rule resolves this ticket.",
                                        "rule", e->rule->name, "silence", silence, "since", since, NULL);
    OpeningFacts facts = {.home = e->queue, .subject = subject, .category = e->rule->category, .owner = e->rule->owner,
                          .severity = e->rule->severity >= 0 ? e->rule->severity : e->queue->default_severity};
    return ownticket_open(d, &facts, text, &t, err)
           && db_run(d->db, err, "update heartbeat set ticket_id = $2 where rule = $1", "si", e->rule->name, t->id)
           && desk_audit(d, t->id, err, "heartbeat", "rule=%s state=missing", e->rule->name)
           && escalate_cause_all(d, t, "heartbeat", err);
}

gboolean heartbeat_missing(Desk *d, const DueRow *due, GError **err)
{
    Expected e;
    if (!load(d, due->policy, &e, err))
        return FALSE;
    if (e.rule == NULL || e.queue == NULL || e.heard_at == INSTANT_NONE || e.ticket != 0) /* not expected any more, or told of */
        return TRUE;
    Instant at = latest(d, e.rule, e.queue, e.heard_at);
    return at > d->now ? expect(d, e.rule->name, at, err) : open_ticket(d, &e, err);
}
