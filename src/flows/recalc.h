/* recalc: open deadlines made again from their logs when a calendar or a plan is not what it was when they were last reckoned. The work goes
 * in small transactions between mail and timers, and goes on where it stood after a restart. */
#ifndef FLOWS_RECALC_H
#define FLOWS_RECALC_H

#include "store/clocks.h"

#include "flows/desk.h"

/* After a configuration was loaded: what differs from the last time is put on the list. In a transaction of its own. */
gboolean recalc_begin(Desk *d, GError **err);
/* The next batch of what is on the list; nothing where it is empty. At its end the leads are told which deadlines moved. *did counts
 * clocks. */
gboolean recalc_pass(Desk *d, guint *did, GError **err);

/* What the list has in store for one clock, now: so that nothing fires by a calendar that is no more. In the caller's transaction. */
gboolean recalc_clock(Desk *d, gint64 clock, GError **err);

/* A clock that was over goes on: what changed meanwhile did not reach it. In the caller's transaction. */
gboolean recalc_revived(Desk *d, gint64 clock, GError **err);

/* One deadline that another calendar would move. */
typedef struct {
    gint64 clock_id, ticket_id;
    char *queue;
    TargetKind target;
    Instant before, after; /* INSTANT_NONE: paused */
} RecalcMove;

/* Which open deadlines on calendar `name` would move if it were `other`; array of RecalcMove, with clear func. Changes nothing. */
gboolean recalc_impact(Desk *d, const char *name, Calendar *other, GArray **ret, GError **err);
/* "#42 respond in support: Tue 26 May 14:00 to Wed 27 May 10:00 (CEST), which is past"; newly allocated. */
char *recalc_describe(const Desk *d, const RecalcMove *m);

#endif
