/* template: Mustache. A source is cut once into a flat array of nodes (text and tags; a section knows where it ends), then the
 * array is walked with a stack of contexts. Templates are the operator's, values are anybody's: a value is never read as template
 * again, and depth, steps, partials and output are bounded. It must never do I/O nor know what the values are.
 * Specification: https://github.com/mustache/spec, modules comments, delimiters, interpolation, inverted, partials, sections. */
#include "rules/template.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/longkey.h"

#include "rules/template_parse.h"

#include "base/banned.h"

typedef struct {
    TemplateMode mode;
    const TemplateValues *values;
    TemplatePartial partial;
    void *partial_data;
    const void *contexts[LIMIT_TEMPLATE_NESTING + 2]; /* the root, one a section, the one that is refused */
    int context_count;
    int depth;             /* of sections and partials together */
    guint steps;
    TemplateStore *store;
    GHashTable *partials;  /* indent + '>' + name -> TemplateParsed * of the store; empty text for unknown ones */
    gsize partial_bytes;
    GString *out;
} Render;

static gboolean render_range(Render *r, const TemplateParsed *p, guint from, guint to, GError **err);

/* ---- what was read already ---- */

struct TemplateStore {
    GHashTable *parsed; /* name + '\n' + source -> TemplateParsed * */
};

TemplateStore *template_store_new(void)
{
    TemplateStore *s = g_new0(TemplateStore, 1);
    s->parsed = g_hash_table_new_full(longkey_hash, g_str_equal, g_free, (GDestroyNotify)template_parse_free);
    return s;
}

void template_store_free(TemplateStore *s)
{
    if (s == NULL)
        return;
    g_hash_table_unref(s->parsed);
    g_free(s);
}

/* NULL: as template_parse_source; what fails is not kept. */
static const TemplateParsed *read_once(TemplateStore *s, const char *name, const char *source, gsize max, GError **err)
{
    g_autofree char *key = g_strconcat(name, "\n", source, NULL);
    TemplateParsed *p = g_hash_table_lookup(s->parsed, key);
    if (p == NULL && (p = template_parse_source(name, source, max, err)) != NULL)
        g_hash_table_insert(s->parsed, g_steal_pointer(&key), p);
    return p;
}

/* ---- values and sections ---- */

/* A broken chain is absent: only the first part is looked for in the contexts around (specification, "dotted names"). */
static const void *lookup(const Render *r, const TemplateNode *n)
{
    if (n->path[0] == NULL)
        return r->contexts[r->context_count - 1];
    const void *value = NULL;
    for (int i = r->context_count; value == NULL && i > 0; i--)
        if (r->contexts[i - 1] != NULL)
            value = r->values->member(r->contexts[i - 1], n->path[0]);
    for (char **part = n->path + 1; value != NULL && *part != NULL; part++)
        value = r->values->member(value, *part);
    return value;
}

static void append_escaped(GString *out, const char *text)
{
    static const char special[] = "&<>\"";
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
    for (gsize n; n = strcspn(text, special), text[n] != '\0'; text += n + 1) {
        g_string_append_len(out, text, (gssize)n);
        g_string_append(out, entities[strchr(special, text[n]) - special]);
    }
    g_string_append(out, text);
}

static gboolean render_value(Render *r, const TemplateParsed *p, const TemplateNode *n, GError **err)
{
    const void *value = lookup(r, n);
    g_autofree char *text = value != NULL ? r->values->text(value) : NULL;
    if (text == NULL)
        return TRUE;
    if (strlen(text) > LIMIT_TEMPLATE_OUTPUT)
        return template_parse_fail(err, ERROR_LIMIT, p, n, "the output is too long");
    if (n->kind == TEMPLATE_NODE_ESCAPED && r->mode == TEMPLATE_HTML)
        append_escaped(r->out, text);
    else
        g_string_append(r->out, text);
    return TRUE;
}

static gboolean render_with(Render *r, const TemplateParsed *p, guint section, const void *context, GError **err)
{
    r->contexts[r->context_count++] = context;
    gboolean good = render_range(r, p, section + 1, g_array_index(p->nodes, TemplateNode, section).end, err);
    r->context_count--;
    return good;
}

static gboolean render_section(Render *r, const TemplateParsed *p, guint i, GError **err)
{
    const TemplateNode *n = &g_array_index(p->nodes, TemplateNode, i);
    const void *value = lookup(r, n);
    gboolean is_true = value != NULL && r->values->is_true(value);
    if (n->kind == TEMPLATE_NODE_INVERTED)
        return is_true || render_range(r, p, i + 1, n->end, err);
    if (!is_true)
        return TRUE;
    gssize length = r->values->length(value);
    if (length < 0)
        return render_with(r, p, i, value, err);
    for (gsize k = 0; k < (gsize)length; k++)
        if (!render_with(r, p, i, r->values->item(value, k), err))
            return FALSE;
    return TRUE;
}

/* `indent` before each line of the text (specification, "standalone partials": of the template, not of the values in it). */
static char *indented(const char *text, const char *indent, gsize max)
{
    if (indent == NULL)
        return g_strdup(text);
    GString *out = g_string_new(NULL);
    while (*text != '\0' && out->len <= max) {
        const char *end = strchr(text, '\n');
        end = end != NULL ? end + 1 : text + strlen(text);
        g_string_append(out, indent);
        g_string_append_len(out, text, end - text);
        text = end;
    }
    return g_string_free(out, FALSE);
}

/* The partial, read once per name and indent. All partials of a rendering together are bounded. */
static const TemplateParsed *get_partial(Render *r, const TemplateParsed *p, const TemplateNode *n, GError **err)
{
    g_autofree char *key = g_strdup_printf("%s>%s", n->indent != NULL ? n->indent : "", n->name);
    const TemplateParsed *found = g_hash_table_lookup(r->partials, key);
    if (found != NULL)
        return found;
    g_autofree char *text = r->partial != NULL ? r->partial(n->name, r->partial_data) : NULL;
    g_autofree char *source = indented(text != NULL ? text : "", n->indent, LIMIT_TEMPLATE_OUTPUT);
    r->partial_bytes += strlen(source) + strlen(key);
    if (r->partial_bytes > LIMIT_TEMPLATE_OUTPUT) {
        template_parse_fail(err, ERROR_LIMIT, p, n, "the partials together are too long");
        return NULL;
    }
    found = read_once(r->store, n->name, source, LIMIT_TEMPLATE_OUTPUT, err);
    if (found != NULL)
        g_hash_table_insert(r->partials, g_steal_pointer(&key), (gpointer)found);
    return found;
}

static gboolean render_partial(Render *r, const TemplateParsed *p, const TemplateNode *n, GError **err)
{
    const TemplateParsed *partial = get_partial(r, p, n, err);
    return partial != NULL && render_range(r, partial, 0, partial->nodes->len, err);
}

static gboolean render_node(Render *r, const TemplateParsed *p, guint i, GError **err)
{
    const TemplateNode *n = &g_array_index(p->nodes, TemplateNode, i);
    switch (n->kind) {
    case TEMPLATE_NODE_TEXT: g_string_append_len(r->out, n->text, (gssize)n->length); return TRUE;
    case TEMPLATE_NODE_ESCAPED:
    case TEMPLATE_NODE_RAW: return render_value(r, p, n, err);
    case TEMPLATE_NODE_SECTION:
    case TEMPLATE_NODE_INVERTED: return render_section(r, p, i, err);
    case TEMPLATE_NODE_PARTIAL: return render_partial(r, p, n, err);
    default: return TRUE;
    }
}

/* Recursion is bounded by LIMIT_TEMPLATE_NESTING: a partial that includes itself for ever ends here. Steps bound what repeats
 * without writing anything. */
static gboolean render_range(Render *r, const TemplateParsed *p, guint from, guint to, GError **err)
{
    r->steps++;
    if (from == to)
        return TRUE;
    const TemplateNode *n = &g_array_index(p->nodes, TemplateNode, from);
    if (r->depth > LIMIT_TEMPLATE_NESTING)
        return template_parse_fail(err, ERROR_LIMIT, p, n, "sections and partials are nested too deeply");
    r->depth++;
    for (guint i = from; i < to; i++) {
        n = &g_array_index(p->nodes, TemplateNode, i);
        if (++r->steps > LIMIT_TEMPLATE_STEPS)
            return template_parse_fail(err, ERROR_LIMIT, p, n, "too much is repeated");
        if (!render_node(r, p, i, err))
            return FALSE;
        if (r->out->len > LIMIT_TEMPLATE_OUTPUT)
            return template_parse_fail(err, ERROR_LIMIT, p, n, "the output is too long");
        if (n->kind == TEMPLATE_NODE_SECTION || n->kind == TEMPLATE_NODE_INVERTED)
            i = n->end;
    }
    r->depth--;
    return TRUE;
}

/* Length in bytes of the control character or line end at p, else 0: C0, DEL, C1 (U+0080 to U+009F), U+2028 and U+2029. */
static gsize control_at(const char *p)
{
    guchar a = (guchar)p[0], b = a != '\0' ? (guchar)p[1] : 0;
    if ((a < 0x20 && a != '\0') || a == 0x7f)
        return 1;
    if (a == 0xc2 && b >= 0x80 && b < 0xa0)
        return 2;
    if (a == 0xe2 && b == 0x80 && ((guchar)p[2] == 0xa8 || (guchar)p[2] == 0xa9))
        return 3;
    return 0;
}

/* One line: each run of blanks that has a control character or line end in it becomes one space; none at either end. */
static char *one_line(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0') {
        const char *p = text;
        gboolean has_control = FALSE;
        for (gsize n; *p == ' ' || (n = control_at(p)) > 0;) {
            has_control = has_control || *p != ' ';
            p += *p == ' ' ? 1 : n;
        }
        if (p == text)
            g_string_append_c(out, *p++);
        else if (has_control)
            g_string_append_c(out, ' ');
        else
            g_string_append_len(out, text, p - text);
        text = p;
    }
    return g_strstrip(g_string_free(out, FALSE));
}

gboolean template_render(TemplateStore *store, const char *name, const char *source, TemplateMode mode, const TemplateValues *values, const void *root,
                         TemplatePartial partial, void *partial_data, char **ret, GError **err)
{
    g_autoptr(TemplateStore) own = store == NULL ? template_store_new() : NULL;
    const TemplateParsed *p = read_once(store != NULL ? store : own, name, source, LIMIT_TEMPLATE_BYTES, err);
    if (p == NULL)
        return FALSE;
    g_autoptr(GHashTable) partials = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    Render r = {.mode = mode, .values = values, .partial = partial, .partial_data = partial_data, .contexts = {root},
                .context_count = 1, .store = store != NULL ? store : own, .partials = partials, .out = out};
    if (!render_range(&r, p, 0, p->nodes->len, err))
        return FALSE;
    *ret = mode == TEMPLATE_HEADER ? one_line(out->str) : g_string_free(g_steal_pointer(&out), FALSE);
    return TRUE;
}

gboolean template_names(const char *name, const char *source, GPtrArray **ret, GError **err)
{
    g_autoptr(TemplateParsed) p = template_parse_source(name, source, LIMIT_TEMPLATE_BYTES, err);
    if (p == NULL)
        return FALSE;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal); /* keys belong to the nodes */
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < p->nodes->len; i++) {
        const TemplateNode *n = &g_array_index(p->nodes, TemplateNode, i);
        gboolean is_value = n->kind != TEMPLATE_NODE_TEXT && n->kind != TEMPLATE_NODE_PARTIAL && n->kind != TEMPLATE_NODE_CLOSE && n->path[0] != NULL;
        if (is_value && g_hash_table_add(seen, n->name))
            g_ptr_array_add(names, g_strdup(n->name));
    }
    *ret = names;
    return TRUE;
}
