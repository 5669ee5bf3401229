/* courtesy: asks the guard before every automatic mail that answers somebody, with the counts that it wants; logs each refusal. */
#ifndef FLOWS_COURTESY_H
#define FLOWS_COURTESY_H

#include "rules/guard.h"

#include "store/tickets.h"

#include "flows/desk.h"

/* `facts` has to, mail_class and what is known of the mail that is answered; counts are filled in here. */
gboolean courtesy_allows(Desk *d, const Ticket *t, const GuardCase *facts, gboolean *ret, GError **err);
/* Refusals to that address within a day: in the ticket, or 0: in all. */
gboolean courtesy_refusals(Desk *d, const char *to, gint64 ticket, gint64 *ret, GError **err);
/* Whether news may be sent to the requester by themselves: the same for an update, a note of delay and the resolution. It goes by the newest mail
 * that he wrote in the ticket. */
gboolean courtesy_may_update(Desk *d, const Ticket *t, gboolean *ret, GError **err);
/* Keeps for that why the guard would send none after this message, if so. */
gboolean courtesy_remember(Desk *d, gint64 message, const GuardCase *facts, GError **err);
/* Whether a ticket of that address was marked by `spam`. A `proven` mail is judged by proven ones alone: what others send in one's name silences nobody. */
gboolean courtesy_is_spammer(Desk *d, const char *address, gboolean proven, gboolean *ret, GError **err);
/* A person of the team has written to that address: its limits begin anew. */
gboolean courtesy_person_wrote(Desk *d, const char *address, GError **err);

#endif
