/* rendering: where a template is found, and what it renders to. It knows nothing of mails. */
#ifndef FLOWS_RENDERING_H
#define FLOWS_RENDERING_H

#include <jansson.h>

#include "rules/template.h"

#include "flows/desk.h"

/* DIR/LANGUAGE/NAME, as it was when it was first asked for: in the language, in it without its region ("de" of "de-AT"), else in English; of each the site's own directory, then the
 * built-in one. NAME has its ending. *ret (or NULL): its text; *ret_path (or NULL): the file that it was. CONFIG: there is none. */
gboolean rendering_find(const Desk *d, const char *language, const char *name, GString **ret, char **ret_path, GError **err);
/* The text of a partial for rules/template, looked for like a template; `data` is a RenderingPartials. */
typedef struct {
    const Desk *desk;
    const char *language;
    GError *failed; /* why one that may be there could not be read; whoever asks frees it */
} RenderingPartials;
char *rendering_partial(const char *name, void *data);
/* The template with its partials; `name` is for messages. */
gboolean rendering_render(const Desk *d, const char *language, const char *name, const char *source, TemplateMode mode, const json_t *view, char **ret,
                          GError **err);
/* Whether requesters can be written to in that language: there is a first mail in it. */
gboolean rendering_speaks(const Desk *d, const char *language);

#endif
