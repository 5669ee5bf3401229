/* intake: one mail, from its reading to its effects. The order is: known already? — what kind — whose tokens — which ticket — who
 * writes — then one function a case. Nothing here parses bytes; nothing here trusts From where rules want proof. */
#include "flows/intake.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"

#include "rules/threading.h"

#include "flows/acknowledge.h"
#include "flows/arrivals.h"
#include "flows/deadlines.h"
#include "flows/intake_case.h"
#include "flows/people.h"
#include "flows/returns.h"

#include "base/banned.h"

/* ---- shared with the other flows of a mail ---- */

void intake_note(IntakeCase *c, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_ptr_array_add(c->decisions, g_strdup_vprintf(format, ap));
    va_end(ap);
}

static gboolean has_list_headers(const Reading *r)
{
    const char *precedence = letter_find(r->headers, "Precedence");
    return letter_find(r->headers, "List-Id") != NULL || letter_find(r->headers, "List-Unsubscribe") != NULL
           || (precedence != NULL && (g_ascii_strcasecmp(precedence, "list") == 0 || g_ascii_strcasecmp(precedence, "bulk") == 0
                                      || g_ascii_strcasecmp(precedence, "junk") == 0));
}

static gboolean is_spam_marked(const Reading *r)
{
    const char *flag = letter_find(r->headers, "X-Spam-Flag"), *status = letter_find(r->headers, "X-Spam-Status");
    return (flag != NULL && g_ascii_strncasecmp(flag, "yes", 3) == 0) || (status != NULL && g_ascii_strncasecmp(status, "yes", 3) == 0);
}

GuardCase intake_guard_case(const IntakeCase *c, const char *to, GuardClass mail_class)
{
    return (GuardCase){.to = to,
                       .mail_class = mail_class,
                       .is_participant = TRUE,
                       .kind = c->kind,
                       .null_sender = c->mail->sender != NULL && *c->mail->sender == '\0',
                       .at_envelope_address = c->at_envelope_address,
                       .has_list_headers = has_list_headers(c->reading) && !(c->home != NULL && c->home->own_lists),
                       .auth_failed = c->auth == AUTHRES_FAIL,
                       .is_spam = is_spam_marked(c->reading) || (c->ticket != NULL && c->ticket->spam),
                       .is_unsure = c->unsure};
}

gboolean intake_store_row(IntakeCase *c, GError **err)
{
    const Reading *r = c->reading;
    MessageRow *m = c->row;
    m->ticket_id = c->ticket != NULL ? c->ticket->id : 0;
    m->direction = g_strdup("in");
    m->kind = g_strdup(kind_name(c->kind));
    m->spool_name = g_strdup(c->mail->name);
    m->spool_digest = g_strdup(c->mail->digest);
    m->content_digest = g_strdup(r->content_digest);
    m->message_id = g_strdup(r->message_id);
    m->from_address = g_strdup(r->from);
    m->from_name = g_strdup(r->from_name);
    m->subject = g_strdup(r->subject);
    m->new_text = g_strdup(r->new_text);
    m->sent_at = r->date;
    m->received_at = c->desk->now;
    m->is_verified = c->auth == AUTHRES_PASS;
    m->archive = g_strdup(c->mail->archive);
    return messages_insert(c->desk->db, m, err);
}

static gboolean store_decisions(const IntakeCase *c, GError **err)
{
    for (guint i = 0; i < c->decisions->len; i++)
        if (!messages_decision(c->desk->db, c->row->id, g_ptr_array_index(c->decisions, i), err))
            return FALSE;
    g_autofree char *name = log_quote(c->mail->name), *last = log_quote(g_ptr_array_index(c->decisions, c->decisions->len - 1));
    log_event(LOGGING_INFO, "ticket=%" G_GINT64_FORMAT " event=mail-in message=%" G_GINT64_FORMAT " kind=%s file=%s decision=%s", c->row->ticket_id, c->row->id,
              kind_name(c->kind), name, last);
    return TRUE;
}

/* ---- queues ---- */

static void add_queue(IntakeCase *c, const ConfigQueue *q)
{
    if (q == NULL || q == c->home)
        return;
    if (c->home == NULL) {
        c->home = q;
        return;
    }
    for (guint i = 0; i < c->other_queues->len; i++)
        if (g_ptr_array_index(c->other_queues, i) == q)
            return;
    g_ptr_array_add(c->other_queues, (gpointer)q);
}

/* The home queue is the first in To, then Cc, then the envelope. */
static void find_queues(IntakeCase *c)
{
    const Config *config = c->desk->config;
    const GPtrArray *fields[] = {c->reading->to, c->reading->cc, c->reading->recipients};
    for (gsize f = 0; f < 2; f++)
        for (guint i = 0; i < fields[f]->len; i++)
            add_queue(c, config_queue_by_address(config, g_ptr_array_index(fields[f], i)));
    for (int i = 0; i < c->mail->recipient_count; i++)
        add_queue(c, config_queue_by_address(config, c->mail->recipients[i]));
    if (c->mail->queue != NULL)
        add_queue(c, desk_queue(c->desk, c->mail->queue));
    for (guint i = 0; i < fields[2]->len && c->home == NULL; i++)
        add_queue(c, config_queue_by_address(config, g_ptr_array_index(fields[2], i)));
}

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
        c->token_ticket = c->work_ticket = ticket;
        c->work_contact = desk_contact(d, contact);
        return TRUE;
    }
    if (token.purpose != 't' || !token_verify(&d->keys, token, NULL, mac))
        return FALSE;
    c->token_ticket = token.id;
    return TRUE;
}

/* TRUE if the address carries a token of ours that verifies. */
static gboolean read_address(IntakeCase *c, const char *address, GError **err)
{
    const char *domain = c->desk->config->token_domain, *at = strrchr(address, '@'), *mac;
    Token token;
    gboolean is_ours = config_queue_by_address(c->desk->config, address) != NULL
                       || (domain != NULL && at != NULL && g_ascii_strcasecmp(at + 1, domain) == 0);
    g_autofree char *text = is_ours ? token_in_address(address, NULL) : NULL;
    return text != NULL && token_parse(text, &token, &mac) && accept_token(c, token, mac, err);
}

static gboolean find_tokens(IntakeCase *c, GError **err)
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
static gboolean own_mail(const IntakeCase *c, const char *message_id, OutboxRow **ret, GError **err)
{
    Token token;
    const char *mac;
    g_autofree char *text = token_in_message_id(message_id);
    *ret = NULL;
    if (text == NULL || !token_parse(text, &token, &mac) || token.purpose != 'm' || !token_verify(&c->desk->keys, token, NULL, mac))
        return TRUE;
    return outbox_by_message_id(c->desk->db, message_id, ret, err);
}

/* ---- kind ---- */

static gboolean decide_kind(IntakeCase *c, GError **err)
{
    const Reading *r = c->reading;
    g_autoptr(OutboxRow) own = NULL;
    c->kind = r->kind;
    c->unsure = r->by_words_only;
    for (guint i = 0; i < r->evidence->len; i++)
        intake_note(c, "kind %s: %s", kind_name(r->kind), (const char *)g_ptr_array_index(r->evidence, i));
    if (!own_mail(c, r->message_id, &own, err))
        return FALSE;
    if (own != NULL) {
        c->kind = KIND_OWN;
        intake_note(c, "kind own: Message-ID is that of outbox row %" G_GINT64_FORMAT, own->id);
    } else if (c->mail->as_human && c->kind != KIND_HUMAN) {
        c->kind = KIND_HUMAN;
        intake_note(c, "kind human: requeued as human by the operator");
    } else if (c->kind == KIND_BULK && c->home != NULL && c->home->own_lists) {
        c->kind = KIND_HUMAN;
        intake_note(c, "kind human: %s is reached through a list of its own (own-lists)", c->home->name);
    }
    return TRUE;
}

/* ---- thread ---- */

static gboolean add_claim(IntakeCase *c, GPtrArray *claims, ThreadingEvidence evidence, gint64 ticket, char *detail, GError **err)
{
    ThreadingClaim *claim = g_new0(ThreadingClaim, 1);
    *claim = (ThreadingClaim){.evidence = evidence, .ticket = ticket, .detail = detail};
    g_ptr_array_add(claims, claim);
    g_autoptr(Ticket) t = NULL;
    GError *local = NULL;
    if (!tickets_load(c->desk->db, ticket, &t, &local)) {
        gboolean is_gone = local->code == ERROR_NOTFOUND; /* a number that somebody made up */
        if (is_gone)
            g_clear_error(&local);
        else
            g_propagate_error(err, local);
        g_ptr_array_remove_index(claims, claims->len - 1);
        return is_gone;
    }
    const ConfigQueue *queue = desk_queue(c->desk, t->queue);
    if (c->sender != NULL && queue != NULL && people_is_of_queue(c->desk, c->sender, queue)) {
        claim->is_participant = TRUE;
        return TRUE;
    }
    return tickets_has_participant(c->desk->db, ticket, c->reading->from, &claim->is_participant, err);
}

static gboolean claim_of_id(IntakeCase *c, GPtrArray *claims, const char *message_id, GError **err)
{
    g_autoptr(OutboxRow) own = NULL;
    gint64 ticket = 0;
    if (!own_mail(c, message_id, &own, err))
        return FALSE;
    if (own != NULL && own->ticket_id != 0)
        return add_claim(c, claims, THREADING_OWN_ID, own->ticket_id, g_strdup(message_id), err);
    if (!messages_ticket_of(c->desk->db, message_id, &ticket, err))
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

static gboolean claim_of_tag(IntakeCase *c, GPtrArray *claims, GError **err)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < c->desk->config->queue_order->len; i++)
        g_ptr_array_add(names, ((ConfigQueue *)g_ptr_array_index(c->desk->config->queue_order, i))->name);
    g_ptr_array_add(names, NULL);
    gint64 ticket = threading_tag(c->reading->subject, (char *const *)names->pdata);
    return ticket == 0 || add_claim(c, claims, THREADING_TAG, ticket, g_strdup(c->reading->subject), err);
}

/* A merged ticket stands for the one that it went into; chains are short and end. */
static gboolean load_ticket(IntakeCase *c, gint64 id, GError **err)
{
    for (int hops = 0; hops < 16; hops++) {
        g_clear_pointer(&c->ticket, tickets_free);
        if (!tickets_load(c->desk->db, id, &c->ticket, err))
            return FALSE;
        if (c->ticket->state != TICKET_MERGED || c->ticket->merged_into_id == 0)
            return TRUE;
        id = c->ticket->merged_into_id;
    }
    return TRUE;
}

static gboolean find_ticket(IntakeCase *c, gint64 *ret_claimed, GError **err)
{
    g_autoptr(GPtrArray) claims = g_ptr_array_new_with_free_func((GDestroyNotify)threading_claim_free);
    *ret_claimed = 0;
    if (c->token_ticket != 0 && !add_claim(c, claims, THREADING_TOKEN, c->token_ticket, g_strdup("in a recipient address"), err))
        return FALSE;
    if (!claims_of_headers(c, claims, err) || !claim_of_tag(c, claims, err))
        return FALSE;
    ThreadingVerdict v = threading_decide(claims);
    if (v.ticket != 0) {
        intake_note(c, "joins ticket %" G_GINT64_FORMAT ": %s (%s)", v.ticket, v.why, v.detail);
        return load_ticket(c, v.ticket, err);
    }
    *ret_claimed = v.claimed;
    if (v.claimed != 0)
        intake_note(c, "claims ticket %" G_GINT64_FORMAT ", not joined: %s", v.claimed, v.why);
    return TRUE;
}

/* ---- duplicates ---- */

/* A second copy of a mail that we have: it may bring a queue that the first did not name (Bcc). */
static gboolean second_copy(IntakeCase *c, gint64 first, GError **err)
{
    gint64 ticket;
    if (!db_value(c->desk->db, &ticket, err, "select coalesce(ticket_id, 0) from message where id = $1", "i", first))
        return FALSE;
    intake_note(c, "a second copy of message %" G_GINT64_FORMAT ": same Message-ID, From, Date and text", first);
    c->row->filed = g_strdup("duplicate");
    if (ticket != 0) {
        g_autoptr(GPtrArray) queues = NULL;
        if (!load_ticket(c, ticket, err) || !tickets_queues(c->desk->db, c->ticket->id, &queues, err))
            return FALSE;
        for (int i = 0; i < c->mail->recipient_count; i++) {
            const ConfigQueue *q = config_queue_by_address(c->desk->config, c->mail->recipients[i]);
            gboolean known = q == NULL;
            for (guint k = 0; k < queues->len && !known; k++)
                known = strcmp(g_ptr_array_index(queues, k), q->name) == 0;
            if (known)
                continue;
            intake_note(c, "brings queue %s", q->name);
            g_ptr_array_add(queues, g_strdup(q->name));
            if (!tickets_add_queue(c->desk->db, c->ticket->id, q->name, FALSE, err)
                || !deadlines_start(c->desk, c->ticket, q, FALSE, c->desk->now, 0, err))
                return FALSE;
        }
        g_clear_pointer(&c->ticket, tickets_free);
    }
    return intake_store_row(c, err);
}

/* The same Message-ID, From and Date, but another text: one may be the beginning of the other, where an MTA died in mid-pipe. The longer
 * replaces the shorter; clocks stay. *ret_done: it was such a copy. */
static gboolean partial_copy(IntakeCase *c, gboolean *ret_done, GError **err)
{
    const Reading *r = c->reading;
    gint64 id;
    g_autofree char *archive = NULL;
    *ret_done = FALSE;
    if (!messages_same_mail(c->desk->db, r->message_id, r->from, r->date, &id, &archive, err))
        return FALSE;
    if (id == 0 || archive == NULL || c->mail->compare == NULL)
        return TRUE;
    IntakeCopy how = c->mail->compare(c->mail->data, archive);
    if (how == INTAKE_OTHER)
        return TRUE;
    *ret_done = TRUE;
    if (how == INTAKE_SHORTER)
        return second_copy(c, id, err);
    intake_note(c, "the whole of message %" G_GINT64_FORMAT ", which broke off: replaces its text, clocks stay", id);
    c->row->filed = g_strdup("duplicate");
    return messages_replace(c->desk->db, id, r->new_text, r->content_digest, c->mail->archive, err) && intake_store_row(c, err);
}

/* ---- the table: which mail does what ---- */

static gboolean file_other(IntakeCase *c, const char *why, GError **err)
{
    intake_note(c, "filed under other: %s", why);
    c->row->filed = g_strdup(why);
    return intake_store_row(c, err);
}

static gboolean append_silently(IntakeCase *c, GError **err)
{
    intake_note(c, "appended; no state, no clock");
    c->row->is_note = TRUE;
    return intake_store_row(c, err);
}

static gboolean no_human(IntakeCase *c, gint64 claimed, GError **err)
{
    if (c->kind == KIND_BULK && c->ticket == NULL && c->home != NULL && c->home->bulk_opens)
        return arrivals_open(c, 0, err);
    if (c->unsure && c->ticket == NULL) { /* words alone never keep a mail out */
        intake_note(c, "not a person's by its words only: opens a ticket, unsure, without auto-ack");
        return arrivals_open(c, claimed, err);
    }
    if (c->ticket != NULL)
        return append_silently(c, err);
    return file_other(c, kind_name(c->kind), err);
}

static gboolean human(IntakeCase *c, gint64 claimed, GError **err)
{
    if (c->at_envelope_address && c->notification == NULL)
        return c->ticket != NULL ? append_silently(c, err) : file_other(c, "sent to an envelope address", err);
    if (c->notification != NULL)
        return acknowledge_mail(c, err);
    if (c->work_ticket != 0)
        return arrivals_work(c, err);
    if (c->ticket != NULL)
        return arrivals_append(c, err);
    return arrivals_open(c, claimed, err);
}

typedef gboolean CaseHandler(IntakeCase *, gint64, GError **);

static CaseHandler *const cases[KIND_COUNT] = {
    [KIND_HUMAN] = human,     [KIND_AUTO_REPLY] = returns_auto_reply, [KIND_BOUNCE] = returns_bounce,
    [KIND_RECEIPT] = no_human, [KIND_CALENDAR_REPLY] = no_human,      [KIND_CALENDAR] = no_human,
    [KIND_REPORT] = no_human, [KIND_BULK] = no_human,                 [KIND_OWN] = no_human,
};

static gboolean process(IntakeCase *c, GError **err)
{
    gint64 first = 0, claimed;
    gboolean is_copy = FALSE;
    const Reading *r = c->reading;
    find_queues(c);
    if (*r->message_id != '\0' && !c->mail->again && !messages_duplicate(c->desk->db, r->message_id, r->content_digest, &first, err))
        return FALSE;
    if (first != 0)
        return second_copy(c, first, err);
    if (*r->message_id != '\0' && !c->mail->again && (!partial_copy(c, &is_copy, err) || is_copy))
        return is_copy;
    c->sender = *r->from == '\0' ? NULL : config_contact_by_address(c->desk->config, r->from);
    c->auth = authres_verdict(r->authentication_results, c->desk->config->trusted_authserv, r->from);
    intake_note(c, "from <%s>: %s, authentication %s", r->from, c->sender != NULL ? c->sender->name : "no contact", authres_name(c->auth));
    if (!decide_kind(c, err) || !find_tokens(c, err))
        return FALSE;
    if (c->kind == KIND_BOUNCE && c->envelope_row == NULL && r->original_message_id != NULL
        && !own_mail(c, r->original_message_id, &c->envelope_row, err))
        return FALSE;
    if (c->token_ticket == 0 && c->envelope_row != NULL)
        c->token_ticket = c->envelope_row->ticket_id;
    if (!find_ticket(c, &claimed, err))
        return FALSE;
    if (c->home == NULL && c->ticket != NULL)
        c->home = desk_queue(c->desk, c->ticket->queue);
    if (c->home == NULL)
        return error_set(err, ERROR_DATA, "no queue has any address that this mail is for");
    return cases[c->kind](c, claimed, err);
}

gboolean intake_mail(Desk *d, const IntakeMail *mail, GError **err)
{
    gint64 known;
    if (!messages_by_spool_name(d->db, mail->name, &known, err))
        return FALSE;
    if (known != 0) /* committed before a crash; only the rename is missing */
        return TRUE;
    IntakeCase c = {.desk = d, .mail = mail, .reading = mail->reading, .said = mail->reading};
    c.other_queues = g_ptr_array_new();
    c.decisions = g_ptr_array_new_with_free_func(g_free);
    c.row = g_new0(MessageRow, 1);
    for (guint i = 0; i < mail->reading->defects->len; i++)
        intake_note(&c, "defect: %s", (const char *)g_ptr_array_index(mail->reading->defects, i));
    gboolean ok = process(&c, err) && store_decisions(&c, err);
    g_ptr_array_unref(c.other_queues);
    g_ptr_array_unref(c.decisions);
    messages_row_free(c.row);
    runs_notification_free(c.notification);
    outbox_row_free(c.envelope_row);
    reading_free(c.signed_part);
    tickets_free(c.ticket);
    return ok;
}
