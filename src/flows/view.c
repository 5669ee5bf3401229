/* view: facts as JSON for templates and scripts. Sentences belong in templates; here are values, times and durations. */
#include "flows/view.h"

#include <string.h>

#include "base/error.h"

#include "rules/command.h"
#include "rules/phrase.h"
#include "rules/wrap.h"

#include "store/clocks.h"
#include "store/messages.h"

#include "flows/causes.h"
#include "flows/maintenance.h"
#include "flows/ownticket.h"
#include "flows/people.h"
#include "flows/policies.h"
#include "flows/tried.h"
#include "flows/vendors.h"

#include "base/banned.h"

#define HEADLINE 60 /* characters of a first line that need not fit with another */
#define EXCERPT 5   /* lines of the requester's newest text */

/* ---- jansson for rules/template ---- */

static const void *member(const void *value, const char *key) { return json_object_get(value, key); }
static gssize length(const void *value) { return json_is_array((const json_t *)value) ? (gssize)json_array_size(value) : -1; }
static const void *item(const void *value, gsize index) { return json_array_get(value, index); }

static gboolean is_true(const void *value)
{
    const json_t *v = value;
    if (v == NULL || json_is_false(v) || json_is_null(v))
        return FALSE;
    if (json_is_array(v))
        return json_array_size(v) > 0;
    return !json_is_string(v) || json_string_length(v) > 0;
}

static char *text(const void *value)
{
    const json_t *v = value;
    if (json_is_string(v))
        return g_strdup(json_string_value(v));
    if (v == NULL || json_is_null(v))
        return g_strdup("");
    char *dumped = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    char *copy = g_strdup(dumped);
    free(dumped);
    return copy;
}

const TemplateValues view_template_values = {member, length, item, is_true, text};

/* ---- small parts ---- */

char *view_time(const Zone *zone, Instant t, Instant now)
{
    static const char *const days[] = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    Civil c = zone_civil(zone, t), n = zone_civil(zone, now);
    gint64 day = zone_day_number(c.year, c.month, c.day), today = zone_day_number(n.year, n.month, n.day);
    if (day == today)
        return g_strdup_printf("%02d:%02d", c.hour, c.minute);
    if (ABS(day - today) < 7)
        return g_strdup_printf("%s %02d:%02d", days[zone_weekday(day)], c.hour, c.minute);
    g_autofree char *human = zone_format_human(zone, t);
    char *zone_at = strrchr(human, ' ');
    return g_strndup(human, (gsize)(zone_at - human));
}

char *view_date(const Zone *zone, Instant t)
{
    static const char *const days[] = {"", PHRASE("Monday"), PHRASE("Tuesday"), PHRASE("Wednesday"), PHRASE("Thursday"), PHRASE("Friday"), PHRASE("Saturday"),
                                       PHRASE("Sunday")};
    static const char *const months[] = {"", PHRASE("January"), PHRASE("February"), PHRASE("March"), PHRASE("April"), PHRASE("May"), PHRASE("June"), PHRASE("July"),
                                         PHRASE("August"), PHRASE("September"), PHRASE("October"), PHRASE("November"), PHRASE("December")};
    Civil c = zone_civil(zone, t);
    int weekday = zone_weekday(zone_day_number(c.year, c.month, c.day));
    g_autofree char *day = g_strdup_printf("%d", c.day), *time = g_strdup_printf("%02d:%02d", c.hour, c.minute);
    return phrase_make("{weekday:phrase} {day} {month:phrase}, {time} ({zone})", "weekday", days[weekday], "day", day, "month", months[c.month], "time", time, "zone",
                       zone_abbreviation(zone, t), NULL);
}

char *view_tag(const Ticket *t) { return g_strdup_printf("[%s #%" G_GINT64_FORMAT "]", t->queue, t->id); }

static void set(json_t *object, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(object, key, json_string(value));
}

void view_set_time(json_t *object, const char *key, const Zone *zone, Instant t, Instant now)
{
    if (t == INSTANT_NONE)
        return;
    g_autofree char *human = view_time(zone, t, now), *exact = zone_format_rfc3339(zone, t), *exact_key = g_strconcat(key, "_exact", NULL);
    set(object, key, human);
    set(object, exact_key, exact);
}

/* At most `max` characters, cut at a character with an ellipsis. */
static char *cut(const char *s, gsize max)
{
    if ((gsize)g_utf8_strlen(s, -1) <= max)
        return g_strdup(s);
    g_autofree char *head = g_utf8_substring(s, 0, (glong)max - 1);
    return g_strconcat(g_strchomp(head), "…", NULL);
}

json_t *view_lines(const char *text_in, int max, gsize width)
{
    json_t *lines = json_array();
    g_autofree char *wrapped = wrap_text(text_in == NULL ? "" : text_in, (int)width);
    g_auto(GStrv) split = g_strsplit(wrapped, "\n", max * 4 + 1);
    for (guint i = 0; split[i] != NULL && json_array_size(lines) < (gsize)max; i++) {
        if (*g_strstrip(split[i]) == '\0')
            continue;
        g_autofree char *line = cut(split[i], width);
        json_array_append_new(lines, json_string(line));
    }
    return lines;
}

/* ---- the ticket ---- */

/* The mark of an exercise is ours, and so in the reader's language. */
static void set_subject(json_t *o, const Ticket *t)
{
    g_autofree char *mark = phrase_make(PHRASE("EXERCISE"), NULL), *marked = g_strdup_printf("%s: %s", mark, tickets_bare_subject(t));
    set(o, "subject", t->is_drill ? marked : t->subject);
}

static json_t *view_clock(const Desk *d, const ClockRow *c, const Zone *zone)
{
    json_t *o = json_object();
    const TicketClock *k = &c->clock;
    Instant due = k->due_at;
    g_autofree char *duration = duration_format(k->duration);
    set(o, "target", policy_target_name(k->target));
    json_object_set_new(o, policy_target_name(k->target), json_true());
    set(o, "queue", c->queue);
    set(o, "state", ticketclock_state_name(k->state));
    set(o, "duration", duration);
    set(o, "calendar", c->calendar);
    view_set_time(o, "at", zone, due, d->now);
    view_set_time(o, "met", zone, k->met_at, d->now);
    json_object_set_new(o, "breached", json_boolean(k->breached_at != INSTANT_NONE || (k->state == CLOCK_RUNNING && due <= d->now)));
    if (due != INSTANT_NONE && k->state == CLOCK_RUNNING) {
        Seconds apart = ABS(due - d->now);
        g_autofree char *left = apart < 60 ? g_strdup("under 1 min") : duration_format_human(apart);
        set(o, "left", left);
        json_object_set_new(o, "now", json_boolean(apart < 60));
        json_object_set_new(o, "late", json_boolean(due <= d->now));
    }
    return o;
}

/* What runs before what does not, and there what is due first; else as they began. */
static int by_due(gconstpointer a, gconstpointer b)
{
    const ClockRow *x = *(const ClockRow *const *)a, *y = *(const ClockRow *const *)b;
    gboolean runs = x->clock.state == CLOCK_RUNNING;
    if (runs != (y->clock.state == CLOCK_RUNNING))
        return runs ? -1 : 1;
    if (runs && x->clock.due_at != y->clock.due_at)
        return x->clock.due_at < y->clock.due_at ? -1 : 1;
    return x->clock.id < y->clock.id ? -1 : 1;
}

static gboolean add_clocks(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    json_t *all = json_array(), *due = json_array();
    json_object_set_new(o, "clocks", all);
    json_object_set_new(o, "due", due);
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    g_ptr_array_sort(clocks, by_due);
    for (guint i = 0; i < clocks->len; i++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        json_t *one = view_clock(d, c, zone);
        json_array_append_new(all, one);
        if (c->clock.state == CLOCK_RUNNING && !vendors_is_clock(c))
            json_array_append(due, one);
    }
    return TRUE;
}

json_t *view_ticket(Desk *d, const Ticket *t, const Zone *zone, GError **err)
{
    json_t *o = json_object();
    const ConfigContact *owner = desk_contact(d, t->owner);
    g_autofree char *tag = view_tag(t), *severity = g_strdup_printf("S%d", t->severity + 1);
    json_object_set_new(o, "id", json_integer(t->id));
    set(o, "tag", tag);
    set(o, "queue", t->queue);
    g_autofree char *state = phrase_make(tickets_state_name(t->state), NULL);
    set(o, "state", tickets_state_name(t->state));
    set(o, "state_word", state);
    set(o, "severity", severity);
    set(o, "category", t->category);
    set(o, "service", t->service);
    set_subject(o, t);
    set(o, "requester", t->requester);
    set(o, "requester_name", t->requester_name != NULL ? t->requester_name : t->requester);
    const Customer *customer = d->customers != NULL && t->requester != NULL ? customers_find(d->customers, t->requester) : NULL;
    set(o, "customer", customer != NULL ? customers_value(customer, "name") : NULL);
    set(o, "segment", customer != NULL ? customers_value(customer, "segment") : NULL);
    set(o, "language", t->language);
    json_object_set_new(o, "operational", json_boolean(t->is_operational));
    json_object_set_new(o, "drill", json_boolean(t->is_drill));
    set(o, "owner", t->owner);
    set(o, "owner_name", owner != NULL ? owner->full_name : t->owner);
    set(o, "owner_phone", owner != NULL ? owner->phone : NULL);
    set(o, "impact", t->impact);
    set(o, "next", t->next_text);
    set(o, "cause", t->cause);
    set(o, "resolution", t->resolution);
    set(o, "prevention", t->prevention);
    view_set_time(o, "opened", zone, t->opened_at, d->now);
    view_set_time(o, "resolved", zone, t->resolved_at, d->now);
    view_set_time(o, "contained", zone, t->contained_at, d->now);
    view_set_time(o, "next_until", zone, t->next_until_at, d->now);
    view_set_time(o, "wait_until", zone, t->wait_until_at, d->now);
    set(o, "waiting_for", t->waiting_for);
    set(o, "zone", zone_abbreviation(zone, d->now));
    Instant silent = INSTANT_NONE;
    gboolean is_nobodys = FALSE, knows = maintenance_until(d, t->queue, &silent, err) && ownticket_is_nobodys(d, t, &is_nobodys, err);
    view_set_time(o, "maintenance", zone, silent, d->now);
    json_object_set_new(o, "own", json_boolean(is_nobodys && !t->is_operational));
    if (!knows || !add_clocks(d, t, zone, o, err)) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* ---- the escalation mail ---- */

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

/* What happens if nobody answers: when, and who is told then. */
static void add_otherwise(Desk *d, const Ticket *t, const ConfigQueue *queue, const Policy *policy, const LadderPage *p, const Zone *zone, json_t *o)
{
    const PolicyLevel *level = g_ptr_array_index(policy->levels, (guint)p->level - 1);
    const char *name = level->calendar != NULL ? level->calendar : policy->calendar != NULL ? policy->calendar : queue->calendar;
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
            set(o, "last_queue", policy->exhausted_queue);
        return;
    }
    const PolicyLevel *next = g_ptr_array_index(policy->levels, (guint)p->level);
    g_autoptr(GPtrArray) people = people_of(d, t, queue, next->notify);
    g_autofree char *names = people_phrase(d, people);
    g_autofree char *nobody = phrase_make(PHRASE("the next level"), NULL);
    set(o, "next_people", *names != '\0' ? names : nobody);
    const char *next_name = next->calendar != NULL ? next->calendar : policy->calendar != NULL ? policy->calendar : queue->calendar;
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
        set(o, "excerpt_by", db_text(rows, 2));
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
                   "select new_text, received_at from message where ticket_id = $1 and direction = 'in' and contact is not null and is_note = 0"
                   " order by id desc limit 1", "i", t->id))
        return FALSE;
    if (db_next(rows, &local)) {
        json_t *line = view_lines(command_behind_marked(db_text(rows, 0)), 1, 50);
        view_set_time(o, "done_at", zone, db_instant(rows, 1), d->now);
        set(o, "done", json_string_value(json_array_get(line, 0)));
        json_decref(line);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* "Kim Lee: 40 users cannot order", else in his own words: the subject stands above it already. */
static gboolean add_headline(Desk *d, const Ticket *t, gsize max, json_t *o, GError **err)
{
    const char *who = t->requester_name != NULL ? t->requester_name : t->requester;
    g_autofree char *name = who != NULL ? cut(who, 24) : phrase_make(PHRASE("a customer"), NULL), *text = NULL, *none = phrase_make(PHRASE("(no subject)"), NULL);
    if (!db_text_value(d->db, &text, err, "select new_text from message where ticket_id = $1 and direction = 'in' and is_note = 0 order by id limit 1", "i", t->id))
        return FALSE;
    g_autofree char *gist = t->impact == NULL && text != NULL ? wrap_gist(text) : NULL;
    gboolean is_nobodys = FALSE;
    if (!ownticket_is_nobodys(d, t, &is_nobodys, err))
        return FALSE;
    if (is_nobodys && !t->is_operational) { /* nobody says it */
        g_autofree char *own = cut(t->is_drill ? tickets_bare_subject(t) : t->subject, max), *mark = phrase_make(PHRASE("EXERCISE"), NULL);
        g_autofree char *marked = g_strdup_printf("%s: %s", mark, own);
        set(o, "headline", t->is_drill ? marked : own);
        return TRUE;
    }
    gsize used = (gsize)g_utf8_strlen(name, -1) + 4;
    g_autofree char *said = gist == NULL ? NULL : cut(gist, max > used + 8 ? max - used : 8);
    g_autofree char *whole = said != NULL ? g_strdup_printf("%s: \"%s\"", name, said)
                                          : g_strdup_printf("%s: %s", name, t->impact != NULL ? t->impact : *t->subject != '\0' ? tickets_bare_subject(t) : none);
    g_autofree char *head = said != NULL || phrase_is_in(whole) ? g_strdup(whole) : cut(whole, max);
    set(o, "headline", head);
    return TRUE;
}

/* The ticket that an operations ticket is about; itself for any other. */
static gboolean load_about(Desk *d, const Ticket *t, Ticket **ret, GError **err)
{
    *ret = NULL;
    return !t->is_operational || t->linked_id == 0 || tickets_load(d->db, t->linked_id, ret, err);
}

/* Of a ticket that nobody took what its customer waits for, and that he waits no more once it is over: then only the silence is left to look into. */
static gboolean add_matter_headline(Desk *d, const Ticket *t, const Ticket *about, gsize max, json_t *o, GError **err)
{
    if (about == NULL || about->state < TICKET_RESOLVED)
        return add_headline(d, about != NULL ? about : t, max, o, err);
    g_autofree char *tag = view_tag(about), *text = cut(tickets_bare_subject(about), max > 40 ? max - 28 : 12);
    g_autofree char *line = phrase_make("{ticket} is {state:phrase}: {text}", "ticket", tag, "state", tickets_state_name(about->state), "text", text, NULL);
    set(o, "headline", line);
    return TRUE;
}

gboolean view_arrival(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(Ticket) about = NULL;
    if (!add_headline(d, t, HEADLINE, o, err) || !load_about(d, t, &about, err))
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
    if (!load_about(d, t, &about, err))
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
    set(o, "severity_title", d->config->severities[t->severity].title);
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
    set(o, "policy", r->policy);
    g_autofree char *because = NULL;
    if (!causes_beside_clocks(d, r->id, &because, err)) {
        json_decref(o);
        return NULL;
    }
    set(o, "because", because);
    json_object_set_new(o, "level", json_integer(p->level));
    json_object_set_new(o, "levels", json_integer(policy->levels->len));
    json_object_set_new(o, "try", json_integer(p->attempt));
    json_object_set_new(o, "again", json_boolean(p->attempt > 1));
    set(o, "reader", reader->full_name);
    set(o, "role", reader->roles != NULL ? reader->roles[0] : NULL);
    set(o, p->kind == PAGE_HANDOFF ? "shift_of" : "instead_of", absent != NULL ? absent->full_name : instead_of);
    set(o, "authority", level->authority);
    if (level->quorum > 1)
        add_quorum(d, t, queue, level, o);
    add_severities(d, t, o);
    set(o, "bridge", policy->bridge);
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
