/* supersede: other ladders than before: what runs by one that is the ticket's no more ends, and goes on in those that took its place. */
#ifndef FLOWS_SUPERSEDE_H
#define FLOWS_SUPERSEDE_H

#include "store/tickets.h"

#include "flows/desk.h"

/* Rules (const ConfigRule *) name ladders for the ticket; those that it has already change nothing. */
gboolean supersede_by_rules(Desk *d, const Ticket *t, const GPtrArray *rules, GError **err);
/* Two tickets are one now, `t`, and had these ladders (char *): what ran by one that it has no more ends like that, too. */
gboolean supersede_merged(Desk *d, const Ticket *t, const GPtrArray *of_one, const GPtrArray *of_other, GError **err);

#endif
