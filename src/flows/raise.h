/* raise: a customer asks for escalation in his own words. */
#ifndef FLOWS_RAISE_H
#define FLOWS_RAISE_H

#include "flows/intake_case.h"

/* Where the mail asks for it and the queue allows it: escalates c->ticket, once a day and once a run, and tells him. Of a ticket that the
 * mail has just opened the caller tells him, with c->is_raised. */
gboolean raise_by_customer(IntakeCase *c, gboolean ticket_is_new, GError **err);
/* It asks for it, and nothing is done: into the decision log. */
void raise_refused(IntakeCase *c, const char *why);

#endif
