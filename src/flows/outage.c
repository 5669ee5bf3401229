/* outage: see the header. It must never hand over mail itself: its ticket does what any ticket does, and the lead is told by a mail like any. */
#include "flows/outage.h"

#include "base/limits.h"

#include "rules/phrase.h"
#include "rules/wrap.h"

#include "store/facts.h"
#include "store/tickets.h"

#include "flows/bulletin.h"
#include "flows/operations.h"
#include "flows/verbs.h"
#include "flows/view.h"

#include "base/banned.h"

#define FACT "outage-ticket"
#define FACT_DOWN "transport-down" /* value: "since retry said" in seconds */
#define OUTAGE_PATIENCE ((Seconds)600)

gboolean outage_read(Db *db, Outage *ret, GError **err)
{
    g_autofree char *value = NULL;
    *ret = (Outage){.since = INSTANT_NONE, .retry = INSTANT_NONE};
    if (!facts_text(db, FACT_DOWN, &value, err))
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
        return facts_forget(db, FACT_DOWN, err);
    g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "%s%s", o->since, o->retry, o->said != NULL ? " " : "", o->said != NULL ? o->said : "");
    return facts_set_text(db, FACT_DOWN, value, err);
}

void outage_clear(Outage *o) { g_clear_pointer(&o->said, g_free); }

static gboolean count_waiting(Desk *d, gint64 *ret, GError **err)
{
    return db_value(d->db, ret, err, "select count(*) from outbox where state = 'queued' and next_at <= $1", "t", d->now);
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

/* A ticket about it, which is the only one until it is over. */
static gboolean open_ticket(Desk *d, const Outage *o, GError **err)
{
    const ConfigQueue *queue = queue_of(d);
    gint64 waiting, id;
    if (!facts_number(d->db, FACT, INSTANT_NONE, &id, err) || id != INSTANT_NONE)
        return err == NULL || *err == NULL;
    if (queue == NULL)
        return facts_set_number(d->db, FACT, 0, err) && desk_audit(d, 0, err, "outage", "waiting=unknown reason=\"no queue for it\"");
    if (!count_waiting(d, &waiting, err))
        return FALSE;
    g_autofree char *minutes = g_strdup_printf("%d", (int)((d->now - o->since) / 60)), *count = g_strdup_printf("%" G_GINT64_FORMAT, waiting);
    g_autofree char *subject = phrase_make("Mail cannot leave", NULL);
    g_autofree char *text = phrase_make("No mail has left for {minutes} minutes; {count} wait. Escalations stand still until\n"
                                        "it does: whoever reads this must tell people by other means.\n"
                                        "\"escalate outbox\" shows what the mail server says.", "minutes", minutes, "count", count, NULL);
    return operations_incident(d, queue, subject, text, &id, err) && facts_set_number(d->db, FACT, id, err)
           && desk_audit(d, id, err, "outage", "waiting=%s", count);
}

/* The next try: after as long as it lasts already, and when the ticket is due. */
static Instant retry_at(const Outage *o, Instant now)
{
    Instant at = now + (o->since == now ? LIMIT_OUTBOX_RETRY_FIRST : CLAMP(o->retry - o->since, LIMIT_OUTBOX_RETRY_FIRST, LIMIT_OUTBOX_RETRY_LAST));
    return now < o->since + OUTAGE_PATIENCE ? MIN(at, o->since + OUTAGE_PATIENCE) : at;
}

gboolean outage_tried(Desk *d, const char *said, Instant *ret_retry, gboolean *ret_is_new, GError **err)
{
    g_auto(Outage) o = {0};
    if (!outage_read(d->db, &o, err))
        return FALSE;
    *ret_is_new = o.since == INSTANT_NONE;
    if (*ret_is_new)
        o.since = d->now;
    *ret_retry = o.retry = retry_at(&o, d->now);
    g_free(o.said);
    o.said = g_strdelimit(wrap_clip(said, LIMIT_REPLY_LINE_BYTES), "\n\r", ' ');
    return outage_write(d->db, &o, err) && (d->now < o.since + OUTAGE_PATIENCE || open_ticket(d, &o, err));
}

/* What nobody was told of it yet is old news. */
static gboolean withdraw(Desk *d, gint64 id, GError **err)
{
    return db_run(d->db, err, "update outbox set state = 'withdrawn', next_at = null where ticket_id = $1 and state = 'queued' and notification_id is null", "i", id);
}

/* Mails that waited leave now, and speak of a time that is past: who reads them is told why. */
static gboolean tell_lead(Desk *d, const Ticket *t, const Outage *o, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    gint64 waiting;
    if (queue == NULL || queue->lead == NULL)
        return TRUE;
    if (!count_waiting(d, &waiting, err))
        return FALSE;
    const Zone *zone = desk_contact_zone(d, desk_contact(d, queue->lead), queue);
    g_autofree char *since = view_time(zone, o->since, d->now), *count = g_strdup_printf("%" G_GINT64_FORMAT, waiting), *tag = view_tag(t);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(lines, phrase_make("None left from {since:time} {zone} until now.", "since", since, "zone", zone_abbreviation(zone, o->since), NULL));
    if (waiting > 0)
        g_ptr_array_add(lines, phrase_make("Still waiting, and leaving now: {count}. Times in such mails may be past.", "count", count, NULL));
    if (o->said != NULL)
        g_ptr_array_add(lines, phrase_make("What was said at the last try: {said}", "said", o->said, NULL));
    g_ptr_array_add(lines, phrase_make("Escalations go on with the time that they had left. {tag} was about it, and is resolved.", "tag", tag, NULL));
    return bulletin_send(d, queue, queue->lead, PHRASE("Mail leaves again"), lines, err);
}

static gboolean resolve(Desk *d, gint64 id, const Outage *o, OutageEnd how, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(d->db, id, &t, err))
        return FALSE;
    g_autofree char *why = phrase_make(how == OUTAGE_MAIL_LEAVES ? PHRASE("Mail leaves again.") : PHRASE("No mail waits any more that could show whether it leaves."), NULL);
    return (t->state >= TICKET_RESOLVED || (withdraw(d, id, err) && verbs_recovered(d, t, "outage", why, 0, err)))
           && (how != OUTAGE_MAIL_LEAVES || tell_lead(d, t, o, err));
}

gboolean outage_ends(Desk *d, const Outage *o, OutageEnd how, GError **err)
{
    const Outage none = {.since = INSTANT_NONE};
    gint64 id;
    if (!outage_write(d->db, &none, err) || !facts_number(d->db, FACT, 0, &id, err) || !facts_forget(d->db, FACT, err))
        return FALSE;
    return id == 0 || resolve(d, id, o, how, err);
}

gboolean outage_restored(Desk *d, GError **err)
{
    g_auto(Outage) o = {0};
    if (!outage_read(d->db, &o, err) || o.since == INSTANT_NONE)
        return err == NULL || *err == NULL;
    o.since = o.retry = d->now;
    return outage_write(d->db, &o, err);
}
