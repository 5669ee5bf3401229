/* spool: directories of message files; a rename is a state change. Format and states: escalate-spool(5). */
#ifndef STORE_SPOOL_H
#define STORE_SPOOL_H

#include <sys/stat.h>

#include "base/instant.h"

/* What an error begins with where a name stands for another mail already: no try will mend it. */
#define SPOOL_NAME_TAKEN "another mail has this name"

/* In the mode of a message file: it was another user's, and became ours by a restore, which must not make his envelope lines count. Only who owns a
 * file can take it off, a rename keeps it, and Linux gives it no other meaning on files. */
#define SPOOL_STRANGERS ((mode_t)S_ISVTX)

typedef struct {
    char *name, *path;
    uid_t owner;
    gboolean is_strangers; /* whoever owns it */
    Instant changed_at; /* by the system: no user can date it back */
    GString *bytes; /* envelope and mail */
    int fd;         /* open for reading, at 0 */
} SpoolFile;

void spool_file_free(SpoolFile *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpoolFile, spool_file_free)

/* Makes the directories that are missing, with their modes. */
gboolean spool_prepare(const char *spool, GError **err);
/* Names in incoming, oldest first, at most max (0: all); names that the filter does not make are skipped. char *, with free func. */
gboolean spool_incoming(const char *spool, guint max, GPtrArray **ret, GError **err);
/* Opens one: only a regular file with one link. DATA for anything else; a file of a foreign user is copied first, so that he cannot
 * change it while it is read. */
gboolean spool_open(const char *spool, const char *name, SpoolFile **ret, GError **err);
/* incoming/NAME to archive/YYYY/MM/DD/NAME of its day; *ret_relative "archive/2026/11/22/NAME". */
char *spool_archive_path(const char *name, Instant day);
gboolean spool_to_archive(const char *spool, const char *name, const char *relative, GError **err);
/* Whether anything has that name below the spool. What cannot be looked at just now has none. */
gboolean spool_has(const char *spool, const char *relative);
/* The SHA-256 of a message file, envelope included; hexadecimal, newly allocated. Errors as of files_read. */
gboolean spool_digest(const char *spool, const char *relative, char **ret, GError **err);
/* Whether that could be done with a file whose bytes have that SHA-256 (hexadecimal): DATA where others are in its place. */
gboolean spool_may_archive(const char *spool, const char *relative, const char *digest, GError **err);
/* The name in hold, newly allocated, of the file `from` (relative to the spool): its own, or one that is free where that is taken, or too long. The
 * same until the file is there. */
char *spool_hold_name(const char *spool, const char *from);
/* `from` to hold under that name, with the reason beside it. */
gboolean spool_to_hold(const char *spool, const char *from, const char *held, const char *reason, GError **err);
/* Files in hold with their reasons: pairs name, reason in a flat array of char *, with free func. */
gboolean spool_holding(const char *spool, GPtrArray **ret, GError **err);
/* The marks in a name that mean something to who takes it in (programs/incoming). */
#define SPOOL_AGAIN "requeue"
#define SPOOL_AS_HUMAN SPOOL_AGAIN "-as-human"
#define SPOOL_AS_OTHER SPOOL_AGAIN "-as-other"
/* A file of hold or of the archive (`from`, relative to the spool) back into incoming under a new name, which is returned; `mark` stands in it
 * where the host does. */
gboolean spool_requeue(const char *spool, const char *from, Instant now, const char *mark, char **ret_name, GError **err);
/* Each regular file below a state of the spool, in no order: its path relative to the spool, and its name. incoming: only names that the filter
 * makes. One directory entry at a time is in memory. FALSE ends it; *err is then the caller's. What is moved meanwhile may be missed or told. */
typedef gboolean SpoolEach(void *data, const char *relative, const char *name, GError **err);
gboolean spool_each(const char *spool, const char *state, SpoolEach *each, void *data, GError **err);
/* Where a message file of that name is: *ret_relative, "incoming/NAME" or the path in the archive that its row has; NULL: nowhere. */
char *spool_find(const char *spool, const char *name, const char *archive);
/* Removes half-written files that are older than a day. */
void spool_sweep(const char *spool, Instant now);

#endif
