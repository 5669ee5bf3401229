/* triggers: what escalates a ticket beside its clocks when a mail opens or joins it: rules with `escalate`, the customer's own words. Machine
 * mail, spam and mail whose authentication failed page nobody. */
#ifndef FLOWS_TRIGGERS_H
#define FLOWS_TRIGGERS_H

#include "flows/intake_case.h"
#include "flows/rating.h"

/* `ticket_is_new`: the mail has opened c->ticket, else it has joined. The mail's row is stored. */
gboolean triggers_of_mail(IntakeCase *c, const Rating *rating, gboolean ticket_is_new, GError **err);

#endif
