/* digest: pages that wait, and one mail in place of many: of one person beyond what he can read, what waited for the end of a maintenance, and
 * what a level sends in open hours only. A page is written when it leaves, to who is there then. One that waits has its notification, and no
 * time runs against it: ack-within begins with the delivery of its mail. */
#ifndef FLOWS_DIGEST_H
#define FLOWS_DIGEST_H

#include "store/clocks.h"
#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* A notification that has its row: mailed, or put aside for the digest. `instead_of`: for whom the reader stands in, or NULL. */
gboolean digest_page(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, GError **err);
/* A line of information about an escalation: now, or with what waits for the end of a maintenance. `r`: the run that is over for him, or NULL. */
gboolean digest_line(Desk *d, const Ticket *t, const RunRow *r, const char *contact, const char *line, GError **err);
/* Sends what waits for that contact and may be told now: several pages as a digest, one as an ordinary mail. What waited for its level to open
 * only is ordinary mail, but where `is_list` says that all is to be one. */
gboolean digest_send(Desk *d, const char *contact, gboolean is_list, GError **err);
/* Tickets were merged: what one contact would be mailed about both at once, and is not yet, becomes one mail. */
gboolean digest_join(Desk *d, const Ticket *t, GError **err);
/* The digest of a contact is due. */
gboolean digest_due(Desk *d, const DueRow *due, GError **err);

#endif
