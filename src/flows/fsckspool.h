/* fsckspool: a part of fsck: files against rows, rows against files. */
#ifndef FLOWS_FSCKSPOOL_H
#define FLOWS_FSCKSPOOL_H

#include "flows/fsck.h"

gboolean fsckspool_rows(Fsck *f, GError **err);    /* each row of a mail has its file */
gboolean fsckspool_archive(Fsck *f, GError **err); /* each file of the archive has its row */
gboolean fsckspool_waiting(Fsck *f, GError **err); /* incoming and hold */

#endif
