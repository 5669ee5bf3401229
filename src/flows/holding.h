/* holding: people hear of mails that went to hold, and of timers that had to be put off: one mail of all that is new, once an hour at most. */
#ifndef FLOWS_HOLDING_H
#define FLOWS_HOLDING_H

#include "flows/desk.h"

/* That file goes to hold, in the caller's transaction. */
gboolean holding_note(Desk *d, const char *name, const char *reason, GError **err);
/* That row of what is due is put off, likewise: what stands still now is that ticket's. */
gboolean holding_note_due(Desk *d, gint64 due, gint64 ticket, const char *reason, GError **err);
/* Tells the leads of the queues what was noted and is on hold still, if the hour is over. *ret_did: 1 if a mail was written. */
gboolean holding_pass(Desk *d, guint *ret_did, GError **err);

#endif
