/* lmtp_sync: a process that waits for the disk in the place of the LMTP server, which goes on with other connections meanwhile. One request at a time. */
#ifndef PROGRAMS_LMTP_SYNC_H
#define PROGRAMS_LMTP_SYNC_H

#include <glib.h>

typedef struct LmtpSync LmtpSync;

/* TEMPFAIL with the system's reason. */
LmtpSync *lmtp_sync_start(GError **err);
void lmtp_sync_stop(LmtpSync *s); /* NULL is fine */
/* To poll for the answer. */
int lmtp_sync_fd(const LmtpSync *s);

/* fsync(2) of the open file, or syncfs(2) of the file system that it is on. FALSE: that process is no more. */
gboolean lmtp_sync_begin(LmtpSync *s, int fd, gboolean whole_system, GError **err);
/* *ret_error is 0 or errno of the call. FALSE: that process is no more. */
gboolean lmtp_sync_finish(LmtpSync *s, int *ret_error, GError **err);

#endif
