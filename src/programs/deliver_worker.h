/* deliver_worker: hands mail over in a process of its own that may block, and is killed at a hard deadline. */
#ifndef PROGRAMS_DELIVER_WORKER_H
#define PROGRAMS_DELIVER_WORKER_H

#include "mail/transport.h"

#include "flows/desk.h"

typedef struct DeliverWorker DeliverWorker;

/* Started at the first mail; reads the options of the configuration that is current then. */
DeliverWorker *deliver_worker_new(void);
void deliver_worker_free(DeliverWorker *w);
/* The configuration changed: the next mail is handed over by a fresh worker. */
void deliver_worker_reset(DeliverWorker *w);

/* Begins one; the answer is fetched with deliver_worker_finish. */
gboolean deliver_worker_begin(DeliverWorker *w, const Desk *d, const TransportMail *mail, GError **err);
/* The same of a program: it reads `bytes` and is killed after so many seconds. */
gboolean deliver_worker_begin_command(DeliverWorker *w, const Desk *d, char *const *argv, Seconds seconds, GBytes *bytes, GError **err);
int deliver_worker_fd(const DeliverWorker *w);
/* Waits for the answer up to the deadline; one that misses it counts as TRANSPORT_DOWN, one that dies as TRANSPORT_BROKE. Cannot fail. */
TransportResult deliver_worker_finish(DeliverWorker *w, char **ret_reply);

#endif
