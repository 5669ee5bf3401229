/* template_walk: the tags of a template and of the partials that it takes in, each with the sections around it. Pure. */
#ifndef RULES_TEMPLATE_WALK_H
#define RULES_TEMPLATE_WALK_H

#include "rules/template.h"

typedef struct {
    const char *file;            /* name of the template or partial that it stands in */
    int line;
    const char *name;            /* "ticket.due"; "." is the value at hand */
    gboolean is_section;         /* {{#name}} or {{^name}} */
    const GPtrArray *sections;   /* const char *: names of the {{#…}} around it, outermost first, also those around the partial's tag */
} TemplateTag;

typedef void (*TemplateVisit)(const TemplateTag *tag, void *data);

/* Visits every tag that shows or asks for a value, in order. A partial inside itself is not gone into again. DATA as template_render;
 * LIMIT: too deep or too much. */
gboolean template_walk(const char *name, const char *source, TemplateVisit visit, void *visit_data, TemplatePartial partial, void *partial_data,
                       GError **err);

#endif
