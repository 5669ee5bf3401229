/* heartbeat: rules that expect a mail at least so often. A missing one opens a ticket, the next one resolves it. */
#ifndef FLOWS_HEARTBEAT_H
#define FLOWS_HEARTBEAT_H

#include "store/clocks.h"

#include "flows/desk.h"

/* A mail of the rule came to that queue: from now on the next one is expected. One that is not `believed` is no sign of life; it only begins the
 * wait, so that a site which authenticates none hears of that. */
gboolean heartbeat_heard(Desk *d, const ConfigRule *rule, const ConfigQueue *queue, gboolean believed, GError **err);
/* A row of `due`: its time has come without one. */
gboolean heartbeat_missing(Desk *d, const DueRow *due, GError **err);

#endif
