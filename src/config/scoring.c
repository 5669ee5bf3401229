/* scoring: see the header. */
#include "config/scoring.h"

#include "config/blocks.h"
#include "config/ruleterm.h"

#include "base/banned.h"

void scoring_rule_free(gpointer rule)
{
    ConfigRule *r = rule;
    GRegex *patterns[] = {r->from, r->to, r->subject, r->text, r->header};
    for (guint i = 0; i < G_N_ELEMENTS(patterns); i++)
        if (patterns[i] != NULL)
            g_regex_unref(patterns[i]);
    g_free(r->name);
    g_free(r->header_name);
    g_free(r->category);
    g_free(r->file);
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

static void read_rule(Fields *f, const YamlTree *item, guint number, GHashTable *names)
{
    static const char *const conditions[] = {"from", "to", "subject", "text", "header", "attribute", "history", "time", NULL};
    static const char *const effects[] = {"severity", "category", "owner", "file", "technical", "impact", "segment", "revenue", "reputation", NULL};
    const YamlTree *name = yaml_tree_get(item, "name");
    gboolean is_named = name != NULL && name->kind == YAML_TREE_SCALAR && !name->is_broken && name->text[0] != '\0';
    g_autofree char *label = is_named ? g_strdup_printf("rule '%.64s'", name->text) : g_strdup_printf("rule %u", number);
    ConfigRule *rule = g_new0(ConfigRule, 1);
    rule->severity = -1;
    rule->attribute = g_ptr_array_new_with_free_func(ruleterm_attribute_free);
    rule->history = g_ptr_array_new_with_free_func(g_free);
    rule->line = item->at.line;
    g_ptr_array_add(f->config->rules, rule);
    if (!fields_read(f, KEYS_RULE, label, &item->at, item, rule))
        return;
    if (!has_any(item, conditions))
        problems_error(f->problems, &item->at, "%s matches nothing, expected at least one of from, to, subject, text, header, attribute, history, time",
                       label);
    if (!has_any(item, effects))
        problems_error(f->problems, &item->at,
                       "%s does nothing, expected at least one of severity, category, owner, file, or points", label);
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
