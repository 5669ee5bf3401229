/* fields: the walk over one block. It must never know a key by name: the table does. */
#include "config/fields.h"

#include <string.h>

#include "config/values.h"

#include "base/banned.h"

#define NAME_MAX_BYTES 64

void fields_init(Fields *f, Config *config, Problems *problems, const Sources *sources)
{
    *f = (Fields){.config = config, .problems = problems, .sources = sources};
    f->references = g_array_new(FALSE, FALSE, sizeof(FieldsReference));
    f->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    f->places = g_hash_table_new(NULL, NULL);
}

void fields_clear(Fields *f)
{
    g_array_unref(f->references);
    g_hash_table_unref(f->addresses);
    g_hash_table_unref(f->places);
}

const Place *fields_place(const Fields *f, gconstpointer of) { return g_hash_table_lookup(f->places, of); }

gboolean fields_is_name(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && (guchar)*p < 0x80 && strchr("._-", *p) == NULL)
            return FALSE;
    return *text != '\0' && strlen(text) <= NAME_MAX_BYTES;
}

static void tell_unknown(Fields *f, const FieldsScope *scope, const YamlTree *key)
{
    if (problems_is_full(f->problems))
        problems_error(f->problems, &key->at, "unknown key");
    else
        problems_error(f->problems, &key->at, "unknown key '%.60s' of %s, expected a known one: the nearest is '%s'", key->text,
                       scope->label, keys_nearest(scope->block, key->text));
}

const ConfigKey *fields_take(Fields *f, FieldsScope *scope, const YamlTree *key, const YamlTree *value)
{
    guint count;
    const ConfigKey *rows = keys_of(scope->block, &count), *row = keys_find(scope->block, key->text);
    if (row == NULL) {
        tell_unknown(f, scope, key);
        return NULL;
    }
    const Place *first = scope->seen[row - rows];
    gboolean may_repeat = scope->block == KEYS_TOP && row->type == KEYS_BLOCK; /* several files add to one block */
    if (first != NULL && !may_repeat) {
        g_autofree char *where = problems_place_format(first);
        problems_error(f->problems, &key->at, "'%s' of %s stands twice, first at %s, expected it once", row->name, scope->label,
                       where);
        return NULL;
    }
    scope->seen[row - rows] = &key->at;
    if (row->type == KEYS_BLOCK)
        return row;
    values_set(f, row, scope->label, value, scope->object);
    return NULL;
}

void fields_finish(Fields *f, FieldsScope *scope)
{
    guint count;
    const ConfigKey *rows = keys_of(scope->block, &count);
    for (guint i = 0; i < count; i++) {
        if (scope->seen[i] != NULL)
            continue;
        if (rows[i].fallback != NULL) {
            YamlTree value = {.kind = YAML_TREE_SCALAR, .at = *scope->at, .text = (char *)rows[i].fallback};
            values_set(f, &rows[i], scope->label, &value, scope->object);
        } else if (rows[i].is_required && !f->sources->is_cut) {
            g_autofree char *want = keys_expected(&rows[i]);
            problems_error(f->problems, scope->at, "%s has no '%s', expected %s", scope->label, rows[i].name, want);
        }
    }
}

gboolean fields_is_mapping(Fields *f, const YamlTree *value, const char *label)
{
    if (value->is_broken)
        return FALSE;
    if (value->kind == YAML_TREE_MAPPING || yaml_tree_is_empty(value))
        return TRUE;
    g_autofree char *what = yaml_tree_describe(value);
    problems_error(f->problems, &value->at, "%s is %s, expected keys with values", label, what);
    return FALSE;
}

gboolean fields_read(Fields *f, KeysBlock block, const char *label, const Place *at, const YamlTree *value, gpointer object)
{
    FieldsScope scope = {.block = block, .object = object, .label = label, .at = at};
    if (!fields_is_mapping(f, value, label))
        return FALSE;
    const YamlTree *k, *v;
    for (guint i = 0; value->kind == YAML_TREE_MAPPING && i < yaml_tree_pairs(value); i++)
        if (yaml_tree_pair(value, i, &k, &v))
            fields_take(f, &scope, k, v);
    fields_finish(f, &scope);
    return TRUE;
}
