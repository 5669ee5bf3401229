/* sign_worker: checks the signature of one mail, outside the parse sandbox but in a process of its own that is ended in time. */
#ifndef PROGRAMS_SIGN_WORKER_H
#define PROGRAMS_SIGN_WORKER_H

#include "mail/signedpart.h"

#include "flows/desk.h"

/* `mail`: all its bytes, `part` within them (validated here: it comes from the sandbox). *ret_text is what was signed, canonical.
 * DATA, with the reason in words for the sender: not good; TEMPFAIL: it could not be checked. */
gboolean sign_worker_verify(const Desk *d, const char *mail, gsize length, const Signedpart *part, char *const *keys, Instant now,
                            GString **ret_text, Instant *ret_made_at, GError **err);
/* Adds to `problems` (char *) what keeps a contact's signature from being checked: keys that cannot be read, no gpg. */
void sign_worker_check(const Config *config, GPtrArray *problems);

#endif
