/* cadence: what the requester hears by itself while his ticket is escalated: an update every so often after the last mail of a person, or the
 * last update. It restarts the update clock, and meets no other. */
#ifndef FLOWS_CADENCE_H
#define FLOWS_CADENCE_H

#include "store/clocks.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* Something about the ticket's runs, severity or waiting changed: the row of `due` is set to the next update, or taken away where none is
 * to come. Harmless when nothing changed. */
gboolean cadence_follow(Desk *d, const Ticket *t, GError **err);
/* A person wrote to the requester at `at`: the time begins anew. */
gboolean cadence_heard(Desk *d, const Ticket *t, Instant at, GError **err);
/* When the next update is to come; INSTANT_NONE: none is. */
gboolean cadence_next(Desk *d, gint64 ticket, Instant *ret, GError **err);
/* Its row is due. */
gboolean cadence_fire(Desk *d, const DueRow *due, GError **err);

#endif
