/* vendors: see the header. A clock of theirs bears "vendor:NAME" where others name their queue, so that no answer of ours meets it. */
#include "flows/vendors.h"

#include <string.h>

#include "rules/freemail.h"
#include "rules/wrap.h"

#include "flows/audience.h"
#include "flows/deadlines.h"
#include "flows/digest.h"
#include "flows/notify.h"
#include "flows/outgoing.h"
#include "flows/pagemail.h"
#include "flows/phrases.h"
#include "flows/view.h"

#include "base/banned.h"

#define PREFIX "vendor:"
#define TOLD_BYTES 1500 /* of his answer, in a line */

gboolean vendors_is(const Desk *d, const char *contact)
{
    const ConfigContact *c = desk_contact(d, contact);
    return c != NULL && c->vendor != NULL;
}

gboolean vendors_is_clock(const ClockRow *c) { return g_str_has_prefix(c->queue, PREFIX); }

static const char *worker_of(const Desk *d, const Ticket *t)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    return desk_contact(d, t->owner) != NULL ? t->owner : queue != NULL ? queue->lead : NULL;
}

static gboolean tell_worker(Desk *d, const Ticket *t, const char *line, GError **err)
{
    const char *who = worker_of(d, t);
    return who == NULL || notify_line(d, t, who, line, err);
}

/* ---- asking ---- */

static void set(json_t *o, const char *key, const char *value)
{
    if (value != NULL && *value != '\0')
        json_object_set_new(o, key, json_string(value));
}

typedef struct {
    const LadderPage *page;
    const PolicyLevel *level;
    Instant leaves;     /* when its window opens, or now */
    Instant answer_by;  /* when we count on his answer; INSTANT_NONE: his contract says nothing, or he is late, or has answered */
    gboolean is_again;  /* he was asked in this ticket, and has not answered */
} Request;

static Instant first_answer_by(const Desk *d, const ConfigContact *c, Instant from)
{
    Instant at;
    const ConfigTarget *respond = &c->vendor->targets.targets[TARGET_RESPOND];
    if (!c->vendor->targets.given || !respond->given || !calendar_add(desk_calendar(d, c->vendor->targets.calendar), from, respond->duration, &at, NULL))
        return INSTANT_NONE;
    return at;
}

/* Who is asked again hears the time that his clock has. */
static gboolean fill_answer_by(Desk *d, const Ticket *t, const ConfigContact *c, Request *r, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    r->is_again = r->page->attempt > 1;
    r->answer_by = first_answer_by(d, c, r->leaves);
    for (guint i = 0; i < clocks->len; i++) {
        const ClockRow *k = g_ptr_array_index(clocks, i);
        if (k->clock.target != TARGET_RESPOND || strcmp(k->queue, c->name) != 0)
            continue;
        r->is_again = k->clock.state != CLOCK_MET;
        r->answer_by = k->clock.state == CLOCK_RUNNING && k->clock.due_at > d->now ? k->clock.due_at : INSTANT_NONE;
    }
    return TRUE;
}

/* All that he may know, and nothing else of the ticket. */
static json_t *view_of(Desk *d, const Ticket *t, const ConfigContact *c, const Request *r)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    const Zone *zone = desk_contact_zone(d, c, queue);
    json_t *o = json_object(), *ticket = json_object();
    g_autofree char *tag = view_tag(t), *opened = view_date(zone, t->opened_at), *by = r->answer_by != INSTANT_NONE ? view_date(zone, r->answer_by) : NULL;
    g_autofree char *severity = g_strdup_printf("S%d", t->severity + 1), *address = notify_token_address(d, queue, 't', t->id, NULL);
    json_object_set_new(o, "ticket", ticket);
    set(ticket, "tag", tag);
    set(ticket, "queue", t->queue);
    set(ticket, "severity", severity);
    set(ticket, "service", t->service);
    set(ticket, "category", t->category);
    set(ticket, "opened", opened);
    set(o, "severity_title", d->config->severities[t->severity].title);
    set(o, "reader", c->full_name);
    set(o, "contract", c->vendor->contract);
    set(o, "answer_by", by);
    set(o, "address", address);
    json_object_set_new(o, "again", json_boolean(r->is_again));
    if (c->vendor->withhold)
        return o;
    set(ticket, "subject", t->subject);
    set(ticket, "impact", t->impact);
    return o;
}

/* Newly allocated. */
static char *subject_of(const Desk *d, const Ticket *t, const ConfigContact *c, const char *language)
{
    if (!c->vendor->withhold)
        return outgoing_subject(d, t, language);
    g_autofree char *tag = view_tag(t), *request = phrase_make(PHRASE("Request"), NULL), *unnamed = phrases_say(d, language, request);
    return g_strdup_printf("%s %s", tag, t->service != NULL ? t->service : t->category != NULL ? t->category : unnamed);
}

static gboolean send(Desk *d, const Ticket *t, const ConfigContact *c, const Request *r, GError **err)
{
    Outgoing o = outgoing_to_contact(d, t, c, r->level->template_name != NULL ? r->level->template_name : "vendor");
    g_autofree char *subject = subject_of(d, t, c, o.language);
    o.class = "page";
    o.mail_class = COMPOSE_PAGE;
    o.notification = r->page->id;
    o.subject = subject;
    o.not_before = r->leaves;
    json_t *view = audience_take("vendor", AUDIENCE_VENDOR, view_of(d, t, c, r));
    gboolean ok = outgoing_send(d, &o, view, err);
    json_decref(view);
    return ok;
}

gboolean vendors_ask(Desk *d, const Ticket *t, const LadderPage *p, const ConfigContact *c, const PolicyLevel *level, GError **err)
{
    gint64 open;
    Request r = {.page = p, .level = level, .leaves = MAX(pagemail_opening(d, level), d->now)};
    if (!fill_answer_by(d, t, c, &r, err) || !send(d, t, c, &r, err) || !tickets_add_participant(d->db, t->id, c->email[0], err))
        return FALSE;
    if (!c->vendor->targets.given)
        return TRUE;
    return db_value(d->db, &open, err, "select count(*) from clock where ticket_id = $1 and queue = $2 and state in (0, 1)", "is", t->id, c->name)
           && (open > 0 || deadlines_start_vendor(d, t, c->name, &c->vendor->targets, r.leaves, err));
}

char *vendors_over_phrase(const Ticket *t)
{
    return t->spam ? phrase_make("This is over, thank you. You need do nothing more.", NULL) : phrase_make("This is solved, thank you. You need do nothing more.", NULL);
}

/* Whatever is told to a level's people: who of us has it, or what the customer asks for, is not for him. */
static gboolean is_for_vendors(const Ticket *t, const char *line)
{
    g_autofree char *over = vendors_over_phrase(t);
    return strcmp(line, over) == 0;
}

gboolean vendors_tell(Desk *d, const Ticket *t, const ConfigContact *c, const char *line, GError **err)
{
    if (!is_for_vendors(t, line))
        return TRUE;
    Outgoing o = outgoing_to_contact(d, t, c, "line");
    g_autofree char *subject = subject_of(d, t, c, o.language), *tag = view_tag(t);
    o.subject = subject;
    json_t *view = json_pack("{s:s, s:{s:s, s:s, s:b}}", "line", line, "ticket", "queue", t->queue, "tag", tag, "own", 1); /* of no customer */
    if (!c->vendor->withhold)
        set(json_object_get(view, "ticket"), "subject", t->subject);
    gboolean ok = outgoing_send(d, &o, view, err);
    json_decref(view);
    return ok;
}

gboolean vendors_resolved(Desk *d, const Ticket *t, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autofree char *line = vendors_over_phrase(t);
    GError *local = NULL;
    if (g_hash_table_size(d->config->vendors) == 0)
        return TRUE;
    if (!db_select(d->db, &rows, err,
                   "select n.contact from notification n join run r on r.id = n.run_id where n.ticket_id = $1 and n.contact like 'vendor:%' and n.delivered_at is not null"
                   " group by n.contact having sum(case when r.ended_at is null then 1 else 0 end) = 0 order by n.contact", "i", t->id))
        return FALSE;
    while (db_next(rows, &local))
        if (desk_contact(d, db_text(rows, 0)) != NULL && !digest_line(d, t, NULL, db_text(rows, 0), line, err))
            return FALSE;
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* ---- his answers ---- */

gboolean vendors_answered(Desk *d, const Ticket *t, const ConfigContact *c, const char *text, gint64 message, GError **err)
{
    g_autofree char *said = wrap_clip(text, TOLD_BYTES), *tag = view_tag(t);
    g_autofree char *words = phrase_make("{who} writes: {text}", "who", c->full_name, "text", said, NULL);
    g_autofree char *way = phrase_make("To answer, write to {address}, with {tag} in the subject.", "address", c->email[0], "tag", tag, NULL);
    g_autofree char *line = g_strconcat(words, "\n\n", way, NULL);
    return deadlines_vendor_answered(d, t, c->name, d->now, message, err)
           && db_run(d->db, err,
                     "update notification set outcome = $3, outcome_at = $4 where ticket_id = $1 and contact = $2 and delivered_at is not null", "isst", t->id,
                     c->name, PHRASE("answered"), d->now)
           && tell_worker(d, t, line, err) && desk_audit(d, t->id, err, "vendor-answer", "vendor=%s message=%" G_GINT64_FORMAT, c->name, message);
}

gboolean vendors_colleague(Desk *d, const Ticket *t, const char *address, const ConfigContact **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    *ret = NULL;
    if (g_hash_table_size(d->config->vendors) == 0)
        return TRUE;
    if (!db_select(d->db, &rows, err, "select distinct contact from notification where ticket_id = $1 and contact like 'vendor:%'", "i", t->id))
        return FALSE;
    while (db_next(rows, &local)) {
        const ConfigContact *c = desk_contact(d, db_text(rows, 0));
        for (char **own = c != NULL ? c->email : NULL; own != NULL && *own != NULL && *ret == NULL; own++)
            if (freemail_are_colleagues(address, *own) && (t->requester == NULL || !freemail_are_colleagues(address, t->requester)))
                *ret = c;
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean vendors_late(Desk *d, const Ticket *t, const ClockRow *c, GError **err)
{
    const ConfigContact *vendor = desk_contact(d, c->queue);
    g_autofree char *within = duration_format(c->clock.duration);
    g_autofree char *line = phrase_make(c->clock.target == TARGET_RESPOND ? PHRASE("{who} has not answered within {time}. Please ask again, or go on without.")
                                                                          : PHRASE("{who} has not solved it within {time}. Please ask again, or go on without."),
                                        "who", vendor != NULL ? vendor->full_name : c->queue, "time", within, NULL);
    return tell_worker(d, t, line, err);
}
