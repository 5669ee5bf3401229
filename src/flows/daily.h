/* daily: each queue's mail to its lead, once a day at the first opening: what is open, late, unowned, on hold, filed under other, and in
 * shadow mode what would have been sent. */
#ifndef FLOWS_DAILY_H
#define FLOWS_DAILY_H

#include "flows/desk.h"

/* Writes the mails that are due at d->now, each in a transaction. *ret_did counts them. */
gboolean daily_pass(Desk *d, guint *ret_did, GError **err);

#endif
