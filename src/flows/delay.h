/* delay: a note to the requester that an answer or a solution takes longer, before its time is over: once per clock. */
#ifndef FLOWS_DELAY_H
#define FLOWS_DELAY_H

#include "store/clocks.h"

#include "flows/desk.h"

/* The clock began, moved, paused or ended: its row of `due` is made anew, or taken away. */
gboolean delay_schedule(Desk *d, const ClockRow *c, GError **err);
/* Its row is due. */
gboolean delay_fire(Desk *d, const DueRow *due, GError **err);

#endif
