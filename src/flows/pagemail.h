/* pagemail: an escalation mail, a reminder or a handoff, for one notification that has its row. */
#ifndef FLOWS_PAGEMAIL_H
#define FLOWS_PAGEMAIL_H

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* `instead_of`: for whom the reader stands in, or NULL. */
gboolean pagemail_send(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, GError **err);

#endif
