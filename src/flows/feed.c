/* feed: rows and shifts to events. UIDs stay the same from one reading to the next, so that a subscriber sees a deadline move, and not two. */
#include "flows/feed.h"

#include <string.h>

#include "rules/icalout.h"

#include "store/clocks.h"
#include "store/tickets.h"

#include "flows/view.h"

#include "base/banned.h"

#define HORIZON ((Seconds)60 * 86400)
#define BEFORE ((Seconds)35 * 86400)
#define BATCH 1000

static void open_object(GString *out, const char *name)
{
    g_autofree char *text = icalout_text(name);
    icalout_line(out, "BEGIN:VCALENDAR");
    icalout_line(out, "PRODID:-//escalate//escalate//EN");
    icalout_line(out, "VERSION:2.0");
    icalout_line(out, "METHOD:PUBLISH");
    icalout_line(out, "X-WR-CALNAME:%s", text);
}

static void add_event(GString *out, const Desk *d, const char *uid, Instant start, Instant end, const char *summary, const char *description)
{
    g_autofree char *stamp = icalout_utc(d->now), *from = icalout_utc(start), *to = icalout_utc(end), *text = icalout_text(summary),
                    *more = icalout_text(description);
    icalout_line(out, "BEGIN:VEVENT");
    icalout_line(out, "UID:%s@%s", uid, d->config->domain);
    icalout_line(out, "DTSTAMP:%s", stamp);
    icalout_line(out, "DTSTART:%s", from);
    icalout_line(out, "DTEND:%s", to);
    icalout_line(out, "SUMMARY:%s", text);
    if (*more != '\0')
        icalout_line(out, "DESCRIPTION:%s", more);
    icalout_line(out, "TRANSP:TRANSPARENT");
    icalout_line(out, "END:VEVENT");
}

static gboolean add_deadline(Desk *d, const ClockRow *c, GString *out, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (c->clock.due_at == INSTANT_NONE)
        return TRUE;
    if (!tickets_load(d->db, c->ticket_id, &t, err))
        return FALSE;
    const ConfigContact *owner = desk_contact(d, t->owner);
    g_autofree char *tag = view_tag(t), *uid = g_strdup_printf("deadline-%" G_GINT64_FORMAT, c->clock.id);
    g_autofree char *summary = g_strdup_printf("%s %s due: S%d %s", tag, policy_target_name(c->clock.target), t->severity + 1, t->subject);
    g_autofree char *description = g_strdup_printf("Owner: %s", owner != NULL ? owner->full_name : "nobody");
    add_event(out, d, uid, c->clock.due_at, c->clock.due_at, summary, description);
    return TRUE;
}

static gboolean add_deadlines(Desk *d, const char *calendar, GString *out, GError **err)
{
    for (gint64 after = 0, more = 1; more != 0;) {
        g_autoptr(GPtrArray) clocks = NULL;
        if (!clocks_open(d->db, calendar, after, BATCH, &clocks, err))
            return FALSE;
        for (guint i = 0; i < clocks->len; i++) {
            const ClockRow *c = g_ptr_array_index(clocks, i);
            after = c->clock.id;
            if (!add_deadline(d, c, out, err))
                return FALSE;
        }
        more = clocks->len == BATCH;
    }
    return TRUE;
}

static gboolean add_duties(Desk *d, const char *name, Instant from, Instant to, GString *out, GError **err)
{
    g_autoptr(GArray) periods = NULL;
    /* from before, so that what goes on at `from` has its own beginning, and with it the same UID tomorrow; a whole year leaves no room */
    Seconds before = CLAMP(ROTA_RANGE_MAX - (to - from), 0, BEFORE);
    if (!rota_periods(g_hash_table_lookup(d->rotas, name), from - before, to, &periods, err))
        return FALSE;
    for (guint i = 0; i < periods->len; i++) {
        const RotaPeriod *p = &g_array_index(periods, RotaPeriod, i);
        if (p->end <= from)
            continue;
        for (guint k = 0; k < p->names->len; k++) {
            const char *contact = g_ptr_array_index(p->names, k);
            const ConfigContact *who = desk_contact(d, contact);
            g_autofree char *uid = g_strdup_printf("duty-%s-%s-%" G_GINT64_FORMAT, name, contact, p->start);
            g_autofree char *summary = g_strdup_printf("On duty (%s): %s", name, who != NULL ? who->full_name : contact);
            add_event(out, d, uid, p->start, p->end, summary, "");
        }
    }
    return TRUE;
}

static gboolean uses(const Desk *d, const char *calendar, const char *rota)
{
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        const Policy *policy = desk_policy(d, queue->policy);
        if (g_strcmp0(queue->calendar, calendar) == 0 && policy != NULL && policy_names_rota(policy, rota))
            return TRUE;
    }
    return FALSE;
}

gboolean feed_calendar(Desk *d, const char *name, GString *out, GError **err)
{
    g_autoptr(GList) rotas = g_list_sort(g_hash_table_get_keys(d->rotas), (GCompareFunc)strcmp);
    g_autofree char *title = g_strdup_printf("escalate: %s", name);
    open_object(out, title);
    if (!add_deadlines(d, name, out, err))
        return FALSE;
    for (const GList *l = rotas; l != NULL; l = l->next)
        if (uses(d, name, l->data) && !add_duties(d, l->data, d->now, d->now + HORIZON, out, err))
            return FALSE;
    icalout_line(out, "END:VCALENDAR");
    return TRUE;
}

gboolean feed_rota(Desk *d, const char *name, Instant from, Instant to, GString *out, GError **err)
{
    g_autofree char *title = g_strdup_printf("escalate: duty %s", name);
    open_object(out, title);
    if (!add_duties(d, name, from, to, out, err))
        return FALSE;
    icalout_line(out, "END:VCALENDAR");
    return TRUE;
}
