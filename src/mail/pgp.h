/* pgp: verifies a detached PGP signature (RFC 3156) by gpg(1) in a directory of its own that knows only the registered keys. */
#ifndef MAIL_PGP_H
#define MAIL_PGP_H

#include "base/instant.h"

/* Whether there is a gpg to run. */
gboolean pgp_is_installed(void);
/* `home`: an empty private directory, that the caller removes; `keys`: paths of key files. DATA, with the reason: not good. TEMPFAIL:
 * gpg could not be run. Waits for gpg without a bound: only for a process that somebody else ends in time. */
gboolean pgp_verify(const char *home, char *const *keys, const void *content, gsize length, const void *signature, gsize signature_length,
                    Instant now, Instant *ret_made_at, GError **err);
/* What the lines of gpg's --status-fd mean; exposed for its table of tests. DATA as above. */
gboolean pgp_read_status(const char *lines, Instant *ret_made_at, GError **err);

#endif
