/* health_checks: what the files of health share: how a finding is made. */
#ifndef FLOWS_HEALTH_CHECKS_H
#define FLOWS_HEALTH_CHECKS_H

#include "flows/health.h"

void health_add(GPtrArray *list, const char *name, HealthState state, const char *format, ...) G_GNUC_PRINTF(4, 5);
/* The same with a figure, whose state is judged by the two marks; 0: no mark. */
void health_add_figure(GPtrArray *list, const char *name, gint64 value, const char *unit, gint64 warning, gint64 critical, const char *format, ...)
    G_GNUC_PRINTF(7, 8);
/* "40 s", "12 min", "3 h", "2 d"; newly allocated. */
char *health_span(Seconds s);

/* Everything that a database says. */
void health_database(const Desk *d, GPtrArray *list);

#endif
