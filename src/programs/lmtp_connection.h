/* lmtp_connection: one client of the LMTP server: bytes through rules/lmtp, replies back. */
#ifndef PROGRAMS_LMTP_CONNECTION_H
#define PROGRAMS_LMTP_CONNECTION_H

#include "programs/lmtp_server.h"

/* Takes the descriptor, greets, and joins s->connections. */
void lmtp_connection_open(LmtpServer *s, int fd, uid_t user);
void lmtp_connection_free(gpointer c);
/* What epoll said of it. */
void lmtp_connection_serve(LmtpServer *s, LmtpConnection *c, guint32 events);
/* Uses bytes that came, and those that could not be used before; NULL: only those. */
void lmtp_connection_go_on(LmtpServer *s, LmtpConnection *c, const char *bytes, gsize length);
/* Its mail is on disk, or failed (mail->why): tells each recipient, and goes on. */
void lmtp_connection_answer(LmtpServer *s, LmtpConnection *c);
/* Its time is over: it is told, whether it listens or not, and marked dead. */
void lmtp_connection_expire(LmtpServer *s, LmtpConnection *c);
/* epoll_ctl(2); FALSE with errno. */
gboolean lmtp_connection_poll(const LmtpServer *s, int how, int fd, guint32 events, gpointer data);

#endif
