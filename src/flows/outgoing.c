/* outgoing: finds the template, renders it, composes the mail, stores it. It must never send, and never put an a-, w- or b-address into a mail
 * to a requester or a vendor. */
#include "flows/outgoing.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"

#include "rules/wrap.h"

#include "store/outbox.h"

#include "flows/localize.h"
#include "flows/notify.h"
#include "flows/phrases.h"
#include "flows/rendering.h"
#include "flows/view.h"
#include "flows/watchers.h"

#include "base/banned.h"

/* The first line of a mail of an exercise, made here, so that no template can leave it out. Only who is asked is to answer. */
static char *drill_line(const Desk *d, const Outgoing *o)
{
    g_autofree char *line = phrase_make(o->notification != 0 ? PHRASE("EXERCISE: answer as in earnest. No customer waits.") : PHRASE("EXERCISE: no customer waits."), NULL);
    return phrases_say(d, o->language, line);
}

/* ---- templates ---- */

gboolean outgoing_has_template(const Desk *d, const char *language, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".txt", NULL);
    return rendering_find(d, language, file, NULL, NULL, NULL);
}

gboolean outgoing_text(const Desk *d, const Outgoing *o, json_t *view, char **ret_from, char **ret_text, GError **err)
{
    g_autofree char *file = g_strconcat(o->template, ".txt", NULL), *body = NULL, *head = NULL;
    GString *source = NULL;
    if (!rendering_find(d, o->language, file, &source, NULL, err))
        return FALSE;
    g_autofree char *all = g_string_free(source, FALSE);
    char *split = strstr(all, "\n\n");
    if (!g_str_has_prefix(all, "From: ") || split == NULL)
        return error_set(err, ERROR_CONFIG, "template '%s': must begin with a line \"From: …\" and an empty line", file);
    *split = '\0';
    localize_view(d, view, o->language);
    if (!rendering_render(d, o->language, file, all + strlen("From: "), TEMPLATE_HEADER, view, &head, err)
        || !rendering_render(d, o->language, file, split + 2, TEMPLATE_TEXT, view, &body, err))
        return FALSE;
    gboolean is_drill = o->ticket != NULL && o->ticket->is_drill;
    g_autofree char *mark = phrase_make(PHRASE("EXERCISE"), NULL);
    g_autofree char *said = drill_line(d, o), *marked = phrases_say(d, o->language, mark);
    *ret_from = is_drill ? g_strconcat(marked, " · ", head, NULL) : g_steal_pointer(&head);
    *ret_text = is_drill ? g_strconcat(said, "\n", body, NULL) : g_steal_pointer(&body);
    return TRUE;
}

/* The first line of an exercise, behind <body …> where there is one. */
static char *marked_html(const Desk *d, const Outgoing *o, const char *html)
{
    g_autofree char *said = drill_line(d, o);
    const char *body = strstr(html, "<body"), *end = body != NULL ? strchr(body, '>') : NULL;
    gsize before = end != NULL ? (gsize)(end + 1 - html) : 0;
    return g_strdup_printf("%.*s<p><b>%s</b></p>\n%s", (int)before, html, said, html + before);
}

static gboolean render_html(const Desk *d, const Outgoing *o, const char *file, const char *source, const json_t *view, char **ret, GError **err)
{
    g_autofree char *html = NULL;
    if (!rendering_render(d, o->language, file, source, TEMPLATE_HTML, view, &html, err))
        return FALSE;
    *ret = o->ticket != NULL && o->ticket->is_drill ? marked_html(d, o, html) : g_steal_pointer(&html);
    return TRUE;
}

gboolean outgoing_html(const Desk *d, const Outgoing *o, json_t *view, const char *text, char **ret, GError **err)
{
    g_autofree char *file = g_strconcat(o->template, ".html", NULL);
    g_autoptr(GString) source = NULL;
    g_autoptr(GError) local = NULL;
    if (o->text == NULL && rendering_find(d, o->language, file, &source, NULL, &local))
        return render_html(d, o, file, source->str, view, ret, err);
    if (local != NULL && local->code != ERROR_CONFIG) {
        g_propagate_error(err, g_steal_pointer(&local));
        return FALSE;
    }
    if (!rendering_find(d, o->language, "plain.html", &source, NULL, err))
        return FALSE;
    json_t *lines = json_array();
    g_auto(GStrv) split = g_strsplit(text, "\n", -1);
    for (guint i = 0; split[i] != NULL; i++)
        json_array_append_new(lines, json_string(split[i]));
    json_object_set_new(view, "lines", lines);
    return rendering_render(d, o->language, "plain.html", source->str, TEMPLATE_HTML, view, ret, err);
}

/* ---- one mail ---- */

char *outgoing_message_id(const Desk *d, gint64 outbox)
{
    g_autofree char *token = token_make(&d->keys, 'm', outbox, NULL);
    return g_strdup_printf("<m.%s@%s>", token + 1, d->config->domain);
}

/* Message-IDs of this ticket that the reader has: the first and the last that he was sent, and for a requester his own. */
static gboolean references(Desk *d, const Outgoing *o, GPtrArray *list, GError **err)
{
    g_autofree char *first = NULL, *last = NULL;
    if (!o->is_apart && (!db_text_value(d->db, &first, err, "select message_id from outbox where ticket_id = $1 and recipient = $2 and message_id <> '' order by id limit 1",
                       "is", o->ticket->id, o->to_address)
        || !db_text_value(d->db, &last, err,
                          "select message_id from outbox where ticket_id = $1 and recipient = $2 and message_id <> '' order by id desc limit 1", "is",
                          o->ticket->id, o->to_address)))
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

static gboolean compose(Desk *d, const Outgoing *o, OutboxRow *row, const char *text, const char *html, const char *from, GError **err)
{
    g_autoptr(GPtrArray) refs = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GBytes) bytes = NULL;
    const char *key = o->contact != NULL ? o->contact->name : NULL, *reply_key = o->reply_key != NULL ? o->reply_key : key;
    g_autofree char *reply = notify_token_address(d, o->queue, o->reply_purpose, o->reply_id, o->reply_purpose == 't' ? NULL : reply_key);
    g_autofree char *sender = notify_token_address(d, o->queue, 'b', row->id, key), *message_id = outgoing_message_id(d, row->id);
    if (!references(d, o, refs, err))
        return FALSE;
    ComposeDraft draft = {.mail_class = o->mail_class, .from_name = from, .from_address = o->queue->address[0], .reply_to = reply,
                          .to_name = o->to_name, .to_address = o->to_address, .subject = row->subject, .message_id = message_id,
                          .in_reply_to = refs->len > 0 ? g_ptr_array_index(refs, refs->len - 1) : NULL, .references = refs, .date = d->now,
                          .text = text, .html = html, .parts = o->parts, .cc = o->cc, .calendar = o->calendar, .calendar_method = o->calendar_method};
    return compose_mail(&draft, &bytes, err) && outbox_set_bytes(d->db, row->id, sender, message_id, bytes, err);
}

char *outgoing_subject(const Desk *d, const Ticket *t, const char *language)
{
    g_autofree char *tag = view_tag(t), *subject = g_strdup(tickets_bare_subject(t));
    for (char *p = subject; *p != '\0'; p++)
        if ((guchar)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    g_autofree char *none = phrase_make(PHRASE("(no subject)"), NULL), *mark = phrase_make(PHRASE("EXERCISE"), NULL);
    g_autofree char *whole = g_strdup_printf("%s%s%s %s", t->is_drill ? mark : "", t->is_drill ? ": " : "", tag, *subject == '\0' ? none : subject);
    return phrases_say(d, language, whole);
}

gboolean outgoing_store(Desk *d, const Outgoing *o, const char *text, const char *html, const char *from, gint64 *ret_id, GError **err)
{
    g_autofree char *subject = o->subject != NULL ? g_strdup(o->subject) : outgoing_subject(d, o->ticket, o->language);
    OutboxRow row = {.ticket_id = o->is_apart ? 0 : o->ticket->id, .notification_id = o->notification, .answer_id = o->answer,
                     .channel = (char *)o->channel, .class = (char *)o->class, .template = (char *)o->template,
                     .recipient = (char *)o->to_address, .contact = o->contact != NULL ? o->contact->name : NULL, .subject = subject,
                     .created_at = d->now, .next_at = o->not_before != INSTANT_NONE ? MAX(o->not_before, d->now) : d->now};
    GError *local = NULL;
    if (!outbox_insert(d->db, &row, err))
        return FALSE;
    if (ret_id != NULL)
        *ret_id = row.id;
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

gboolean outgoing_send(Desk *d, const Outgoing *o, json_t *view, GError **err)
{
    g_autofree char *from = NULL, *text = NULL, *html = NULL, *wrapped = NULL;
    if (o->text != NULL) {
        text = g_strdup(o->text);
    } else if (!outgoing_text(d, o, view, &from, &text, err)) {
        return FALSE;
    }
    if (strcmp(o->class, "relay") != 0 && !outgoing_html(d, o, view, text, &html, err))
        return FALSE;
    if (!o->holds_words)
        wrapped = wrap_text(text, OUTGOING_WIDTH);
    return outgoing_store(d, o, wrapped != NULL ? wrapped : text, html, o->from_name != NULL ? o->from_name : from, NULL, err);
}

Outgoing outgoing_to_contact(const Desk *d, const Ticket *t, const ConfigContact *c, const char *template)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    return (Outgoing){.ticket = t, .queue = queue, .template = template, .language = phrases_language(c, queue), .class = "auto",
                      .mail_class = COMPOSE_AUTO_GENERATED, .to_name = c->full_name, .to_address = c->email[0], .contact = c, .reply_purpose = 't',
                      .reply_id = t->id, .not_before = INSTANT_NONE};
}

gboolean outgoing_is_missing(const Desk *d, const Ticket *t, const char *contact)
{
    if (desk_queue(d, t->queue) != NULL && (contact == NULL || desk_contact(d, contact) != NULL))
        return FALSE;
    log_event(LOGGING_WARNING, "ticket=%" G_GINT64_FORMAT " event=not-configured queue=%s contact=%s", t->id, t->queue, contact ? contact : "-");
    return TRUE;
}
