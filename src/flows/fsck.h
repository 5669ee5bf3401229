/* fsck: whether the facts fit together: pages and references of the database, the audit, the index of words, what is due, and the spool against
 * the rows in both directions. What follows from other facts can be repaired; a fact is never removed. The daemon may run. */
#ifndef FLOWS_FSCK_H
#define FLOWS_FSCK_H

#include "flows/desk.h"

typedef enum {
    FSCK_WRONG,      /* a person must look */
    FSCK_REPAIRABLE, /* follows from what is there */
    FSCK_REPAIRED,
    FSCK_NOTE        /* nothing to do; a restore leaves such */
} FsckState;

typedef struct {
    const char *what;    /* "integrity", "audit", "words", "due", "outbox", "mail-missing", "mail-unknown", "mail-waits", "sent-missing",
                            "sent-unknown", "reason" */
    const char *subject; /* a file, "clock 7", … */
    const char *detail;
    FsckState state;
} FsckFinding;

/* The strings live until the call returns. */
typedef void FsckTell(void *data, const FsckFinding *found);

typedef struct {
    Desk *desk;
    gboolean repair;
    FsckTell *tell;
    void *data;
    gint64 counts[FSCK_NOTE + 1];
    gint64 mails, rows, audited; /* looked at */
} Fsck;

/* All checks, one after the other; d has its store open. FALSE: a check could not be made. */
gboolean fsck_run(Desk *d, gboolean repair, FsckTell *tell, void *data, Fsck *ret, GError **err);

/* ---- for the parts of fsck ---- */

void fsck_found(Fsck *f, FsckState state, const char *what, const char *detail, const char *subject, ...) G_GNUC_PRINTF(5, 6);

#endif
