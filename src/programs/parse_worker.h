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
/* Asks for up to PARSE_TOGETHER mails before it takes the first answer: two switches between processes for all of them. They have the time of one mail
 * together. Never fails: a mail that could not be read has no reading, nor may those with it, and parse_worker_read says why. */
#define PARSE_TOGETHER 16 /* their requests must fit into the channel: nobody reads answers while they are written */
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
