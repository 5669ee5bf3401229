/* incoming: a file of the spool's incoming, from its opening to the intake of its mail. It must never take another user's word for what the MTA said. */
#ifndef PROGRAMS_INCOMING_H
#define PROGRAMS_INCOMING_H

#include "base/spoolname.h"

#include "store/spool.h"

#include "flows/desk.h"

#include "programs/parse_worker.h"
#include "programs/strikes.h"

typedef struct {
    Desk *desk;         /* it and the parser: the caller's */
    ParseWorker *parse;
    SpoolFile *file;
    SpoolEnvelope envelope; /* of another user's file only where the mail begins */
    Reading *reading;       /* what the parser says of it; NULL: not yet */
    Instant at;             /* when it came */
    char *archive;          /* where it goes, below the spool */
    char *digest;           /* SHA-256 of the file, hexadecimal */
    gboolean is_ours;       /* written by a user whose envelope lines and marks count */
} IncomingFile;

/* NOTFOUND: somebody took it away. DATA: it is the file's own doing, in words. TEMPFAIL, INTERNAL: it is not. `now`: when it came where the clock is
 * pinned, else it came no later. */
gboolean incoming_open(Desk *d, ParseWorker *p, const Strikes *s, const char *name, Instant now, IncomingFile **ret, GError **err);
void incoming_free(IncomingFile *f); /* NULL is fine */

/* Has the parser read at most PARSE_TOGETHER of them in one go, those first that were not yet, as far as it goes: what is wrong with one shows when it is read alone. */
void incoming_read_together(IncomingFile *const *files, guint count);
/* Nothing to do where it was read already. Errors as of incoming_open. */
gboolean incoming_read(IncomingFile *f, GError **err);
/* The mail to intake, in the caller's transaction, which judges its errors (db_batch). */
gboolean incoming_take_in(IncomingFile *f, GError **err);

#endif
