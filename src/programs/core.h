/* core: the passes of the one writer: intake, timers, delivery; with its two workers. Used by the daemon and by --once. */
#ifndef PROGRAMS_CORE_H
#define PROGRAMS_CORE_H

#include "flows/desk.h"

typedef struct Core Core;

/* Takes the desk, whose store is not yet open: the workers are started first, so that they never see database or keys. */
Core *core_new(Desk *d, GError **err);
void core_free(Core *c);
Desk *core_desk(Core *c);
/* Takes the configuration of `fresh`, and frees the rest of it; the next mail is handed over by a fresh worker, and deadlines that it may
 * move are put on the list. TEMPFAIL: the list could not be written; the next start does it. */
gboolean core_reload(Core *c, Desk *fresh, GError **err);

/* All of incoming but files on their last chance (strikes), taken in at `now`: the first part of a round. *ret_did counts the files that left it. */
gboolean core_intake(Core *c, Instant now, guint *ret_did, GError **err);
/* One round at `now`: all of incoming, then what is due, then what is to be handed over. *ret_did counts what was done. With `wait`
 * a hand-over is waited for; else it goes on in the worker, whose descriptor (core_delivery_fds) becomes readable when it is done. */
gboolean core_round(Core *c, Instant now, gboolean wait, guint *ret_did, GError **err);
#define CORE_DELIVERY_FDS 2
void core_delivery_fds(const Core *c, int ret_fds[CORE_DELIVERY_FDS]); /* -1: nothing under way */
/* The next instant at which something is due; INSTANT_NONE. */
gboolean core_next(Core *c, Instant *ret, GError **err);

#endif
