/* wire: one TCP connection, plain or under TLS, on which everything ends by a deadline of real time. For smtp. */
#ifndef MAIL_WIRE_H
#define MAIL_WIRE_H

#include "base/instant.h"

typedef struct Wire Wire;

/* Connects to the first address of `host` that answers before the deadline (instant_monotonic_us). TEMPFAIL names host and
 * reason. */
Wire *wire_open(const char *host, int port, gint64 deadline_us, GError **err);
void wire_close(Wire *w); /* NULL is fine */
void wire_set_deadline(Wire *w, gint64 deadline_us);
/* TLS from here, with `host` as server name. On FALSE (TEMPFAIL) the connection is of no use. */
gboolean wire_start_tls(Wire *w, const char *host, const char *ca_file, GError **err);
gboolean wire_is_tls(const Wire *w);
/* Whether the peer proved to be the host of wire_start_tls; reason in *err (TEMPFAIL). */
gboolean wire_verify(const Wire *w, GError **err);

/* At least one byte; -1 at the end, at an error, at the deadline, or after LIMIT_SMTP_REPLY_BYTES without a write in between. */
gssize wire_read(Wire *w, void *bytes, gsize n);
gssize wire_write(Wire *w, const void *bytes, gsize n);
int wire_fd(const Wire *w);
/* Why the last call gave -1; "connection lost" if nothing better is known. */
const char *wire_reason(const Wire *w);

#endif
