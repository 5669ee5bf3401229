/* template_walk: renders nothing, follows all branches. It must never need the values. */
#include "rules/template_walk.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "rules/template_parse.h"

#include "base/banned.h"

typedef struct {
    TemplateVisit visit;
    void *visit_data;
    TemplatePartial partial;
    void *partial_data;
    GPtrArray *sections; /* names, of the nodes */
    GPtrArray *open;     /* partials that it is in */
    guint steps;
} Walk;

static gboolean walk(Walk *w, const TemplateParsed *p, GError **err);

static gboolean is_open(const Walk *w, const char *partial)
{
    for (guint i = 0; i < w->open->len; i++)
        if (strcmp(g_ptr_array_index(w->open, i), partial) == 0)
            return TRUE;
    return FALSE;
}

/* What is open is not opened again, so the depth is bounded by the number of names; the limit bounds that. */
static gboolean enter(Walk *w, const TemplateParsed *p, const TemplateNode *n, GError **err)
{
    g_autofree char *source = is_open(w, n->name) || w->partial == NULL ? NULL : w->partial(n->name, w->partial_data);
    if (source == NULL)
        return TRUE;
    if (w->open->len == LIMIT_TEMPLATE_NESTING)
        return template_parse_fail(err, ERROR_LIMIT, p, n, "partials are nested too deeply");
    g_autoptr(TemplateParsed) inner = template_parse_source(n->name, source, LIMIT_TEMPLATE_OUTPUT, err);
    if (inner == NULL)
        return FALSE;
    g_ptr_array_add(w->open, n->name);
    gboolean ok = walk(w, inner, err);
    g_ptr_array_remove_index(w->open, w->open->len - 1);
    return ok;
}

static void tell(Walk *w, const TemplateParsed *p, const TemplateNode *n)
{
    const TemplateTag tag = {.file = p->name, .line = n->line, .name = n->name, .sections = w->sections,
                             .is_section = n->kind == TEMPLATE_NODE_SECTION || n->kind == TEMPLATE_NODE_INVERTED};
    w->visit(&tag, w->visit_data);
}

static gboolean walk(Walk *w, const TemplateParsed *p, GError **err)
{
    TemplateNodeKind open[LIMIT_TEMPLATE_NESTING]; /* the parser refuses more */
    int depth = 0;
    for (guint i = 0; i < p->nodes->len; i++) {
        const TemplateNode *n = &g_array_index(p->nodes, TemplateNode, i);
        if (++w->steps > LIMIT_TEMPLATE_STEPS)
            return template_parse_fail(err, ERROR_LIMIT, p, n, "too much is repeated");
        if (n->kind == TEMPLATE_NODE_PARTIAL && !enter(w, p, n, err))
            return FALSE;
        if (n->kind == TEMPLATE_NODE_CLOSE && open[--depth] == TEMPLATE_NODE_SECTION)
            g_ptr_array_remove_index(w->sections, w->sections->len - 1);
        if (n->kind == TEMPLATE_NODE_TEXT || n->kind == TEMPLATE_NODE_CLOSE || n->kind == TEMPLATE_NODE_PARTIAL)
            continue;
        tell(w, p, n);
        if (n->kind != TEMPLATE_NODE_SECTION && n->kind != TEMPLATE_NODE_INVERTED)
            continue;
        open[depth++] = n->kind;
        if (n->kind == TEMPLATE_NODE_SECTION)
            g_ptr_array_add(w->sections, n->name);
    }
    return TRUE;
}

gboolean template_walk(const char *name, const char *source, TemplateVisit visit, void *visit_data, TemplatePartial partial, void *partial_data,
                       GError **err)
{
    g_autoptr(TemplateParsed) p = template_parse_source(name, source, LIMIT_TEMPLATE_BYTES, err);
    if (p == NULL)
        return FALSE;
    g_autoptr(GPtrArray) sections = g_ptr_array_new(), open = g_ptr_array_new();
    Walk w = {visit, visit_data, partial, partial_data, sections, open, 0};
    return walk(&w, p, err);
}
