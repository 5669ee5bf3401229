/* outage: no mail can leave. That is an incident of its own: a ticket in operations, which those see who look, and which other ways than mail
 * still carry. */
#ifndef FLOWS_OUTAGE_H
#define FLOWS_OUTAGE_H

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

/* A try failed as a whole: it is down. *ret_is_new: it was not before. Where it has been for ten minutes a ticket is opened: by what failed now, not by a
 * timer, since what is known of before a stop, or was in a backup, may be over. `said` is the server's: hostile. */
gboolean outage_tried(Desk *d, const char *said, Instant *ret_retry, gboolean *ret_is_new, GError **err);
/* `o` is over: that is written, and the ticket, if there is one, is resolved. Where mail leaves the lead is told. */
typedef enum { OUTAGE_MAIL_LEAVES, OUTAGE_NOTHING_WAITS /* to try it with, so nobody knows */ } OutageEnd;
gboolean outage_ends(Desk *d, const Outage *o, OutageEnd how, GError **err);
/* A backup was put in place: what is known of then says nothing of now. An outage begins anew with the next try, if that fails. */
gboolean outage_restored(Desk *d, GError **err);

#endif
