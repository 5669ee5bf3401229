/* coreloop: core from its configuration to its end. */
#ifndef PROGRAMS_CORELOOP_H
#define PROGRAMS_CORELOOP_H

#include "programs/core.h"

/* Core with the configuration of that file, at `now` (INSTANT_NONE: the system's). NULL: what is wrong was logged, *ret_status is the exit status. */
Core *coreloop_start(const char *config, Instant now, int *ret_status);
/* The process `core` of the daemon, until SIGTERM; SIGHUP reads the configuration again. The value is the exit status. */
int coreloop_run(const char *config);

#endif
