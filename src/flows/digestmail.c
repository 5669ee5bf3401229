/* digestmail: a paging mail, since its bounce or an out-of-office must move the ladders of all that it carries. A reply to the digest itself is
 * about more than one ticket: its address is that of a notification of its own kind. */
#include "flows/digestmail.h"

#include <string.h>

#include "rules/wrap.h"

#include "store/outbox.h"

#include "flows/notify.h"
#include "flows/outgoing.h"
#include "flows/pagemail.h"
#include "flows/phrases.h"
#include "flows/view.h"
#include "flows/view_page.h"

#include "base/banned.h"

#define LISTED 30
#define HEADLINE 56
#define SUBJECT 44

static const DigestEntry *entry_of(const GPtrArray *entries, guint i) { return g_ptr_array_index(entries, i); }

/* A ticket that several ladders ask for has one line: its first. */
static gboolean is_first_of_ticket(const GPtrArray *entries, guint i, GHashTable *seen)
{
    return g_hash_table_add(seen, &entry_of(entries, i)->ticket->id);
}

static json_t *row_view(Desk *d, const DigestEntry *e, const ConfigContact *c, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, e->ticket->queue);
    g_autofree char *address = notify_token_address(d, queue, 'a', e->page->id, c->name), *subject = outgoing_subject(d, e->ticket, phrases_language(c, queue));
    g_autofree char *ack = pagemail_link(address, subject, "ACK"), *no = pagemail_link(address, subject, "NO");
    json_t *row = view_page(d, e->ticket, e->run, e->page, e->instead_of, c, HEADLINE, 0, err);
    if (row == NULL)
        return NULL;
    json_object_set_new(row, "short_subject", json_string(e->ticket->subject));
    if (g_utf8_strlen(e->ticket->subject, -1) > SUBJECT) {
        g_autofree char *cut = g_utf8_substring(e->ticket->subject, 0, SUBJECT - 1), *text = g_strconcat(cut, "…", NULL);
        json_object_set_new(row, "short_subject", json_string(text));
    }
    json_object_set_new(row, "address", json_string(address));
    json_object_set_new(row, "links", json_pack("{s:s, s:s}", "ack", ack, "no", no));
    return row;
}

/* How many tickets, the worst severity among them, how many have it, and since when the oldest waits. */
typedef struct {
    guint tickets, worst;
    int severity;
    Instant since;
    json_t *rows;
} Summary;

static gboolean summarize(Desk *d, const GPtrArray *entries, const ConfigContact *c, Summary *s, GError **err)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (guint i = 0; i < entries->len; i++) {
        const DigestEntry *e = entry_of(entries, i);
        s->since = i == 0 ? e->since_at : MIN(s->since, e->since_at);
        if (!is_first_of_ticket(entries, i, seen))
            continue;
        s->tickets++;
        s->severity = i == 0 ? e->ticket->severity : s->severity; /* the worst stands first */
        s->worst += e->ticket->severity == s->severity;
        json_t *row = s->tickets <= LISTED ? row_view(d, e, c, err) : NULL;
        if (row == NULL && s->tickets <= LISTED)
            return FALSE;
        if (row != NULL)
            json_array_append_new(s->rows, row);
    }
    return TRUE;
}

static json_t *make_view(Desk *d, const Outgoing *o, gint64 digest, const Summary *s, const GPtrArray *lines)
{
    const Zone *zone = desk_contact_zone(d, o->contact, o->queue);
    g_autofree char *severity = g_strdup_printf("S%d", s->severity + 1);
    g_autofree char *address = notify_token_address(d, o->queue, 'a', digest, o->contact->name), *link = pagemail_link(address, o->subject, "ACK ALL");
    json_t *told = json_array();
    for (guint i = 0; i < lines->len && i < LISTED; i++)
        json_array_append_new(told, json_string(g_ptr_array_index(lines, i)));
    json_t *view = json_pack("{s:i, s:s, s:i, s:b, s:s, s:s, s:s, s:s, s:s, s:O, s:o, s:b}", "count", (int)s->tickets, "severity", severity, "worst",
                             (int)s->worst, "same", s->worst == s->tickets, "zone", zone_abbreviation(zone, d->now), "queue", o->queue->name,
                             "reader", o->to_name, "address", address, "link", link, "rows", s->rows, "lines_told", told, "told", lines->len > 0);
    view_set_time(view, "since", zone, s->since, d->now);
    if (s->tickets > LISTED)
        json_object_set_new(view, "more", json_integer(s->tickets - LISTED));
    if (lines->len > LISTED)
        json_object_set_new(view, "more_lines", json_integer(lines->len - LISTED));
    return view;
}

static gboolean carry_all(Desk *d, const GPtrArray *entries, gint64 outbox, GError **err)
{
    for (guint i = 0; i < entries->len; i++)
        if (!outbox_carry(d->db, entry_of(entries, i)->page->id, outbox, err))
            return FALSE;
    return TRUE;
}

static gboolean store(Desk *d, const Outgoing *o, json_t *view, const GPtrArray *entries, GError **err)
{
    g_autofree char *from = NULL, *raw = NULL, *html = NULL;
    gint64 row;
    if (!outgoing_text(d, o, view, &from, &raw, err))
        return FALSE;
    g_autofree char *text = wrap_text(raw, OUTGOING_WIDTH);
    return outgoing_html(d, o, view, text, &html, err) && outgoing_store(d, o, text, html, from, &row, err) && carry_all(d, entries, row, err);
}

gboolean digestmail_send(Desk *d, const GPtrArray *entries, const GPtrArray *lines, GError **err)
{
    const DigestEntry *first = entry_of(entries, 0);
    const ConfigContact *c = desk_contact(d, first->page->contact);
    Outgoing o = outgoing_to_contact(d, first->ticket, c, "digest");
    g_autofree char *subject = notify_digest_subject(d, o.language, o.queue);
    Summary s = {.rows = json_array()};
    gint64 digest;
    gboolean ok = runs_insert_digest(d->db, first->page->id, d->now, &digest, err) && summarize(d, entries, c, &s, err);
    if (ok) {
        o.class = "page";
        o.mail_class = COMPOSE_PAGE;
        o.is_apart = TRUE;
        o.notification = o.reply_id = digest;
        o.reply_purpose = 'a';
        o.subject = subject;
        json_t *view = make_view(d, &o, digest, &s, lines);
        ok = store(d, &o, view, entries, err);
        json_decref(view);
    }
    json_decref(s.rows);
    return ok && desk_audit(d, 0, err, "digest", "notification=%" G_GINT64_FORMAT " contact=%s pages=%u tickets=%u", digest, c->name, entries->len, s.tickets);
}
