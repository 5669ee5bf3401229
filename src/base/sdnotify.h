/* sdnotify: what a service tells its manager: sd_notify(3), the one datagram of it. Where no manager listens, nothing is said. */
#ifndef BASE_SDNOTIFY_H
#define BASE_SDNOTIFY_H

#include <glib.h>

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that no program that we run speaks for us. Once, before threads and
 * children. */
void sdnotify_open(void);
/* One message, lines of NAME=value: "READY=1\nSTATUS=…". A manager that does not take it is no failure of ours. */
void sdnotify_send(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* After how many microseconds without WATCHDOG=1 the manager ends this process; 0: never. */
gint64 sdnotify_watchdog_us(void);

#endif
