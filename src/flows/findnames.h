/* findnames: what may stand behind the colon of a field: names of the configuration, and those that tickets still have. */
#ifndef FLOWS_FINDNAMES_H
#define FLOWS_FINDNAMES_H

#include "flows/desk.h"

/* Adds newly allocated names, each once: those of the configuration, or those that are `used`, which it may know no longer. */
typedef gboolean FindNames(Desk *d, gboolean used, GPtrArray *names, GError **err);

FindNames findnames_categories, findnames_owners, findnames_policies, findnames_queues, findnames_risks, findnames_severities, findnames_states;

#endif
