/* alerts: mail of monitoring. A rule with `alert` makes one ticket of all mails about one thing, and closes it when that is over. */
#ifndef FLOWS_ALERTS_H
#define FLOWS_ALERTS_H

#include "flows/intake_case.h"

/* *ret_taken: it was such a mail, and all is done. Anything else goes on as if nobody had asked. */
gboolean alerts_take(IntakeCase *c, gboolean *ret_taken, GError **err);
/* c->ticket was opened by an alert, and its mail has a row: its key is known from now on. */
gboolean alerts_opened(IntakeCase *c, GError **err);

#endif
