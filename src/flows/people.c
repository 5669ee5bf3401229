/* people: resolves names at the moment of sending. A name that the configuration no longer has resolves to nobody. */
#include "flows/people.h"

#include <string.h>

#include "base/log.h"

#include "rules/phrase.h"

#include "store/runs.h"

#include "flows/policies.h"

#include "base/banned.h"

#define PEOPLE_NAMED 3 /* in a line; of more, their number */
#define ROTA_REACH ((Seconds)30 * 86400)

static void add(GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(g_ptr_array_index(names, i), name) == 0)
            return;
    g_ptr_array_add(names, g_strdup(name));
}

static gboolean has_role(const ConfigContact *c, const char *role)
{
    return c->roles != NULL && g_strv_contains((const char *const *)c->roles, role);
}

static gboolean contains(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(g_ptr_array_index(names, i), name) == 0)
            return TRUE;
    return FALSE;
}

/* Contacts with the role within `among`, or with NULL all of them, in the order of the configuration. */
static void add_role(const Desk *d, const char *role, const GPtrArray *among, GPtrArray *names)
{
    for (guint i = 0; i < d->config->contact_order->len; i++) {
        const ConfigContact *c = g_ptr_array_index(d->config->contact_order, i);
        if (has_role(c, role) && (among == NULL || contains(among, c->name)))
            add(names, c->name);
    }
}

static void add_who(Desk *d, const Ticket *ticket, const ConfigQueue *queue, const Who *who, const GPtrArray *team, GPtrArray *names);

/* Adds who is on duty; whether there is anybody. */
static gboolean add_duty(Desk *d, const char *name, GPtrArray *names)
{
    Rota *rota = g_hash_table_lookup(d->rotas, name);
    g_autoptr(GPtrArray) duty = NULL;
    g_autoptr(GError) err = NULL;
    if (rota == NULL || !rota_on_duty(rota, d->now, &duty, &err)) {
        log_error("rota", err);
        return FALSE;
    }
    for (guint i = 0; i < duty->len; i++)
        add(names, g_ptr_array_index(duty, i));
    return duty->len > 0;
}

/* A rota may fall back on a rota, and that on another: as many steps as there are rotas, for they may form a ring. */
static void add_rota(Desk *d, const Ticket *ticket, const ConfigQueue *queue, const char *name, const GPtrArray *team, GPtrArray *names)
{
    for (guint left = g_hash_table_size(d->config->rotas); left > 0 && !add_duty(d, name, names); left--) {
        const ConfigRota *config = g_hash_table_lookup(d->config->rotas, name);
        const Who *fallback = config == NULL ? NULL : config->fallback;
        if (fallback == NULL)
            return;
        if (fallback->kind != WHO_ROTA) {
            add_who(d, ticket, queue, fallback, team, names);
            return;
        }
        name = fallback->name;
    }
}

/* Of several managers the first who has to do with the queue, else the first. */
static const char *manager_in(Desk *d, const ConfigContact *contact, const ConfigQueue *queue)
{
    for (char **name = contact->manager; contact->manager[1] != NULL && *name != NULL; name++) {
        const ConfigContact *manager = desk_contact(d, *name);
        if (manager != NULL && people_is_of_queue(d, manager, queue))
            return *name;
    }
    return contact->manager[0];
}

static void add_manager(Desk *d, const Ticket *ticket, const ConfigQueue *queue, GPtrArray *names)
{
    const ConfigContact *owner = ticket == NULL ? NULL : desk_contact(d, ticket->owner);
    if (owner != NULL && owner->manager != NULL && owner->manager[0] != NULL)
        add(names, manager_in(d, owner, queue));
    else if (queue->lead != NULL)
        add(names, queue->lead);
}

static void add_group(Desk *d, const char *name, GPtrArray *names)
{
    const ConfigGroup *g = g_hash_table_lookup(d->config->groups, name);
    gboolean any = FALSE;
    for (guint i = 0; g != NULL && g->members != NULL && g->members[i] != NULL; i++) {
        add(names, g->members[i]);
        any = any || people_is_available(d, g->members[i], FALSE, d->now);
    }
    if (g != NULL && !any && g->lead != NULL) /* nobody of it is there */
        add(names, g->lead);
}

static void add_vendor(const Desk *d, const char *vendor, GPtrArray *names)
{
    g_autofree char *contact = g_strconcat("vendor:", vendor, NULL);
    if (desk_contact(d, contact) != NULL)
        add(names, contact);
}

/* Who owns the service that the ticket is about; its backup where nobody of them is there. */
static void add_service_owner(Desk *d, const Ticket *ticket, const ConfigQueue *queue, const GPtrArray *team, GPtrArray *names)
{
    const ConfigService *s = ticket == NULL || ticket->service == NULL ? NULL : g_hash_table_lookup(d->config->services, ticket->service);
    g_autoptr(GPtrArray) owners = g_ptr_array_new_with_free_func(g_free);
    gboolean any = FALSE;
    if (s == NULL)
        return;
    add_who(d, ticket, queue, s->owner, team, owners);
    for (guint i = 0; i < owners->len; i++)
        any = any || people_is_available(d, g_ptr_array_index(owners, i), FALSE, d->now);
    for (guint i = 0; (any || s->backup == NULL) && i < owners->len; i++)
        add(names, g_ptr_array_index(owners, i));
    if (!any && s->backup != NULL)
        add(names, s->backup);
}

static void add_who(Desk *d, const Ticket *ticket, const ConfigQueue *queue, const Who *who, const GPtrArray *team, GPtrArray *names)
{
    guint before = names->len;
    switch (who->kind) {
    case WHO_CONTACT:
        if (desk_contact(d, who->name) != NULL)
            add(names, who->name);
        break;
    case WHO_ROTA:
        add_rota(d, ticket, queue, who->name, team, names);
        break;
    case WHO_ROLE:
        if (team != NULL)
            add_role(d, who->name, team, names);
        if (names->len == before)
            add_role(d, who->name, NULL, names);
        break;
    case WHO_GROUP:
        add_group(d, who->name, names);
        break;
    case WHO_MANAGER_OF_OWNER:
        add_manager(d, ticket, queue, names);
        break;
    case WHO_LEAD:
        if (queue->lead != NULL)
            add(names, queue->lead);
        break;
    case WHO_OWNER:
        if (ticket != NULL && desk_contact(d, ticket->owner) != NULL)
            add(names, ticket->owner);
        break;
    case WHO_VENDOR:
        add_vendor(d, who->name, names);
        break;
    case WHO_SERVICE_OWNER:
        add_service_owner(d, ticket, queue, team, names);
        break;
    }
}

GPtrArray *people_team(Desk *d, const Ticket *ticket, const ConfigQueue *queue)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < queue->team->len; i++)
        add_who(d, ticket, queue, g_ptr_array_index(queue->team, i), NULL, names);
    return names;
}

GPtrArray *people_readers(Desk *d, const Ticket *ticket, const ConfigQueue *queue)
{
    GPtrArray *names = people_team(d, ticket, queue);
    const ConfigContact *owner = ticket->owner != NULL && strcmp(queue->name, ticket->queue) == 0 ? desk_contact(d, ticket->owner) : NULL;
    if (owner != NULL && owner->vendor == NULL && !contains(names, owner->name))
        g_ptr_array_add(names, g_strdup(owner->name));
    return names;
}

GPtrArray *people_of(Desk *d, const Ticket *ticket, const ConfigQueue *queue, const GPtrArray *whos)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) team = people_team(d, ticket, queue);
    for (guint i = 0; i < whos->len; i++)
        add_who(d, ticket, queue, g_ptr_array_index(whos, i), team, names);
    return names;
}

/* "Ann (agent)" */
static char *with_role(const Desk *d, const char *name)
{
    const ConfigContact *c = desk_contact(d, name);
    const char *role = c->roles != NULL ? c->roles[0] : NULL;
    return role != NULL ? g_strdup_printf("%s (%s)", c->full_name, role) : g_strdup(c->full_name);
}

char *people_phrase(const Desk *d, const GPtrArray *names)
{
    g_autoptr(GString) s = g_string_new(NULL);
    const guint listed = names->len <= PEOPLE_NAMED ? names->len - MIN(names->len, 1) : PEOPLE_NAMED; /* the last stands behind an "and" */
    for (guint i = 0; i < listed; i++) {
        g_autofree char *one = with_role(d, g_ptr_array_index(names, i));
        g_string_append_printf(s, "%s%s", i > 0 ? ", " : "", one);
    }
    if (names->len > PEOPLE_NAMED) {
        g_autofree char *count = g_strdup_printf("%u", names->len - PEOPLE_NAMED);
        return phrase_make("{list} and {count} more", "list", s->str, "count", count, NULL);
    }
    g_autofree char *last = names->len > 0 ? with_role(d, g_ptr_array_index(names, listed)) : g_strdup("");
    return listed > 0 ? phrase_make("{list} and {who}", "list", s->str, "who", last, NULL) : g_steal_pointer(&last);
}

char *people_asked(Desk *d, const Ticket *t, const ConfigQueue *queue, const PolicyLevel *level)
{
    g_autoptr(GPtrArray) people = people_of(d, t, queue, level->notify);
    g_autofree char *who = people_phrase(d, people);
    return *who != '\0' ? phrase_make("For your information: this was escalated to {who:phrase}. You need do nothing.", "who", who, NULL)
                        : phrase_make("For your information: this was escalated. You need do nothing.", NULL);
}

/* Whether `contact` is one of them, or stands in for one who is away. */
static gboolean serves(Desk *d, const GPtrArray *names, const char *contact)
{
    for (guint i = 0; i < names->len; i++) {
        g_autoptr(GPtrArray) seen = g_ptr_array_new();
        for (const char *c = g_ptr_array_index(names, i); c != NULL && !contains(seen, c);) {
            if (strcmp(c, contact) == 0)
                return TRUE;
            const ConfigContact *row = people_is_available(d, c, FALSE, d->now) ? NULL : desk_contact(d, c);
            g_ptr_array_add(seen, (gpointer)c);
            c = row == NULL ? NULL : row->backup;
        }
    }
    return FALSE;
}

/* The first instant after now at which the contact is not on duty; INSTANT_NONE: he is not now. Nobody's shift is followed further than
 * the rota can be: then its end is not in sight. */
static Instant rota_shift_end(Desk *d, const char *name, const char *contact)
{
    Rota *rota = g_hash_table_lookup(d->rotas, name);
    Instant at = d->now;
    for (int changes = 0; rota != NULL && changes < 100; changes++) {
        g_autoptr(GPtrArray) duty = NULL;
        if (!rota_on_duty(rota, at, &duty, NULL))
            return INSTANT_NONE;
        if (!serves(d, duty, contact))
            return changes == 0 ? INSTANT_NONE : at;
        if (!rota_next_change(rota, at, &at, NULL) || at == INSTANT_MAX)
            return INSTANT_MAX;
    }
    return rota == NULL ? INSTANT_NONE : at;
}

Instant people_shift_end(Desk *d, const Ticket *ticket, const ConfigQueue *queue, const PolicyLevel *level, const char *contact)
{
    Instant end = INSTANT_NONE;
    g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free), team = people_team(d, ticket, queue);
    for (guint i = 0; i < level->notify->len; i++) {
        const Who *who = g_ptr_array_index(level->notify, i);
        if (who->kind == WHO_ROTA)
            end = MAX(end, rota_shift_end(d, who->name, contact)); /* INSTANT_NONE is the smallest */
        else
            add_who(d, ticket, queue, who, team, others);
    }
    return serves(d, others, contact) ? INSTANT_NONE : end;
}

/* On duty at some time within 30 days before or after now: an answer may come after the shift. */
static gboolean is_ever_on_duty(Desk *d, const char *rota_name, const char *contact)
{
    Rota *rota = g_hash_table_lookup(d->rotas, rota_name);
    g_autoptr(GArray) periods = NULL;
    if (rota == NULL || !rota_periods(rota, d->now - ROTA_REACH, d->now + ROTA_REACH, &periods, NULL))
        return FALSE;
    for (guint i = 0; i < periods->len; i++)
        if (contains(g_array_index(periods, RotaPeriod, i).names, contact))
            return TRUE;
    return FALSE;
}

gboolean people_is_member(const ConfigContact *list, const ConfigContact *who)
{
    return list != NULL && who != NULL && list->list && list->members != NULL && g_strv_contains((const char *const *)list->members, who->name);
}

/* Whether the contact is one of them, or reads a list that is. */
static gboolean is_among(const Desk *d, const GPtrArray *names, const ConfigContact *contact)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(g_ptr_array_index(names, i), contact->name) == 0 || people_is_member(desk_contact(d, g_ptr_array_index(names, i)), contact))
            return TRUE;
    return FALSE;
}

static gboolean is_of_policy(Desk *d, const ConfigContact *contact, const ConfigQueue *queue, const Policy *policy)
{
    for (guint i = 0; policy != NULL && i < policy->levels->len; i++) {
        const PolicyLevel *level = g_ptr_array_index(policy->levels, i);
        g_autoptr(GPtrArray) people = people_of(d, NULL, queue, level->notify);
        if (is_among(d, people, contact))
            return TRUE;
        for (guint k = 0; k < level->notify->len; k++) {
            const Who *who = g_ptr_array_index(level->notify, k);
            if (who->kind == WHO_ROTA && is_ever_on_duty(d, who->name, contact->name))
                return TRUE;
        }
    }
    return FALSE;
}

gboolean people_is_of_queue(Desk *d, const ConfigContact *contact, const ConfigQueue *queue)
{
    g_autoptr(GPtrArray) team = people_team(d, NULL, queue);
    return is_among(d, team, contact) || g_strcmp0(queue->lead, contact->name) == 0 || is_of_policy(d, contact, queue, desk_policy(d, queue->policy));
}

/* Whom a ladder names that rules or risks gave the ticket, or that sorts it, or who was asked in it. */
static gboolean is_of_ladders(Desk *d, const ConfigContact *contact, const Ticket *t, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    gint64 asked;
    if (queue == NULL || !policies_names(d, t, t->queue, &names, err)
        || !db_value(d->db, &asked, err, "select count(*) from notification where ticket_id = $1 and contact = $2", "is", t->id, contact->name))
        return FALSE;
    gboolean found = asked > 0;
    for (guint i = 0; i < names->len && !found; i++)
        found = is_of_policy(d, contact, queue, desk_policy(d, g_ptr_array_index(names, i)));
    return found;
}

gboolean people_is_of_ticket(Desk *d, const ConfigContact *contact, gint64 ticket)
{
    g_autoptr(GPtrArray) queues = NULL;
    g_autoptr(Ticket) t = NULL;
    g_autoptr(GError) err = NULL;
    if (!tickets_queues(d->db, ticket, &queues, &err) || !tickets_load(d->db, ticket, &t, &err)) {
        log_error("queues of a ticket", err);
        return FALSE;
    }
    if (is_of_ladders(d, contact, t, &err))
        return TRUE;
    if (err != NULL)
        log_error("ladders of a ticket", err);
    for (guint i = 0; i < queues->len; i++) {
        const ConfigQueue *q = desk_queue(d, g_ptr_array_index(queues, i));
        if (q != NULL && people_is_of_queue(d, contact, q))
            return TRUE;
    }
    return FALSE;
}

static gboolean is_open(Calendar *c, Instant at)
{
    gboolean open = TRUE;
    g_autoptr(GError) err = NULL;
    if (!calendar_is_open(c, at, &open, &err))
        log_error("calendar", err);
    return open;
}

gboolean people_is_available(Desk *d, const char *contact, gboolean hours, Instant at)
{
    Calendar *leave = g_hash_table_lookup(d->leaves, contact);
    const ConfigContact *c = desk_contact(d, contact);
    gint64 away = 0;
    g_autoptr(GError) err = NULL;
    if (leave != NULL && !is_open(leave, at))
        return FALSE;
    if (hours && c != NULL && c->calendar != NULL && !is_open(desk_calendar(d, c->calendar), at))
        return FALSE;
    if (d->db == NULL) /* a configuration that is only looked at knows of no out-of-office */
        return TRUE;
    if (!db_value(d->db, &away, &err, "select count(*) from away where contact = $1 and from_at <= $2 and until_at > $2", "st", contact, at))
        log_error("away", err);
    return away == 0;
}

gboolean people_is_overloaded(Desk *d, const char *contact, const Policy *policy, gint64 run, gboolean *ret, GError **err)
{
    gint64 open = 0;
    if (policy->max_open > 0 && !runs_open_of(d->db, contact, run, &open, err))
        return FALSE;
    *ret = policy->max_open > 0 && open >= policy->max_open;
    return TRUE;
}

gboolean people_relieved(Desk *d, const char *contact, const Policy *policy, const PolicyLevel *level, gint64 run, gint64 *ret_open, GError **err)
{
    gboolean is_overloaded = FALSE;
    *ret_open = 0;
    if (contact == NULL || desk_contact(d, contact) == NULL || !people_is_available(d, contact, level->respect_hours, d->now))
        return TRUE;
    return people_is_overloaded(d, contact, policy, run, &is_overloaded, err) && (!is_overloaded || runs_open_of(d->db, contact, run, ret_open, err));
}

gboolean people_set_away(Desk *d, const char *contact, const ConfigQueue *queue, Instant until, const char *evidence, gint64 message, GError **err)
{
    Duration three = {3, DURATION_BUSINESS_DAYS};
    Instant latest;
    if (queue == NULL || !calendar_add(desk_calendar(d, queue->calendar), d->now, three, &latest, NULL))
        latest = d->now + 3 * 86400;
    if (until == INSTANT_NONE || until <= d->now)
        until = latest;
    return db_run(d->db, err, "insert into away (contact, from_at, until_at, evidence, message_id) values ($1, $2, $3, $4, nullif($5, 0))", "sttsi",
                  contact, d->now, until, evidence, message);
}

gboolean people_set_back(Desk *d, const char *contact, GError **err)
{
    return db_run(d->db, err, "update away set until_at = $2 where contact = $1 and until_at > $2", "st", contact, d->now);
}
