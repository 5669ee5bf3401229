/* watchers: an answer is one mail with real To and Cc, but goes out once for each reader, so that it fails for each alone. It must never
 * copy a mail to the team's own addresses or to ours. */
#include "flows/watchers.h"

#include <string.h>

#include "base/limits.h"

#include "rules/phrase.h"
#include "rules/wrap.h"

#include "mail/compose.h"

#include "flows/notify.h"

#include "base/banned.h"

/* Somebody beside queues, team and requester, to whom a mail can be written. */
static gboolean is_outsider(const Desk *d, const Ticket *t, const char *address)
{
    const char *domain = d->config->token_domain, *at = strrchr(address, '@');
    return at != NULL && strlen(address) <= LIMIT_ENVELOPE_ADDRESS_BYTES && compose_is_address(address)
           && config_queue_by_address(d->config, address) == NULL && config_contact_by_address(d->config, address) == NULL
           && (domain == NULL || g_ascii_strcasecmp(at + 1, domain) != 0) && g_ascii_strcasecmp(address, t->requester != NULL ? t->requester : "") != 0;
}

static gboolean add_all(IntakeCase *c, gboolean as_participants, GError **err)
{
    const GPtrArray *fields[] = {c->reading->to, c->reading->cc};
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; i < fields[f]->len && i < LIMIT_ADDRESSES; i++) {
            const char *address = g_ptr_array_index(fields[f], i);
            if (!is_outsider(c->desk, c->ticket, address))
                continue;
            if (!tickets_add_watcher(c->desk->db, c->ticket->id, address, LIMIT_WATCHERS, err)
                || (as_participants && !tickets_add_participant(c->desk->db, c->ticket->id, address, err)))
                return FALSE;
        }
    return TRUE;
}

/* Whoever knows a subject and an address could have the answers sent to himself: a later mail must be proven, or be written to an address that
 * only its readers know. */
static gboolean may_change(IntakeCase *c, gboolean *ret, GError **err)
{
    gint64 earlier;
    if (!db_value(c->desk->db, &earlier, err, "select count(*) from message where ticket_id = $1 and id < $2 and direction = 'in'", "ii", c->ticket->id, c->row->id))
        return FALSE;
    *ret = earlier == 0 || intake_is_believed(c) || c->token_ticket == c->ticket->id;
    return TRUE;
}

gboolean watchers_of_requester(IntakeCase *c, GError **err)
{
    gboolean may;
    if (c->ticket->requester == NULL || g_ascii_strcasecmp(c->ticket->requester, c->from) != 0)
        return TRUE;
    if (!may_change(c, &may, err))
        return FALSE;
    if (!may) {
        intake_note(c, "its To and Cc change nothing: it is not proven to be the requester's");
        return TRUE;
    }
    return tickets_remove_watcher(c->desk->db, c->ticket->id, NULL, err) && add_all(c, FALSE, err);
}

gboolean watchers_of_team(IntakeCase *c, GError **err) { return add_all(c, TRUE, err); }

static void free_address(gpointer p)
{
    LetterAddress *a = p;
    g_free(a->name);
    g_free(a->address);
    g_free(a);
}

gboolean watchers_as_cc(Desk *d, const Ticket *t, GPtrArray **ret, GError **err)
{
    g_autoptr(GPtrArray) addresses = NULL;
    if (!tickets_watchers(d->db, t->id, &addresses, err))
        return FALSE;
    *ret = g_ptr_array_new_with_free_func(free_address);
    for (guint i = 0; i < addresses->len && (*ret)->len < LIMIT_WATCHERS; i++) /* who became one of the team since gets none */
        if (is_outsider(d, t, g_ptr_array_index(addresses, i)))
            letter_add_address(*ret, NULL, g_ptr_array_index(addresses, i));
    return TRUE;
}

gboolean watchers_copies(Desk *d, const ConfigQueue *queue, gint64 first, const GPtrArray *cc, GError **err)
{
    for (guint i = 0; i < cc->len; i++) {
        gint64 id;
        if (!outbox_insert_copy(d->db, first, ((const LetterAddress *)g_ptr_array_index(cc, i))->address, &id, err))
            return FALSE;
        g_autofree char *sender = notify_token_address(d, queue, 'b', id, NULL);
        if (!outbox_set_sender(d->db, id, sender, err))
            return FALSE;
    }
    return TRUE;
}

gboolean watchers_failed(Desk *d, const OutboxRow *row, const char *reason, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (!tickets_remove_watcher(d->db, row->ticket_id, row->recipient, err) || !tickets_load(d->db, row->ticket_id, &t, err))
        return FALSE;
    g_autofree char *to = wrap_clip(row->recipient, 200), *why = phrase_cut(reason, 200);
    g_autofree char *line = phrase_make("The copy of an answer to {to} (Cc) {why}. It gets no more of them; the answer itself is not affected.", "to", to, "why", why, NULL);
    const ConfigQueue *queue = desk_queue(d, t->queue);
    const char *who = t->owner != NULL ? t->owner : queue != NULL ? queue->lead : NULL;
    return desk_audit(d, t->id, err, "copy-failed", "outbox=%" G_GINT64_FORMAT, row->id) && (who == NULL || notify_line(d, t, who, line, err));
}
