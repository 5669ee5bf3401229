/* outage: no mail can leave. That is an incident of its own: a ticket in operations, which those see who look, and which other ways than mail
 * still carry. */
#ifndef FLOWS_OUTAGE_H
#define FLOWS_OUTAGE_H

#include "store/clocks.h"

#include "flows/desk.h"

/* The transport went down now: a ticket is opened if it still is when OUTAGE_PATIENCE is over. */
gboolean outage_begins(Desk *d, GError **err);
/* It is back: that ticket, if there is one, is resolved. */
gboolean outage_ends(Desk *d, GError **err);
/* A `due` row "outage". */
gboolean outage_fire(Desk *d, const DueRow *due, GError **err);

#define OUTAGE_PATIENCE ((Seconds)600)

#endif
