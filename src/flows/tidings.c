/* tidings: what becomes of notifications on their way. It decides nothing: each is an event of the ladder. */
#include "flows/tidings.h"

#include <string.h>

#include "base/log.h"

#include "rules/phrase.h"

#include "store/outbox.h"
#include "store/runs.h"
#include "store/tickets.h"

#include "flows/escalate.h"

#include "base/banned.h"

gboolean tidings_transport(Desk *d, gboolean is_down, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    LadderEvent event = {.kind = is_down ? LADDER_SUSPEND : LADDER_RESUME, .why = SUSPENDED_OFFLINE};
    if (!runs_all_live(d->db, &ids, err))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(RunRow) r = NULL;
        g_autoptr(Ticket) t = NULL;
        if (!runs_load(d->db, g_array_index(ids, gint64, i), &r, err) || !tickets_load(d->db, r->ticket_id, &t, err)
            || !escalate_event(d, t, r->id, &event, NULL, err))
            return FALSE;
    }
    return desk_audit(d, 0, err, is_down ? "transport-down" : "transport-up", "runs=%u", ids->len);
}

static gboolean delivered_one(Desk *d, gint64 notification, const char *channel, GError **err)
{
    g_autoptr(NotificationRow) n = NULL;
    g_autoptr(Ticket) t = NULL;
    g_autofree char *why = NULL;
    LadderEvent event = {.kind = LADDER_DELIVERED, .page = notification};
    if (!runs_notification(d->db, notification, &n, err) || !tickets_load(d->db, n->ticket_id, &t, err)
        || !db_text_value(d->db, &why, err, "select coalesce(end_reason, '') from run where id = $1", "i", n->run_id))
        return FALSE;
    event.text = *why != '\0' ? why : PHRASE("no cause is left");
    return escalate_event(d, t, n->run_id, &event, NULL, err)
           && desk_audit(d, n->ticket_id, err, "delivered", "notification=%" G_GINT64_FORMAT " contact=%s channel=%s", notification, n->contact, channel);
}

gboolean tidings_delivered(Desk *d, const OutboxRow *row, GError **err)
{
    g_autoptr(GArray) carried = NULL;
    if (!runs_digest_delivered(d->db, row->id, d->now, err) || !runs_carried(d->db, row->id, &carried, err))
        return FALSE;
    for (guint i = 0; i < carried->len; i++)
        if (!delivered_one(d, g_array_index(carried, gint64, i), row->channel, err))
            return FALSE;
    return TRUE;
}

/* "bounced 5.1.1" of "bounced: 550 5.1.1 <bob@…>: user unknown": the audit cannot be erased, so what a server wrote stays out of it. */
static char *reason_code(const char *phrase)
{
    g_autofree char *reason = phrase_plain(phrase);
    const char *colon = strchr(reason, ':');
    g_autofree char *what = colon != NULL ? g_strndup(reason, (gsize)(colon - reason)) : g_strndup(reason, strcspn(reason, "<@"));
    for (const char *p = reason; *p != '\0'; p++) {
        gsize n = 0;
        if ((*p == '4' || *p == '5') && p[1] == '.' && g_ascii_isdigit(p[2]) && (p == reason || p[-1] == ' '))
            n = strspn(p, "0123456789.");
        if (n >= 5 && n <= 9)
            return g_strdup_printf("%s %.*s", what, (int)n, p);
    }
    return g_steal_pointer(&what);
}

static gboolean unreachable_one(Desk *d, gint64 notification, const char *reason, GError **err)
{
    g_autoptr(NotificationRow) n = NULL;
    g_autoptr(Ticket) t = NULL;
    if (!runs_notification(d->db, notification, &n, err) || !tickets_load(d->db, n->ticket_id, &t, err))
        return FALSE;
    LadderEvent event = {.kind = LADDER_UNREACHABLE, .contact = n->contact, .text = reason};
    g_autofree char *code = reason_code(reason), *quoted = log_quote(code);
    return runs_set_outcome(d->db, notification, reason, d->now, err)
           && desk_audit(d, n->ticket_id, err, "unreachable", "notification=%" G_GINT64_FORMAT " contact=%s reason=%s", notification, n->contact, quoted)
           && escalate_event(d, t, n->run_id, &event, NULL, err);
}

static gboolean unreachable_each(Desk *d, const GArray *ids, const char *reason, GError **err)
{
    for (guint i = 0; i < ids->len; i++)
        if (!unreachable_one(d, g_array_index(ids, gint64, i), reason, err))
            return FALSE;
    return TRUE;
}

gboolean tidings_unreachable(Desk *d, gint64 notification, const char *reason, GError **err)
{
    g_autoptr(GArray) asked = NULL;
    return runs_asked(d->db, notification, &asked, err) && unreachable_each(d, asked, reason, err);
}

/* One channel failed. Whom it was for is unreachable when no other has reached him, nor may. */
static gboolean failed_one(Desk *d, gint64 notification, const OutboxRow *row, const char *reason, GError **err)
{
    gboolean has_other;
    g_autofree char *code = reason_code(reason), *quoted = log_quote(code);
    if (!outbox_has_other_channel(d->db, notification, row, &has_other, err))
        return FALSE;
    if (!has_other)
        return unreachable_one(d, notification, reason, err);
    return desk_audit(d, row->ticket_id, err, "channel-failed", "notification=%" G_GINT64_FORMAT " contact=%s channel=%s reason=%s", notification,
                      row->contact != NULL ? row->contact : "-", row->channel, quoted);
}

gboolean tidings_failed(Desk *d, const OutboxRow *row, const char *reason, GError **err)
{
    g_autoptr(GArray) carried = NULL;
    if (!outbox_bounced(d->db, row->id, reason, err) || !runs_carried(d->db, row->id, &carried, err))
        return FALSE;
    for (guint i = 0; i < carried->len; i++)
        if (!failed_one(d, g_array_index(carried, gint64, i), row, reason, err))
            return FALSE;
    return TRUE;
}

gboolean tidings_away(Desk *d, const char *contact, const char *reason, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    if (!runs_all_live(d->db, &ids, err))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(RunRow) r = NULL;
        g_autoptr(Ticket) t = NULL;
        LadderEvent event = {.kind = LADDER_UNREACHABLE, .contact = contact, .text = reason};
        if (!runs_load(d->db, g_array_index(ids, gint64, i), &r, err))
            return FALSE;
        gboolean waits = FALSE;
        for (guint k = 0; k < r->run->pages->len; k++) {
            LadderPage *p = g_ptr_array_index(r->run->pages, k);
            if (strcmp(p->contact, contact) != 0 || (p->state != PAGE_QUEUED && p->state != PAGE_WAITING))
                continue;
            waits = TRUE;
            if (!runs_set_outcome(d->db, p->id, reason, d->now, err))
                return FALSE;
        }
        if (waits && (!tickets_load(d->db, r->ticket_id, &t, err) || !escalate_event(d, t, r->id, &event, NULL, err)))
            return FALSE;
    }
    return TRUE;
}
