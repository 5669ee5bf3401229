/* policies: which ladders a ticket climbs, and by which text a run goes: an escalation finishes on what it began with. */
#ifndef FLOWS_POLICIES_H
#define FLOWS_POLICIES_H

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* As the run began with it, whatever the configuration says now. NULL: it is of a version that kept no text, and not configured any more. */
const Policy *policies_of_run(Desk *d, const RunRow *r);
/* The same for a run of that policy and text (or NULL). */
const Policy *policies_begun(Desk *d, const char *policy, const char *digest);
/* By whose hours a level counts: its own, else the policy's, else the queue's. */
const char *policies_calendar(const Policy *p, const PolicyLevel *level, const ConfigQueue *queue);
/* The ladder of that name for the ticket: its live run's, else as configured; *ret NULL: there is none. */
gboolean policies_for(Desk *d, const Ticket *t, const char *name, const Policy **ret, GError **err);
/* Those by which the ticket's live runs go (const Policy *, owned by the desk; NULL: gone, and no text was kept). */
gboolean policies_running(Desk *d, gint64 ticket, GPtrArray **ret, GError **err);
/* The text that a run begins with is kept; *ret_digest names it, newly allocated. */
gboolean policies_keep(Desk *d, const Policy *p, char **ret_digest, GError **err);

/* Names (char *, with free func) of the ladders by which clocks of that queue climb: of the home queue those that rules named, else its own,
 * and those of the ticket's risks; of another queue its own. */
gboolean policies_names(Desk *d, const Ticket *t, const char *queue, GPtrArray **ret, GError **err);
/* A rule or a risk (`origin`: "rule:outage", "risk:regulatory") names a ladder of the ticket. *ret_is_new: it had it not. */
gboolean policies_add(Desk *d, const Ticket *t, const char *policy, const char *origin, gboolean *ret_is_new, GError **err);

/* What all ladders are like, and which queue has which, as a short text: where it changed, what clocks fire is reckoned anew. Newly allocated. */
char *policies_version(const Desk *d);

/* A run of it begins: while it lasts it stays the ticket's ladder, whatever the queue has meanwhile. */
gboolean policies_began(Desk *d, const Ticket *t, const char *policy, GError **err);

/* Running escalations go over to the present configuration (`ticket` 0: of all tickets). Those whose policy is gone or lost levels stay. */
gboolean policies_adopt(Desk *d, gint64 ticket, guint *ret_moved, guint *ret_stayed, GError **err);

#endif
