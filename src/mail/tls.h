/* tls: a TLS client session on a socket that is connected and non-blocking, with the certificate's chain and host name judged.
 * The only user of GnuTLS. */
#ifndef MAIL_TLS_H
#define MAIL_TLS_H

#include <glib.h>

typedef struct Tls Tls;

/* Prepares a session that will ask for `host`; the socket stays the caller's. ca_file NULL: the system's authorities. CONFIG when
 * ca_file cannot be read, else TEMPFAIL. */
Tls *tls_open(int fd, const char *host, const char *ca_file, GError **err);
void tls_close(Tls *t); /* NULL is fine; does not wait for the peer */
/* One step: 0 done, POLLIN or POLLOUT to wait for and call again, -1 failed with *err (TEMPFAIL). Verifies nothing. */
short tls_handshake(Tls *t, GError **err);
/* Whether the chain leads to an authority, is valid today and names the host. TEMPFAIL with the reason. */
gboolean tls_verify(const Tls *t, GError **err);
/* As read(2) and write(2) on a non-blocking socket; with EAGAIN *ret_events says what to wait for. */
gssize tls_read(Tls *t, void *bytes, gsize n, short *ret_events);
gssize tls_write(Tls *t, const void *bytes, gsize n, short *ret_events);

#endif
