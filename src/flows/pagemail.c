/* pagemail: the mail that asks somebody to take a ticket. It must fit a phone, say what happens if the reader does nothing, and never ask one
 * person twice at once: what several ladders want of him stands in one mail. */
#include "flows/pagemail.h"

#include <string.h>

#include "rules/wrap.h"

#include "store/outbox.h"

#include "flows/channels.h"
#include "flows/notify.h"
#include "flows/outgoing.h"
#include "flows/policies.h"
#include "flows/risks.h"
#include "flows/rsvp.h"
#include "flows/vendors.h"
#include "flows/view.h"
#include "flows/view_page.h"

#include "base/banned.h"

#define PAGE_LINES 25
#define PREVIEW 90 /* characters that a lock screen shows */

/* The first two lines (who, what, how late) must be complete within PREVIEW characters. */
static int preview_overflow(const char *text)
{
    const char *second = strchr(text, '\n'), *end = second == NULL ? NULL : strchr(second + 1, '\n');
    return end == NULL ? 0 : (int)g_utf8_strlen(text, end - text) - PREVIEW;
}

/* Renders until it fits a phone: a shorter headline, then fewer lines of the requester's text. */
static gboolean render_page(Desk *d, Outgoing *o, const RunRow *r, const LadderPage *p, const char *instead_of, json_t *extra, json_t **ret_view,
                            char **ret_from, char **ret_text, GError **err)
{
    gsize headline = 60;
    for (int excerpt = 5; ; ) {
        json_t *view = view_page(d, o->ticket, r, p, instead_of, o->contact, headline, excerpt, err);
        if (view == NULL)
            return FALSE;
        json_object_update(view, extra);
        g_autofree char *from = NULL, *raw = NULL;
        if (!outgoing_text(d, o, view, &from, &raw, err)) {
            json_decref(view);
            return FALSE;
        }
        g_autofree char *text = wrap_text(raw, OUTGOING_WIDTH);
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

char *pagemail_link(const char *address, const char *subject, const char *verb)
{
    g_autofree char *re = g_strconcat("Re: ", subject, NULL), *escaped = g_uri_escape_string(re, NULL, FALSE), *body = g_uri_escape_string(verb, NULL, FALSE);
    return g_strdup_printf("mailto:%s?subject=%s&body=%s", address, escaped, body);
}

static json_t *mailto_links(const char *address, const char *subject)
{
    static const struct {
        const char *key, *body;
    } verbs[] = {{"ack", "ACK"}, {"ack2h", "ACK 2h"}, {"no", "NO"}, {"status", "STATUS"}};
    json_t *links = json_object();
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autofree char *link = pagemail_link(address, subject, verbs[i].body);
        json_object_set_new(links, verbs[i].key, json_string(link));
    }
    return links;
}

Instant pagemail_opening(const Desk *d, const PolicyLevel *level)
{
    Instant at;
    if (!level->send_open || !calendar_next(desk_calendar(d, level->calendar != NULL ? level->calendar : "always"), d->now, &at, NULL))
        return INSTANT_NONE;
    return at;
}

/* What the reader is asked for already by other ladders of the ticket, and has not answered: to take it, or, where he has it, whether he keeps
 * it; and what this ladder asks him in a mail that has not left, as a level that asks even the acker comes with the end of his hold. */
typedef struct {
    gint64 notification;
    int level;
    gboolean is_reminder;
    char *policy;
    Instant delivered_at;
} Asked;

static void asked_clear(gpointer p) { g_free(((Asked *)p)->policy); }

static gboolean asked_beside(Desk *d, const RunRow *r, const LadderPage *p, GArray **ret, GError **err)
{
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Asked));
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    g_array_set_clear_func(list, asked_clear);
    if (!db_select(d->db, &rows, err,
                   "select n.id, n.level, n.kind, r.policy, n.delivered_at from notification n join run r on r.id = n.run_id where n.ticket_id = $1 and n.contact = $2"
                   " and (n.run_id <> $3 or (n.state = 0 and n.id <> $4)) and n.state in (0, 1) and r.ended_at is null order by n.id",
                   "isii", r->ticket_id, p->contact, r->id, p->id))
        return FALSE;
    while (db_next(rows, &local)) {
        Asked one = {db_int(rows, 0), (int)db_int(rows, 1), db_int(rows, 2) == PAGE_REMINDER, g_strdup(db_text(rows, 3)), db_instant(rows, 4)};
        g_array_append_val(list, one);
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}

/* The new mail says what those say: they travel with it, and an answer to it is one to them. */
static gboolean take_along(Desk *d, const GArray *asked, gint64 outbox, GError **err)
{
    for (guint i = 0; i < asked->len; i++)
        if (!outbox_carry(d->db, g_array_index(asked, Asked, i).notification, outbox, err))
            return FALSE;
    return TRUE;
}

static json_t *asked_view(const Desk *d, const GArray *asked, const Zone *zone)
{
    json_t *list = json_array();
    for (guint i = 0; i < asked->len; i++) {
        const Asked *a = &g_array_index(asked, Asked, i);
        json_t *one = json_pack("{s:s, s:i, s:b}", "policy", a->policy, "level", a->level, "over", a->is_reminder);
        view_set_time(one, "at", zone, a->delivered_at, d->now);
        json_array_append_new(list, one);
    }
    return list;
}

/* Nobody is paged twice for one ticket in the same minute, whether what another ladder asked him still waits for his answer or not. */
static gboolean a_minute_later(Desk *d, const RunRow *r, const LadderPage *p, Instant *not_before, GError **err)
{
    gint64 last;
    if (!db_value(d->db, &last, err, "select coalesce(max(delivered_at), 0) from notification where ticket_id = $1 and contact = $2 and run_id <> $3", "isi",
                  r->ticket_id, p->contact, r->id))
        return FALSE;
    *not_before = last > 0 ? MAX(*not_before, last + PAGEMAIL_APART) : *not_before;
    return TRUE;
}

/* The level's own, else what the ticket's risks or the reason for asking want. */
static gboolean page_template(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const PolicyLevel *level, const char **ret, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    *ret = p->kind == PAGE_REMINDER ? "reminder" : "escalation";
    if (p->kind != PAGE_ESCALATION)
        return TRUE;
    const char *of_risk;
    if (!risks_template(d, t->id, &of_risk, err))
        return FALSE;
    if (level->template_name != NULL)
        *ret = level->template_name;
    else if (queue != NULL && g_strcmp0(queue->triage, r->policy) == 0)
        *ret = "triage";
    else if (of_risk != NULL)
        *ret = of_risk;
    return TRUE;
}

static gboolean send_page(Desk *d, Outgoing *o, const RunRow *r, const LadderPage *p, const char *instead_of, const GArray *asked, GError **err)
{
    g_autofree char *address = notify_token_address(d, o->queue, 'a', p->id, o->contact->name), *subject = outgoing_subject(d, o->ticket, o->language);
    g_autofree char *from = NULL, *text = NULL, *html = NULL, *invitation = NULL;
    gint64 row;
    if (!rsvp_request(d, o->ticket, r, p, o->contact, subject, &invitation, err))
        return FALSE;
    o->calendar = invitation;
    o->calendar_method = invitation != NULL ? "REQUEST" : NULL;
    json_t *extra = json_pack("{s:o, s:o}", "links", mailto_links(address, subject), "also", asked_view(d, asked, desk_contact_zone(d, o->contact, o->queue)));
    json_t *view = NULL;
    gboolean ok = render_page(d, o, r, p, instead_of, extra, &view, &from, &text, err) && outgoing_html(d, o, view, text, &html, err)
                  && outgoing_store(d, o, text, html, from, &row, err) && take_along(d, asked, row, err)
                  && channels_page(d, o, r, p, instead_of, extra, err) && (asked->len == 0 || outbox_carry_ways(d->db, row, err));
    json_decref(extra);
    if (view != NULL)
        json_decref(view);
    return ok;
}

gboolean pagemail_send(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, GError **err)
{
    g_autoptr(GArray) asked = NULL;
    const char *template;
    if (outgoing_is_missing(d, t, p->contact))
        return TRUE;
    const ConfigContact *c = desk_contact(d, p->contact);
    const PolicyLevel *level = g_ptr_array_index(policies_of_run(d, r)->levels, (guint)p->level - 1);
    if (c->vendor != NULL)
        return t->is_drill || vendors_ask(d, t, p, c, level, err);
    if (!page_template(d, t, r, p, level, &template, err) || !asked_beside(d, r, p, &asked, err))
        return FALSE;
    Outgoing o = outgoing_to_contact(d, t, c, template);
    o.class = "page";
    o.mail_class = COMPOSE_PAGE;
    o.notification = p->id;
    o.reply_purpose = 'a';
    o.reply_id = p->id;
    o.not_before = pagemail_opening(d, level);
    return a_minute_later(d, r, p, &o.not_before, err) && send_page(d, &o, r, p, instead_of, asked, err);
}
