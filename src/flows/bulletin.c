/* bulletin: facts to lines, lines to a mail. It must never be the only way that something is told: all of it is logged or in the daily mail
 * too. */
#include "flows/bulletin.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/utf8.h"

#include "rules/phrase.h"

#include "store/facts.h"

#include "flows/notify.h"
#include "flows/people.h"

#include "base/banned.h"

#define WEEK ((Seconds)7 * 86400)

gboolean bulletin_send(Desk *d, const ConfigQueue *queue, const char *contact, const char *title, const GPtrArray *lines, GError **err)
{
    json_t *view = json_object(), *shown = json_array();
    for (guint i = 0; i < lines->len && i < BULLETIN_LINES; i++)
        json_array_append_new(shown, json_string(g_ptr_array_index(lines, i)));
    if (lines->len > BULLETIN_LINES) {
        g_autofree char *count = g_strdup_printf("%u", lines->len - BULLETIN_LINES), *more = phrase_make("… and {count} more: the log has them", "count", count, NULL);
        json_array_append_new(shown, json_string(more));
    }
    json_object_set_new(view, "queue", json_string(queue->name));
    g_autofree char *made = phrase_is_in(title) ? g_strdup(title) : phrase_make(title, NULL);
    json_object_set_new(view, "title", json_string(made));
    json_object_set_new(view, "lines", shown);
    g_autofree char *subject = g_strdup_printf("[%s] %s", queue->name, made);
    gboolean ok = notify_report(d, queue, contact, "notice", subject, view, err);
    json_decref(view);
    return ok;
}

gboolean bulletin_to_all_leads(Desk *d, const char *title, const GPtrArray *lines, GError **err)
{
    g_autoptr(GPtrArray) told = g_ptr_array_new();
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        if (queue->lead == NULL || g_ptr_array_find_with_equal_func(told, queue->lead, g_str_equal, NULL))
            continue;
        g_ptr_array_add(told, queue->lead);
        if (!bulletin_send(d, queue, queue->lead, title, lines, err))
            return FALSE;
    }
    return TRUE;
}

gboolean bulletin_to_leads(Desk *d, const char *title, const GPtrArray *lines, GError **err)
{
    return db_begin(d->db, err) && db_end(d->db, bulletin_to_all_leads(d, title, lines, err), err);
}

/* ---- files that run dry ---- */

static void dry_calendars(const Desk *d, GPtrArray *lines)
{
    GHashTableIter it;
    gpointer name, value;
    g_hash_table_iter_init(&it, d->calendars);
    while (g_hash_table_iter_next(&it, &name, &value)) {
        const ConfigCalendar *c = g_hash_table_lookup(d->config->calendars, name);
        calendar_dry(value, d->now, c != NULL ? c->max_age : (Duration){0}, lines);
    }
}

static void dry_rota(const Desk *d, const char *name, GPtrArray *lines)
{
    const ConfigRota *r = g_hash_table_lookup(d->config->rotas, name);
    const Rota *rota = g_hash_table_lookup(d->rotas, name);
    if (rota != NULL)
        rota_dry(rota, d->now, r != NULL ? r->max_age : (Duration){0}, lines);
}

void bulletin_dry(const Desk *d, GPtrArray *lines)
{
    GHashTableIter it;
    gpointer name;
    dry_calendars(d, lines);
    g_hash_table_iter_init(&it, d->rotas);
    while (g_hash_table_iter_next(&it, &name, NULL))
        dry_rota(d, name, lines);
    g_ptr_array_sort(lines, utf8_order); /* tables have no order */
}

/* Only one whose files are at their end can be closed for good; to find no opening in fifty years takes time. */
static gboolean is_closed_for_good(const Desk *d, Calendar *calendar)
{
    g_autoptr(GPtrArray) dry = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) why = NULL;
    Instant next;
    calendar_dry(calendar, d->now, (Duration){0}, dry);
    return dry->len > 0 && !calendar_next(calendar, d->now, &next, &why) && why->code == ERROR_LIMIT;
}

static char *closed_line(const char *name) { return phrase_make("calendar '{name}': is closed for good: tickets on it get no deadline, and nobody is asked", "name", name, NULL); }

void bulletin_closed(const Desk *d, GPtrArray *lines)
{
    GHashTableIter it;
    gpointer name, value;
    g_hash_table_iter_init(&it, d->calendars);
    while (g_hash_table_iter_next(&it, &name, &value))
        if (is_closed_for_good(d, value))
            g_ptr_array_add(lines, closed_line(name));
    g_ptr_array_sort(lines, utf8_order);
}

const ConfigQueue *bulletin_queue(const Desk *d, const char *rota)
{
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        const Policy *policy = desk_policy(d, queue->policy);
        if (policy != NULL && policy_names_rota(policy, rota))
            return queue;
    }
    return d->config->queue_order->len > 0 ? g_ptr_array_index(d->config->queue_order, 0) : NULL;
}

static gboolean was_told(Desk *d, const char *fact, gboolean *ret, GError **err)
{
    Instant at;
    if (!facts_number(d->db, fact, 0, &at, err))
        return FALSE;
    *ret = at > d->now - WEEK;
    return TRUE;
}

static gboolean tell_owner(Desk *d, const ConfigRota *r, const GPtrArray *lines, GError **err)
{
    const ConfigQueue *queue = bulletin_queue(d, r->name);
    g_autofree char *fact = g_strconcat("dry:", r->name, NULL);
    g_autofree char *title = phrase_make("Rota {rota} needs new dates", "rota", r->name, NULL);
    g_autoptr(GPtrArray) who = g_ptr_array_new();
    gboolean told = FALSE;
    if (queue == NULL || !was_told(d, fact, &told, err) || told)
        return queue == NULL || told;
    g_ptr_array_add(who, r->owner);
    g_autoptr(GPtrArray) owners = people_of(d, NULL, queue, who);
    for (guint i = 0; i < owners->len; i++)
        if (!bulletin_send(d, queue, g_ptr_array_index(owners, i), title, lines, err))
            return FALSE;
    return facts_set_number(d->db, fact, d->now, err);
}

/* Its daily mail waits for an opening, too, which does not come. */
static gboolean tell_closed(Desk *d, const ConfigQueue *queue, GError **err)
{
    g_autofree char *fact = g_strconcat("closed:", queue->name, NULL), *title = phrase_make("No deadlines any more in {queue}", "queue", queue->name, NULL);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    gboolean told = FALSE;
    if (!was_told(d, fact, &told, err) || told)
        return told;
    g_ptr_array_add(lines, closed_line(queue->calendar));
    return bulletin_send(d, queue, queue->lead, title, lines, err) && facts_set_number(d->db, fact, d->now, err);
}

static gboolean closed_pass(Desk *d, GError **err)
{
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        if (queue->lead != NULL && is_closed_for_good(d, desk_calendar(d, queue->calendar))
            && (!db_begin(d->db, err) || !db_end(d->db, tell_closed(d, queue, err), err)))
            return FALSE;
    }
    return TRUE;
}

gboolean bulletin_dry_pass(Desk *d, GError **err)
{
    GHashTableIter it;
    gpointer value;
    if (!closed_pass(d, err))
        return FALSE;
    g_hash_table_iter_init(&it, d->config->rotas);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const ConfigRota *r = value;
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
        if (r->owner == NULL)
            continue;
        dry_rota(d, r->name, lines);
        if (lines->len == 0)
            continue;
        if (!db_begin(d->db, err) || !db_end(d->db, tell_owner(d, r, lines, err), err))
            return FALSE;
    }
    return TRUE;
}
