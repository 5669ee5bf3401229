/* oldmail: the mails of old mailboxes in the order of their own time. Kept is where each lies, not what it says. */
#ifndef PROGRAMS_OLDMAIL_H
#define PROGRAMS_OLDMAIL_H

#include "base/instant.h"

typedef struct OldMails OldMails;

/* Looks through the files (RFC 4155, each a file that can be read at any place): the time of a mail is its Date, else that of its "From " line;
 * one that has neither is counted and left out. */
gboolean oldmail_open(char *const *paths, int n, OldMails **ret, GError **err);
void oldmail_close(OldMails *o);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OldMails, oldmail_close)
guint oldmail_count(const OldMails *o);
guint oldmail_undated(const OldMails *o);
Instant oldmail_at(const OldMails *o, guint i);
/* Its bytes, with the "From " line; replaces what is in `into`. */
gboolean oldmail_read(const OldMails *o, guint i, GString *into, GError **err);

#endif
