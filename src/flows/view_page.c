/* view_page: what presses, who says it, what was done, what comes otherwise: as JSON for the templates of pages. In a ticket that nobody took it is told
 * of the one that it is about. */
#include "flows/view_page.h"

#include <string.h>

#include "rules/command.h"
#include "rules/gist.h"
#include "rules/phrase.h"
#include "rules/wrap.h"

#include "store/clocks.h"

#include "flows/causes.h"
#include "flows/ownticket.h"
#include "flows/people.h"
#include "flows/policies.h"
#include "flows/tried.h"
#include "flows/vendors.h"
#include "flows/view.h"

#include "base/banned.h"

#define HEADLINE 60 /* characters of a first line that need not fit with another */
#define EXCERPT 5   /* lines of the requester's newest text */

/* The clock that presses most: the latest that is late, else the next that is due. */
static const ClockRow *pressing(const GPtrArray *clocks)
{
    const ClockRow *best = NULL;
    for (guint i = 0; i < clocks->len; i++) {
        const ClockRow *c = g_ptr_array_index(clocks, i);
        if (c->clock.state == CLOCK_RUNNING && !vendors_is_clock(c) && (best == NULL || c->clock.due_at < best->clock.due_at))
            best = c;
    }
    return best;
}

static gboolean add_pressing(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    const ClockRow *c = pressing(clocks);
    if (c != NULL)
        json_object_set_new(o, "pressing", view_clock(d, c, zone));
    return TRUE;
}

/* When a level fires by its `at` or `before`, as the clocks stand; INSTANT_NONE: not by these. */
static Instant fires_at(Desk *d, const Ticket *t, const Policy *policy, int level)
{
    gint64 at;
    if (!db_value(d->db, &at, NULL, "select coalesce(min(next_at), -1) from due where what = 'at' and ticket_id = $1 and policy = $2 and level = $3", "isi",
                  t->id, policy->name, (gint64)level))
        return INSTANT_NONE;
    return at < 0 ? INSTANT_NONE : at;
}

/* Who is told with the next level, in the eyes of who reads this one: he may be of both. */
static char *told_next(Desk *d, const Ticket *t, const ConfigQueue *queue, const PolicyLevel *next, const char *reader)
{
    g_autoptr(GPtrArray) people = people_of(d, t, queue, next->notify);
    guint at;
    gboolean is_his = g_ptr_array_find_with_equal_func(people, reader, g_str_equal, &at);
    if (is_his)
        g_ptr_array_remove_index(people, at);
    if (people->len > 0)
        return people_phrase(d, people);
    return is_his ? phrase_make(PHRASE("you once more"), NULL) : phrase_make(PHRASE("the next level"), NULL);
}

/* What happens if nobody answers: when, and who is told then. */
static void add_otherwise(Desk *d, const Ticket *t, const ConfigQueue *queue, const Policy *policy, const LadderPage *p, const Zone *zone, json_t *o)
{
    const PolicyLevel *level = g_ptr_array_index(policy->levels, (guint)p->level - 1);
    const char *name = policies_calendar(policy, level, queue);
    Instant by = d->now;
    for (int i = p->attempt; i <= (p->kind == PAGE_REMINDER ? p->attempt : level->tries); i++)
        if (!calendar_add(desk_calendar(d, name), by, level->ack_within, &by, NULL))
            return;
    Instant fires = p->kind == PAGE_REMINDER || (guint)p->level >= policy->levels->len ? INSTANT_NONE : fires_at(d, t, policy, p->level + 1);
    gboolean is_sooner = fires != INSTANT_NONE && fires <= by;
    by = is_sooner ? MAX(fires, d->now) : by;
    view_set_time(o, "answer_by", zone, by, d->now);
    if (p->kind == PAGE_REMINDER) {
        json_object_set_new(o, "reminder", json_true());
        return;
    }
    if ((guint)p->level >= policy->levels->len) {
        json_object_set_new(o, "last", json_true());
        if (t->is_operational || t->is_drill)
            json_object_set_new(o, t->is_drill ? "drill_ends" : "repeats", json_true());
        else
            view_set(o, "last_queue", policy->exhausted_queue);
        return;
    }
    const PolicyLevel *next = g_ptr_array_index(policy->levels, (guint)p->level);
    g_autofree char *names = told_next(d, t, queue, next, p->contact);
    view_set(o, "next_people", names);
    const char *next_name = policies_calendar(policy, next, queue);
    if (is_sooner || next->after.amount == 0 || !calendar_add(desk_calendar(d, next_name), by, next->after, &by, NULL))
        return;
    view_set_time(o, "next_at", zone, fires != INSTANT_NONE ? MIN(fires, by) : by, d->now);
}

/* The newest words of the customer's side, in the name of whoever wrote them. What a stranger sent to one of our addresses is a note, and none of
 * them; a monitor's repetitions are notes too, but of the requester. */
static gboolean add_excerpt(Desk *d, const Ticket *t, const Zone *zone, int max, json_t *o, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    if (!db_select(d->db, &rows, err,
                   "select new_text, received_at, coalesce(nullif(from_name, ''), from_address) from message where ticket_id = $1 and direction = 'in'"
                   " and kind = 'human' and contact is null and (is_note = 0 or from_address = $2) order by id desc limit 1",
                   "is", t->id, t->requester))
        return FALSE;
    GError *local = NULL;
    if (db_next(rows, &local)) {
        json_object_set_new(o, "excerpt", view_lines(db_text(rows, 0), max, 70));
        view_set(o, "excerpt_by", db_text(rows, 2));
        view_set_time(o, "excerpt_at", zone, db_instant(rows, 1), d->now);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static gboolean add_last_answer(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select new_text, received_at, exists (select 1 from outbox o where o.ticket_id = $1 and o.answer_id = m.id and o.copy_of is null and o.state = 'failed')"
                   " from message m where ticket_id = $1 and direction = 'in' and contact is not null and is_note = 0 order by id desc limit 1", "i", t->id))
        return FALSE;
    if (db_next(rows, &local)) {
        const gboolean is_lost = db_int(rows, 2) != 0;
        g_autofree char *gist = gist_of(command_behind_marked(db_text(rows, 0))), *said = gist != NULL ? view_cut(gist, is_lost ? 30 : 50) : NULL;
        g_autofree char *lost = said != NULL && is_lost ? phrase_make("{text} (it did not arrive)", "text", said, NULL) : NULL;
        view_set_time(o, "done_at", zone, db_instant(rows, 1), d->now);
        view_set(o, "done", lost != NULL ? lost : said);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* "Kim Lee: 40 users cannot order", else in his own words: the subject stands above it already. */
static gboolean add_headline(Desk *d, const Ticket *t, gsize max, json_t *o, GError **err)
{
    const char *who = t->requester_name != NULL ? t->requester_name : t->requester;
    g_autofree char *name = who != NULL ? view_cut(who, 24) : phrase_make(PHRASE("a customer"), NULL), *text = NULL, *none = phrase_make(PHRASE("(no subject)"), NULL);
    if (!db_text_value(d->db, &text, err, "select new_text from message where ticket_id = $1 and direction = 'in' and is_note = 0 order by id limit 1", "i", t->id))
        return FALSE;
    g_autofree char *gist = t->impact == NULL && text != NULL ? gist_of(text) : NULL;
    gboolean is_nobodys = FALSE;
    if (!ownticket_is_nobodys(d, t, &is_nobodys, err))
        return FALSE;
    if (is_nobodys && !t->is_operational) { /* nobody says it */
        g_autofree char *own = view_cut(t->is_drill ? tickets_bare_subject(t) : t->subject, max), *mark = phrase_make(PHRASE("EXERCISE"), NULL);
        g_autofree char *marked = g_strdup_printf("%s: %s", mark, own);
        view_set(o, "headline", t->is_drill ? marked : own);
        return TRUE;
    }
    gsize used = (gsize)g_utf8_strlen(name, -1) + 4;
    g_autofree char *said = gist == NULL ? NULL : view_cut(gist, max > used + 8 ? max - used : 8);
    g_autofree char *whole = said != NULL ? g_strdup_printf("%s: \"%s\"", name, said)
                                          : g_strdup_printf("%s: %s", name, t->impact != NULL ? t->impact : *t->subject != '\0' ? tickets_bare_subject(t) : none);
    g_autofree char *head = said != NULL || phrase_is_in(whole) ? g_strdup(whole) : view_cut(whole, max);
    view_set(o, "headline", head);
    return TRUE;
}

/* Of a ticket that nobody took what its customer waits for, and that he waits no more once it is over: then only the silence is left to look into. */
static gboolean add_matter_headline(Desk *d, const Ticket *t, const Ticket *about, gsize max, json_t *o, GError **err)
{
    if (about == NULL || about->state < TICKET_RESOLVED)
        return add_headline(d, about != NULL ? about : t, max, o, err);
    g_autofree char *tag = view_tag(about), *text = view_cut(tickets_bare_subject(about), max > 40 ? max - 28 : 12);
    g_autofree char *line = phrase_make("{ticket} is {state:phrase}: {text}", "ticket", tag, "state", tickets_state_name(about->state), "text", text, NULL);
    view_set(o, "headline", line);
    return TRUE;
}

gboolean view_page_arrival(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(Ticket) about = NULL;
    if (!add_headline(d, t, HEADLINE, o, err) || !ownticket_about(d, t, &about, err))
        return FALSE;
    if (about == NULL)
        return TRUE;
    json_t *view = view_ticket(d, about, zone, err);
    if (view == NULL)
        return FALSE;
    json_object_set_new(o, "about", view);
    return add_matter_headline(d, t, about, HEADLINE, o, err) && add_excerpt(d, about, zone, EXCERPT, view, err);
}

/* Who waits, what he wrote, and how late: in an operations ticket those of the ticket that nobody took. */
static gboolean add_subject_matter(Desk *d, const Ticket *t, const Zone *zone, gsize headline, int excerpt, json_t *o, json_t *ticket, GError **err)
{
    g_autoptr(Ticket) about = NULL;
    if (!ownticket_about(d, t, &about, err))
        return FALSE;
    const Ticket *matter = about != NULL ? about : t;
    if (about != NULL) {
        json_t *view = view_ticket(d, about, zone, err);
        if (view == NULL)
            return FALSE;
        json_object_set_new(o, "about", view);
        static const char *const whose[] = {"requester", "requester_name", "customer", "segment"};
        for (gsize i = 0; i < G_N_ELEMENTS(whose); i++)
            if (json_object_get(view, whose[i]) != NULL)
                json_object_set(ticket, whose[i], json_object_get(view, whose[i]));
    }
    return add_matter_headline(d, t, about, headline, o, err) && add_excerpt(d, matter, zone, excerpt, o, err) && add_last_answer(d, matter, zone, o, err)
           && add_pressing(d, matter, zone, o, err) && (json_object_get(o, "pressing") != NULL || add_pressing(d, t, zone, o, err));
}

/* What each severity means, where the configuration says so: for who sorts tickets. */
static void add_severities(const Desk *d, const Ticket *t, json_t *o)
{
    json_t *list = json_array();
    for (int s = 0; s < SEVERITY_COUNT; s++) {
        const ConfigSeverity *severity = &d->config->severities[s];
        g_autofree char *name = g_strdup_printf("S%d", s + 1);
        if (severity->title != NULL || severity->example != NULL)
            json_array_append_new(list, json_pack("{s:s, s:s*, s:s*}", "name", name, "title", severity->title, "example", severity->example));
    }
    json_object_set_new(o, "severities", list);
    view_set(o, "severity_title", d->config->severities[t->severity].title);
}

/* How many must take it, where that is more than one. */
static void add_quorum(Desk *d, const Ticket *t, const ConfigQueue *queue, const PolicyLevel *level, json_t *o)
{
    g_autoptr(GPtrArray) people = people_of(d, t, queue, level->notify);
    guint wanted = MIN((guint)level->quorum, people->len);
    if (wanted > 1)
        json_object_set_new(o, "quorum", json_integer(wanted));
}

json_t *view_page(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, const ConfigContact *reader, gsize headline,
                  int excerpt, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    const Policy *policy = policies_of_run(d, r);
    const PolicyLevel *level = g_ptr_array_index(policy->levels, (guint)p->level - 1);
    const Zone *zone = desk_contact_zone(d, reader, queue);
    const ConfigContact *absent = desk_contact(d, instead_of);
    json_t *o = json_object(), *ticket = view_ticket(d, t, zone, err);
    json_object_set_new(o, "ticket", ticket == NULL ? json_null() : ticket);
    view_set(o, "policy", r->policy);
    g_autofree char *because = NULL;
    if (!causes_beside_clocks(d, r->id, &because, err)) {
        json_decref(o);
        return NULL;
    }
    view_set(o, "because", because);
    json_object_set_new(o, "level", json_integer(p->level));
    json_object_set_new(o, "levels", json_integer(policy->levels->len));
    json_object_set_new(o, "try", json_integer(p->attempt));
    json_object_set_new(o, "again", json_boolean(p->attempt > 1));
    view_set(o, "reader", reader->full_name);
    view_set(o, "role", reader->roles != NULL ? reader->roles[0] : NULL);
    view_set(o, p->kind == PAGE_HANDOFF ? "shift_of" : "instead_of", absent != NULL ? absent->full_name : instead_of);
    view_set(o, "authority", level->authority);
    if (level->quorum > 1)
        add_quorum(d, t, queue, level, o);
    add_severities(d, t, o);
    view_set(o, "bridge", policy->bridge);
    gint64 open = 0;
    g_autoptr(GPtrArray) ladders = NULL;
    gboolean is_nobodys = t->is_operational || json_is_true(json_object_get(ticket, "own"));
    gboolean ok = ticket != NULL && policies_names(d, t, t->queue, &ladders, err);
    json_object_set_new(o, "beside", json_boolean(ok && ladders->len > 1));
    json_object_set_new(o, "observe", json_boolean(queue->mode == MODE_OBSERVE && !is_nobodys));
    ok = ok && (p->kind != PAGE_ESCALATION || people_relieved(d, instead_of, policy, level, r->id, &open, err))
                  && tried_before(d, r, p, zone, o, err) && add_subject_matter(d, t, zone, headline, excerpt, o, ticket, err);
    if (open > 0) /* "you stand in for Bob, who has 5 open" */
        json_object_set_new(o, "instead_open", json_integer(open));
    add_otherwise(d, t, queue, policy, p, zone, o);
    if (ok)
        return o;
    json_decref(o);
    return NULL;
}
