/* returns: what comes back. It must never acknowledge, answer or open anything but a ticket for a mail that may be a person's. */
#include "flows/returns.h"

#include <string.h>

#include "rules/phrase.h"
#include "rules/wrap.h"

#include "flows/arrivals.h"
#include "flows/deadlines.h"
#include "flows/escalate.h"
#include "flows/notify.h"
#include "flows/people.h"
#include "flows/roundcall.h"
#include "flows/tidings.h"
#include "flows/watchers.h"

#include "base/banned.h"

#define AWAY_MAX ((Seconds)400 * 86400) /* a day of return further off is a slip or a lie: it would silence a contact for years */

static gboolean file(IntakeCase *c, const char *why, GError **err)
{
    c->row->is_note = TRUE;
    if (c->ticket == NULL)
        c->row->filed = g_strdup(why);
    return intake_store_row(c, err);
}

/* A list has many readers: that one of them is away, or has a full mailbox, says nothing of the others. */
static gboolean is_of_a_reader(const ConfigContact *contact, const char *address)
{
    if (contact == NULL || !contact->list || *address == '\0')
        return FALSE;
    for (guint i = 0; contact->email[i] != NULL; i++)
        if (g_ascii_strcasecmp(contact->email[i], address) == 0)
            return FALSE;
    return TRUE;
}

/* Whom we wrote to has it: what failed behind him, on his telephone, is his own affair. */
static gboolean has_arrived(const Reading *r, const char *recipient)
{
    for (guint i = 0; recipient != NULL && i < r->bounced->len; i++) {
        const KindRecipient *k = g_ptr_array_index(r->bounced, i);
        if (strcmp(k->action, "delivered") == 0 && g_ascii_strcasecmp(k->address, recipient) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The first recipient that failed; NULL if none did. Of a list, itself before one of its readers. */
static const KindRecipient *failed_recipient(const Reading *r, const ConfigContact *contact, const char *recipient)
{
    const KindRecipient *reader = NULL;
    if (has_arrived(r, recipient))
        return NULL;
    for (guint i = 0; i < r->bounced->len; i++) {
        const KindRecipient *k = g_ptr_array_index(r->bounced, i);
        if (strcmp(k->action, "failed") != 0)
            continue;
        if (!is_of_a_reader(contact, k->address))
            return k;
        reader = k;
    }
    return reader;
}

/* The answer that a person wrote did not arrive: respond is not met. */
static gboolean answer_bounced(IntakeCase *c, const char *reason, GError **err)
{
    Desk *d = c->desk;
    if (c->ticket == NULL || !outbox_failed(d->db, c->envelope_row->id, d->now, reason, err)
        || !deadlines_reopen_respond(d, c->ticket, c->envelope_row->answer_id, d->now, c->row->id, err))
        return c->ticket == NULL;
    g_autofree char *line = phrase_make("The answer to the customer {bounced}", "bounced", reason, NULL);
    const char *who = c->ticket->owner != NULL ? c->ticket->owner : c->home->lead;
    return notify_line(d, c->ticket, who, line, err);
}

/* "bounced: 552 5.2.2 Mailbox full": for people, so without the diagnostic's type (RFC 3464 2.3.6) and a status said twice. */
static char *bounce_reason(const KindRecipient *k)
{
    const char *semicolon = strchr(k->diagnostic, ';');
    const char *diagnostic = semicolon != NULL ? semicolon + 1 + strspn(semicolon + 1, " ") : k->diagnostic;
    gboolean says_status = *k->status == '\0' || strstr(diagnostic, k->status) != NULL;
    g_autofree char *said = wrap_clip(diagnostic, 160);
    g_autofree char *text = g_strdup_printf("%s%s%s", says_status ? "" : k->status, says_status ? "" : " ", said);
    return phrase_make("bounced: {text}", "text", text, NULL);
}

gboolean returns_bounce(IntakeCase *c, gint64 claimed, GError **err)
{
    const OutboxRow *row = c->envelope_row;
    const ConfigContact *contact = row != NULL && row->contact != NULL ? desk_contact(c->desk, row->contact) : NULL;
    const KindRecipient *failed = failed_recipient(c->reading, contact, row != NULL ? row->recipient : NULL);
    if (row == NULL) {
        if (c->unsure && c->ticket == NULL) {
            intake_note(c, "a bounce by its words only, and of no mail of ours: kept as a person's, unsure");
            return arrivals_open(c, claimed, err);
        }
        intake_note(c, "names no mail of ours: changes nothing");
        if (c->ticket != NULL)
            return arrivals_append_machine(c, err);
        return file(c, PHRASE("bounce that names no mail of ours"), err);
    }
    if (c->auth == AUTHRES_FAIL && !c->at_envelope_address) {
        intake_note(c, "of outbox row %" G_GINT64_FORMAT ": forged, so far as is known, and not at its envelope sender: changes nothing", row->id);
        return file(c, "bounce", err);
    }
    if (failed == NULL) {
        intake_note(c, "of outbox row %" G_GINT64_FORMAT ": delayed or delivered, not failed: changes nothing", row->id);
        return file(c, PHRASE("report of delay"), err);
    }
    if (is_of_a_reader(contact, failed->address)) {
        intake_note(c, "of outbox row %" G_GINT64_FORMAT ": <%s> failed, a reader of the list %s: changes nothing", row->id, failed->address, contact->name);
        return file(c, "bounce", err);
    }
    g_autofree char *reason = bounce_reason(failed), *plain = phrase_plain(reason);
    intake_note(c, "outbox row %" G_GINT64_FORMAT " (%s) %s", row->id, row->template, plain);
    if (!file(c, "bounce", err))
        return FALSE;
    if (row->notification_id != 0)
        return tidings_failed(c->desk, row, reason, err);
    if (row->copy_of != 0)
        return outbox_failed(c->desk->db, row->id, c->desk->now, reason, err) && watchers_failed(c->desk, row, reason, err);
    if (!roundcall_failed(c->desk, row->id, reason, err))
        return FALSE;
    return strcmp(row->class, "relay") != 0 || answer_bounced(c, reason, err);
}

/* The first day on which he is there again, where he names it. */
static gboolean return_day(const Reading *r, Civil *ret)
{
    g_auto(GStrv) parts = g_strsplit(r->until != NULL ? r->until : "", "-", 3);
    if (g_strv_length(parts) != 3)
        return FALSE;
    *ret = (Civil){.year = (int)g_ascii_strtoll(parts[0], NULL, 10), .month = (int)g_ascii_strtoll(parts[1], NULL, 10),
                   .day = (int)g_ascii_strtoll(parts[2], NULL, 10)};
    return ret->year >= 1970 && ret->year <= 9998 && ret->month >= 1 && ret->month <= 12 && ret->day >= 1 && ret->day <= 31;
}

/* Its midnight, in the contact's zone. */
static Instant return_instant(const IntakeCase *c, const ConfigContact *contact)
{
    Civil day;
    if (!return_day(c->reading, &day))
        return INSTANT_NONE;
    Instant back = zone_instant(desk_contact_zone(c->desk, contact, c->home), day, ZONE_FIRST);
    return back - c->desk->now > AWAY_MAX ? INSTANT_NONE : back;
}

/* Whose absence it is: the writer's, if he is another contact, since mail to one address is read at another; else the addressed's. What
 * is known to be forged moves one page on, at most: it makes nobody away, or one mail could silence him for a year. */
static const ConfigContact *who_is_away(const IntakeCase *c, const ConfigContact *addressed)
{
    if (c->auth == AUTHRES_FAIL)
        return NULL;
    return c->sender != NULL && c->sender != addressed && intake_is_believed(c) ? c->sender : addressed;
}

/* Of a mail to `addressed`, who may be gone from the configuration; `notification`: that mail, or 0. Who is away is known before anybody
 * else is asked. */
static gboolean out_of_office(IntakeCase *c, const ConfigContact *addressed, gint64 notification, GError **err)
{
    Civil back;
    g_autofree char *day = return_day(c->reading, &back) ? zone_day_human(back) : NULL;
    const char *evidence = c->reading->evidence->len > 0 ? g_ptr_array_index(c->reading->evidence, 0) : "auto-reply";
    g_autofree char *reason = !c->reading->tells_absence ? phrase_make("only a machine answered", NULL)
                              : day != NULL             ? phrase_make("out of office, back on {day:time}", "day", day, NULL)
                                                         : phrase_make("out of office", NULL);
    g_autofree char *plain = phrase_plain(reason);
    const ConfigContact *who = c->reading->tells_absence ? who_is_away(c, addressed) : NULL;
    if (!c->reading->tells_absence)
        intake_note(c, "an automatic reply that tells of no absence (%s): nobody is away for it", evidence);
    if (is_of_a_reader(addressed, c->from)) {
        intake_note(c, "of <%s>, a reader of the list %s: the others are still asked", c->from, addressed->name);
        who = who == addressed ? NULL : who;
        notification = 0;
    } else if (c->auth == AUTHRES_FAIL && c->reading->tells_absence) {
        intake_note(c, "%s, but authentication failed: nobody is away for that", plain);
    }
    if (who != NULL)
        intake_note(c, "%s %s: %s (%s)", who->name, who == addressed && notification != 0 ? "cannot be reached" : "is away", plain, evidence);
    return file(c, "auto-reply", err)
           && (who == NULL || people_set_away(c->desk, who->name, c->home, return_instant(c, who), evidence, c->row->id, err))
           && (notification == 0 || tidings_unreachable(c->desk, notification, reason, err))
           && (who == NULL || tidings_away(c->desk, who->name, reason, err));
}

/* A gateway that answers for itself ("your message was sent"): nobody is away for that. */
static gboolean is_of_a_gateway(const IntakeCase *c, gint64 notification, gboolean *ret, GError **err)
{
    gint64 n = 0;
    *ret = c->envelope_row != NULL && strcmp(c->envelope_row->channel, "mail") != 0;
    if (*ret || notification == 0 || c->from == NULL)
        return TRUE;
    if (!db_value(c->desk->db, &n, err, "select count(*) from outbox where notification_id = $1 and channel <> 'mail' and lower(recipient) = lower($2)", "is",
                  notification, c->from))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

gboolean returns_auto_reply(IntakeCase *c, gint64 claimed, GError **err)
{
    gint64 notification = c->notification != NULL ? c->notification->id : c->envelope_row != NULL ? c->envelope_row->notification_id : 0;
    g_autoptr(NotificationRow) n = NULL;
    gboolean is_gateway;
    if (!is_of_a_gateway(c, notification, &is_gateway, err))
        return FALSE;
    if (is_gateway) {
        intake_note(c, "an automatic reply of a gateway: changes nothing");
        return file(c, "auto-reply", err);
    }
    const char *team = c->envelope_row != NULL ? c->envelope_row->contact : NULL;
    if (notification == 0 && team != NULL && desk_contact(c->desk, team) != NULL && !c->unsure) /* of another mail to him */
        return out_of_office(c, desk_contact(c->desk, team), 0, err);
    if (notification == 0) {
        if (c->unsure && c->ticket == NULL) {
            intake_note(c, "an automatic reply by its words only: kept as a person's, unsure");
            return arrivals_open(c, claimed, err);
        }
        if (c->ticket != NULL)
            return arrivals_append_machine(c, err);
        intake_note(c, "filed under other: auto-reply");
        return file(c, "auto-reply", err);
    }
    return runs_notification(c->desk->db, notification, &n, err) && out_of_office(c, desk_contact(c->desk, n->contact), notification, err);
}
