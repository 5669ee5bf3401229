/* outage: no mail can leave. That is an incident of its own: a ticket in operations, which those see who look, and which other ways than mail
 * still carry. */
#ifndef FLOWS_OUTAGE_H
#define FLOWS_OUTAGE_H

#include "store/clocks.h"

#include "flows/desk.h"

/* What is known of a transport that is down. */
typedef struct {
    Instant since, retry; /* the next try; INSTANT_NONE: mail leaves */
    char *said;           /* by the mail server, the last time: hostile; NULL: nothing */
} Outage;

gboolean outage_read(Db *db, Outage *ret, GError **err);
/* `since` INSTANT_NONE: it is over. */
gboolean outage_write(Db *db, const Outage *o, GError **err);
void outage_clear(Outage *o);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outage, outage_clear)

/* The transport went down now: a ticket is opened if it still is when OUTAGE_PATIENCE is over. */
gboolean outage_begins(Desk *d, GError **err);
/* It is back: that ticket, if there is one, is resolved. */
gboolean outage_ends(Desk *d, GError **err);
/* A `due` row "outage". */
gboolean outage_fire(Desk *d, const DueRow *due, GError **err);

#define OUTAGE_PATIENCE ((Seconds)600)

#endif
