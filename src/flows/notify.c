/* notify: renders, composes and stores outgoing mail. It must never send, and never put an a-, w- or b-address into a mail to a
 * requester. */
#include "flows/notify.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"

#include "rules/guard.h"
#include "rules/template.h"
#include "rules/wrap.h"

#include "store/outbox.h"

#include "flows/rsvp.h"
#include "flows/view.h"
#include "flows/watchers.h"

#include "base/banned.h"

#define TEXT_WIDTH 72
#define PAGE_LINES 25
#define PREVIEW 90 /* characters that a lock screen shows */

typedef struct {
    const Ticket *ticket;
    const ConfigQueue *queue;
    const char *template;        /* "escalation" */
    const char *language;
    const char *class;           /* of the outbox row: page auto refusal relay */
    ComposeClass mail_class;
    const char *to_name, *to_address;
    const ConfigContact *contact; /* NULL: the requester */
    gint64 notification;          /* 0: none */
    gint64 answer;                /* the message of the team that it passes on, or 0 */
    char reply_purpose;           /* t w a */
    gint64 reply_id;
    const char *reply_key;        /* the contact to whom the address that is answered to was given; NULL: the reader */
    const char *from_name;        /* instead of the template's From line, or NULL */
    const char *text;             /* instead of a template's body, or NULL */
    gboolean holds_words;         /* a person's own lines are in it: they are not broken anew */
    const char *in_reply_to;
    GPtrArray *parts, *cc;        /* cc: LetterAddress *, or NULL */
    const char *calendar, *calendar_method; /* or NULL */
    Instant not_before;           /* INSTANT_NONE: at once */
} Outgoing;

/* ---- templates ---- */

/* DIR/LANGUAGE/NAME of the site's own directory, then of the built-in one, then both in English. */
static gboolean find_template(const Desk *d, const char *language, const char *name, GString **ret, GError **err)
{
    const char *directories[] = {d->config->templates, d->templates}, *languages[] = {language, "en"};
    for (gsize l = 0; l < G_N_ELEMENTS(languages); l++)
        for (gsize i = 0; i < G_N_ELEMENTS(directories); i++) {
            if (directories[i] == NULL)
                continue;
            g_autofree char *path = g_build_filename(directories[i], languages[l], name, NULL);
            g_autoptr(GError) local = NULL;
            if (files_read(path, LIMIT_TEMPLATE_BYTES, ret, &local))
                return TRUE;
            if (local->code != ERROR_NOTFOUND) {
                g_propagate_error(err, g_steal_pointer(&local));
                return FALSE;
            }
        }
    return error_set(err, ERROR_CONFIG, "template '%s': not in '%s' nor in '%s'", name, d->config->templates != NULL ? d->config->templates : "-",
                     d->templates);
}

typedef struct {
    const Desk *desk;
    const char *language;
} Partials;

static char *partial(const char *name, void *data)
{
    const Partials *p = data;
    g_autofree char *file = g_strconcat(name, ".mustache", NULL);
    GString *source = NULL;
    if (strchr(name, '/') != NULL || !find_template(p->desk, p->language, file, &source, NULL))
        return NULL;
    return g_string_free(source, FALSE);
}

static gboolean render(const Desk *d, const char *language, const char *name, const char *source, TemplateMode mode, const json_t *view, char **ret,
                       GError **err)
{
    Partials p = {d, language};
    return template_render(name, source, mode, &view_template_values, view, partial, &p, ret, err);
}

/* A text template is header lines ("From: …"), an empty line, and the body. */
static gboolean render_text(const Desk *d, const Outgoing *o, const json_t *view, char **ret_from, char **ret_text, GError **err)
{
    g_autofree char *file = g_strconcat(o->template, ".txt", NULL), *body = NULL, *head = NULL;
    GString *source = NULL;
    if (!find_template(d, o->language, file, &source, err))
        return FALSE;
    g_autofree char *all = g_string_free(source, FALSE);
    char *split = strstr(all, "\n\n");
    if (!g_str_has_prefix(all, "From: ") || split == NULL)
        return error_set(err, ERROR_CONFIG, "template '%s': must begin with a line \"From: …\" and an empty line", file);
    *split = '\0';
    if (!render(d, o->language, file, all + strlen("From: "), TEMPLATE_HEADER, view, &head, err)
        || !render(d, o->language, file, split + 2, TEMPLATE_TEXT, view, &body, err))
        return FALSE;
    *ret_from = g_steal_pointer(&head);
    *ret_text = g_steal_pointer(&body);
    return TRUE;
}

/* The HTML twin: the template's own NAME.html, else `plain.html` around the lines of the text. */
static gboolean render_html(const Desk *d, const Outgoing *o, json_t *view, const char *text, char **ret, GError **err)
{
    g_autofree char *file = g_strconcat(o->template, ".html", NULL);
    g_autoptr(GString) source = NULL;
    g_autoptr(GError) local = NULL;
    if (o->text == NULL && find_template(d, o->language, file, &source, &local))
        return render(d, o->language, file, source->str, TEMPLATE_HTML, view, ret, err);
    if (!find_template(d, o->language, "plain.html", &source, err))
        return FALSE;
    json_t *lines = json_array();
    g_auto(GStrv) split = g_strsplit(text, "\n", -1);
    for (guint i = 0; split[i] != NULL; i++)
        json_array_append_new(lines, json_string(split[i]));
    json_object_set_new(view, "lines", lines);
    return render(d, o->language, "plain.html", source->str, TEMPLATE_HTML, view, ret, err);
}

/* ---- addresses and references ---- */

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

static char *own_message_id(const Desk *d, gint64 outbox)
{
    g_autofree char *token = token_make(&d->keys, 'm', outbox, NULL);
    return g_strdup_printf("<m.%s@%s>", token + 1, d->config->domain);
}

/* Message-IDs of this ticket that the reader has: the first and the last that he was sent, and for a requester his own. */
static gboolean references(Desk *d, const Outgoing *o, GPtrArray *list, GError **err)
{
    g_autofree char *first = NULL, *last = NULL;
    if (!db_text_value(d->db, &first, err, "select message_id from outbox where ticket_id = $1 and recipient = $2 and message_id <> '' order by id limit 1",
                       "is", o->ticket->id, o->to_address)
        || !db_text_value(d->db, &last, err,
                          "select message_id from outbox where ticket_id = $1 and recipient = $2 and message_id <> '' order by id desc limit 1", "is",
                          o->ticket->id, o->to_address))
        return FALSE;
    const char *ids[] = {o->contact == NULL ? o->ticket->root_message_id : NULL, first, last,
                         o->contact == NULL ? o->ticket->last_from_requester : NULL, o->in_reply_to};
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
        gboolean known = ids[i] == NULL || *ids[i] == '\0';
        for (guint k = 0; k < list->len && !known; k++)
            known = strcmp(g_ptr_array_index(list, k), ids[i]) == 0;
        if (!known)
            g_ptr_array_add(list, g_strdup(ids[i]));
    }
    return TRUE;
}

/* ---- one mail ---- */

static gboolean compose(Desk *d, const Outgoing *o, OutboxRow *row, const char *text, const char *html, const char *from, GError **err)
{
    g_autoptr(GPtrArray) refs = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GBytes) bytes = NULL;
    const char *key = o->contact != NULL ? o->contact->name : NULL, *reply_key = o->reply_key != NULL ? o->reply_key : key;
    g_autofree char *reply = notify_token_address(d, o->queue, o->reply_purpose, o->reply_id, o->reply_purpose == 't' ? NULL : reply_key);
    g_autofree char *sender = notify_token_address(d, o->queue, 'b', row->id, key), *message_id = own_message_id(d, row->id);
    if (!references(d, o, refs, err))
        return FALSE;
    ComposeDraft draft = {.mail_class = o->mail_class, .from_name = from, .from_address = o->queue->address[0], .reply_to = reply,
                          .to_name = o->to_name, .to_address = o->to_address, .subject = row->subject, .message_id = message_id,
                          .in_reply_to = refs->len > 0 ? g_ptr_array_index(refs, refs->len - 1) : NULL, .references = refs, .date = d->now,
                          .text = text, .html = html, .parts = o->parts, .cc = o->cc, .calendar = o->calendar, .calendar_method = o->calendar_method};
    return compose_mail(&draft, &bytes, err) && outbox_set_bytes(d->db, row->id, sender, message_id, bytes, err);
}

static char *clean_subject(const Ticket *t)
{
    g_autofree char *tag = view_tag(t), *subject = g_strdup(t->subject);
    for (char *p = subject; *p != '\0'; p++)
        if ((guchar)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    return g_strdup_printf("%s %s", tag, *subject == '\0' ? "(no subject)" : subject);
}

static gboolean store_mail(Desk *d, const Outgoing *o, const char *text, const char *html, const char *from, GError **err)
{
    g_autofree char *subject = clean_subject(o->ticket);
    OutboxRow row = {.ticket_id = o->ticket->id, .notification_id = o->notification, .answer_id = o->answer, .class = (char *)o->class, .template = (char *)o->template,
                     .recipient = (char *)o->to_address, .contact = o->contact != NULL ? o->contact->name : NULL, .subject = subject,
                     .created_at = d->now, .next_at = o->not_before != INSTANT_NONE ? MAX(o->not_before, d->now) : d->now};
    GError *local = NULL;
    if (!outbox_insert(d->db, &row, err))
        return FALSE;
    if (compose(d, o, &row, text, html, from, &local))
        return o->cc == NULL || watchers_copies(d, o->queue, row.id, o->cc, err);
    if (local->code != ERROR_DATA) {
        g_propagate_error(err, local);
        return FALSE;
    }
    /* An address that no mail can be written to must not keep the mail out that brought it: the row stays without bytes, and deliver
     * fails it for its recipient. */
    log_error("compose", local);
    g_error_free(local);
    return TRUE;
}

static gboolean send_rendered(Desk *d, const Outgoing *o, json_t *view, GError **err)
{
    g_autofree char *from = NULL, *text = NULL, *html = NULL, *wrapped = NULL;
    if (o->text != NULL) {
        text = g_strdup(o->text);
    } else if (!render_text(d, o, view, &from, &text, err)) {
        return FALSE;
    }
    if (strcmp(o->class, "relay") != 0 && !render_html(d, o, view, text, &html, err))
        return FALSE;
    if (!o->holds_words)
        wrapped = wrap_text(text, TEXT_WIDTH);
    return store_mail(d, o, wrapped != NULL ? wrapped : text, html, o->from_name != NULL ? o->from_name : from, err);
}

static Outgoing to_contact(const Desk *d, const Ticket *t, const ConfigContact *c, const char *template)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    return (Outgoing){.ticket = t, .queue = queue, .template = template, .language = c->language != NULL ? c->language : queue != NULL ? queue->language : "en", .class = "auto",
                      .mail_class = COMPOSE_AUTO_GENERATED, .to_name = c->full_name, .to_address = c->email[0], .contact = c, .reply_purpose = 't',
                      .reply_id = t->id, .not_before = INSTANT_NONE};
}

static gboolean is_missing(const Desk *d, const Ticket *t, const char *contact)
{
    if (desk_queue(d, t->queue) != NULL && (contact == NULL || desk_contact(d, contact) != NULL))
        return FALSE;
    log_event(LOGGING_WARNING, "ticket=%" G_GINT64_FORMAT " event=not-configured queue=%s contact=%s", t->id, t->queue, contact ? contact : "-");
    return TRUE;
}

/* ---- the escalation mail ---- */

/* The first two lines (who, what, how late) must be complete within PREVIEW characters. */
static int preview_overflow(const char *text)
{
    const char *second = strchr(text, '\n'), *end = second == NULL ? NULL : strchr(second + 1, '\n');
    return end == NULL ? 0 : (int)g_utf8_strlen(text, end - text) - PREVIEW;
}

/* Renders until it fits a phone: a shorter headline, then fewer lines of the requester's text. */
static gboolean render_page(Desk *d, Outgoing *o, const RunRow *r, const LadderPage *p, const char *instead_of, json_t *links, json_t **ret_view,
                            char **ret_from, char **ret_text, GError **err)
{
    gsize headline = 60;
    for (int excerpt = 5; ; ) {
        json_t *view = view_page(d, o->ticket, r, p, instead_of, o->contact, headline, excerpt, err);
        if (view == NULL)
            return FALSE;
        json_object_set(view, "links", links);
        g_autofree char *from = NULL, *raw = NULL;
        if (!render_text(d, o, view, &from, &raw, err)) {
            json_decref(view);
            return FALSE;
        }
        g_autofree char *text = wrap_text(raw, TEXT_WIDTH);
        int over = preview_overflow(text), lines = wrap_line_count(text);
        if ((over <= 0 || headline <= 12) && (lines <= PAGE_LINES || excerpt == 0)) {
            *ret_view = view;
            *ret_from = g_steal_pointer(&from);
            *ret_text = g_steal_pointer(&text);
            return TRUE;
        }
        json_decref(view);
        if (over > 0 && headline > 12)
            headline = MAX(12, headline - MIN((gsize)over, headline - 12));
        else
            excerpt--;
    }
}

static json_t *mailto_links(const char *address, const char *subject)
{
    static const struct {
        const char *key, *body;
    } verbs[] = {{"ack", "ACK"}, {"ack2h", "ACK 2h"}, {"no", "NO"}, {"status", "STATUS"}};
    json_t *links = json_object();
    g_autofree char *re = g_strconcat("Re: ", subject, NULL), *escaped = g_uri_escape_string(re, NULL, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autofree char *body = g_uri_escape_string(verbs[i].body, NULL, FALSE);
        g_autofree char *link = g_strdup_printf("mailto:%s?subject=%s&body=%s", address, escaped, body);
        json_object_set_new(links, verbs[i].key, json_string(link));
    }
    return links;
}

/* `send: open`: the mail waits for the next opening of the level's calendar. */
static Instant opening(const Desk *d, const PolicyLevel *level)
{
    Instant at;
    if (!level->send_open || !calendar_next(desk_calendar(d, level->calendar != NULL ? level->calendar : "always"), d->now, &at, NULL))
        return INSTANT_NONE;
    return at;
}

static const char *page_template(const LadderPage *p, const PolicyLevel *level)
{
    if (p->kind == PAGE_REMINDER)
        return "reminder";
    return p->kind == PAGE_ESCALATION && level->template_name != NULL ? level->template_name : "escalation";
}

gboolean notify_page(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, GError **err)
{
    if (is_missing(d, t, p->contact))
        return TRUE;
    const ConfigContact *c = desk_contact(d, p->contact);
    const Policy *policy = desk_policy(d, r->policy);
    const PolicyLevel *level = g_ptr_array_index(policy->levels, (guint)p->level - 1);
    Outgoing o = to_contact(d, t, c, page_template(p, level));
    o.class = "page";
    o.mail_class = COMPOSE_PAGE;
    o.notification = p->id;
    o.reply_purpose = 'a';
    o.reply_id = p->id;
    o.not_before = opening(d, level);
    g_autofree char *address = notify_token_address(d, o.queue, 'a', p->id, c->name), *subject = clean_subject(t);
    g_autofree char *from = NULL, *text = NULL, *html = NULL, *invitation = NULL;
    if (!rsvp_request(d, t, r, p, c, subject, &invitation, err))
        return FALSE;
    o.calendar = invitation;
    o.calendar_method = invitation != NULL ? "REQUEST" : NULL;
    json_t *links = mailto_links(address, subject), *view = NULL;
    gboolean ok = render_page(d, &o, r, p, instead_of, links, &view, &from, &text, err) && render_html(d, &o, view, text, &html, err)
                  && store_mail(d, &o, text, html, from, err);
    json_decref(links);
    if (view != NULL)
        json_decref(view);
    return ok;
}

/* ---- the others ---- */

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
        ok = send_rendered(d, o, view, err);
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
    g_autofree char *cancellation = NULL, *subject = clean_subject(t);
    if (is_missing(d, t, contact))
        return TRUE;
    Outgoing o = to_contact(d, t, desk_contact(d, contact), "line");
    if (r != NULL && !rsvp_cancel(d, t, r, o.contact, subject, &cancellation, err))
        return FALSE;
    o.calendar = cancellation;
    o.calendar_method = cancellation != NULL ? "CANCEL" : NULL;
    return with_ticket_view(d, &o, json_pack("{s:s}", "line", line), err);
}

gboolean notify_team(Desk *d, const Ticket *t, const char *contact, const char *template, const char *from, const char *text, GPtrArray *parts,
                     GError **err)
{
    if (is_missing(d, t, contact))
        return TRUE;
    Outgoing o = to_contact(d, t, desk_contact(d, contact), template);
    o.class = "page";
    o.mail_class = COMPOSE_PAGE;
    o.holds_words = TRUE;
    o.parts = parts;
    if (o.queue->mode == MODE_RELAY || o.queue->mode == MODE_SHADOW) {
        o.reply_purpose = 'w';
        if (!tickets_work(d->db, t->id, contact, &o.reply_id, err))
            return FALSE;
    }
    json_t *view = json_pack("{s:s?, s:s?, s:b}", "from", from, "text", text, "relay", o.reply_purpose == 'w');
    if (view_arrival(d, t, desk_contact_zone(d, o.contact, o.queue), view, err))
        return with_ticket_view(d, &o, view, err);
    json_decref(view);
    return FALSE;
}

gboolean notify_requester(Desk *d, const Ticket *t, const char *template, json_t *extra, const char *in_reply_to, GError **err)
{
    if (is_missing(d, t, NULL) || t->requester == NULL) {
        json_decref(extra);
        return TRUE;
    }
    gboolean is_reply = in_reply_to != NULL;
    Outgoing o = {.ticket = t, .queue = desk_queue(d, t->queue), .template = template, .language = t->language, .class = "auto",
                  .mail_class = is_reply ? COMPOSE_AUTO_REPLIED : COMPOSE_AUTO_GENERATED, .to_name = t->requester_name,
                  .to_address = t->requester, .reply_purpose = 't', .reply_id = t->id, .in_reply_to = in_reply_to, .not_before = INSTANT_NONE};
    return with_ticket_view(d, &o, extra, err);
}

gboolean notify_relay(Desk *d, const Ticket *t, const ConfigContact *author, const char *text, GPtrArray *parts, gint64 answer, GError **err)
{
    g_autoptr(GPtrArray) cc = NULL;
    if (is_missing(d, t, NULL) || t->requester == NULL || !watchers_as_cc(d, t, &cc, err))
        return err == NULL || *err == NULL;
    g_autofree char *name = g_strdup_printf("%s (%s)", author->full_name, t->queue);
    Outgoing o = {.ticket = t, .queue = desk_queue(d, t->queue), .template = "relay", .language = t->language, .class = "relay",
                  .mail_class = COMPOSE_RELAYED, .to_name = t->requester_name, .to_address = t->requester, .reply_purpose = 't', .reply_id = t->id,
                  .from_name = name, .text = text, .holds_words = TRUE, .parts = parts, .cc = cc, .answer = answer, .not_before = INSTANT_NONE};
    return send_rendered(d, &o, NULL, err); /* his words, no template */
}

gboolean notify_transcript(Desk *d, const Ticket *t, const ConfigContact *contact, gint64 page, GPtrArray *lines, gboolean with_choices,
                           gboolean is_refusal, const char *in_reply_to, GError **err)
{
    g_autofree char *asked = NULL; /* a colleague, or a member of a list, may have answered in his place */
    if (is_missing(d, t, NULL))
        return TRUE;
    if (page != 0 && !db_text_value(d->db, &asked, err, "select contact from notification where id = $1", "i", page))
        return FALSE;
    Outgoing o = to_contact(d, t, contact, "transcript");
    json_t *all = json_array();
    o.class = is_refusal ? "refusal" : "auto";
    o.mail_class = COMPOSE_AUTO_REPLIED;
    o.in_reply_to = in_reply_to;
    if (page != 0) {
        o.reply_purpose = 'a';
        o.reply_id = page;
        o.reply_key = asked;
    }
    for (guint i = 0; i < lines->len; i++)
        json_array_append_new(all, json_string(g_ptr_array_index(lines, i)));
    return with_ticket_view(d, &o, json_pack("{s:o, s:b}", "results", all, "choices", with_choices), err);
}

/* ---- reports ---- */

static gboolean compose_report(Desk *d, const Outgoing *o, const OutboxRow *row, const char *text, const char *html, const char *from, GError **err)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *sender = notify_token_address(d, o->queue, 'b', row->id, o->contact->name), *message_id = own_message_id(d, row->id);
    ComposeDraft draft = {.mail_class = COMPOSE_AUTO_GENERATED, .from_name = from, .from_address = o->queue->address[0], .to_name = o->to_name,
                          .to_address = o->to_address, .subject = row->subject, .message_id = message_id, .date = d->now, .text = text, .html = html};
    return compose_mail(&draft, &bytes, err) && outbox_set_bytes(d->db, row->id, sender, message_id, bytes, err);
}

gboolean notify_report(Desk *d, const ConfigQueue *queue, const char *contact, const char *template, const char *subject, json_t *view, GError **err)
{
    const ConfigContact *c = desk_contact(d, contact);
    g_autofree char *from = NULL, *text = NULL, *html = NULL;
    if (c == NULL)
        return TRUE;
    Outgoing o = {.queue = queue, .template = template, .language = c->language != NULL ? c->language : queue->language, .to_name = c->full_name,
                  .to_address = c->email[0], .contact = c};
    OutboxRow row = {.class = (char *)"auto", .template = (char *)template, .recipient = c->email[0], .contact = c->name, .subject = (char *)subject,
                     .created_at = d->now, .next_at = d->now};
    if (!render_text(d, &o, view, &from, &text, err) || !render_html(d, &o, view, text, &html, err) || !outbox_insert(d->db, &row, err))
        return FALSE;
    g_autofree char *wrapped = wrap_text(text, TEXT_WIDTH);
    if (!compose_report(d, &o, &row, wrapped, html, from, err))
        return FALSE;
    gboolean is_kept = queue->mode == MODE_SHADOW && d->config->delivery.redirect_all == NULL;
    return !is_kept || outbox_sent(d->db, row.id, d->now, "shadow mode: not sent", err);
}
