/* schedule: what a clock will fire, and when. Private to flows/deadlines. */
#ifndef FLOWS_SCHEDULE_H
#define FLOWS_SCHEDULE_H

#include "store/clocks.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* Rewrites what this clock will fire. `is_change`: of a severity, a calendar or a ladder, after which who is being asked still has one
 * ack-within. */
gboolean schedule_clock(Desk *d, const Ticket *t, const ClockRow *c, gboolean is_change, GError **err);
/* A calendar without open time in sight must not keep a mail out: the clock stays as it is, or is none, loudly. Takes `why`. */
gboolean schedule_impossible(Desk *d, const ClockRow *c, GError *why, GError **err);

#endif
