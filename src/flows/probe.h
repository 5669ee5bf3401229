/* probe: a mail of our own to a queue's address, to see that the mail server brings it into the spool. Intake knows it for our own: it opens
 * no ticket and files it under other. */
#ifndef FLOWS_PROBE_H
#define FLOWS_PROBE_H

#include "store/outbox.h"

#include "flows/desk.h"

/* The row with its bytes, kept as sent, so that nothing else sends it. Its recipient is an address of that queue with a token of ours. */
gboolean probe_write(Desk *d, const ConfigQueue *queue, OutboxRow **ret, GError **err);

typedef enum { PROBE_NOWHERE, PROBE_INCOMING, PROBE_TAKEN_IN } ProbePlace;
/* Where it is. In incoming, *ret_name (newly allocated) is its file and *ret_kept whether its envelope has the recipient with the token whole. */
gboolean probe_find(Desk *d, const OutboxRow *probe, ProbePlace *ret, char **ret_name, gboolean *ret_kept, GError **err);

#endif
