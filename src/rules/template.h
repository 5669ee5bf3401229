/* template: Mustache as its public specification has it (interpolation, sections, inverted, partials, comments, delimiters; no
 * lambdas, no inheritance). Pure: values come through a small interface, partials through a callback. */
#ifndef RULES_TEMPLATE_H
#define RULES_TEMPLATE_H

#include <glib.h>

typedef enum {
    TEMPLATE_TEXT,   /* {{x}} as it is: text parts */
    TEMPLATE_HTML,   /* {{x}} escaped & < > " ; {{{x}}} and {{&x}} as it is */
    TEMPLATE_HEADER  /* {{x}} with line ends and control characters folded to one space; result is one line */
} TemplateMode;

/* A value seen by the template: opaque pointers of the caller, through these functions. NULL is "absent". */
typedef struct {
    /* The member `key` of an object, or NULL. */
    const void *(*member)(const void *value, const char *key);
    /* The list's length, or -1 if the value is no list. */
    gssize (*length)(const void *value);
    const void *(*item)(const void *value, gsize index);
    /* FALSE, null, empty lists: a section is skipped. The empty string is false too, zero is true, as the specification has it. */
    gboolean (*is_true)(const void *value);
    /* Its text (numbers as written), newly allocated. */
    char *(*text)(const void *value);
} TemplateValues;

/* Text of a partial, newly allocated, or NULL: renders as nothing. */
typedef char *(*TemplatePartial)(const char *name, void *data);

/* Sources that were read already, by their text: a template of a thousand mails is cut once. Never smaller: for a bounded number of sources. */
typedef struct TemplateStore TemplateStore;
TemplateStore *template_store_new(void);
void template_store_free(TemplateStore *s);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TemplateStore, template_store_free)

/* Renders `source`; `name` is for messages; `store` may be NULL. DATA error names template, line and tag; LIMIT on nesting or output size. */
gboolean template_render(TemplateStore *store, const char *name, const char *source, TemplateMode mode, const TemplateValues *values, const void *root,
                         TemplatePartial partial, void *partial_data, char **ret, GError **err);

/* The names used in the template ("ticket.subject", each once, in order), for `check`; char * with free func. DATA as above. */
gboolean template_names(const char *name, const char *source, GPtrArray **ret, GError **err);

#endif
