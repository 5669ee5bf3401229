/* pagemail: an escalation mail, a reminder or a handoff, for one notification that has its row. */
#ifndef FLOWS_PAGEMAIL_H
#define FLOWS_PAGEMAIL_H

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* Between two pages to one person about one ticket. */
#define PAGEMAIL_APART ((Seconds)60)

/* `instead_of`: for whom the reader stands in, or NULL. */
gboolean pagemail_send(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, GError **err);
/* When a level's mails may leave: `send: open` waits for the next opening of its calendar; INSTANT_NONE: at once. */
Instant pagemail_opening(const Desk *d, const PolicyLevel *level);
/* "mailto:…": a reply to that subject at that address with that one line; newly allocated. */
char *pagemail_link(const char *address, const char *subject, const char *verb);

#endif
