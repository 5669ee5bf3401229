/* finding_names: what may stand behind the colon of a field: names of the configuration, and those that tickets still have. */
#ifndef FLOWS_FINDING_NAMES_H
#define FLOWS_FINDING_NAMES_H

#include "flows/desk.h"

/* Adds newly allocated names; each once. */
typedef gboolean FindingNames(Desk *d, GPtrArray *names, GError **err);

FindingNames finding_categories, finding_owners, finding_policies, finding_queues, finding_risks, finding_severities, finding_states;

#endif
