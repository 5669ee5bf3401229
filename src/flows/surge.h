/* surge: many similar tickets of different people within a short time get one ticket for what they have in common, with one ladder. */
#ifndef FLOWS_SURGE_H
#define FLOWS_SURGE_H

#include "flows/intake_case.h"

/* c->ticket is new: it joins the open surge that it is like, or makes one with those before it. */
gboolean surge_count(IntakeCase *c, GError **err);
/* t is resolved: if it is a surge, the team hears which of its tickets are open still. */
gboolean surge_resolved(Desk *d, const Ticket *t, GError **err);
/* The surge that the ticket belongs to (0: none), and the tickets of a surge, oldest first (gint64). */
gboolean surge_of_ticket(Desk *d, gint64 ticket, gint64 *ret, GError **err);
gboolean surge_members(Desk *d, gint64 surge, GArray **ret, GError **err);

#endif
