/* view_page: what a page, and the mail about a new ticket, say beside the ticket. */
#ifndef FLOWS_VIEW_PAGE_H
#define FLOWS_VIEW_PAGE_H

#include <jansson.h>

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* What an escalation mail says beside it: urgency, headline, why, otherwise, excerpt …; at most `headline` characters and `excerpt`
 * lines of the requester's newest text. */
json_t *view_page(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, const ConfigContact *reader,
                  gsize headline, int excerpt, GError **err);
/* What the mail about a new one says beside it: `headline`; in an operations ticket `about`, the ticket that nobody took. */
gboolean view_page_arrival(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err);

#endif
