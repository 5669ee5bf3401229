/* audience: the one table of all variables of all templates, and who may see each. What is not in it does not exist for a customer. */
#ifndef FLOWS_AUDIENCE_H
#define FLOWS_AUDIENCE_H

#include <jansson.h>

#include "rules/template.h"

typedef enum {
    AUDIENCE_INTERNAL = 1,  /* the team: agents, leads, managers */
    AUDIENCE_EXECUTIVE = 2, /* of the house, but not at work on it */
    AUDIENCE_CUSTOMER = 4,
    AUDIENCE_VENDOR = 8
} Audience;
#define AUDIENCE_EXTERNAL ((guint)(AUDIENCE_CUSTOMER | AUDIENCE_VENDOR))

/* For whom a template's mails are, by its name ("auto-ack", "executive"); a level's own ones are internal. */
Audience audience_of_template(const char *template);
/* Who may see that variable ("ticket.due.at") in that template: a set of Audience; 0: there is no such variable there. */
guint audience_of(const char *template, const char *variable);
/* The view without what that audience may not see, nor what is not in the table. Takes `view` over; the caller frees what it returns. */
json_t *audience_take(const char *template, Audience audience, json_t *view);

/* Every variable that a template's tag may mean, with the sections around it: the nearest one that there is, NULL for none; newly allocated.
 * `sections`: const char *, outermost first. */
char *audience_resolve(const char *template, const GPtrArray *sections, const char *name);

typedef void (*AudienceFinding)(const char *file, int line, const char *variable, void *data);
/* Calls `found` for each tag of an external template that its audience may not see. DATA, LIMIT as template_walk. */
gboolean audience_check(const char *template, const char *source, TemplatePartial partial, void *partial_data, AudienceFinding found, void *data, GError **err);

/* All variables, for tests against the manual: as they are written in the page ("ticket.owner", "at" of a clock), once each. */
typedef void (*AudienceEach)(const char *written, guint audiences, void *data);
void audience_each(AudienceEach each, void *data);

#endif
