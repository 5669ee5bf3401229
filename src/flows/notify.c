/* notify: the mails that people get of us, but those that ask them (flows/pagemail). It must never send. */
#include "flows/notify.h"

#include <string.h>

#include "base/limits.h"

#include "rules/wrap.h"

#include "store/outbox.h"

#include "flows/audience.h"
#include "flows/courtesy.h"
#include "flows/outgoing.h"
#include "flows/people.h"
#include "flows/phrases.h"
#include "flows/rsvp.h"
#include "flows/vendors.h"
#include "flows/view.h"
#include "flows/view_page.h"
#include "flows/watchers.h"

#include "base/banned.h"

static char *local_part(const char *address)
{
    const char *at = strrchr(address, '@');
    return at == NULL ? g_strdup(address) : g_strndup(address, (gsize)(at - address));
}

static const char *domain_part(const char *address)
{
    const char *at = strrchr(address, '@');
    return at == NULL ? address : at + 1;
}

char *notify_token_address(const Desk *d, const ConfigQueue *queue, char purpose, gint64 id, const char *contact)
{
    g_autofree char *token = token_make(&d->keys, purpose, id, contact), *local = local_part(queue->address[0]);
    if (d->config->token_domain != NULL)
        return token_address(token, NULL, d->config->token_domain);
    return token_address(token, local, domain_part(queue->address[0]));
}

gboolean notify_work_address(Desk *d, const Ticket *t, const ConfigContact *contact, char **ret, GError **err)
{
    gint64 work;
    if (!tickets_work(d->db, t->id, contact->name, &work, err))
        return FALSE;
    *ret = notify_token_address(d, desk_queue(d, t->queue), 'w', work, contact->name);
    return TRUE;
}

static gboolean with_ticket_view(Desk *d, const Outgoing *o, json_t *extra, GError **err)
{
    const Zone *zone = desk_contact_zone(d, o->contact, o->queue);
    json_t *view = extra != NULL ? extra : json_object(), *ticket = view_ticket(d, o->ticket, zone, err);
    gboolean ok = ticket != NULL;
    if (ok) {
        json_object_set_new(view, "ticket", ticket);
        g_autofree char *address = o->reply_purpose == 't' ? notify_token_address(d, o->queue, 't', o->reply_id, NULL) : NULL;
        json_object_set_new(view, "reader", json_string(o->to_name != NULL ? o->to_name : ""));
        if (address != NULL)
            json_object_set_new(view, "address", json_string(address));
        if (o->contact == NULL) /* whatever the template is: what is not for him is not there */
            view = audience_take(o->template, AUDIENCE_CUSTOMER, view);
        ok = outgoing_send(d, o, view, err);
    }
    json_decref(view);
    return ok;
}

gboolean notify_line(Desk *d, const Ticket *t, const char *contact, const char *line, GError **err)
{
    return notify_over(d, t, NULL, contact, line, err);
}

gboolean notify_over(Desk *d, const Ticket *t, const RunRow *r, const char *contact, const char *line, GError **err)
{
    g_autofree char *cancellation = NULL, *subject = NULL;
    if (outgoing_is_missing(d, t, contact))
        return TRUE;
    Outgoing o = outgoing_to_contact(d, t, desk_contact(d, contact), "line");
    if (o.contact->vendor != NULL) /* in an exercise he takes no part, nor is he told of it */
        return t->is_drill || vendors_tell(d, t, o.contact, line, err);
    subject = outgoing_subject(d, t, o.language);
    if (r != NULL && !rsvp_cancel(d, t, r, o.contact, subject, &cancellation, err))
        return FALSE;
    o.calendar = cancellation;
    o.calendar_method = cancellation != NULL ? "CANCEL" : NULL;
    return with_ticket_view(d, &o, json_pack("{s:s}", "line", line), err);
}

gboolean notify_team(Desk *d, const Ticket *t, const char *contact, const char *template, const char *from, const char *news, const char *text,
                     GPtrArray *parts, GError **err)
{
    if (outgoing_is_missing(d, t, contact))
        return TRUE;
    Outgoing o = outgoing_to_contact(d, t, desk_contact(d, contact), template);
    o.class = "page";
    o.mail_class = COMPOSE_PAGE;
    o.holds_words = TRUE;
    o.parts = parts;
    if (o.queue->mode == MODE_RELAY || o.queue->mode == MODE_SHADOW) {
        o.reply_purpose = 'w';
        if (!tickets_work(d->db, t->id, contact, &o.reply_id, err))
            return FALSE;
    }
    g_autofree char *said = news != NULL ? phrases_say(d, o.language, news) : NULL;
    json_t *view = json_pack("{s:s?, s:s*, s:s?, s:b}", "from", from, "news", said, "text", text, "relay", o.reply_purpose == 'w');
    if (view_page_arrival(d, t, desk_contact_zone(d, o.contact, o.queue), view, err))
        return with_ticket_view(d, &o, view, err);
    json_decref(view);
    return FALSE;
}

gboolean notify_owner(Desk *d, const Ticket *t, const char *contact, GError **err)
{
    g_autofree char *line = phrase_make("You own this ticket now.", NULL), *text = NULL;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    g_autoptr(GPtrArray) team = people_team(d, t, queue);
    const gboolean is_of_team = g_ptr_array_find_with_equal_func(team, contact, g_str_equal, NULL);
    if ((queue->mode != MODE_RELAY && queue->mode != MODE_SHADOW) || is_of_team || outgoing_is_missing(d, t, contact) || desk_contact(d, contact)->vendor != NULL)
        return notify_line(d, t, contact, line, err);
    return db_text_value(d->db, &text, err,
                         "select new_text from message where ticket_id = $1 and direction = 'in' and kind = 'human' and contact is null and from_address = $2"
                         " order by id desc limit 1", "is", t->id, t->requester)
           && notify_team(d, t, contact, "new-ticket", t->requester_name != NULL ? t->requester_name : t->requester, line, text != NULL ? text : "", NULL, err);
}

gboolean notify_requester(Desk *d, const Ticket *t, const char *template, json_t *extra, const char *in_reply_to, GError **err)
{
    if (t->is_drill || outgoing_is_missing(d, t, NULL) || t->requester == NULL) {
        json_decref(extra);
        return TRUE;
    }
    gboolean is_reply = in_reply_to != NULL;
    gboolean is_answer = strcmp(template, "auto-ack") == 0 || strcmp(template, "raised") == 0;
    const char *class = is_answer ? "auto" : "update"; /* by what it is: a first mail may have no Message-ID to reply to */
    Outgoing o = {.ticket = t, .queue = desk_queue(d, t->queue), .template = template, .language = t->language, .class = class,
                  .mail_class = is_reply ? COMPOSE_AUTO_REPLIED : COMPOSE_AUTO_GENERATED, .to_name = t->requester_name,
                  .to_address = t->requester, .reply_purpose = 't', .reply_id = t->id, .in_reply_to = in_reply_to, .not_before = INSTANT_NONE};
    return with_ticket_view(d, &o, extra, err);
}

gboolean notify_relay(Desk *d, const Ticket *t, const ConfigContact *author, const char *text, GPtrArray *parts, gint64 answer, GError **err)
{
    g_autoptr(GPtrArray) cc = NULL;
    if (t->is_drill || outgoing_is_missing(d, t, NULL) || t->requester == NULL || !watchers_as_cc(d, t, &cc, err))
        return err == NULL || *err == NULL;
    g_autofree char *name = g_strdup_printf("%s (%s)", author->full_name, t->queue);
    Outgoing o = {.ticket = t, .queue = desk_queue(d, t->queue), .template = "relay", .language = t->language, .class = "relay",
                  .mail_class = COMPOSE_RELAYED, .to_name = t->requester_name, .to_address = t->requester, .reply_purpose = 't', .reply_id = t->id,
                  .from_name = name, .text = text, .holds_words = TRUE, .parts = parts, .cc = cc, .answer = answer, .not_before = INSTANT_NONE};
    json_t *view = json_object();
    gboolean ok = outgoing_send(d, &o, view, err);
    json_decref(view);
    return ok;
}

gboolean notify_board(Desk *d, const Ticket *t, const char *contact, const char *risk, GError **err)
{
    if (outgoing_is_missing(d, t, contact))
        return TRUE;
    Outgoing o = outgoing_to_contact(d, t, desk_contact(d, contact), "board");
    g_autofree char *open = duration_format_human(d->now - t->opened_at);
    json_t *view = json_pack("{s:s, s:s, s:s*}", "risk", risk, "open", open, "severity_title", d->config->severities[t->severity].title);
    if (view_page_arrival(d, t, desk_contact_zone(d, o.contact, o.queue), view, err))
        return with_ticket_view(d, &o, view, err);
    json_decref(view);
    return FALSE;
}

char *notify_digest_subject(const Desk *d, const char *language, const ConfigQueue *queue)
{
    g_autofree char *subject = phrase_make("[{queue}] Escalations that wait for you", "queue", queue->name, NULL);
    return phrases_say(d, language, subject);
}

gboolean notify_transcript(Desk *d, const Ticket *t, const ConfigContact *contact, gint64 page, gint64 work, GPtrArray *lines, gboolean with_choices,
                           gboolean is_refusal, const char *in_reply_to, GError **err)
{
    gint64 kind = PAGE_ESCALATION, refusals = 0;
    g_autofree char *subject = NULL, *asked = NULL; /* a colleague, or a member of a list, may have answered in his place */
    if (outgoing_is_missing(d, t, NULL))
        return TRUE;
    if (page != 0 && (!db_text_value(d->db, &asked, err, "select contact from notification where id = $1", "i", page)
                      || !db_value(d->db, &kind, err, "select kind from notification where id = $1", "i", page)))
        return FALSE;
    if (is_refusal && !courtesy_refusals(d, contact->email[0], t->id, &refusals, err))
        return FALSE;
    Outgoing o = outgoing_to_contact(d, t, contact, "transcript");
    json_t *all = json_array();
    o.class = is_refusal ? "refusal" : "auto";
    o.mail_class = COMPOSE_AUTO_REPLIED;
    o.in_reply_to = in_reply_to;
    if (page != 0) {
        o.reply_purpose = 'a';
        o.reply_id = page;
        o.reply_key = asked;
    } else if (work != 0) {
        o.reply_purpose = 'w';
        o.reply_id = work;
    }
    o.is_apart = kind == PAGE_DIGEST;
    o.subject = subject = o.is_apart ? notify_digest_subject(d, o.language, o.queue) : NULL;
    for (guint i = 0; i < lines->len; i++)
        json_array_append_new(all, json_string(g_ptr_array_index(lines, i)));
    if (is_refusal && refusals + 1 == LIMIT_REFUSALS_PER_TICKET_DAY) { /* no mail of his shall vanish without a word */
        g_autofree char *last = phrase_make("This is the last answer of this kind to you on this ticket today: what I cannot take from now on is kept as a note"
                                            " only.", NULL);
        json_array_append_new(all, json_string(last));
    }
    return with_ticket_view(d, &o, json_pack("{s:o, s:b, s:b, s:b}", "results", all, "choices", with_choices, "digest", o.is_apart, "work", work != 0), err);
}

/* ---- reports ---- */

/* Of reports, the answer goes nowhere; a question is answered at its envelope address, which is the reader's alone and verifies. */
static gboolean compose_report(Desk *d, const Outgoing *o, const OutboxRow *row, const char *text, const char *html, const char *from, GError **err)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *sender = notify_token_address(d, o->queue, 'b', row->id, o->contact->name), *message_id = outgoing_message_id(d, row->id);
    ComposeDraft draft = {.mail_class = o->mail_class, .from_name = from, .from_address = o->queue->address[0],
                          .reply_to = o->reply_purpose == 'b' ? sender : NULL, .to_name = o->to_name,
                          .to_address = o->to_address, .subject = row->subject, .message_id = message_id, .date = d->now, .text = text, .html = html};
    return compose_mail(&draft, &bytes, err) && outbox_set_bytes(d->db, row->id, sender, message_id, bytes, err);
}

static gboolean without_ticket(Desk *d, Outgoing *o, const char *subject, json_t *view, gint64 *ret_outbox, GError **err)
{
    g_autofree char *from = NULL, *text = NULL, *html = NULL, *said = NULL;
    const ConfigContact *c = o->contact;
    o->language = phrases_language(c, o->queue);
    subject = said = phrases_say(d, o->language, subject);
    o->to_name = c->full_name;
    o->to_address = c->email[0];
    OutboxRow row = {.class = (char *)o->class, .template = (char *)o->template, .recipient = c->email[0], .contact = c->name, .subject = (char *)subject,
                     .created_at = d->now, .next_at = d->now};
    if (!outgoing_text(d, o, view, &from, &text, err) || !outgoing_html(d, o, view, text, &html, err) || !outbox_insert(d->db, &row, err))
        return FALSE;
    g_autofree char *wrapped = wrap_text(text, OUTGOING_WIDTH);
    *ret_outbox = row.id;
    if (!compose_report(d, o, &row, wrapped, html, from, err))
        return FALSE;
    gboolean is_kept = o->queue->mode == MODE_SHADOW && d->config->delivery.redirect_all == NULL && !d->is_rehearsal;
    return !is_kept || outbox_sent(d->db, row.id, d->now, "shadow mode: not sent", err);
}

gboolean notify_report(Desk *d, const ConfigQueue *queue, const char *contact, const char *template, const char *subject, json_t *view, GError **err)
{
    Outgoing o = {.queue = queue, .template = template, .class = "auto", .mail_class = COMPOSE_AUTO_GENERATED, .contact = desk_contact(d, contact)};
    gint64 id;
    return o.contact == NULL || without_ticket(d, &o, subject, view, &id, err);
}

gboolean notify_question(Desk *d, const ConfigQueue *queue, const ConfigContact *contact, const char *template, const char *subject, json_t *view,
                         gint64 *ret_outbox, GError **err)
{
    Outgoing o = {.queue = queue, .template = template, .class = "page", .mail_class = COMPOSE_PAGE, .contact = contact, .reply_purpose = 'b'};
    return without_ticket(d, &o, subject, view, ret_outbox, err);
}
