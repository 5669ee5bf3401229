/* spoolgroup: mails that come in side by side become message files, and one sync makes all that are whole durable. Format: escalate-spool(5). */
#ifndef STORE_SPOOLGROUP_H
#define STORE_SPOOLGROUP_H

#include <sys/types.h>

#include "base/spoolwrite.h"

#include <glib.h>

typedef struct SpoolGroup SpoolGroup;

/* One mail on its way. */
typedef struct {
    GString *bytes; /* what is not written yet: the caller appends the mail, and has it written when there is much */
    char *why;      /* NULL, or what failed first; then nothing of the mail is in the spool */
    SpoolWriteFile file;
    char half[SPOOLNAME_MAX]; /* its name in tmp */
    uint64_t inode;
} SpoolGroupMail;

/* TEMPFAIL with the system's reason. */
SpoolGroup *spoolgroup_open(const char *spool, GError **err);
void spoolgroup_close(SpoolGroup *g);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SpoolGroup, spoolgroup_close)

/* Begins a mail: received now, its envelope the first of its bytes. spoolgroup_drop() ends it. */
SpoolGroupMail *spoolgroup_begin(SpoolGroup *g, const char *sender, const GPtrArray *recipients, uid_t user);
/* Writes what there is into tmp. What fails is mail->why. */
void spoolgroup_write(SpoolGroup *g, SpoolGroupMail *mail);
/* Takes mails that are whole. Where mail->why is NULL afterwards the mail is on disk, in incoming. One sync is enough for all of them: fsync(2)
 * for one, syncfs(2) for several, which writes whatever else waits on that file system too; then one of the directory. */
void spoolgroup_store(SpoolGroup *g, SpoolGroupMail *const *mails, guint count);
/* Frees; takes away what is in tmp and was not stored. NULL is fine. */
void spoolgroup_drop(SpoolGroup *g, SpoolGroupMail *mail);

#endif
