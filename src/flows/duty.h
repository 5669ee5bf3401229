/* duty: who is on duty, told to those whom it concerns: at each handoff who leaves and who comes, with the open escalations; after a rota
 * changed whose duties changed. And where nobody is: gaps, for people who plan. */
#ifndef FLOWS_DUTY_H
#define FLOWS_DUTY_H

#include "store/clocks.h"

#include "flows/desk.h"

/* After a configuration was loaded: tells whose duties changed, and plans the next handoff of each rota. In a transaction of its own. */
gboolean duty_begin(Desk *d, GError **err);
/* A handoff is due: a row of `due` with what = 'shift' and the rota's name in `policy`. */
gboolean duty_handoff(Desk *d, const DueRow *due, GError **err);

/* A time in [from, to) in which a rota, or a level of a policy, has nobody, or a rota more than one by equal duties. */
typedef struct {
    gboolean is_gap; /* else an overlap */
    char *what;      /* "rota primary", "policy standard level 1" */
    const PolicyLevel *level; /* or NULL: it is a rota */
    Instant start, end;
    char *who;       /* of an overlap: "ann, bob" */
} DutyFinding;
/* Array of DutyFinding with clear func, by `what` and start. A level counts where it asks by rotas alone, none of which has a fallback. */
gboolean duty_gaps(Desk *d, Instant from, Instant to, GArray **ret, GError **err);

#endif
