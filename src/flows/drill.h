/* drill: an exercise: a real ticket whose ladder asks real people by real mail, and which counts nowhere. It ends by itself when somebody
 * takes it, when everybody was asked, or when an operator stops it; then who was asked and how fast he answered goes to the queue's lead. */
#ifndef FLOWS_DRILL_H
#define FLOWS_DRILL_H

#include <jansson.h>

#include "store/clocks.h"
#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

typedef struct {
    const char *policy;
    const ConfigQueue *queue; /* NULL: the first whose policy it is, else the first */
    int severity;             /* 0 … 3; -1: the queue's */
    const char *subject;      /* NULL: one that names the policy */
} DrillWish;

/* In a transaction. NOTFOUND: no such policy. */
gboolean drill_begin(Desk *d, const DrillWish *wish, Ticket **ret, GError **err);
/* Called after each step of the ladder of an exercise: once it climbs no more, the exercise is to end. */
gboolean drill_stepped(Desk *d, const Ticket *t, const RunRow *r, GError **err);
gboolean drill_fire(Desk *d, const DueRow *due, GError **err);
/* An operator stops it. In a transaction. REFUSED: it is over; NOTFOUND: that ticket is none. */
gboolean drill_stop(Desk *d, gint64 ticket, GError **err);

/* What became of it, so far or in the end; NOTFOUND: that ticket is no exercise. Keys: escalate.1, drill. */
gboolean drillreport_of(Desk *d, gint64 ticket, json_t **ret, GError **err);
/* Ids of all exercises, the newest first (gint64). */
gboolean drillreport_all(Desk *d, GArray **ret, GError **err);

#endif
