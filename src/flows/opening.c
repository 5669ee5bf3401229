/* opening: the one way in which a ticket begins. */
#include "flows/opening.h"

#include <string.h>

#include "rules/wrap.h"

#include "store/audit.h"

#include "flows/deadlines.h"
#include "flows/people.h"

#include "base/banned.h"

/* The first contact that the who-expression means. */
static char *first_of(Desk *d, const Ticket *t, const ConfigQueue *queue, const Who *who)
{
    g_autoptr(GPtrArray) one = g_ptr_array_new();
    if (who == NULL)
        return NULL;
    g_ptr_array_add(one, (gpointer)who);
    g_autoptr(GPtrArray) names = people_of(d, t, queue, one);
    return names->len > 0 ? g_strdup(g_ptr_array_index(names, 0)) : NULL;
}

/* The rule's, else the service's, else the queue's. */
static char *owner_of(Desk *d, const OpeningFacts *f, const Ticket *t)
{
    const Who service_owner = {.kind = WHO_SERVICE_OWNER};
    char *owner = first_of(d, t, f->home, f->owner);
    if (owner == NULL && t->service != NULL)
        owner = first_of(d, t, f->home, &service_owner);
    return owner != NULL ? owner : first_of(d, t, f->home, f->home->owner);
}

static gboolean store_queues(Desk *d, const OpeningFacts *f, gint64 ticket, GError **err)
{
    if (!tickets_add_queue(d->db, ticket, f->home->name, TRUE, err))
        return FALSE;
    for (guint i = 0; f->other_queues != NULL && i < f->other_queues->len; i++)
        if (!tickets_add_queue(d->db, ticket, ((ConfigQueue *)g_ptr_array_index(f->other_queues, i))->name, FALSE, err))
            return FALSE;
    return TRUE;
}

/* What the directory says, else what he writes in, else the queue's. It names a folder of templates, so it is taken only where it can be one. */
static char *language_of(const Desk *d, const OpeningFacts *f)
{
    const Customer *customer = desk_customer(d, f->requester);
    const char *known = customer != NULL ? customer->language : "";
    gboolean good = g_ascii_isalpha(known[0]) && strlen(known) <= 16;
    for (const char *p = known; *p != '\0'; p++)
        good = good && (g_ascii_isalnum(*p) || *p == '-');
    return g_strdup(good ? known : f->language != NULL ? f->language : f->home->language);
}

gboolean opening_ticket(Desk *d, const OpeningFacts *f, Ticket **ret, GError **err)
{
    g_autoptr(Ticket) t = tickets_blank();
    g_autofree char *digest = NULL;
    t->queue = g_strdup(f->home->name);
    t->state = TICKET_NEW;
    t->severity = f->severity;
    t->category = g_strdup(f->category);
    t->subject = wrap_preview(f->subject, 200);
    t->language = language_of(d, f);
    t->service = g_strdup(f->service);
    t->owner = owner_of(d, f, t);
    t->opened_at = f->at;
    t->linked_id = f->linked_id;
    t->unsure = f->unsure;
    t->is_operational = f->is_operational;
    t->is_drill = f->is_drill;
    t->root_message_id = g_strdup(f->message_id);
    t->last_from_requester = g_strdup(f->message_id);
    t->requester = g_strdup(f->requester);
    t->requester_name = f->requester_name != NULL && *f->requester_name != '\0' ? g_strdup(f->requester_name) : NULL;
    if (!audit_person(d->db, f->requester, f->requester_name, &t->requester_id, err) || !tickets_insert(d->db, t, err)
        || !store_queues(d, f, t->id, err) || !tickets_add_participant(d->db, t->id, f->requester, err)
        || !audit_person_digest(d->db, f->requester, &digest, err)
        || !desk_audit(d, t->id, err, "open", "queue=%s severity=S%d requester=%s owner=%s linked=%" G_GINT64_FORMAT " config=%.12s", t->queue,
                       t->severity + 1, digest, t->owner != NULL ? t->owner : "-", t->linked_id, d->config->version))
        return FALSE;
    *ret = g_steal_pointer(&t);
    return TRUE;
}

gboolean opening_clocks(Desk *d, const OpeningFacts *f, const Ticket *t, gint64 message, GError **err)
{
    if (!deadlines_start(d, t, f->home, TRUE, f->at, message, err))
        return FALSE;
    for (guint i = 0; f->other_queues != NULL && i < f->other_queues->len; i++)
        if (!deadlines_start(d, t, g_ptr_array_index(f->other_queues, i), FALSE, f->at, message, err))
            return FALSE;
    return TRUE;
}
