/* ownticket: see the header. */
#include "flows/ownticket.h"

#include "rules/wrap.h"

#include "flows/notify.h"
#include "flows/outgoing.h"
#include "flows/people.h"
#include "flows/phrases.h"

#include "base/banned.h"

static gboolean tell_team(Desk *d, const Ticket *t, const ConfigQueue *queue, const char *text, GError **err)
{
    g_autoptr(GPtrArray) team = people_team(d, t, queue);
    for (guint i = 0; i < team->len; i++)
        if (!notify_team(d, t, g_ptr_array_index(team, i), "new-ticket", "escalate", NULL, text, NULL, err))
            return FALSE;
    return TRUE;
}

gboolean ownticket_open(Desk *d, const OpeningFacts *facts, const char *text, Ticket **ret, GError **err)
{
    OpeningFacts f = *facts;
    g_autofree char *subject = phrases_say(d, f.home->language, facts->subject), *raw = phrases_say(d, f.home->language, text);
    g_autofree char *said = g_strchomp(wrap_text(raw, OUTGOING_WIDTH)); /* the mail to the team is not wrapped: it shows what customers write as they wrote it */
    f.subject = subject;
    g_autoptr(Ticket) t = NULL;
    f.requester = f.home->address[0];
    f.requester_name = "escalate";
    f.at = d->now;
    if (!opening_ticket(d, &f, &t, err) || !opening_clocks(d, &f, t, 0, err) || !tell_team(d, t, f.home, said, err))
        return FALSE;
    *ret = g_steal_pointer(&t);
    return TRUE;
}

gboolean ownticket_is(const Desk *d, const Ticket *t)
{
    return t->is_operational || (t->requester != NULL && config_queue_by_address(d->config, t->requester) != NULL);
}

gboolean ownticket_about(Desk *d, const Ticket *t, Ticket **ret, GError **err)
{
    *ret = NULL;
    return !t->is_operational || t->linked_id == 0 || tickets_load(d->db, t->linked_id, ret, err);
}

gboolean ownticket_is_nobodys(Desk *d, const Ticket *t, gboolean *ret, GError **err)
{
    gint64 alerts = 0;
    *ret = ownticket_is(d, t);
    if (*ret)
        return TRUE;
    if (!db_value(d->db, &alerts, err, "select count(*) from alert where ticket_id = $1", "i", t->id))
        return FALSE;
    *ret = alerts > 0;
    return TRUE;
}
