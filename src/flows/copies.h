/* copies: whether a mail came before, by its Message-ID, From, Date, subject, text and attachments (never by its bytes: Received differs), or with one a
 * beginning of the other. */
#ifndef FLOWS_COPIES_H
#define FLOWS_COPIES_H

#include "flows/intake_case.h"

/* Once the case knows kind and tokens. *ret_done: it was a copy, is stored as such, and nothing else is to be done. */
gboolean copies_take(IntakeCase *c, gboolean *ret_done, GError **err);
/* Of what the mail says and, where it came to a personal address, of that; newly allocated. */
char *copies_digest(const IntakeCase *c);

#endif
