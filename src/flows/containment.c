/* containment: see the header. Its time is that of the first word: time to contain is measured to it. */
#include "flows/containment.h"

#include "rules/phrase.h"

#include "flows/deadlines.h"
#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/verbs_shared.h"
#include "flows/view.h"

#include "base/banned.h"

#define DUE "confirm"

static const ConfigSeverity *severity_of(const Desk *d, const Ticket *t) { return &d->config->severities[t->severity]; }

/* On the calendar of the ticket's clocks. */
static Instant confirm_by(Desk *d, const Ticket *t)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    const ConfigPlanSeverity *targets = deadlines_targets(d, queue, t);
    const char *calendar = targets != NULL && targets->calendar != NULL ? targets->calendar : queue->calendar;
    Duration within = severity_of(d, t)->confirm_by;
    Instant at;
    return calendar_add(desk_calendar(d, calendar), d->now, within, &at, NULL) ? at : d->now + 86400;
}

static gboolean begin(VerbContext *c, GError **err)
{
    Desk *d = c->desk;
    Ticket *t = c->ticket;
    DueRow row = {.what = (char *)DUE, .ticket_id = t->id};
    t->contained_at = d->now;
    t->contained_confirmed = !severity_of(d, t)->has_confirm_by;
    if (!clocks_due_clear(d->db, t->id, DUE, 0, err))
        return FALSE;
    if (t->contained_confirmed) {
        verbs_say(c, "Contained. Answer and solution are still owed.", NULL);
        return TRUE;
    }
    row.next_at = confirm_by(d, t);
    g_autofree char *by = view_time(verbs_zone(c), row.next_at, d->now);
    verbs_say(c, "Contained. Say CONTAINED again by {by:time} {zone}, when it is sure; without that it counts no more.", "by", by, "zone",
              zone_abbreviation(verbs_zone(c), row.next_at), NULL);
    return clocks_due_add(d->db, &row, err);
}

gboolean containment_say(VerbContext *c, GError **err)
{
    Ticket *t = c->ticket;
    if (t->contained_at != INSTANT_NONE && t->contained_confirmed) { /* what is sure must not wait for a word again */
        verbs_say(c, "It is contained already. The solution is still owed.", NULL);
        return TRUE;
    }
    if (t->contained_at == INSTANT_NONE)
        return begin(c, err) && desk_audit(c->desk, t->id, err, "contained", "by=%s seconds=%" G_GINT64_FORMAT, verbs_actor_name(c), c->desk->now - t->opened_at);
    t->contained_confirmed = TRUE;
    verbs_say(c, "Confirmed: it is contained. The solution is still owed.", NULL);
    return clocks_due_clear(c->desk->db, t->id, DUE, 0, err) && desk_audit(c->desk, t->id, err, "contained-confirmed", "by=%s", verbs_actor_name(c));
}

gboolean containment_over(Desk *d, gint64 ticket, GError **err) { return clocks_due_clear(d->db, ticket, DUE, 0, err); }

gboolean containment_expired(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_load(d->db, due->ticket_id, &t, err))
        return FALSE;
    if (t->state >= TICKET_RESOLVED || t->contained_at == INSTANT_NONE || t->contained_confirmed)
        return TRUE;
    t->contained_at = INSTANT_NONE;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    const char *who = t->owner != NULL ? t->owner : queue != NULL ? queue->lead : NULL;
    g_autofree char *line = phrase_make("Nobody confirmed that it is contained: that counts no more, and it is escalated again.", NULL);
    return tickets_save(d->db, t, err) && desk_audit(d, t->id, err, "contained-expired", "by=confirm-by") && escalate_cause_all(d, t, "uncontained", err)
           && (who == NULL || notify_line(d, t, who, line, err));
}
