/* copies: a mail that came before. It must never take for a copy what would do more than the first one did: that one may have come through a list, may
 * have been taken for a machine's or filed by a rule, was not authenticated, or came to another address than a personal one. */
#include "flows/copies.h"

#include <string.h>

#include "base/sha256.h"

#include "rules/phrase.h"

#include "flows/arrivals.h"
#include "flows/belonging.h"
#include "flows/heard.h"

#include "base/banned.h"

/* A second copy of a mail that we have: it may bring a queue that the first did not name (Bcc). */
static gboolean second_copy(IntakeCase *c, gint64 first, GError **err)
{
    gint64 ticket;
    g_clear_pointer(&c->ticket, tickets_free); /* the row is a copy's */
    if (!db_value(c->desk->db, &ticket, err, "select coalesce(ticket_id, 0) from message where id = $1", "i", first))
        return FALSE;
    intake_note(c, "a second copy of message %" G_GINT64_FORMAT ": same Message-ID, From, Date, subject, text and attachments", first);
    c->row->filed = g_strdup(PHRASE("duplicate"));
    if (ticket != 0) {
        if (!belonging_load(c, ticket, err))
            return FALSE;
        for (int i = 0; i < c->mail->recipient_count; i++) {
            const ConfigQueue *q = config_queue_by_address(c->desk->config, c->mail->recipients[i]);
            if (q != NULL && !arrivals_bring_queue(c, q, err))
                return FALSE;
        }
        g_clear_pointer(&c->ticket, tickets_free);
    }
    return intake_store_row(c, err);
}

/* The whole of a mail of which the beginning is here. The team was shown only that, if it was a requester's. */
static gboolean whole_copy(IntakeCase *c, gint64 first, GError **err)
{
    const Reading *r = c->reading;
    gint64 ticket;
    intake_note(c, "the whole of message %" G_GINT64_FORMAT ", which broke off: replaces its text, clocks stay", first);
    g_autofree char *digest = copies_digest(c);
    c->row->filed = g_strdup(PHRASE("duplicate"));
    g_clear_pointer(&c->ticket, tickets_free); /* the row is a copy's */
    if (!messages_replace(c->desk->db, first, r->new_text, digest, c->mail->archive, err)
        || !db_value(c->desk->db, &ticket, err,
                     "select coalesce((select ticket_id from message where id = $1 and contact is null and is_note = 0), 0)", "i", first))
        return FALSE;
    if (ticket != 0) {
        if (!belonging_load(c, ticket, err))
            return FALSE;
        const ConfigQueue *home = desk_queue(c->desk, c->ticket->queue);
        if (!heard_take(c, err) || (home != NULL && !arrivals_tell_queue(c, home, "relay-in", err)))
            return FALSE;
        g_clear_pointer(&c->ticket, tickets_free);
    }
    return intake_store_row(c, err);
}

/* The same Message-ID, From and Date, but another text: one may be the beginning of the other, where an MTA died in mid-pipe. The longer
 * replaces the shorter; clocks stay. Who saw an authenticated mail cannot lengthen it by one that is not: that is a mail of its own.
 * *ret_done: it was such a copy. */
static gboolean partial_copy(IntakeCase *c, gboolean *ret_done, GError **err)
{
    const Reading *r = c->reading;
    gint64 id;
    g_autofree char *archive = NULL;
    *ret_done = FALSE;
    if (!messages_same_mail(c->desk->db, r->message_id, c->from, r->date, kind_name(c->kind), &id, &archive, err))
        return FALSE;
    if (id == 0 || archive == NULL || c->mail->compare == NULL)
        return TRUE;
    IntakeCopy how = c->mail->compare(c->mail->data, archive);
    if (how == INTAKE_OTHER)
        return TRUE;
    if (how == INTAKE_LONGER && c->auth != AUTHRES_PASS) {
        gint64 was_verified;
        if (!db_value(c->desk->db, &was_verified, err, "select is_verified from message where id = $1", "i", id))
            return FALSE;
        if (was_verified)
            return TRUE;
    }
    *ret_done = TRUE;
    return how == INTAKE_SHORTER ? second_copy(c, id, err) : whole_copy(c, id, err);
}

char *copies_digest(const IntakeCase *c)
{
    const char *content = c->reading->content_digest;
    if (c->notification == NULL && c->work_ticket == 0)
        return g_strdup(content);
    g_autofree char *whole = c->notification != NULL ? g_strdup_printf("%s a%" G_GINT64_FORMAT, content, c->notification->id)
                                                     : g_strdup_printf("%s w%" G_GINT64_FORMAT " %s", content, c->work_ticket, c->work_contact->name);
    return sha256_hex(whole, strlen(whole));
}

gboolean copies_take(IntakeCase *c, gboolean *ret_done, GError **err)
{
    const gboolean has_verbs = c->notification != NULL || c->work_ticket != 0; /* the whole of a reply that was read in part must still do what it says */
    const gboolean counts = c->auth == AUTHRES_PASS; /* a mail that is proven may count for more than one that was not */
    gint64 first = 0;
    *ret_done = FALSE;
    if (*c->reading->message_id == '\0' || c->mail->again)
        return TRUE;
    g_autofree char *digest = copies_digest(c);
    if (!messages_duplicate(c->desk->db, c->reading->message_id, digest, kind_name(c->kind), counts, &first, err))
        return FALSE;
    *ret_done = first != 0;
    return first != 0 ? second_copy(c, first, err) : has_verbs || partial_copy(c, ret_done, err);
}
