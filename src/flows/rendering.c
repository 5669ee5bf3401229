/* rendering: a template of some language with its partials. A partial is looked for like a template, and one that is nowhere is nothing. */
#include "flows/rendering.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "flows/view.h"

#include "base/banned.h"

/* A file is read once until the next reload: mails of one pass agree, and what `check` has not seen is not sent. *ret is the desk's, NULL where
 * there is no such file. */
static gboolean text_of(const Desk *d, const char *path, const GString **ret, GError **err)
{
    g_autoptr(GError) local = NULL;
    gpointer text = NULL;
    if (g_hash_table_lookup_extended(d->texts, path, NULL, &text)) {
        *ret = text;
        return TRUE;
    }
    GString *fresh = NULL;
    if (!files_read(path, LIMIT_TEMPLATE_BYTES, &fresh, &local) && local->code != ERROR_NOTFOUND) {
        g_propagate_error(err, g_steal_pointer(&local));
        return FALSE;
    }
    g_hash_table_insert(d->texts, g_strdup(path), fresh);
    *ret = fresh;
    return TRUE;
}

gboolean rendering_find(const Desk *d, const char *language, const char *name, GString **ret, char **ret_path, GError **err)
{
    g_autofree char *base = g_strndup(language, strcspn(language, "-"));
    const char *directories[] = {d->config->templates, d->templates}, *languages[] = {language, base, "en"};
    for (gsize l = 0; l < G_N_ELEMENTS(languages); l++)
        for (gsize i = 0; i < G_N_ELEMENTS(directories); i++) {
            if (directories[i] == NULL)
                continue;
            g_autofree char *path = g_build_filename(directories[i], languages[l], name, NULL);
            const GString *text;
            if (!text_of(d, path, &text, err))
                return FALSE;
            if (text == NULL)
                continue;
            if (ret != NULL)
                *ret = g_string_new_len(text->str, (gssize)text->len);
            if (ret_path != NULL)
                *ret_path = g_steal_pointer(&path);
            return TRUE;
        }
    return error_set(err, ERROR_CONFIG, "template '%s': not in '%s' nor in '%s'", name, d->config->templates != NULL ? d->config->templates : "-",
                     d->templates);
}

char *rendering_partial(const char *name, void *data)
{
    RenderingPartials *p = data;
    g_autofree char *file = g_strconcat(name, ".mustache", NULL);
    g_autoptr(GError) local = NULL;
    GString *source = NULL;
    if (strchr(name, '/') != NULL)
        return NULL;
    if (rendering_find(p->desk, p->language, file, &source, NULL, &local))
        return g_string_free(source, FALSE);
    if (local->code != ERROR_CONFIG && p->failed == NULL)
        p->failed = g_steal_pointer(&local);
    return NULL;
}

gboolean rendering_render(const Desk *d, const char *language, const char *name, const char *source, TemplateMode mode, const json_t *view, char **ret,
                          GError **err)
{
    RenderingPartials p = {d, language, NULL};
    g_autofree char *text = NULL;
    gboolean ok = template_render(d->parsed, name, source, mode, &view_template_values, view, rendering_partial, &p, &text, err);
    if (p.failed != NULL) { /* a mail without a part of its words is another mail */
        g_clear_error(err);
        g_propagate_error(err, p.failed);
        return FALSE;
    }
    *ret = g_steal_pointer(&text);
    return ok;
}

gboolean rendering_speaks(const Desk *d, const char *language)
{
    const char *directories[] = {d->config->templates, d->templates};
    for (gsize i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autofree char *path = directories[i] != NULL ? g_build_filename(directories[i], language, "auto-ack.txt", NULL) : NULL;
        if (path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return TRUE;
    }
    return FALSE;
}
