/* vendors: people outside who help. They are asked like a level's people, in a mail of their own that says no more than they must know, have
 * clocks of their own, and answer at the ticket's address, where no verb is read: what they write is for the team, and accepts nothing. */
#ifndef FLOWS_VENDORS_H
#define FLOWS_VENDORS_H

#include "rules/ladder.h"

#include "store/clocks.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* The page `p` to a vendor's contact, and the clocks that begin with the first of a ticket. */
gboolean vendors_ask(Desk *d, const Ticket *t, const LadderPage *p, const ConfigContact *vendor, const PolicyLevel *level, GError **err);
gboolean vendors_is(const Desk *d, const char *contact);
/* One line: that of vendors_over_phrase. Any other, which may name people of the house or tell of the customer, is not sent. */
gboolean vendors_tell(Desk *d, const Ticket *t, const ConfigContact *vendor, const char *line, GError **err);
/* What it hears when its help is not wanted any more, which is when the ticket is solved: that the customer was answered is no news to it. */
char *vendors_over_phrase(const Ticket *t);
/* The ticket is solved: that is told to those that were asked by a ladder which is over. Those of ladders that end now hear it by that. */
gboolean vendors_resolved(Desk *d, const Ticket *t, GError **err);
/* A vendor wrote (`message`, stored): his respond clock is met, and whoever works on the ticket reads it. */
gboolean vendors_answered(Desk *d, const Ticket *t, const ConfigContact *vendor, const char *text, gint64 message, GError **err);
/* Whose colleague writes from that address: of the vendors that were asked in this ticket, the one of its domain; *ret NULL: none. */
gboolean vendors_colleague(Desk *d, const Ticket *t, const char *address, const ConfigContact **ret, GError **err);
/* A clock of a vendor has run out: whoever works on the ticket is told. */
gboolean vendors_late(Desk *d, const Ticket *t, const ClockRow *c, GError **err);
/* Whether that clock is a vendor's, and not our own towards the requester. */
gboolean vendors_is_clock(const ClockRow *c);

#endif
