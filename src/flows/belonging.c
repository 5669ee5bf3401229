/* belonging: whose tokens stand in a mail's addresses, and which ticket it joins. It must never merge on what anybody could have copied,
 * and never take a token for more than the row that it verifies for. */
#include "flows/belonging.h"

#include <string.h>

#include "base/error.h"

#include "rules/freemail.h"
#include "rules/threading.h"

#include "flows/lost.h"
#include "flows/people.h"

#include "base/banned.h"

#define ADDRESSES_NAMED 5 /* in a reason for hold */
#define ADDRESSES_BYTES 400

#define BODY_ADDRESSES_MAX 200 /* that are looked at in a text */

/* ---- tokens ---- */

/* A notification's address stays good until 30 days after its ticket was closed. */
static gboolean has_expired(const IntakeCase *c, gint64 ticket)
{
    gint64 n = 0;
    return !db_value(c->desk->db, &n, NULL, "select count(*) from ticket where id = $1 and closed_at < $2", "it", ticket,
                     c->desk->now - (Seconds)30 * 86400)
           || n > 0;
}

/* Loads what a verified token names; FALSE with *err untouched: it proves nothing. */
static gboolean accept_token(IntakeCase *c, Token token, const char *mac, GError **err)
{
    Desk *d = c->desk;
    if (token.purpose == 'a') {
        g_autoptr(NotificationRow) n = NULL;
        if (!runs_notification(d->db, token.id, &n, NULL) || !token_verify(&d->keys, token, n->contact, mac) || has_expired(c, n->ticket_id))
            return FALSE;
        c->token_ticket = n->ticket_id;
        c->torn = c->torn || c->work_ticket != 0 || (c->notification != NULL && c->notification->id != n->id);
        if (c->notification == NULL)
            c->notification = g_steal_pointer(&n);
        return TRUE;
    }
    if (token.purpose == 'b') {
        g_autoptr(OutboxRow) row = NULL;
        if (!outbox_load(d->db, token.id, &row, NULL) || !token_verify(&d->keys, token, row->contact, mac))
            return FALSE;
        c->token_ticket = row->ticket_id;
        c->at_envelope_address = TRUE;
        if (c->home == NULL && row->ticket_id == 0 && d->config->queue_order->len > 0) /* a report, say, at the token domain, which is of no queue */
            c->home = g_ptr_array_index(d->config->queue_order, 0);
        if (c->envelope_row == NULL)
            c->envelope_row = g_steal_pointer(&row);
        return TRUE;
    }
    if (token.purpose == 'w') {
        g_autofree char *contact = NULL;
        gint64 ticket;
        if (!db_text_value(d->db, &contact, err, "select contact from work where id = $1", "i", token.id) || contact == NULL
            || !token_verify(&d->keys, token, contact, mac)
            || !db_value(d->db, &ticket, err, "select ticket_id from work where id = $1", "i", token.id))
            return FALSE;
        c->token_ticket = ticket;
        c->torn = c->torn || c->notification != NULL || (c->work_ticket != 0 && (c->work_ticket != ticket || c->work_contact != desk_contact(d, contact)));
        if (c->work_ticket == 0) {
            c->work_ticket = ticket;
            c->work_contact = desk_contact(d, contact);
        }
        return TRUE;
    }
    if (token.purpose != 't' || !token_verify(&d->keys, token, NULL, mac))
        return FALSE;
    c->token_ticket = token.id;
    return TRUE;
}

/* Whether an address of that form may carry a token of ours. */
static gboolean is_our_domain(const IntakeCase *c, const char *address)
{
    const char *domain = c->desk->config->token_domain, *at = strrchr(address, '@');
    return config_queue_by_address(c->desk->config, address) != NULL || (domain != NULL && at != NULL && g_ascii_strcasecmp(at + 1, domain) == 0);
}

/* TRUE if the address carries a token of ours that verifies. */
static gboolean read_address(IntakeCase *c, const char *address, GError **err)
{
    const char *mac;
    Token token;
    g_autofree char *text = is_our_domain(c, address) ? token_in_address(address, NULL) : NULL;
    if (text == NULL || !token_parse(text, &token, &mac))
        return FALSE;
    GError *local = NULL;
    gboolean accepted = accept_token(c, token, mac, &local);
    if (local == NULL && (!accepted || token.purpose == 't'))
        lost_look(c, token, mac, &local);
    if (local != NULL)
        g_propagate_error(err, local);
    return accepted;
}

gboolean belonging_tokens(IntakeCase *c, GError **err)
{
    GError *local = NULL;
    gint64 first = 0;
    for (int i = 0; i < c->mail->recipient_count && local == NULL; i++)
        if (read_address(c, c->mail->recipients[i], &local) && first == 0)
            first = c->token_ticket;
    const GPtrArray *fields[] = {c->reading->to, c->reading->cc, c->reading->recipients};
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; i < fields[f]->len && local == NULL; i++)
            if (read_address(c, g_ptr_array_index(fields[f], i), &local) && first == 0)
                first = c->token_ticket;
    c->token_ticket = first;
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* The outbox row behind a Message-ID of ours that verifies; *ret is NULL for any other. */
gboolean belonging_own_mail(const IntakeCase *c, const char *message_id, OutboxRow **ret, GError **err)
{
    Token token;
    const char *mac;
    g_autofree char *text = token_in_message_id(message_id);
    *ret = NULL;
    if (text == NULL || !token_parse(text, &token, &mac) || token.purpose != 'm' || !token_verify(&c->desk->keys, token, NULL, mac))
        return TRUE;
    return outbox_by_message_id(c->desk->db, message_id, ret, err);
}

/* ---- thread ---- */

/* A merged ticket stands for the one that it went into; chains are short and end. */
static gboolean load_followed(Db *db, gint64 id, Ticket **ret, GError **err)
{
    for (int hops = 0; hops < 16; hops++) {
        g_autoptr(Ticket) t = NULL;
        if (!tickets_load(db, id, &t, err))
            return FALSE;
        if (t->state != TICKET_MERGED || t->merged_into_id == 0 || hops == 15) {
            *ret = g_steal_pointer(&t);
            return TRUE;
        }
        id = t->merged_into_id;
    }
    return FALSE;
}

/* Where the queue allows it: somebody of the requester's own domain, of whom the mail system is sure. */
static gboolean is_colleague(const IntakeCase *c, const Ticket *t)
{
    const ConfigQueue *queue = desk_queue(c->desk, t->queue);
    return queue != NULL && queue->same_domain && c->auth == AUTHRES_PASS && t->requester != NULL
           && freemail_are_colleagues(c->from, t->requester);
}

static gboolean add_claim(IntakeCase *c, GPtrArray *claims, ThreadingEvidence evidence, gint64 ticket, char *detail, GError **err)
{
    ThreadingClaim *claim = g_new0(ThreadingClaim, 1);
    *claim = (ThreadingClaim){.evidence = evidence, .ticket = ticket, .detail = detail};
    g_ptr_array_add(claims, claim);
    g_autoptr(Ticket) t = NULL;
    GError *local = NULL;
    if (!load_followed(c->desk->db, ticket, &t, &local)) {
        gboolean is_gone = local->code == ERROR_NOTFOUND; /* a number that somebody made up */
        if (is_gone)
            g_clear_error(&local);
        else
            g_propagate_error(err, local);
        g_ptr_array_remove_index(claims, claims->len - 1);
        return is_gone;
    }
    claim->ticket = t->id;
    if (c->auth == AUTHRES_FAIL || c->is_by_another) /* who wrote it is forged, so far as is known, or only said: nothing that hangs on it */
        return TRUE;
    claim->is_participant = (c->sender != NULL && people_is_of_ticket(c->desk, c->sender, t->id)) || is_colleague(c, t);
    return claim->is_participant || tickets_has_participant(c->desk->db, t->id, c->from, &claim->is_participant, err);
}

static gboolean claim_of_id(IntakeCase *c, GPtrArray *claims, const char *message_id, GError **err)
{
    g_autoptr(OutboxRow) own = NULL;
    gint64 ticket = 0;
    if (!belonging_own_mail(c, message_id, &own, err))
        return FALSE;
    if (own != NULL && own->ticket_id != 0)
        return add_claim(c, claims, THREADING_OWN_ID, own->ticket_id, g_strdup(message_id), err);
    if (!messages_ticket_of(c->desk->db, message_id, &ticket, err)
        || (ticket == 0 && !messages_ticket_referring_to(c->desk->db, message_id, &ticket, err)))
        return FALSE;
    return ticket == 0 || add_claim(c, claims, THREADING_KNOWN_ID, ticket, g_strdup(message_id), err);
}

static gboolean claims_of_headers(IntakeCase *c, GPtrArray *claims, GError **err)
{
    const GPtrArray *fields[] = {c->reading->in_reply_to, c->reading->references};
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; i < fields[f]->len; i++)
            if (!claim_of_id(c, claims, g_ptr_array_index(fields[f], i), err))
                return FALSE;
    return TRUE;
}

/* A mail that a mail of ours answers already: the parent comes after its child. */
static gboolean claim_of_child(IntakeCase *c, GPtrArray *claims, GError **err)
{
    gint64 ticket = 0;
    if (*c->reading->message_id == '\0')
        return TRUE;
    if (!messages_ticket_referring_to(c->desk->db, c->reading->message_id, &ticket, err))
        return FALSE;
    return ticket == 0 || add_claim(c, claims, THREADING_KNOWN_ID, ticket, g_strdup("a mail that answers it came before"), err);
}

/* By another way it came with another text: with a banner, or without its footer. */
static gboolean claim_of_same(IntakeCase *c, GPtrArray *claims, GError **err)
{
    const Reading *r = c->reading;
    gint64 ticket = 0;
    if (*r->message_id == '\0' || r->date == INSTANT_NONE)
        return TRUE;
    if (!messages_ticket_of_same(c->desk->db, r->message_id, c->from, r->date, r->subject, c->auth == AUTHRES_PASS, &ticket, err))
        return FALSE;
    return ticket == 0 || add_claim(c, claims, THREADING_KNOWN_ID, ticket, g_strdup("the same mail came before, with another text"), err);
}

static gboolean claim_of_conversation(IntakeCase *c, GPtrArray *claims, GError **err)
{
    g_autofree char *conversation = threading_conversation(c->reading->thread_index);
    gint64 ticket = 0;
    if (conversation != NULL && !messages_ticket_of_conversation(c->desk->db, conversation, &ticket, err))
        return FALSE;
    return ticket == 0 || add_claim(c, claims, THREADING_CONVERSATION, ticket, g_strdup(conversation), err);
}

/* What an address in a text may be made of, on either side of its @. NUL is none. */
static gboolean is_address_byte(char ch) { return g_ascii_isalnum(ch) || (ch != '\0' && strchr("._+-=~", ch) != NULL); }

/* Ticket systems that write Message-IDs and subjects anew still quote our mail, and its reply address in it. */
static gboolean claims_of_text(IntakeCase *c, GPtrArray *claims, GError **err)
{
    const char *text = c->reading->text;
    int tried = 0;
    for (const char *at = strchr(text, '@'); at != NULL && tried < BODY_ADDRESSES_MAX; at = strchr(at + 1, '@'), tried++) {
        const char *from = at, *to = at + 1, *mac;
        Token token;
        while (from > text && at - from < 100 && is_address_byte(from[-1]))
            from--;
        while (to - at < 255 && is_address_byte(*to))
            to++;
        while (to > at && to[-1] == '.')
            to--;
        g_autofree char *address = g_strndup(from, (gsize)(to - from));
        g_autofree char *found = is_our_domain(c, address) ? token_in_address(address, NULL) : NULL;
        if (found != NULL && token_parse(found, &token, &mac) && token.purpose == 't' && token_verify(&c->desk->keys, token, NULL, mac)
            && !add_claim(c, claims, THREADING_BODY_TOKEN, token.id, g_strdup("in the text"), err))
            return FALSE;
    }
    return TRUE;
}

static gboolean claim_of_tag(IntakeCase *c, GPtrArray *claims, GError **err)
{
    g_autofree char **queues = desk_queue_names(c->desk);
    gint64 ticket = threading_tag(c->reading->subject, queues);
    return ticket == 0 || add_claim(c, claims, THREADING_TAG, ticket, g_strdup(c->reading->subject), err);
}

gboolean belonging_load(IntakeCase *c, gint64 id, GError **err)
{
    g_clear_pointer(&c->ticket, tickets_free);
    return load_followed(c->desk->db, id, &c->ticket, err);
}

gboolean belonging_find(IntakeCase *c, gint64 *ret_claimed, GError **err)
{
    g_autoptr(GPtrArray) claims = g_ptr_array_new_with_free_func((GDestroyNotify)threading_claim_free);
    *ret_claimed = 0;
    if (c->token_ticket != 0 && !add_claim(c, claims, THREADING_TOKEN, c->token_ticket, g_strdup("in a recipient address"), err))
        return FALSE;
    if (!claims_of_headers(c, claims, err) || !claim_of_child(c, claims, err) || !claim_of_same(c, claims, err) || !claim_of_tag(c, claims, err)
        || !claim_of_conversation(c, claims, err) || !claims_of_text(c, claims, err))
        return FALSE;
    ThreadingVerdict v = threading_decide(claims);
    if (v.ticket != 0) {
        intake_note(c, "joins ticket %" G_GINT64_FORMAT ": %s (%s)", v.ticket, v.why, v.detail);
        return belonging_load(c, v.ticket, err);
    }
    *ret_claimed = v.claimed;
    if (v.claimed != 0)
        intake_note(c, "claims ticket %" G_GINT64_FORMAT ", not joined: %s", v.claimed, v.why);
    return TRUE;
}

char *belonging_addressed(const IntakeCase *c)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (int i = 0; i < c->mail->recipient_count && all->len < ADDRESSES_NAMED; i++)
        g_ptr_array_add(all, (gpointer)c->mail->recipients[i]);
    const GPtrArray *fields[] = {c->reading->to, c->reading->cc};
    gboolean has_envelope = all->len > 0;
    for (gsize f = 0; !has_envelope && f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; fields[f] != NULL && i < fields[f]->len && all->len < ADDRESSES_NAMED; i++)
            g_ptr_array_add(all, g_ptr_array_index(fields[f], i));
    gboolean is_none = all->len == 0;
    g_ptr_array_add(all, NULL);
    g_autofree char *joined = is_none ? g_strdup("it names none") : g_strjoinv(", ", (char **)all->pdata);
    g_autofree char *whole = c->mail->queue == NULL ? g_strdup_printf("%.*s", ADDRESSES_BYTES, joined)
                                                    : g_strdup_printf("%.*s; nor is any named '%.60s'", ADDRESSES_BYTES, joined, c->mail->queue);
    return g_utf8_make_valid(whole, -1);
}

gboolean belonging_home(IntakeCase *c, GError **err)
{
    g_autofree char *name = NULL;
    const GPtrArray *queues = c->desk->config->queue_order;
    if (!db_text_value(c->desk->db, &name, err, "select t.queue from notification n join ticket t on t.id = n.ticket_id where n.id = $1", "i",
                       c->envelope_row->notification_id))
        return FALSE;
    c->home = name != NULL ? desk_queue(c->desk, name) : NULL;
    if (c->home == NULL && queues->len > 0)
        c->home = g_ptr_array_index(queues, 0);
    return TRUE;
}
