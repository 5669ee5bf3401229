/* watch: the process of the daemon that asks, every minute, what escalate health says, and raises the alarm that does not travel by our own mail. */
#ifndef PROGRAMS_WATCH_H
#define PROGRAMS_WATCH_H

/* Until SIGTERM; SIGHUP reads the configuration again. The value is the exit status. */
int watch_run(const char *config);

#endif
