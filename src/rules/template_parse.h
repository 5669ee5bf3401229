/* template_parse: the flat array of nodes that a Mustache source is cut into. Private to rules/template and rules/template_walk. */
#ifndef RULES_TEMPLATE_PARSE_H
#define RULES_TEMPLATE_PARSE_H

#include <glib.h>

#include "base/error.h"

typedef enum {
    TEMPLATE_NODE_TEXT,
    TEMPLATE_NODE_ESCAPED,
    TEMPLATE_NODE_RAW,
    TEMPLATE_NODE_SECTION,
    TEMPLATE_NODE_INVERTED,
    TEMPLATE_NODE_CLOSE,
    TEMPLATE_NODE_PARTIAL,
    TEMPLATE_NODE_NOTHING
} TemplateNodeKind;

typedef struct {
    TemplateNodeKind kind;
    const char *text; /* into the source: the literal text, or the whole tag (for messages) */
    gsize length;
    int line;
    char *name;       /* of a tag; NULL for text */
    char **path;      /* the name's parts; empty for "." */
    char *indent;     /* of a partial alone on its line, else NULL */
    guint end;        /* of a section: the index of its closing tag */
} TemplateNode;

typedef struct {
    char *name, *source;
    GArray *nodes; /* TemplateNode */
} TemplateParsed;

/* NULL with a DATA error that names template, line and tag, or LIMIT: longer than `max`. */
TemplateParsed *template_parse_source(const char *name, const char *source, gsize max, GError **err);
void template_parse_free(TemplateParsed *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TemplateParsed, template_parse_free)
/* Sets the error that names the template, the line and the tag; FALSE. */
gboolean template_parse_fail(GError **err, ErrorCode code, const TemplateParsed *p, const TemplateNode *n, const char *reason);

#endif
