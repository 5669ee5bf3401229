/* scoring: see the header. */
#include "config/scoring.h"

#include <string.h>

#include "config/blocks.h"
#include "config/ruleterm.h"

#include "base/banned.h"

void scoring_rule_free(gpointer rule)
{
    ConfigRule *r = rule;
    GRegex *patterns[] = {r->from, r->to, r->subject, r->text, r->header, r->alert.key, r->alert.closes};
    for (guint i = 0; i < G_N_ELEMENTS(patterns); i++)
        if (patterns[i] != NULL)
            g_regex_unref(patterns[i]);
    g_free(r->name);
    g_free(r->header_name);
    g_free(r->category);
    g_free(r->file);
    g_strfreev(r->policy);
    g_strfreev(r->risk);
    g_free(r->service);
    who_free(r->owner);
    g_ptr_array_unref(r->attribute);
    g_ptr_array_unref(r->history);
    g_free(r);
}

static gboolean has_any(const YamlTree *value, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        if (yaml_tree_get(value, *keys) != NULL)
            return TRUE;
    return FALSE;
}

static void read_alert(Fields *f, const YamlTree *value, const char *rule, ConfigAlert *alert)
{
    g_autofree char *label = g_strdup_printf("alert of %s", rule);
    if (!fields_read(f, KEYS_ALERT, label, &value->at, value, alert) || value->is_broken)
        return;
    gboolean has_key = yaml_tree_get(value, "key") != NULL;
    if (!has_key && yaml_tree_get(value, "heartbeat") == NULL)
        problems_error(f->problems, &value->at, "%s says nothing, expected at least one of key, heartbeat", label);
    if (!has_key && yaml_tree_get(value, "closes") != NULL)
        problems_error(f->problems, &value->at, "%s has 'closes' and no 'key', expected what tells one alert from another", label);
    if (alert->key != NULL && g_regex_get_capture_count(alert->key) == 0)
        problems_error(f->problems, &value->at, "'key' of %s has no group, expected round brackets around what names the alert", label);
}

static void read_rule(Fields *f, const YamlTree *item, guint number, GHashTable *names)
{
    static const char *const conditions[] = {"from", "to", "subject", "text", "header", "attribute", "history", "time", NULL};
    static const char *const effects[] = {"severity", "category", "owner", "policy", "risk", "service", "file", "technical", "impact", "segment", "revenue", "reputation",
                                          "escalate", "alert", NULL};
    const YamlTree *name = yaml_tree_get(item, "name");
    gboolean is_named = name != NULL && name->kind == YAML_TREE_SCALAR && !name->is_broken && name->text[0] != '\0';
    g_autofree char *label = is_named ? g_strdup_printf("rule '%.64s'", name->text) : g_strdup_printf("rule %u", number);
    ConfigRule *rule = g_new0(ConfigRule, 1);
    rule->severity = -1;
    rule->policy = g_new0(char *, 1);
    rule->risk = g_new0(char *, 1);
    rule->attribute = g_ptr_array_new_with_free_func(ruleterm_attribute_free);
    rule->history = g_ptr_array_new_with_free_func(g_free);
    rule->line = item->at.line;
    g_ptr_array_add(f->config->rules, rule);
    g_hash_table_insert(f->places, rule, (gpointer)&item->at);
    if (!fields_read(f, KEYS_RULE, label, &item->at, item, rule))
        return;
    if (yaml_tree_get(item, "alert") != NULL)
        read_alert(f, yaml_tree_get(item, "alert"), label, &rule->alert);
    if (!has_any(item, conditions) && rule->alert.key == NULL)
        problems_error(f->problems, &item->at, "%s matches nothing, expected at least one of from, to, subject, text, header, attribute, history, time",
                       label);
    if (!has_any(item, effects))
        problems_error(f->problems, &item->at,
                       "%s does nothing, expected at least one of severity, category, owner, policy, risk, service, file, escalate, alert, or points", label);
    const Place *first = is_named ? g_hash_table_lookup(names, name->text) : NULL;
    if (first != NULL) {
        g_autofree char *where = problems_place_format(first);
        problems_error(f->problems, &name->at, "%s is defined twice, first at %s, expected it once", label, where);
    } else if (is_named) {
        g_hash_table_insert(names, name->text, (gpointer)&name->at);
    }
}

void scoring_read_rules(Fields *f, const YamlTree *value, GHashTable *names)
{
    if (value->is_broken || yaml_tree_is_empty(value))
        return;
    if (value->kind != YAML_TREE_SEQUENCE) {
        g_autofree char *what = yaml_tree_describe(value);
        problems_error(f->problems, &value->at, "rules is %s, expected a list of rules", what);
        return;
    }
    for (guint i = 0; i < value->items->len; i++)
        read_rule(f, value->items->pdata[i], f->config->rules->len + 1, names);
}

/* A block with a block inside, into one struct. */
static void read_nested(Fields *f, KeysBlock outer, KeysBlock inner, const char *label, const char *inner_label, const YamlTree *value, gpointer object,
                        gpointer inner_object)
{
    const YamlTree *nested = yaml_tree_get(value, inner_label);
    static const YamlTree nothing = {.kind = YAML_TREE_SCALAR, .is_plain = TRUE, .text = (char *)""};
    if (!fields_read(f, outer, label, &value->at, value, object))
        return;
    fields_read(f, inner, inner_label, &value->at, nested != NULL ? nested : &nothing, inner_object);
}

void scoring_read_customers(Fields *f, const YamlTree *value)
{
    ConfigCustomers *c = &f->config->customers;
    read_nested(f, KEYS_CUSTOMERS, KEYS_COLUMNS, "customers", "columns", value, c, c);
    c->line = value->at.line;
}

void scoring_read_score(Fields *f, const YamlTree *value)
{
    read_nested(f, KEYS_SCORE, KEYS_WEIGHTS, "score", "weights", value, &f->config->score, &f->config->score);
}

/* ---- what can be read and does nothing ---- */

static gboolean has_points(const ConfigRule *rule)
{
    for (int a = 0; a < SCORE_AXES; a++)
        if (rule->points[a] > 0)
            return TRUE;
    return FALSE;
}

static gboolean asks_directory(const GPtrArray *attributes)
{
    for (guint i = 0; i < attributes->len; i++)
        if (strcmp(((const ConfigAttribute *)attributes->pdata[i])->column, "category") != 0)
            return TRUE;
    return FALSE;
}

static void check_scores(Fields *f)
{
    const ConfigSeverity *worse = NULL;
    for (int s = 0; s < SEVERITY_COUNT; s++) {
        const ConfigSeverity *severity = &f->config->severities[s];
        if (severity->score == 0)
            continue;
        if (worse != NULL && severity->score >= worse->score)
            problems_warning(f->problems, fields_place(f, severity), "the score of S%d is %d, and that of S%d is %d: no ticket becomes S%d by its score", s + 1,
                             severity->score, (int)(worse - f->config->severities) + 1, worse->score, s + 1);
        else
            worse = severity;
    }
    for (guint i = 0; worse == NULL && i < f->config->rules->len; i++) {
        const ConfigRule *rule = f->config->rules->pdata[i];
        if (has_points(rule))
            problems_warning(f->problems, fields_place(f, rule), "rule '%s' gives points, and no severity has a score: they change nothing", rule->name);
    }
}

static void check_directory(Fields *f)
{
    GHashTableIter it;
    gpointer value;
    if (f->config->customers.file != NULL)
        return;
    for (guint i = 0; i < f->config->rules->len; i++) {
        const ConfigRule *rule = f->config->rules->pdata[i];
        if (asks_directory(rule->attribute))
            problems_warning(f->problems, fields_place(f, rule), "rule '%s' asks for a customer's attribute, and there is no customers: it never applies",
                             rule->name);
    }
    g_hash_table_iter_init(&it, f->config->plans);
    while (g_hash_table_iter_next(&it, NULL, &value))
        if (asks_directory(((const ConfigPlan *)value)->match))
            problems_warning(f->problems, fields_place(f, value), "plan '%s' is for customers by attribute, and there is no customers: it is for nobody",
                             ((const ConfigPlan *)value)->name);
}

/* A customer for whom no plan is has no clocks, and nobody is ever told that he waits. */
static void check_everybody(Fields *f)
{
    for (guint i = 0; i < f->config->queue_order->len; i++) {
        const ConfigQueue *queue = f->config->queue_order->pdata[i];
        gboolean is_open = queue->plans == NULL || queue->plans[0] == NULL;
        for (char **name = queue->plans; !is_open && *name != NULL; name++) {
            const ConfigPlan *plan = g_hash_table_lookup(f->config->plans, *name);
            is_open = plan == NULL || plan->match->len == 0;
        }
        if (!is_open)
            problems_warning(f->problems, fields_place(f, queue), "all plans of queue '%s' have a match: whom none of them is for has no clocks", queue->name);
    }
}

void scoring_check(Fields *f)
{
    check_scores(f);
    check_directory(f);
    check_everybody(f);
}
