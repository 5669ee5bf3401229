/* daily: facts for the lead. Which day a queue had its mail is a row of `fact`; the first day of all sets it and sends none. */
#include "flows/daily.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"

#include "store/audit.h"
#include "store/facts.h"
#include "store/messages.h"
#include "store/spool.h"
#include "store/tickets.h"

#include "flows/bulletin.h"
#include "flows/maintenance.h"
#include "flows/notify.h"
#include "flows/view.h"

#include "base/banned.h"

#define LISTED 20

/* The queue's local day, "2026-05-26". */
static char *local_day(const Desk *d, const ConfigQueue *queue)
{
    Civil c = zone_civil(calendar_zone(desk_calendar(d, queue->calendar)), d->now);
    return g_strdup_printf("%04d-%02d-%02d", c.year, c.month, c.day);
}

typedef struct {
    gint64 open, late, unowned;
    json_t *tickets;
} Summary;

static gboolean add_ticket(Desk *d, gint64 id, const Zone *zone, Summary *s, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(d->db, id, &t, err))
        return FALSE;
    json_t *view = view_ticket(d, t, zone, err);
    if (view == NULL)
        return FALSE;
    const json_t *first = json_array_get(json_object_get(view, "due"), 0);
    gboolean late = json_is_true(json_object_get(first, "late"));
    s->open++;
    s->late += late;
    s->unowned += t->owner == NULL;
    json_object_set_new(view, "is_late", json_boolean(late));
    if (json_array_size(s->tickets) < LISTED)
        json_array_append(s->tickets, view);
    json_decref(view);
    return TRUE;
}

static gboolean summarize(Desk *d, const ConfigQueue *queue, Summary *s, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    if (!db_ids(d->db, &ids, err, "select id from counted_ticket where state in ('new', 'open', 'waiting') and queue = $1 order by severity, id", "s", queue->name))
        return FALSE;
    const Zone *zone = calendar_zone(desk_calendar(d, queue->calendar));
    for (guint i = 0; i < ids->len; i++)
        if (!add_ticket(d, g_array_index(ids, gint64, i), zone, s, err))
            return FALSE;
    return TRUE;
}

/* Mails filed under other since the last of these mails, which is days ago after a weekend: who and what. */
static gboolean add_other(Desk *d, Instant since, json_t *view, GError **err)
{
    g_autoptr(GPtrArray) list = NULL;
    json_t *other = json_array();
    gint64 n = 0;
    json_object_set_new(view, "other", other);
    if (!messages_list(d->db, 0, since, &list, err))
        return FALSE;
    for (guint i = 0; i < list->len; i++) {
        const MessageRow *m = g_ptr_array_index(list, i);
        if (messages_is_done(m))
            continue;
        g_autofree char *filed = m->filed != NULL ? phrase_make(m->filed, NULL) : NULL;
        if (n++ < LISTED)
            json_array_append_new(other, json_pack("{s:s?, s:s?, s:s?}", "from", m->from_address, "subject", m->subject, "filed", filed));
    }
    json_object_set_new(view, "other_count", json_integer(n));
    return TRUE;
}

static gboolean add_shadow(Desk *d, const ConfigQueue *queue, Instant since, json_t *view, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    json_t *mails = json_array();
    json_object_set_new(view, "shadow", mails);
    if (queue->mode != MODE_SHADOW)
        return TRUE;
    if (!db_select(d->db, &rows, err,
                   "select o.template, o.recipient, o.subject from outbox o join counted_ticket t on t.id = o.ticket_id where t.queue = $1 and o.created_at > $2"
                   " order by o.id limit 200",
                   "st", queue->name, since))
        return FALSE;
    while (db_next(rows, &local))
        json_array_append_new(mails, json_pack("{s:s, s:s, s:s}", "template", db_text(rows, 0), "to", db_text(rows, 1), "subject", db_text(rows, 2)));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static gboolean add_rest(Desk *d, json_t *view, GError **err)
{
    g_autoptr(GPtrArray) held = NULL;
    g_autofree char *head = NULL;
    if (!spool_holding(d->config->spool, &held, err) || !audit_head(d->db, &head, err))
        return FALSE;
    g_autoptr(GPtrArray) dry = g_ptr_array_new_with_free_func(g_free);
    bulletin_dry(d, dry);
    json_t *lines = json_array();
    for (guint i = 0; i < dry->len && i < LISTED; i++)
        json_array_append_new(lines, json_string(g_ptr_array_index(dry, i)));
    json_object_set_new(view, "dry", lines);
    json_object_set_new(view, "held", json_integer(held->len / 2));
    json_object_set_new(view, "audit_head", json_string(head));
    return TRUE;
}

static gboolean write_mail(Desk *d, const ConfigQueue *queue, const char *day, Instant since, GError **err)
{
    Summary s = {.tickets = json_array()};
    json_t *view = json_object();
    g_autofree char *subject = NULL;
    gboolean ok = summarize(d, queue, &s, err) && add_other(d, since, view, err) && add_shadow(d, queue, since, view, err) && add_rest(d, view, err);
    json_object_set_new(view, "queue", json_string(queue->name));
    json_object_set_new(view, "day", json_string(day));
    json_object_set_new(view, "open", json_integer(s.open));
    json_object_set_new(view, "late", json_integer(s.late));
    json_object_set_new(view, "unowned", json_integer(s.unowned));
    json_object_set_new(view, "tickets", s.tickets);
    Instant silent;
    ok = ok && maintenance_until(d, queue->name, &silent, err);
    if (ok)
        view_set_time(view, "maintenance", calendar_zone(desk_calendar(d, queue->calendar)), silent, d->now);
    g_autofree char *open = g_strdup_printf("%" G_GINT64_FORMAT, s.open), *late = g_strdup_printf("%" G_GINT64_FORMAT, s.late);
    g_autofree char *unowned = g_strdup_printf("%" G_GINT64_FORMAT, s.unowned);
    subject = phrase_make("[{queue}] {day}: {open} open, {late} late, {unowned} unowned", "queue", queue->name, "day", day, "open", open, "late", late, "unowned",
                          unowned, NULL);
    ok = ok && notify_report(d, queue, queue->lead, "daily", subject, view, err);
    json_decref(view);
    return ok;
}

/* *ret_due: the queue is open and had no mail today. The first time of all only remembers the day. */
static gboolean is_due(Desk *d, const ConfigQueue *queue, const char *name, const char *day, gboolean *ret_due, GError **err)
{
    g_autofree char *last = NULL;
    gboolean open = FALSE;
    *ret_due = FALSE;
    if (!facts_text(d->db, name, &last, err))
        return FALSE;
    if (last == NULL)
        return facts_set_text(d->db, name, day, err);
    if (strcmp(last, day) >= 0 || !calendar_is_open(desk_calendar(d, queue->calendar), d->now, &open, NULL))
        return TRUE;
    *ret_due = open;
    return TRUE;
}

/* When the queue's last mail was written; the first tells of the days that a weekend and a holiday may have. */
static gboolean last_mail(Desk *d, const char *fact, Instant *ret, GError **err)
{
    return facts_number(d->db, fact, d->now - (Seconds)4 * 86400, ret, err);
}

static gboolean one_queue(Desk *d, const ConfigQueue *queue, guint *did, GError **err)
{
    g_autofree char *day = local_day(d, queue), *name = g_strconcat("daily:", queue->name, NULL), *at = g_strconcat("daily-at:", queue->name, NULL);
    gboolean due;
    Instant since;
    if (!is_due(d, queue, name, day, &due, err))
        return FALSE;
    if (!due)
        return TRUE;
    if (!db_begin(d->db, err))
        return FALSE;
    gboolean well = last_mail(d, at, &since, err) && write_mail(d, queue, day, since, err)
                    && facts_set_text(d->db, name, day, err) && facts_set_number(d->db, at, d->now, err);
    (*did)++;
    return db_end(d->db, well, err);
}

gboolean daily_pass(Desk *d, guint *ret_did, GError **err)
{
    *ret_did = 0;
    for (guint i = 0; i < d->config->queue_order->len; i++)
        if (!one_queue(d, g_ptr_array_index(d->config->queue_order, i), ret_did, err))
            return FALSE;
    return TRUE;
}
