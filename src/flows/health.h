/* health: whether the desk works, as one who looks from outside sees it: by the spool, the database and the pulses of the processes, none of which
 * need be there. It changes nothing. */
#ifndef FLOWS_HEALTH_H
#define FLOWS_HEALTH_H

#include <jansson.h>

#include "flows/desk.h"

/* As monitoring plugins exit (Monitoring Plugins Development Guidelines, "Plugin Return Codes"). */
typedef enum { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL, HEALTH_UNKNOWN } HealthState;

typedef struct {
    const char *name; /* one word, stable */
    HealthState state;
    char *text;       /* what is so, one line */
    gboolean has_value;
    gint64 value;     /* its figure: seconds, or a number */
    gint64 warning, critical; /* from which on; 0: none */
    const char *unit; /* "s", "B" or "" */
} HealthCheck;

void health_check_free(HealthCheck *c);
const char *health_word(HealthState s); /* "OK" … */

/* All checks at d->now, of a desk whose store is not open: HealthCheck *, with free func. Cannot fail: what cannot be looked at is a finding. */
GPtrArray *health_checks(Desk *d);
/* The one finding of a desk whose configuration cannot be loaded, which are `problems` (char *). */
GPtrArray *health_unloaded(const GPtrArray *problems);
/* The worst: critical before unknown before warning. */
HealthState health_worst(const GPtrArray *checks);
/* The line of a plugin: "ESCALATE WARNING - hold: 2 mails, …", newly allocated. */
char *health_headline(const GPtrArray *checks);
/* {"state", "code", "at", "text", "checks": [{"name", "state", "text", "value", "warning", "critical", "unit"}]} */
json_t *health_json(const GPtrArray *checks, Instant now);

#endif
