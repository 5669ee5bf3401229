/* intake: what one mail does: kind, thread, sender, then the table of rules: opens, appends, answers, acknowledges, or is filed. One
 * call is one thing of a batch (db_batch): it may be taken back and asked for again. */
#ifndef FLOWS_INTAKE_H
#define FLOWS_INTAKE_H

#include "flows/desk.h"
#include "flows/reading.h"

typedef enum {
    INTAKE_OTHER,   /* neither is the beginning of the other */
    INTAKE_SHORTER, /* this mail is the beginning of that one, or the same */
    INTAKE_LONGER   /* that one is the beginning of this: an MTA died in mid-pipe */
} IntakeCopy;

typedef struct {
    const char *name;        /* of the spool file */
    const char *digest;      /* sha256 of its bytes */
    const char *archive;     /* where it will lie, relative to the spool */
    const char *sender;      /* envelope sender, "" null, NULL unknown */
    const char *queue;       /* of the envelope, or NULL */
    const char *const *recipients; /* of the envelope */
    int recipient_count;
    const Reading *reading;
    gboolean as_human;       /* requeued by a person: whatever the machine thought */
    gboolean as_other;       /* requeued to be filed, unread: `reading` says nothing */
    gboolean again;          /* requeued: a second copy is wanted */
    /* The mail's attachments, read in the sandbox when they are needed; MessagePart *. */
    gboolean (*parts)(void *data, GPtrArray **ret, GError **err);
    /* How its raw body compares with that of a file of the archive (relative to the spool). */
    IntakeCopy (*compare)(void *data, const char *archive);
    /* Whether the mail is signed as a whole by one of `keys` (paths): *ret_said is what its signed part alone says, *ret_digest that
     * part's, *ret_made_at the signed time. DATA and TEMPFAIL, with the reason in words: it is not, or could not be checked. */
    gboolean (*verify)(void *data, char *const *keys, Reading **ret_said, char **ret_digest, Instant *ret_made_at, GError **err);
    void *data;
} IntakeMail;

/* Where a mail would go, for people who ask beforehand. */
typedef struct {
    char *queue;       /* home, or NULL */
    char *sender;      /* contact, or NULL */
    char *sender_role; /* "agent", "requester", "participant", "unknown" */
    Kind kind;         /* after the configuration had its say */
    gint64 ticket;     /* that it would join, or 0 */
    gint64 claimed;    /* that it names and would not join, or 0 */
    GPtrArray *decisions; /* char *: why */
} IntakePlace;

/* Changes nothing. `mail` needs only envelope and reading; *ret is freed by intake_place_clear(). */
gboolean intake_preview(Desk *d, const IntakeMail *mail, IntakePlace *ret, GError **err);
void intake_place_clear(IntakePlace *p);

#define INTAKE_NO_QUEUE "no queue has" /* so the message begins where it is for none of ours */
/* Applies one mail at d->now, which is its received-at. DATA: this mail cannot be processed, hold it; TEMPFAIL: try again. */
gboolean intake_mail(Desk *d, const IntakeMail *mail, GError **err);

#endif
