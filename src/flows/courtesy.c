/* courtesy: counts for rules/guard. The decision is the guard's alone. */
#include "flows/courtesy.h"

#include <string.h>

#include "base/log.h"

#include "rules/token.h"

#include "store/facts.h"
#include "store/outbox.h"

#include "base/banned.h"

#define DAY ((Seconds)86400)

static gboolean is_own(const Desk *d, const char *address)
{
    g_autofree char *token = token_in_address(address, d->config->token_domain != NULL ? d->config->token_domain : d->config->domain);
    Token parsed;
    const char *mac;
    return config_queue_by_address(d->config, address) != NULL || (token != NULL && token_parse(token, &parsed, &mac));
}

gboolean courtesy_refusals(Desk *d, const char *to, gint64 ticket, gint64 *ret, GError **err)
{
    return db_value(d->db, ret, err, "select count(*) from outbox where recipient = $1 and class = 'refusal' and created_at > $2 and ($3 = 0 or ticket_id = $3)", "sti",
                    to, d->now - DAY, ticket);
}

gboolean courtesy_allows(Desk *d, const Ticket *t, const GuardCase *facts, gboolean *ret, GError **err)
{
    GuardCase c = *facts;
    Instant day = d->now - DAY;
    g_autofree char *limited = NULL;
    gint64 acks = 0, address = 0, domain = 0, refusals = 0, since = 0, alerts = 0;
    g_autofree char *fact = g_strconcat("limited:", c.to, NULL), *wrote = g_strconcat("wrote:", c.to, NULL);
    gboolean is_contact = config_contact_by_address(d->config, c.to) != NULL; /* his are counted per ticket: he is at work */
    gboolean ok = facts_number(d->db, wrote, 0, &since, err)
                  && db_value(d->db, &acks, err, "select count(*) from outbox where ticket_id = $1 and template = 'auto-ack'", "i", t == NULL ? 0 : t->id)
                  && outbox_count(d->db, c.to, FALSE, MAX(day, since), &address, err) && outbox_count(d->db, c.to, TRUE, day, &domain, err)
                  && courtesy_refusals(d, c.to, is_contact && t != NULL ? t->id : 0, &refusals, err)
                  && db_value(d->db, &alerts, err, "select count(*) from alert where ticket_id = $1", "i", t == NULL ? 0 : t->id)
                  && facts_text(d->db, fact, &limited, err);
    if (!ok)
        return FALSE;
    c.is_own = is_own(d, c.to);
    c.is_contact = is_contact;
    c.is_monitor = c.is_monitor || (alerts > 0 && g_strcmp0(c.to, t->requester) == 0);
    c.acks_of_ticket = (int)acks;
    c.sent_to_address = (int)address;
    c.sent_to_domain = (int)domain;
    c.refusals_today = (int)refusals;
    c.was_limited = limited != NULL;
    c.person_wrote_since = FALSE; /* the fact is deleted when one does */
    GuardVerdict v = guard_decide(&c);
    if (!v.allowed)
        log_event(LOGGING_INFO, "ticket=%" G_GINT64_FORMAT " event=no-mail class=%s reason=%s", t == NULL ? 0 : t->id, guard_class_name(c.mail_class),
                  v.reason);
    if (!v.allowed && strcmp(v.reason, "address-limit") == 0
        && !facts_set_text(d->db, fact, "yes", err))
        return FALSE;
    *ret = v.allowed;
    return TRUE;
}

gboolean courtesy_may_update(Desk *d, const Ticket *t, gboolean *ret, GError **err)
{
    g_autofree char *refused = NULL;
    const GuardCase facts = {.to = t->requester != NULL ? t->requester : "", .mail_class = GUARD_UPDATE, .is_participant = TRUE, .is_spam = t->spam};
    *ret = FALSE;
    if (!db_text_value(d->db, &refused, err,
                       "select refused from message where ticket_id = $1 and direction = 'in' and from_address = $2 and contact is null and is_note = 0"
                       " order by id desc limit 1", "is", t->id, facts.to))
        return FALSE;
    if (refused == NULL)
        return courtesy_allows(d, t, &facts, ret, err);
    log_event(LOGGING_INFO, "ticket=%" G_GINT64_FORMAT " event=no-mail class=%s reason=%s", t->id, guard_class_name(GUARD_UPDATE), refused);
    return TRUE;
}

gboolean courtesy_remember(Desk *d, gint64 message, const GuardCase *facts, GError **err)
{
    GuardVerdict v = guard_decide(facts);
    return v.allowed || db_run(d->db, err, "update message set refused = $2 where id = $1", "is", message, v.reason);
}

gboolean courtesy_person_wrote(Desk *d, const char *address, GError **err)
{
    g_autofree char *fact = g_strconcat("limited:", address, NULL), *wrote = g_strconcat("wrote:", address, NULL);
    return facts_forget(d->db, fact, err) && facts_set_number(d->db, wrote, d->now, err);
}

gboolean courtesy_is_spammer(Desk *d, const char *address, gboolean proven, gboolean *ret, GError **err)
{
    gint64 n;
    if (!db_value(d->db, &n, err,
                  "select exists (select 1 from ticket t join person p on p.id = t.requester_id where p.address = $1 and t.spam = 1"
                  " and ($2 = 0 or exists (select 1 from message m where m.ticket_id = t.id and m.direction = 'in' and m.is_verified = 1 and m.from_address = $1)))",
                  "si", address, (gint64)proven))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}
