/* backup: one file that holds all that cannot be made again: database, keys, mails. And the way back. The file is a tar: `escalate-backup`
 * (what and when, key: value lines), `escalate.db`, `key`, `audit.key`, `spool/…`, and last `SHA256SUMS` over all of them. */
#ifndef FLOWS_BACKUP_H
#define FLOWS_BACKUP_H

#include "flows/desk.h"

#define BACKUP_NOTE "escalate-backup"
#define BACKUP_DATABASE "escalate.db"
#define BACKUP_KEY "key"
#define BACKUP_AUDIT_KEY "audit.key"
#define BACKUP_SPOOL "spool/"
#define BACKUP_SUMS "SHA256SUMS"
/* A line of the note: message files whose envelope lines do not count are SPOOL_STRANGERS in the tar. Numbers of users mean nothing elsewhere, so
 * it is judged where the backup is taken. */
#define BACKUP_STRANGERS "strangers"
#define BACKUP_ARE_MARKED "marked"

typedef struct {
    gint64 mails; /* files of the spool */
    gint64 unread; /* of another user, who forbids us to read them; longer than a mail may be, or cut off while they were read; or none */
    char *first_unread;
    gint64 missing; /* that the database knows, and that are not where they should be, so not in it either */
    char *first_missing;
    char *head;   /* of the audit, as it is in the backup */
} BackupResult;

/* Writes `file` anew, mode 0600, under another name until it is whole and synced; what had its name is then replaced. The daemon may run: every
 * row in it has its mail in it. The copy is verified before it is written: DATA where the database or the audit is not whole, and `file`
 * stays as it was. Strings of *ret are newly allocated. */
gboolean backup_write(Desk *d, const char *file, BackupResult *ret, GError **err);

#endif
