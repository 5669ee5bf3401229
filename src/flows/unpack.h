/* unpack: a part of restore: the files of a backup in directories of their own, each compared with the list at its end. */
#ifndef FLOWS_UNPACK_H
#define FLOWS_UNPACK_H

#include "flows/desk.h"

typedef struct {
    char *facts, *mails; /* directories: database and keys; spool */
    char *taken, *head, *configuration;
} Unpacked;

/* `facts` and `mails` must not be there; they are made, 0700, and synced when this returns. DATA: not a backup, cut off, or a file that is not as
 * it was written; what was made is left to the caller. Without keeps_mails
 * those are only read and compared. */
gboolean unpack_run(const Desk *d, const char *file, const char *facts, const char *mails, gboolean keeps_mails, Unpacked *ret, GError **err);
void unpack_clear(Unpacked *u);
/* Removes a directory with all that is in it, as far as that can be done. */
void unpack_remove(const char *directory);

#endif
