/* alarm: when people are told that escalate does not work: after it lasted for a while, again while it lasts, and once when it is over. */
#ifndef RULES_ALARM_H
#define RULES_ALARM_H

#include "base/instant.h"

typedef enum { ALARM_NOTHING, ALARM_RAISE, ALARM_OVER } AlarmAct;

/* Seconds of a clock that nobody sets; INSTANT_NONE: not so. */
typedef struct {
    Instant bad_since, raised_at;
} AlarmState;

/* For alarm_resume: raised by a process that may not have told it, and so raised again as soon as it has lasted `after`. Before any time of that clock. */
#define ALARM_LONG_AGO ((Instant)-1000000000)

void alarm_init(AlarmState *s);

/* Takes up what a process before this one raised: INSTANT_NONE: nothing. An instant after `now` is of a clock that has begun anew. */
void alarm_resume(AlarmState *s, Instant raised_at, Instant now);
/* What is to be done at `now`, of what is or is not bad now; the state is as if it were done. `after`: how long it must last; `again`: after how
 * long it is raised again. */
AlarmAct alarm_step(AlarmState *s, gboolean is_bad, Instant now, Seconds after, Seconds again);

#endif
