/* ownticket: a ticket that escalate opens itself, about something that no customer wrote: its requester is the queue. */
#ifndef FLOWS_OWNTICKET_H
#define FLOWS_OWNTICKET_H

#include "flows/opening.h"

/* Opens it at d->now, starts its clocks and mails `text` to the team of its queue, whatever the mode: it stands in no mailbox. `facts` has
 * home, subject, severity and what else is known; the requester is filled in. */
gboolean ownticket_open(Desk *d, const OpeningFacts *facts, const char *text, Ticket **ret, GError **err);
/* The ticket that one is about which nobody took; *ret NULL: it is about none. */
gboolean ownticket_about(Desk *d, const Ticket *t, Ticket **ret, GError **err);
/* Whether escalate opened it itself. */
gboolean ownticket_is(const Desk *d, const Ticket *t);
/* *ret: nobody outside waits for an answer in it: one of these, or an alert of monitoring, whose sender is a machine. */
gboolean ownticket_is_nobodys(Desk *d, const Ticket *t, gboolean *ret, GError **err);

#endif
