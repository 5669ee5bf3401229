/* pulse: what each process of the daemon last did, in a small file of the spool (alive-NAME): for who looks from outside, also when there is no
 * daemon any more and no database. */
#ifndef FLOWS_PULSE_H
#define FLOWS_PULSE_H

#include "base/instant.h"

#define PULSE_DEATHS 5

typedef struct {
    gint64 pid;
    Instant started_at, step_at; /* step_at: it went on */
    Instant failing_since;       /* its rounds fail; INSTANT_NONE: they do not */
    char reason[200];            /* of that */
    Instant handing_over_since;  /* one mail; INSTANT_NONE: none */
    Instant clock_stepped_at;    /* the system's clock was set, by so much; INSTANT_NONE: it was not */
    Seconds clock_step;
    gint64 alarm_raised_at;      /* seconds since the machine began, or ALARM_LONG_AGO; INSTANT_NONE: none, or its end was told too */
    char config[16];             /* the version of the configuration that it works with, "" unknown */
    guint deaths;                /* of those before it, since the daemon started */
    guint death_count;           /* of the next */
    struct {
        Instant at;
        char how[40];
    } died[PULSE_DEATHS]; /* the newest first */
} Pulse;

void pulse_init(Pulse *p);
/* Replaces the file; no sync. TEMPFAIL with the system's reason. */
gboolean pulse_write(const char *spool, const char *name, const Pulse *p, GError **err);
/* NOTFOUND: it has never worked here. DATA: the file is damaged. */
gboolean pulse_read(const char *spool, const char *name, Pulse *ret, GError **err);
/* The names that have such a file, in order; char *, with free func. Cannot fail: where nothing can be read there are none. */
GPtrArray *pulse_names(const char *spool);

#endif
