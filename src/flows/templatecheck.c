/* templatecheck: finds what a mail would leave out, before somebody wonders why it does. */
#include "flows/templatecheck.h"

#include <string.h>

#include "rules/template_walk.h"

#include "flows/audience.h"
#include "flows/rendering.h"

#include "base/banned.h"

typedef struct {
    const Desk *desk;
    const char *language, *template, *path;
    GPtrArray *problems;
} Check;

static void add_once(GPtrArray *problems, char *problem)
{
    for (guint i = 0; i < problems->len; i++)
        if (strcmp(g_ptr_array_index(problems, i), problem) == 0) {
            g_free(problem);
            return;
        }
    g_ptr_array_add(problems, problem);
}

/* `file` is the template itself or the name of a partial. */
static void found(const char *file, int line, const char *variable, void *data)
{
    const Check *c = data;
    g_autofree char *name = g_strconcat(file, ".mustache", NULL), *path = NULL;
    GString *source = NULL;
    if (strcmp(file, c->template) != 0 && rendering_find(c->desk, c->language, name, &source, &path, NULL))
        g_string_free(source, TRUE);
    add_once(c->problems, g_strdup_printf("%s:%d:1: '%s' is not for %s, expected one that escalate-templates(5) allows them: template '%s' is theirs",
                                          path != NULL ? path : c->path, line, variable,
                                          audience_of_template(c->template) == AUDIENCE_VENDOR ? "vendors" : "customers", c->template));
}

void templatecheck_audience(const Desk *d, const char *language, const char *path, const char *source, GPtrArray *problems)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autoptr(GError) err = NULL;
    char *dot = strrchr(name, '.');
    if (dot == NULL || strcmp(dot, ".mustache") == 0) /* a partial is for whom it is taken in */
        return;
    *dot = '\0';
    Check c = {d, language, name, path, problems};
    RenderingPartials partials = {d, language, NULL};
    gboolean ok = audience_check(name, source, rendering_partial, &partials, found, &c, &err);
    if (!ok || partials.failed != NULL)
        g_ptr_array_add(problems, g_strdup((ok ? partials.failed : err)->message));
    g_clear_error(&partials.failed);
}

/* ---- what no mail has ---- */

static void visit(const TemplateTag *tag, void *data)
{
    const Check *c = data;
    g_autofree char *known = audience_resolve(c->template, tag->sections, tag->name), *name = g_strconcat(tag->file, ".mustache", NULL), *path = NULL;
    GString *source = NULL;
    if (known != NULL || strcmp(tag->name, ".") == 0)
        return;
    if (strcmp(tag->file, c->template) != 0 && rendering_find(c->desk, c->language, name, &source, &path, NULL))
        g_string_free(source, TRUE);
    const char *where = path != NULL ? path : c->path;
    if (g_str_has_prefix(where, c->desk->config->templates))
        add_once(c->problems, g_strdup_printf("%s:%d:1: no mail of this template has a value '%.64s': it renders as nothing", where, tag->line, tag->name));
}

void templatecheck_unknown(const Desk *d, const char *language, const char *file, GPtrArray *warnings)
{
    const char *dot = strrchr(file, '.');
    g_autofree char *path = NULL, *name = NULL;
    GString *source = NULL;
    if (dot == NULL || (strcmp(dot, ".txt") != 0 && strcmp(dot, ".html") != 0) || !rendering_find(d, language, file, &source, &path, NULL))
        return;
    name = g_strndup(file, (gsize)(dot - file));
    Check c = {d, language, name, path, warnings};
    RenderingPartials partials = {d, language, NULL};
    template_walk(name, source->str, visit, &c, rendering_partial, &partials, NULL); /* what cannot be read is told elsewhere */
    g_clear_error(&partials.failed);
    g_string_free(source, TRUE);
}
