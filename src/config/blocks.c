/* blocks: which block makes which struct. Named things are made even where a value in them is wrong, so that what refers to them
 * is not told as well. It must never check one thing against another: that is crossref. */
#include "config/blocks.h"

#include <string.h>

#include "base/limits.h"

#include "config/concerns.h"
#include "config/ruleterm.h"
#include "config/scoring.h"
#include "config/values.h"

#include "base/banned.h"

typedef struct {
    const char *key; /* in the configuration */
    KeysBlock block; /* of each thing in it */
    const char *title;
    const char *reserved; /* a name that means something else already */
    gsize table;          /* offset of the GHashTable * in Config */
    gpointer (*make)(Fields *f, const char *name, int line);
    void (*read)(Fields *f, const char *label, const YamlTree *key, const YamlTree *value,
                 gpointer object); /* NULL: by the table alone */
} NamedBlock;

static gpointer make_calendar(Fields *f, const char *name, int line)
{
    (void)f;
    ConfigCalendar *c = g_new0(ConfigCalendar, 1);
    c->name = g_strdup(name);
    c->hours = g_new0(char *, 1);
    c->holidays = g_new0(char *, 1);
    c->closes = g_ptr_array_new_with_free_func((GDestroyNotify)eventrule_free);
    c->opens = g_ptr_array_new_with_free_func((GDestroyNotify)eventrule_free);
    c->ignores = g_ptr_array_new_with_free_func((GDestroyNotify)eventrule_free);
    c->line = line;
    return c;
}

void blocks_calendar_free(gpointer calendar)
{
    ConfigCalendar *c = calendar;
    g_free(c->name);
    g_strfreev(c->hours);
    g_strfreev(c->holidays);
    g_free(c->timezone);
    g_ptr_array_unref(c->closes);
    g_ptr_array_unref(c->opens);
    g_ptr_array_unref(c->ignores);
    g_free(c);
}

gpointer blocks_make_contact(Fields *f, const char *name, int line)
{
    ConfigContact *c = g_new0(ConfigContact, 1);
    c->name = g_strdup(name);
    c->manager = g_new0(char *, 1);
    c->leave = g_new0(char *, 1);
    c->roles = g_new0(char *, 1);
    c->members = g_new0(char *, 1);
    c->key = g_new0(char *, 1);
    c->channels = g_new0(char *, 1);
    c->email = g_new0(char *, 1);
    c->line = line;
    g_ptr_array_add(f->config->contact_order, c);
    return c;
}

static void read_contact(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer object)
{
    ConfigContact *c = object;
    fields_read(f, KEYS_CONTACT, label, &key->at, value, c);
    if (c->full_name != NULL)
        return;
    c->full_name = g_strdup(c->name);
    c->full_name[0] = g_ascii_toupper(c->full_name[0]);
}

void blocks_contact_free(gpointer contact)
{
    ConfigContact *c = contact;
    g_free(c->name);
    g_free(c->full_name);
    g_strfreev(c->email);
    g_free(c->phone);
    g_free(c->backup);
    g_strfreev(c->manager);
    g_free(c->calendar);
    g_strfreev(c->leave);
    g_free(c->timezone);
    g_free(c->language);
    g_strfreev(c->roles);
    g_strfreev(c->members);
    g_strfreev(c->key);
    g_strfreev(c->channels);
    g_free(c);
}

static gpointer make_group(Fields *f, const char *name, int line)
{
    (void)f;
    ConfigGroup *g = g_new0(ConfigGroup, 1);
    g->name = g_strdup(name);
    g->members = g_new0(char *, 1);
    g->line = line;
    return g;
}

void blocks_group_free(gpointer group)
{
    ConfigGroup *g = group;
    g_free(g->name);
    g_strfreev(g->members);
    g_free(g->lead);
    g_free(g);
}

static gpointer make_role(Fields *f, const char *name, int line)
{
    (void)f, (void)line;
    ConfigRole *r = g_new0(ConfigRole, 1);
    r->name = g_strdup(name);
    r->may = g_new0(char *, 1);
    r->queues = g_new0(char *, 1);
    return r;
}

void blocks_role_free(gpointer role)
{
    ConfigRole *r = role;
    g_free(r->name);
    g_strfreev(r->may);
    g_strfreev(r->queues);
    g_free(r);
}

static gpointer make_rota(Fields *f, const char *name, int line)
{
    (void)f;
    ConfigRota *r = g_new0(ConfigRota, 1);
    r->name = g_strdup(name);
    r->files = g_new0(char *, 1);
    r->line = line;
    return r;
}

void blocks_rota_free(gpointer rota)
{
    ConfigRota *r = rota;
    g_free(r->name);
    g_strfreev(r->files);
    g_free(r->timezone);
    who_free(r->fallback);
    who_free(r->owner);
    g_free(r);
}

static gpointer make_plan(Fields *f, const char *name, int line)
{
    (void)f;
    ConfigPlan *p = g_new0(ConfigPlan, 1);
    p->name = g_strdup(name);
    p->match = g_ptr_array_new_with_free_func(ruleterm_attribute_free);
    p->line = line;
    return p;
}

static void read_targets(Fields *f, const char *plan, const YamlTree *key, const YamlTree *value, ConfigPlanSeverity *s)
{
    g_autofree char *label = g_strdup_printf("%s of %s", key->text, plan);
    s->given = fields_read(f, KEYS_TARGETS, label, &key->at, value, s);
    s->line = key->at.line;
    g_hash_table_insert(f->places, s, (gpointer)&key->at);
}

static void read_plan(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer object)
{
    ConfigPlan *plan = object;
    FieldsScope scope = {.block = KEYS_PLAN, .object = plan, .label = label, .at = &key->at};
    gboolean any = FALSE;
    if (!fields_is_mapping(f, value, label))
        return;
    const YamlTree *k, *v;
    for (guint i = 0; value->kind == YAML_TREE_MAPPING && i < yaml_tree_pairs(value); i++) {
        const ConfigKey *row = yaml_tree_pair(value, i, &k, &v) ? fields_take(f, &scope, k, v) : NULL;
        if (row != NULL) /* a severity; `match` is read by the table */
            read_targets(f, label, k, v, &plan->severities[row->name[1] - '1']);
        any = any || row != NULL;
    }
    if (!any && !f->sources->is_cut)
        problems_error(f->problems, &key->at, "%s has no targets, expected at least one of S1, S2, S3, S4", label);
}

void blocks_plan_free(gpointer plan)
{
    ConfigPlan *p = plan;
    for (int s = 0; s < SEVERITY_COUNT; s++)
        g_free(p->severities[s].calendar);
    g_ptr_array_unref(p->match);
    g_free(p->name);
    g_free(p);
}

/* `cadence: 2bh` for all severities, or `{S1: 1h, S2: 4bh}` for some. */
static void read_cadence(Fields *f, const char *label, const YamlTree *of, PolicyCadence *cadence)
{
    const YamlTree *value = yaml_tree_get(of, "cadence");
    g_autofree char *inner = g_strdup_printf("cadence of %s", label);
    if (value == NULL || value->is_broken)
        return;
    if (value->kind == YAML_TREE_MAPPING) {
        fields_read(f, KEYS_CADENCE, inner, &value->at, value, cadence);
        return;
    }
    const ConfigKey any = {.block = KEYS_CADENCE, .name = "cadence", .type = KEYS_DURATION, .min = 1};
    values_set(f, &any, label, value, &cadence->every[0]);
    for (int s = 1; s < SEVERITY_COUNT; s++)
        cadence->every[s] = cadence->every[0];
}

static gpointer make_policy(Fields *f, const char *name, int line)
{
    (void)f;
    Policy *p = policy_new(name);
    p->line = line;
    return p;
}

static void read_levels(Fields *f, const char *policy, const YamlTree *value, Policy *p)
{
    if (value->is_broken)
        return;
    if (value->kind != YAML_TREE_SEQUENCE || value->items->len == 0) {
        g_autofree char *what = yaml_tree_describe(value);
        problems_error(f->problems, &value->at, "'levels' of %s is %s, expected a list of at least one level", policy, what);
        return;
    }
    for (guint i = 0; i < value->items->len; i++) {
        const YamlTree *item = value->items->pdata[i];
        g_autofree char *label = g_strdup_printf("level %u of %s", i + 1, policy);
        PolicyLevel *level = policy_level_new();
        level->line = item->at.line;
        g_ptr_array_add(p->levels, level);
        fields_read(f, KEYS_LEVEL, label, &item->at, item, level);
        g_hash_table_insert(f->places, level, (gpointer)&item->at);
    }
}

static void read_policy(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer object)
{
    const YamlTree *levels = yaml_tree_get(value, "levels");
    if (!fields_read(f, KEYS_POLICY, label, &key->at, value, object))
        return;
    read_cadence(f, label, value, &((Policy *)object)->cadence);
    if (levels != NULL)
        read_levels(f, label, levels, object);
    else if (!f->sources->is_cut)
        problems_error(f->problems, &key->at, "%s has no 'levels', expected a list of at least one level", label);
}

void blocks_policy_free(gpointer policy) { policy_free(policy); }

static gpointer make_queue(Fields *f, const char *name, int line)
{
    ConfigQueue *q = g_new0(ConfigQueue, 1);
    q->name = g_strdup(name);
    q->address = g_new0(char *, 1);
    q->plans = g_new0(char *, 1);
    q->team = g_ptr_array_new_with_free_func((GDestroyNotify)who_free);
    q->line = line;
    g_ptr_array_add(f->config->queue_order, q);
    return q;
}

static void read_queue(Fields *f, const char *label, const YamlTree *key, const YamlTree *value, gpointer object)
{
    ConfigQueue *q = object;
    if (!fields_read(f, KEYS_QUEUE, label, &key->at, value, object))
        return;
    read_cadence(f, label, value, &q->cadence);
    if (q->mode == MODE_RELAY && yaml_tree_get(value, "team") == NULL)
        problems_error(f->problems, &key->at, "%s has the mode relay and no 'team', expected a list of who, like [role:agent]",
                       label);
}

void blocks_queue_free(gpointer queue)
{
    ConfigQueue *q = queue;
    g_free(q->name);
    g_strfreev(q->address);
    g_ptr_array_unref(q->team);
    who_free(q->owner);
    g_free(q->lead);
    g_strfreev(q->plans);
    g_free(q->policy);
    g_free(q->calendar);
    g_free(q->language);
    g_free(q->hours_notice);
    g_free(q->triage);
    g_free(q);
}

static const NamedBlock named_blocks[] = {
    {"calendars", KEYS_CALENDAR, "calendar", "always", G_STRUCT_OFFSET(Config, calendars), make_calendar, NULL},
    {"contacts", KEYS_CONTACT, "contact", NULL, G_STRUCT_OFFSET(Config, contacts), blocks_make_contact, read_contact},
    {"groups", KEYS_GROUP, "group", NULL, G_STRUCT_OFFSET(Config, groups), make_group, NULL},
    {"roles", KEYS_ROLE, "role", NULL, G_STRUCT_OFFSET(Config, roles), make_role, NULL},
    {"rotas", KEYS_ROTA, "rota", NULL, G_STRUCT_OFFSET(Config, rotas), make_rota, NULL},
    {"plans", KEYS_PLAN, "plan", NULL, G_STRUCT_OFFSET(Config, plans), make_plan, read_plan},
    {"policies", KEYS_POLICY, "policy", NULL, G_STRUCT_OFFSET(Config, policies), make_policy, read_policy},
    {"queues", KEYS_QUEUE, "queue", NULL, G_STRUCT_OFFSET(Config, queues), make_queue, read_queue},
    {"services", KEYS_SERVICE, "service", NULL, G_STRUCT_OFFSET(Config, services), concerns_make_service, NULL},
    {"vendors", KEYS_VENDOR, "vendor", NULL, G_STRUCT_OFFSET(Config, vendors), concerns_make_vendor, concerns_read_vendor},
    {"risks", KEYS_RISK, "risk", NULL, G_STRUCT_OFFSET(Config, risks), concerns_make_risk, concerns_read_risk},
    {"channels", KEYS_CHANNEL, "channel", "mail", G_STRUCT_OFFSET(Config, channels), concerns_make_channel, concerns_read_channel},
};

/* Whether a new thing may have that name; tells where not. */
static gboolean may_be_named(Fields *f, const NamedBlock *b, GHashTable *table, const YamlTree *key)
{
    gpointer other = g_hash_table_lookup(table, key->text);
    /* `lead` and `owner` alone are words of who-expressions: a contact of that name could not be meant */
    gboolean is_word = b->block == KEYS_CONTACT && (strcmp(key->text, "lead") == 0 || strcmp(key->text, "owner") == 0);
    if (!fields_is_name(key->text))
        problems_error(f->problems, &key->at, "%s '%.80s' is no name, expected at most 64 letters, digits, '.', '_' and '-'",
                       b->title, key->text);
    else if (is_word || (b->reserved != NULL && strcmp(key->text, b->reserved) == 0))
        problems_error(f->problems, &key->at, "the name '%s' has a meaning of its own, expected another for a %s", key->text,
                       b->title);
    else if (other != NULL) {
        g_autofree char *where = problems_place_format(fields_place(f, other));
        problems_error(f->problems, &key->at, "%s '%s' is defined twice, first at %s, expected it once", b->title, key->text,
                       where);
    } else {
        return TRUE;
    }
    return FALSE;
}

static void read_named(Fields *f, const NamedBlock *b, const YamlTree *value)
{
    GHashTable *table = G_STRUCT_MEMBER(GHashTable *, f->config, b->table);
    const YamlTree *k, *v;
    if (!fields_is_mapping(f, value, b->key))
        return;
    for (guint i = 0; value->kind == YAML_TREE_MAPPING && i < yaml_tree_pairs(value); i++) {
        if (!yaml_tree_pair(value, i, &k, &v) || !may_be_named(f, b, table, k))
            continue;
        g_autofree char *label = g_strdup_printf("%s '%s'", b->title, k->text);
        gpointer object = b->make(f, k->text, k->at.line);
        g_hash_table_insert(table, g_strdup(k->text), object);
        g_hash_table_insert(f->places, object, (gpointer)&k->at);
        if (b->read != NULL)
            b->read(f, label, k, v, object);
        else
            fields_read(f, b->block, label, &k->at, v, object);
    }
}

/* Blocks that are one struct each, and may be spread over files. */
typedef struct {
    FieldsScope top, delivery, lmtp, limits, alarm, severities;
    GHashTable *rule_names;
} Singles;

static void read_severities(Fields *f, FieldsScope *scope, const YamlTree *value)
{
    const YamlTree *k, *v;
    if (!fields_is_mapping(f, value, "severities"))
        return;
    for (guint i = 0; value->kind == YAML_TREE_MAPPING && i < yaml_tree_pairs(value); i++) {
        const ConfigKey *row = yaml_tree_pair(value, i, &k, &v) ? fields_take(f, scope, k, v) : NULL;
        g_autofree char *label = row != NULL ? g_strdup_printf("severity %s", k->text) : NULL;
        if (row == NULL)
            continue;
        ConfigSeverity *severity = &f->config->severities[row->name[1] - '1'];
        g_hash_table_insert(f->places, severity, (gpointer)&k->at);
        fields_read(f, KEYS_SEVERITY, label, &k->at, v, severity);
    }
}

/* A block of plain values; what is not given is known when all files are read. */
static void read_single(Fields *f, FieldsScope *scope, const YamlTree *value)
{
    const YamlTree *k, *v;
    if (!fields_is_mapping(f, value, scope->label))
        return;
    for (guint i = 0; value->kind == YAML_TREE_MAPPING && i < yaml_tree_pairs(value); i++)
        if (yaml_tree_pair(value, i, &k, &v))
            fields_take(f, scope, k, v);
}

static void read_block(Fields *f, Singles *singles, const char *key, const YamlTree *value)
{
    for (guint i = 0; i < G_N_ELEMENTS(named_blocks); i++)
        if (strcmp(named_blocks[i].key, key) == 0)
            read_named(f, &named_blocks[i], value);
    if (strcmp(key, "rules") == 0)
        scoring_read_rules(f, value, singles->rule_names);
    else if (strcmp(key, "customers") == 0)
        scoring_read_customers(f, value);
    else if (strcmp(key, "score") == 0)
        scoring_read_score(f, value);
    else if (strcmp(key, "severities") == 0)
        read_severities(f, &singles->severities, value);
    else if (strcmp(key, "delivery") == 0)
        read_single(f, &singles->delivery, value);
    else if (strcmp(key, "lmtp") == 0)
        read_single(f, &singles->lmtp, value);
    else if (strcmp(key, "limits") == 0)
        read_single(f, &singles->limits, value);
    else if (strcmp(key, "alarm") == 0)
        read_single(f, &singles->alarm, value);
}

static void check_alarm(Fields *f, const ConfigAlarm *a)
{
    const Place *at = g_hash_table_lookup(f->places, a);
    if (at == NULL)
        return;
    if (a->argv == NULL || a->argv[0] == NULL)
        problems_error(f->problems, at, "alarm has no 'argv', expected the program that is run");
    else if (a->argv[0][0] != '/')
        problems_error(f->problems, at, "alarm runs '%.80s', expected the path of a program from the root on", a->argv[0]);
    if (a->after.unit != DURATION_ELAPSED)
        problems_error(f->problems, at, "'after' of alarm is business time, expected an elapsed one");
    if (a->timeout.unit != DURATION_ELAPSED || a->timeout.amount > LIMIT_CHANNEL_SECONDS)
        problems_error(f->problems, at, "the timeout of alarm is business time or too long, expected at most %ds", LIMIT_CHANNEL_SECONDS);
}

void blocks_read(Fields *f)
{
    Config *c = f->config;
    Place start = {.path = c->path, .file = 1, .line = 1, .column = 1};
    Singles singles = {.top = {.block = KEYS_TOP, .object = c, .label = "the configuration", .at = &start},
                       .delivery = {.block = KEYS_DELIVERY, .object = &c->delivery, .label = "delivery", .at = &start},
                       .lmtp = {.block = KEYS_LMTP, .object = &c->lmtp, .label = "lmtp", .at = &start},
                       .limits = {.block = KEYS_LIMITS, .object = &c->limits, .label = "limits", .at = &start},
                       .alarm = {.block = KEYS_ALARM, .object = &c->alarm, .label = "alarm", .at = &start},
                       .severities = {.block = KEYS_SEVERITIES, .object = c, .label = "severities", .at = &start}};
    singles.rule_names = g_hash_table_new(g_str_hash, g_str_equal);
    const GArray *entries = f->sources->entries;
    for (guint i = 0; i < entries->len; i++) {
        const SourcesEntry *entry = &g_array_index(entries, SourcesEntry, i);
        const ConfigKey *row = fields_take(f, &singles.top, entry->key, entry->value);
        if (row == NULL)
            continue;
        if (strcmp(row->name, "delivery") == 0)
            g_hash_table_insert(f->places, &c->delivery, (gpointer)&entry->key->at);
        if (strcmp(row->name, "alarm") == 0)
            g_hash_table_insert(f->places, &c->alarm, (gpointer)&entry->key->at);
        if (strcmp(row->name, "lmtp") == 0)
            g_hash_table_insert(f->places, &c->lmtp, (gpointer)&entry->key->at);
        read_block(f, &singles, row->name, entry->value);
    }
    fields_finish(f, &singles.top);
    fields_finish(f, &singles.delivery);
    fields_finish(f, &singles.lmtp);
    fields_finish(f, &singles.limits);
    fields_finish(f, &singles.alarm);
    check_alarm(f, &c->alarm);
    if (c->delivery.user != NULL && c->delivery.tls == TLS_OPPORTUNISTIC)
        c->delivery.tls = TLS_REQUIRED; /* a password never goes over an open line */
    g_hash_table_unref(singles.rule_names);
}
