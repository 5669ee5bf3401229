/* findnames: what may stand behind the colon of a field: names of the configuration, and those that tickets still have. */
#ifndef FLOWS_FINDNAMES_H
#define FLOWS_FINDNAMES_H

#include "flows/desk.h"

/* Adds newly allocated names of the configuration; each once. */
typedef void FindNames(Desk *d, GPtrArray *names);

FindNames findnames_categories, findnames_owners, findnames_policies, findnames_queues, findnames_severities, findnames_states;

/* And those of the first column, which tickets have that the configuration knows no longer. */
gboolean findnames_used(Desk *d, const char *select, GPtrArray *names, GError **err);

#endif
