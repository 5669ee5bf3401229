/* merge: one ticket goes into another: its mails, clocks and runs go on there, and whoever answers to it reaches the other. */
#ifndef FLOWS_MERGE_H
#define FLOWS_MERGE_H

#include "flows/verbs_shared.h"

/* The verb `merge TICKET`: c->ticket goes into it. Refused where a promise or somebody's mail would get lost or into strange hands:
 * another requester, another queue, a ticket that is over. */
gboolean merge_verb(VerbContext *c, const Command *cmd, GError **err);

#endif
