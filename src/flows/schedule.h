/* schedule: what a clock will fire, and when. Private to flows/deadlines. */
#ifndef FLOWS_SCHEDULE_H
#define FLOWS_SCHEDULE_H

#include "store/clocks.h"
#include "store/tickets.h"

#include "flows/desk.h"

typedef enum {
    SCHEDULE_BEGINS,  /* nothing of the clock is due yet, nothing was fired */
    SCHEDULE_GOES_ON, /* it stopped, paused, or runs again: levels that fired stay fired */
    SCHEDULE_CHANGED, /* severity, calendar or ladder: who is being asked still has one ack-within */
} ScheduleEvent;

/* Rewrites what this clock will fire. */
gboolean schedule_clock(Desk *d, const Ticket *t, const ClockRow *c, ScheduleEvent what, GError **err);
/* A calendar without open time in sight must not keep a mail out: the clock stays as it is, or is none, loudly. Takes `why`. */
gboolean schedule_impossible(Desk *d, const ClockRow *c, GError *why, GError **err);

#endif
