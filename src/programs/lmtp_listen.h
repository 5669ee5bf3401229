/* lmtp_listen: the socket that the LMTP server listens on, and who may connect to it. */
#ifndef PROGRAMS_LMTP_LISTEN_H
#define PROGRAMS_LMTP_LISTEN_H

#include "config/config.h"

/* Opens what `listen` of lmtp says, not blocking. A Unix socket is open to all, and answers those only whom the caller lets; one that
 * nobody listens on any more is replaced. TEMPFAIL with the system's reason; CONFIG where something that is no such socket stands in its place. */
gboolean lmtp_listen_open(const char *listen, int *ret_fd, GError **err);
/* Closes, and takes the Unix socket away. */
void lmtp_listen_close(const char *listen, int *fd);

/* The next connection, not blocking; -1 with errno. *ret_user is who made it; our own user where the socket cannot say. */
int lmtp_listen_accept(int fd, uid_t *ret_user);

#endif
