/* outage: see the header. It must never send: its ticket does what any ticket does. */
#include "flows/outage.h"

#include "rules/phrase.h"

#include "store/tickets.h"

#include "flows/operations.h"
#include "flows/verbs.h"

#include "base/banned.h"

#define DUE "outage"
#define FACT "outage-ticket"
#define FACT_DOWN "transport-down" /* value: "since retry said" in seconds */

gboolean outage_read(Db *db, Outage *ret, GError **err)
{
    g_autofree char *value = NULL;
    *ret = (Outage){.since = INSTANT_NONE, .retry = INSTANT_NONE};
    if (!db_text_value(db, &value, err, "select value from fact where name = $1", "s", FACT_DOWN))
        return FALSE;
    if (value != NULL) {
        char *rest = NULL;
        ret->since = g_ascii_strtoll(value, &rest, 10);
        ret->retry = g_ascii_strtoll(rest, &rest, 10);
        ret->said = *rest == ' ' ? g_strdup(rest + 1) : NULL;
    }
    return TRUE;
}

gboolean outage_write(Db *db, const Outage *o, GError **err)
{
    if (o->since == INSTANT_NONE)
        return db_run(db, err, "delete from fact where name = $1", "s", FACT_DOWN);
    g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "%s%s", o->since, o->retry, o->said != NULL ? " " : "", o->said != NULL ? o->said : "");
    return db_run(db, err, "insert into fact (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", "ss", FACT_DOWN, value);
}

void outage_clear(Outage *o) { g_clear_pointer(&o->said, g_free); }

gboolean outage_begins(Desk *d, GError **err)
{
    DueRow row = {.what = (char *)DUE, .next_at = d->now + OUTAGE_PATIENCE};
    return db_run(d->db, err, "delete from due where what = 'outage' and ticket_id is null", "") && clocks_due_add(d->db, &row, err);
}

/* Where exhausted ladders go: the first queue that a policy names for that. */
static const ConfigQueue *queue_of(const Desk *d)
{
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        const Policy *policy = desk_policy(d, queue->policy);
        const ConfigQueue *target = policy != NULL ? desk_queue(d, policy->exhausted_queue) : NULL;
        if (target != NULL)
            return target;
    }
    return NULL;
}

gboolean outage_fire(Desk *d, const DueRow *due, GError **err)
{
    const ConfigQueue *queue = queue_of(d);
    gint64 waiting;
    gint64 id;
    (void)due;
    if (queue == NULL)
        return desk_audit(d, 0, err, "outage", "waiting=unknown reason=\"no queue for it\"");
    if (!db_value(d->db, &waiting, err, "select count(*) from outbox where state = 'queued' and next_at <= $1", "t", d->now))
        return FALSE;
    g_autofree char *minutes = g_strdup_printf("%d", (int)(OUTAGE_PATIENCE / 60)), *count = g_strdup_printf("%" G_GINT64_FORMAT, waiting);
    g_autofree char *subject = phrase_make("Mail cannot leave", NULL);
    g_autofree char *text = phrase_make("No mail has left for {minutes} minutes; {count} wait. Escalations stand still until\n"
                                        "it does: whoever reads this must tell people by other means.\n"
                                        "\"escalate outbox\" shows what the mail server says.", "minutes", minutes, "count", count, NULL);
    g_autofree char *value = NULL;
    if (!operations_incident(d, queue, subject, text, &id, err))
        return FALSE;
    value = g_strdup_printf("%" G_GINT64_FORMAT, id);
    return db_run(d->db, err, "insert into fact (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value", "ss", FACT, value)
           && desk_audit(d, id, err, "outage", "waiting=%s", count);
}

/* What nobody was told of it yet is old news. */
static gboolean withdraw(Desk *d, gint64 id, GError **err)
{
    return db_run(d->db, err, "update outbox set state = 'withdrawn', next_at = null where ticket_id = $1 and state = 'queued' and notification_id is null", "i", id);
}

static gboolean resolve(Desk *d, gint64 id, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(d->db, id, &t, err))
        return FALSE;
    g_autofree char *leaves = phrase_make("Mail leaves again.", NULL);
    return t->state >= TICKET_RESOLVED || (withdraw(d, id, err) && verbs_recovered(d, t, "outage", leaves, 0, err));
}

gboolean outage_ends(Desk *d, GError **err)
{
    g_autofree char *value = NULL;
    if (!db_run(d->db, err, "delete from due where what = 'outage' and ticket_id is null", "") || !db_text_value(d->db, &value, err, "select value from fact where name = $1", "s", FACT))
        return FALSE;
    return value == NULL
           || (db_run(d->db, err, "delete from fact where name = $1", "s", FACT) && resolve(d, g_ascii_strtoll(value, NULL, 10), err));
}
