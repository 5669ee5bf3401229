/* parse_worker: reads hostile bytes in a process that can do nothing else. */
#ifndef PROGRAMS_PARSE_WORKER_H
#define PROGRAMS_PARSE_WORKER_H

#include "base/worker.h"

#include "mail/signedpart.h"

#include "flows/desk.h"
#include "flows/reading.h"

/* A supervised worker: started at once, started again after it died. */
typedef struct ParseWorker ParseWorker;

/* `d` stays the caller's: its keys, where it has any by then, are wiped in the child. */
ParseWorker *parse_worker_new(const Desk *d, GError **err);
void parse_worker_free(ParseWorker *p);
/* After a reload: the next mail gets a worker that knows the desk of now. */
void parse_worker_reset(ParseWorker *p);

/* The mail in `fd` from `offset`. DATA: it crashed, stalled or said nonsense about this file, which costs the file a strike. */
gboolean parse_worker_read(ParseWorker *p, int fd, gsize offset, gboolean null_sender, Reading **ret, GError **err);
/* Of up to PARSE_TOGETHER mails at once what would be read one by one, at the price of one change to the parser and back. No error: what went wrong with
 * one leaves it, and maybe others of them, without a reading. */
#define PARSE_TOGETHER 16
typedef struct {
    int fd;
    gsize offset;
    gboolean null_sender;
    Reading *reading; /* the caller's to free; NULL: not read */
} ParseMail;
void parse_worker_read_together(ParseWorker *p, ParseMail *mails, guint count);
/* Its attachments: MessagePart *, with free func. */
gboolean parse_worker_parts(ParseWorker *p, int fd, gsize offset, GPtrArray **ret, GError **err);
/* Where its signed part and signature stand, to be checked against the file's length. DATA: why none is taken, in words. */
gboolean parse_worker_signed(ParseWorker *p, int fd, gsize offset, Signedpart *ret, GError **err);

#endif
