/* alive: a process of the daemon says what it does: it writes its pulse, once a second at most, and notices that the clock was set. */
#ifndef PROGRAMS_ALIVE_H
#define PROGRAMS_ALIVE_H

#include "base/instant.h"

typedef struct Alive Alive;

/* `name` and `spool` are copied. `is_pinned`: `now` is not the system's, so nobody asks whether that was set. */
Alive *alive_open(const char *spool, const char *name, gboolean is_pinned, Instant now);
void alive_close(Alive *a); /* writes what was not written yet; NULL is fine */
void alive_config(Alive *a, const char *version);
/* It goes on; between the steps of a round too. */
void alive_step(Alive *a, Instant now);
/* The end of a round; `failure` NULL: it went well. */
void alive_round(Alive *a, Instant now, const GError *failure, gboolean is_handing_over);
/* When the alarm was raised whose end was not told, by this process or one before it; pulse.h says how it is counted. Written at once. */
Instant alive_alarm(const Alive *a);
void alive_set_alarm(Alive *a, Instant raised_at);

#endif
