/* restore: a backup put in place, on a machine or beside what is there. Nothing that is there is overwritten or removed. */
#ifndef FLOWS_RESTORE_H
#define FLOWS_RESTORE_H

#include "flows/desk.h"

typedef struct {
    const char *file;
    gboolean aside;  /* a database or audit key that is there gets another name; else it is refused */
    gboolean leave;  /* mails that the archive has and the backup does not are told only */
    gint64 above;    /* numbers of tickets and mails that were given away are not above this one; 0: unknown */
    gboolean verify; /* nothing is put in place */
} RestoreOptions;

typedef enum {
    RESTORE_AGAIN,  /* a mail of the archive that the database does not know: taken in again, or only told */
    RESTORE_SENT,   /* a mail that was sent after the backup */
    RESTORE_DIFFERS /* a file of the backup that is there with other bytes: it stays as it is */
} RestoreFound;

typedef void RestoreTell(void *data, RestoreFound what, const char *relative);

typedef struct {
    char *taken, *head, *configuration; /* of the backup: when, the head of its audit, the version of its configuration */
    gint64 mails;                       /* files of the spool that were put back */
    gint64 again, sent, differs;
    gint64 waiting;                     /* in the outbox, to leave, those too that left since then */
    gint64 above;                       /* new numbers begin above this one */
    char *aside;                        /* the new name of the database that was there, or NULL */
    GPtrArray *keys;                    /* KeyfileKey *: not in the key file any more, and in it again; NULL where nothing was put in place */
} RestoreResult;

/* `d` is a configuration without an open store. DATA: the backup is not whole, or its database or audit is not; REFUSED: something is in the
 * way; then nothing was changed. After a TEMPFAIL it may be called again. Strings and keys of *ret are newly allocated. */
gboolean restore_run(Desk *d, const RestoreOptions *o, RestoreTell *tell, void *data, RestoreResult *ret, GError **err);

#endif
