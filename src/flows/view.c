/* view: facts as JSON for templates and scripts. Sentences belong in templates; here are values, times and durations. */
#include "flows/view.h"

#include <string.h>

#include "rules/phrase.h"
#include "rules/wrap.h"

#include "store/clocks.h"

#include "flows/maintenance.h"
#include "flows/ownticket.h"
#include "flows/vendors.h"

#include "base/banned.h"

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

void view_set(json_t *object, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(object, key, json_string(value));
}

void view_set_time(json_t *object, const char *key, const Zone *zone, Instant t, Instant now)
{
    if (t == INSTANT_NONE)
        return;
    g_autofree char *human = view_time(zone, t, now), *exact = zone_format_rfc3339(zone, t), *exact_key = g_strconcat(key, "_exact", NULL);
    view_set(object, key, human);
    view_set(object, exact_key, exact);
}

char *view_cut(const char *s, gsize max)
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
        g_autofree char *line = view_cut(split[i], width);
        json_array_append_new(lines, json_string(line));
    }
    return lines;
}

/* ---- the ticket ---- */

/* The mark of an exercise is ours, and so in the reader's language. */
static void set_subject(json_t *o, const Ticket *t)
{
    g_autofree char *mark = phrase_make(PHRASE("EXERCISE"), NULL), *marked = g_strdup_printf("%s: %s", mark, tickets_bare_subject(t));
    view_set(o, "subject", t->is_drill ? marked : t->subject);
}

json_t *view_clock(const Desk *d, const ClockRow *c, const Zone *zone)
{
    json_t *o = json_object();
    const TicketClock *k = &c->clock;
    Instant due = k->due_at;
    g_autofree char *duration = duration_format(k->duration);
    view_set(o, "target", policy_target_name(k->target));
    json_object_set_new(o, policy_target_name(k->target), json_true());
    view_set(o, "queue", c->queue);
    view_set(o, "state", ticketclock_state_name(k->state));
    view_set(o, "duration", duration);
    view_set(o, "calendar", c->calendar);
    view_set_time(o, "at", zone, due, d->now);
    view_set_time(o, "met", zone, k->met_at, d->now);
    json_object_set_new(o, "breached", json_boolean(k->breached_at != INSTANT_NONE || (k->state == CLOCK_RUNNING && due <= d->now)));
    if (due != INSTANT_NONE && k->state == CLOCK_RUNNING) {
        Seconds apart = ABS(due - d->now);
        g_autofree char *left = apart < 60 ? g_strdup("under 1 min") : duration_format_human(apart);
        view_set(o, "left", left);
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
        view_set(one, "elsewhere", strcmp(c->queue, t->queue) != 0 ? c->queue : NULL);
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
    view_set(o, "tag", tag);
    view_set(o, "queue", t->queue);
    g_autofree char *state = phrase_make(tickets_state_name(t->state), NULL);
    view_set(o, "state", tickets_state_name(t->state));
    view_set(o, "state_word", state);
    view_set(o, "severity", severity);
    view_set(o, "category", t->category);
    view_set(o, "service", t->service);
    set_subject(o, t);
    view_set(o, "requester", t->requester);
    view_set(o, "requester_name", t->requester_name != NULL ? t->requester_name : t->requester);
    const Customer *customer = d->customers != NULL && t->requester != NULL ? customers_find(d->customers, t->requester) : NULL;
    view_set(o, "customer", customer != NULL ? customers_value(customer, "name") : NULL);
    view_set(o, "segment", customer != NULL ? customers_value(customer, "segment") : NULL);
    view_set(o, "language", t->language);
    json_object_set_new(o, "operational", json_boolean(t->is_operational));
    json_object_set_new(o, "drill", json_boolean(t->is_drill));
    view_set(o, "owner", t->owner);
    view_set(o, "owner_name", owner != NULL ? owner->full_name : t->owner);
    view_set(o, "owner_phone", owner != NULL ? owner->phone : NULL);
    view_set(o, "impact", t->impact);
    view_set(o, "next", t->next_text);
    view_set(o, "cause", t->cause);
    view_set(o, "resolution", t->resolution);
    view_set(o, "prevention", t->prevention);
    view_set_time(o, "opened", zone, t->opened_at, d->now);
    view_set_time(o, "resolved", zone, t->resolved_at, d->now);
    view_set_time(o, "contained", zone, t->contained_at, d->now);
    view_set_time(o, "next_until", zone, t->next_until_at, d->now);
    view_set_time(o, "wait_until", zone, t->wait_until_at, d->now);
    view_set(o, "waiting_for", t->waiting_for);
    view_set(o, "zone", zone_abbreviation(zone, d->now));
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
