/* spoolgroup: mails that come in side by side become message files, in steps between which one sync is enough for all. Format: escalate-spool(5). */
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
/* The steps of mails that are whole, all of the same group. Between them the caller syncs: after sealing the files (fsync(2) of mail->file.fd, or
 * syncfs(2) of spoolgroup_tmp() for many), after entering the directory (fsync(2) of spoolgroup_incoming(), or syncfs(2)). One syncfs(2) may do for the
 * files of one group and the names of the one before. A mail is on disk, in incoming, when both have succeeded and mail->why is NULL. */
void spoolgroup_seal(SpoolGroup *g, SpoolGroupMail *const *mails, guint count);
void spoolgroup_enter(SpoolGroup *g, SpoolGroupMail *const *mails, guint count);
/* What the caller did with them failed. One that has its name in incoming keeps it. */
void spoolgroup_fail(SpoolGroup *g, SpoolGroupMail *const *mails, guint count, const char *doing, int error);
/* -1 while the spool is not to be had. */
int spoolgroup_tmp(const SpoolGroup *g);
int spoolgroup_incoming(const SpoolGroup *g);
/* Frees; takes away what is in tmp and was not stored. NULL is fine. */
void spoolgroup_drop(SpoolGroup *g, SpoolGroupMail *mail);

#endif
