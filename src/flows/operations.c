/* operations: the ticket about a ticket that nobody took. */
#include "flows/operations.h"

#include "rules/phrase.h"

#include "flows/notify.h"
#include "flows/ownticket.h"
#include "flows/verbs.h"
#include "flows/view.h"

#include "base/banned.h"

static gboolean tell_owner_and_lead(Desk *d, const Ticket *about, const ConfigQueue *queue, const char *line, GError **err)
{
    const char *told = desk_contact(d, about->owner) != NULL ? about->owner : NULL;
    if (told != NULL && !notify_line(d, about, told, line, err))
        return FALSE;
    return queue->lead == NULL || g_strcmp0(queue->lead, told) == 0 || notify_line(d, about, queue->lead, line, err);
}

static gboolean open_own(Desk *d, const ConfigQueue *target, const char *subject, const char *text, int severity, gint64 linked, gint64 *ret_id, GError **err)
{
    OpeningFacts facts = {.home = target, .subject = subject, .severity = severity, .linked_id = linked, .is_operational = TRUE};
    g_autoptr(Ticket) t = NULL;
    if (!ownticket_open(d, &facts, text, &t, err))
        return FALSE;
    *ret_id = t->id;
    return TRUE;
}

gboolean operations_incident(Desk *d, const ConfigQueue *queue, const char *subject, const char *text, gint64 *ret_id, GError **err)
{
    return open_own(d, queue, subject, text, queue->default_severity, 0, ret_id, err);
}

gboolean operations_open(Desk *d, const Ticket *about, const ConfigQueue *queue, const Policy *policy, GError **err)
{
    const ConfigQueue *target = desk_queue(d, policy->exhausted_queue);
    g_autofree char *tag = view_tag(about);
    g_autofree char *alone = phrase_make("Every level of the policy {policy} was asked, and nobody took it. Nobody else will be told: please take it, or give it to somebody.", "policy",
                                           policy->name, NULL);
    if (target == NULL)
        return tell_owner_and_lead(d, about, queue, alone, err);
    g_autofree char *subject = phrase_make("Nobody took {tag} {subject}", "tag", tag, "subject", about->subject, NULL);
    g_autofree char *text = phrase_make("Every level of the policy '{policy}' was asked about {tag},\nand nobody took it.", "policy", policy->name, "tag", tag, NULL);
    gint64 number;
    /* one that somebody has is about this too: it lapsed with whoever took its ticket */
    if (!db_value(d->db, &number, err,
                  "select coalesce(max(id), 0) from ticket where linked_id = $1 and is_operational = 1 and queue = $2 and state in ('new', 'open', 'waiting')", "is",
                  about->id, target->name)
        || (number == 0 && !open_own(d, target, subject, text, MIN(target->default_severity, about->severity), about->id, &number, err)))
        return FALSE;
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, number);
    g_autofree char *line = phrase_make("Every level of the policy {policy} was asked, and nobody took it. Ticket {ticket} in {queue} goes on asking.", "policy", policy->name, "ticket", id, "queue",
                                          target->name, NULL);
    return tell_owner_and_lead(d, about, queue, line, err);
}

gboolean operations_over(Desk *d, const Ticket *about, const char *why, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    if (!db_ids(d->db, &ids, err, "select id from ticket where linked_id = $1 and is_operational = 1 and state = 'new' and owner is null order by id", "i", about->id))
        return FALSE;
    g_autofree char *tag = view_tag(about), *text = phrase_make("{ticket}: {why:phrase}.", "ticket", tag, "why", why, NULL);
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(Ticket) t = NULL;
        if (!tickets_load(d->db, g_array_index(ids, gint64, i), &t, err) || !verbs_recovered(d, t, "ticket", text, 0, err))
            return FALSE;
    }
    return TRUE;
}
