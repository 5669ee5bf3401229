/* crossref: names that mean nothing, targets on the wrong clock, circles, and what an operator should be warned of. It must never
 * change the configuration. Cost is linear in its size, but for the nearest name of an unknown one, which is bounded. */
#include "config/crossref.h"

#include <string.h>

#include "base/nearest.h"

#include "config/concerns.h"
#include "config/ladders.h"
#include "config/scoring.h"

#include "base/banned.h"

#define NEAREST_MAX 1000 /* names that are compared with an unknown one */
#define FALLBACKS_MAX 20 /* rotas one after the other */

static GHashTable *table_of(const Config *c, KeysTo to, GHashTable *roles)
{
    GHashTable *const tables[KEYS_TO_COUNT] = {
        [KEYS_TO_CALENDAR] = c->calendars, [KEYS_TO_CONTACT] = c->contacts,
        [KEYS_TO_GROUP] = c->groups,       [KEYS_TO_ROLE] = roles,
        [KEYS_TO_ROTA] = c->rotas,         [KEYS_TO_PLAN] = c->plans,
        [KEYS_TO_POLICY] = c->policies,    [KEYS_TO_QUEUE] = c->queues,
        [KEYS_TO_SERVICE] = c->services,   [KEYS_TO_VENDOR] = c->vendors,
        [KEYS_TO_RISK] = c->risks,         [KEYS_TO_CHANNEL] = c->channels,
    };
    return tables[to];
}

/* NULL where the table has no name. */
static const char *nearest(GHashTable *table, const char *name)
{
    GHashTableIter it;
    gpointer key;
    guint n = 0;
    Nearest nearest = {.meant = name};
    g_hash_table_iter_init(&it, table);
    while (n++ < NEAREST_MAX && g_hash_table_iter_next(&it, &key, NULL))
        nearest_offer(&nearest, key);
    return nearest.name;
}

static void tell_undefined(Fields *f, const FieldsReference *r, GHashTable *table)
{
    if (problems_is_full(f->problems)) {
        problems_error(f->problems, &r->at, "unknown %s", keys_to_title(r->to));
        return;
    }
    const char *near = nearest(table, r->name);
    if (near == NULL)
        problems_error(f->problems, &r->at, "unknown %s '%.64s', expected one of %s: there are none", keys_to_title(r->to),
                       r->name, keys_to_block(r->to));
    else
        problems_error(f->problems, &r->at, "unknown %s '%.64s', expected one of %s: the nearest is '%s'", keys_to_title(r->to),
                       r->name, keys_to_block(r->to), near);
}

static void check_references(Fields *f)
{
    g_autoptr(GHashTable) roles = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < f->config->contact_order->len; i++) {
        const ConfigContact *c = f->config->contact_order->pdata[i];
        for (char **role = c->roles; *role != NULL; role++)
            g_hash_table_add(roles, *role);
    }
    for (guint i = 0; i < f->references->len; i++) {
        const FieldsReference *r = &g_array_index(f->references, FieldsReference, i);
        GHashTable *table = table_of(f->config, r->to, roles);
        gboolean is_built_in = (r->to == KEYS_TO_CALENDAR && strcmp(r->name, "always") == 0) || (r->to == KEYS_TO_CHANNEL && strcmp(r->name, "mail") == 0);
        if (!is_built_in && !g_hash_table_contains(table, r->name))
            tell_undefined(f, r, table);
    }
}

/* Rules 3: elapsed time is right only where it is always open. */
static void check_target(Fields *f, const ConfigPlan *plan, int severity, TargetKind t, const char *calendar, GHashTable *told)
{
    const ConfigTarget *target = &plan->severities[severity].targets[t];
    gboolean is_wrong =
        target->given && target->duration.unit == DURATION_ELAPSED && calendar != NULL && strcmp(calendar, "always") != 0;
    if (!is_wrong || !g_hash_table_add(told, (gpointer)target))
        return;
    g_autofree char *text = duration_format(target->duration);
    problems_error(
        f->problems, fields_place(f, target),
        "'%s' of S%d of plan '%s' is %s on the calendar '%s', expected business time, like 30bm, or the calendar always",
        policy_target_name(t), severity + 1, plan->name, text, calendar);
}

static void check_plan(Fields *f, const ConfigPlan *plan, const char *queue_calendar, GHashTable *told)
{
    for (int s = 0; s < SEVERITY_COUNT; s++) {
        const char *own = plan->severities[s].calendar;
        for (int t = 0; t < TARGET_COUNT; t++)
            check_target(f, plan, s, (TargetKind)t, own != NULL ? own : queue_calendar, told);
    }
}

static void check_plans(Fields *f)
{
    g_autoptr(GHashTable) told = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < f->config->queue_order->len; i++) {
        const ConfigQueue *q = f->config->queue_order->pdata[i];
        for (char **name = q->plans; *name != NULL; name++) {
            const ConfigPlan *plan = g_hash_table_lookup(f->config->plans, *name);
            if (plan != NULL)
                check_plan(f, plan, q->calendar, told);
        }
    }
    GHashTableIter it;
    gpointer plan;
    g_hash_table_iter_init(&it, f->config->plans);
    while (g_hash_table_iter_next(&it, NULL, &plan)) /* those that no queue uses */
        check_plan(f, plan, NULL, told);
}

static void check_contacts(Fields *f)
{
    for (guint i = 0; i < f->config->contact_order->len; i++) {
        const ConfigContact *c = f->config->contact_order->pdata[i];
        const Place *at = fields_place(f, c);
        if (g_strcmp0(c->backup, c->name) == 0)
            problems_error(f->problems, at, "contact '%s' is his own backup, expected another contact", c->name);
        if (g_strv_contains((const char *const *)c->members, c->name))
            problems_error(f->problems, at, "contact '%s' is a member of himself, expected other contacts", c->name);
        if (c->members[0] != NULL && !c->list)
            problems_warning(f->problems, at, "contact '%s' has members, which count only with `list: yes`", c->name);
        if (c->rsvp && c->list)
            problems_error(f->problems, at, "contact '%s' is a list and has `rsvp: yes`, expected a person", c->name);
        if (c->ack_signed && c->key[0] == NULL)
            problems_error(f->problems, at, "contact '%s' has `ack-requires: signature` and no 'key', expected files of his keys", c->name);
        if (!c->ack_signed && c->key[0] != NULL)
            problems_warning(f->problems, at, "contact '%s' has a key, which counts only with `ack-requires: signature`", c->name);
        if (c->leave[0] != NULL && c->backup == NULL)
            problems_warning(f->problems, at, "contact '%s' has leave and no backup: nobody is asked instead", c->name);
    }
}

static void check_rotas(Fields *f)
{
    GHashTableIter it;
    gpointer value;
    g_hash_table_iter_init(&it, f->config->rotas);
    while (g_hash_table_iter_next(&it, NULL, &value)) {
        const ConfigRota *first = value, *r = first;
        int steps = 0;
        while (r != NULL && r->fallback != NULL && r->fallback->kind == WHO_ROTA && ++steps <= FALLBACKS_MAX)
            r = g_hash_table_lookup(f->config->rotas, r->fallback->name);
        if (steps > FALLBACKS_MAX)
            problems_error(f->problems, fields_place(f, first), "the fallbacks of rota '%s' go in a circle, expected an end",
                           first->name);
    }
}

/* The lowest share at which a level fires by each target; 0 where it does not. */
static void shares_of(const PolicyLevel *level, int ret_percent[TARGET_COUNT])
{
    memset(ret_percent, 0, TARGET_COUNT * sizeof(int));
    for (guint i = 0; i < level->at->len; i++) {
        const LevelAt *at = &g_array_index(level->at, LevelAt, i);
        int *slot = &ret_percent[at->target];
        if (!at->is_before && (*slot == 0 || at->percent < *slot))
            *slot = at->percent;
    }
}

static void check_ladder(Fields *f, const Policy *p, const gboolean has_target[TARGET_COUNT])
{
    int below[TARGET_COUNT] = {0}, here[TARGET_COUNT];
    for (guint i = 0; i < p->levels->len; i++) {
        const PolicyLevel *level = p->levels->pdata[i];
        const Place *at = fields_place(f, level);
        shares_of(level, here);
        for (int t = 0; t < TARGET_COUNT; t++) {
            const char *name = policy_target_name((TargetKind)t);
            if (here[t] > 0 && !has_target[t])
                problems_warning(f->problems, at,
                                 "level %u of policy '%s' waits for '%s', which no plan has: it never fires by that", i + 1,
                                 p->name, name);
            if (here[t] > 0 && here[t] < below[t])
                problems_warning(f->problems, at, "level %u of policy '%s' fires at %d%% %s, before the level below it at %d%%",
                                 i + 1, p->name, here[t], name, below[t]);
            below[t] = MAX(below[t], here[t]);
        }
    }
    if (p->exhausted_queue == NULL)
        problems_warning(f->problems, fields_place(f, p),
                         "policy '%s' has no exhausted: where nobody answers, nobody else is told", p->name);
}

static void check_policies(Fields *f)
{
    GHashTableIter it;
    gpointer value;
    gboolean has_target[TARGET_COUNT] = {FALSE};
    g_hash_table_iter_init(&it, f->config->plans);
    while (g_hash_table_iter_next(&it, NULL, &value))
        for (int i = 0; i < SEVERITY_COUNT * TARGET_COUNT; i++)
            if (((const ConfigPlan *)value)->severities[i / TARGET_COUNT].targets[i % TARGET_COUNT].given)
                has_target[i % TARGET_COUNT] = TRUE;
    g_hash_table_iter_init(&it, f->config->policies);
    while (g_hash_table_iter_next(&it, NULL, &value))
        check_ladder(f, value, has_target);
}

static void check_delivery(Fields *f)
{
    const Config *c = f->config;
    const ConfigDelivery *d = &c->delivery;
    const Place *at = fields_place(f, d);
    if ((d->user == NULL) != (d->password_file == NULL))
        problems_error(f->problems, at, "delivery has only one of user and password-file, expected both or none");
    if (d->user != NULL && d->tls == TLS_OFF)
        problems_error(f->problems, at,
                       "delivery has a user and `tls: off`, expected `tls: required`: the password would be open");
    if (d->redirect_all != NULL && config_queue_by_address(c, d->redirect_all) != NULL)
        problems_error(f->problems, at, "redirect-all of delivery is a queue's address, expected one that does not come back");
}

/* A block without the socket would be a server that somebody believes in. */
static void check_lmtp(Fields *f)
{
    const ConfigLmtp *l = &f->config->lmtp;
    const Place *at = fields_place(f, l);
    if (l->listen == NULL && !problems_has_errors(f->problems))
        problems_error(f->problems, at, "lmtp has no key 'listen', expected the path of a socket or a loopback address and port");
    else if (l->listen != NULL && *l->listen != '/' && l->users != NULL)
        problems_error(f->problems, at, "lmtp has users and listens on an address, expected a Unix socket: only that says who connects");
    else if (l->listen != NULL && *l->listen != '/')
        problems_warning(f->problems, at, "lmtp listens on an address: every user of this machine can hand over mail with any sender; a Unix socket says who connects");
}

static void check_site(Fields *f)
{
    const Config *c = f->config;
    const Place start = {.path = c->path, .file = 1, .line = 1, .column = 1};
    if (c->queue_order->len == 0)
        problems_error(f->problems, &start, "the configuration has no queues, expected at least one");
    if (c->key_life.unit != DURATION_ELAPSED)
        problems_error(f->problems, &start, "key-life is business time, expected elapsed time, like 400d");
    if (c->trusted_authserv == NULL || c->trusted_authserv[0] == NULL)
        problems_warning(f->problems, &start, "no trusted-authserv: From is believed, whoever wrote it");
}

void crossref_check(Fields *f)
{
    check_references(f);
    check_plans(f);
    check_contacts(f);
    check_rotas(f);
    check_policies(f);
    ladders_check(f);
    scoring_check(f);
    concerns_check(f);
    if (fields_place(f, &f->config->delivery) != NULL)
        check_delivery(f);
    if (fields_place(f, &f->config->lmtp) != NULL)
        check_lmtp(f);
    check_site(f);
}
