/* digestmail: the mail that lists several pages, each with an address of its own, and one for all. Private to flows/digest. */
#ifndef FLOWS_DIGESTMAIL_H
#define FLOWS_DIGESTMAIL_H

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

typedef struct {
    Ticket *ticket;
    RunRow *run;
    LadderPage *page;  /* of the run */
    char *instead_of;  /* or NULL */
    Instant since_at;
} DigestEntry;

/* `entries` (DigestEntry *): two at least, of one contact, the worst first; `lines` (char *): what he is told beside. */
gboolean digestmail_send(Desk *d, const GPtrArray *entries, const GPtrArray *lines, GError **err);

#endif
