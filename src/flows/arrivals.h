/* arrivals: people's mail: it opens a ticket or joins one. */
#ifndef FLOWS_ARRIVALS_H
#define FLOWS_ARRIVALS_H

#include "flows/intake_case.h"

/* A new ticket. `claimed`: a ticket that weak evidence named, for a human to look at; 0: none. */
gboolean arrivals_open(IntakeCase *c, gint64 claimed, GError **err);
/* A new ticket that one of the team enters for a customer; severity -1 and category NULL: by the rules. */
gboolean arrivals_enter(IntakeCase *c, int severity, const char *category, gboolean with_ack, GError **err);
/* Joins c->ticket: the requester's side, or the team's. */
gboolean arrivals_append(IntakeCase *c, GError **err);
/* Joins c->ticket as no person's: no state, no clock. Where only its words say so, the team sees what a participant sent, since nobody
 * else would; never what came from themselves, or two robots would talk. */
gboolean arrivals_append_machine(IntakeCase *c, GError **err);
/* What the rules say of a mail that has joined c->ticket, by what was before it: its severity may grow worse, then it `reopens` the ticket or
 * not, then it may escalate it. */
gboolean arrivals_rescore(IntakeCase *c, gboolean reopens, GError **err);
/* Tells the team of a queue of a second copy: of a queue that came to a known ticket with it, or since the first was not whole. */
gboolean arrivals_tell_queue(IntakeCase *c, const ConfigQueue *queue, const char *template, GError **err);
/* A queue that c->ticket has not: it is told, and its clock begins. */
gboolean arrivals_bring_queue(IntakeCase *c, const ConfigQueue *queue, GError **err);

#endif
