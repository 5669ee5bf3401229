/* kind: what kind of mail is this, and by which evidence? Pure: a Letter in, a verdict out. A machine's mail must never pass for a
 * person's; a verdict by words alone (subject, first line, no header) says so, so that nobody's mail is thrown away for it.
 * RFC 3834 (automatic responses), 3464 (delivery status), 3462/6522 (multipart/report), 3798/8098 (receipts), 5546/6047 (iTIP). */
#ifndef RULES_KIND_H
#define RULES_KIND_H

#include "rules/letter.h"
#include "rules/words_kind.h"

typedef enum {
    KIND_HUMAN,
    KIND_AUTO_REPLY,
    KIND_BOUNCE,
    KIND_RECEIPT,
    KIND_CALENDAR_REPLY,
    KIND_CALENDAR,
    KIND_REPORT,
    KIND_BULK,
    KIND_OWN,
    KIND_COUNT
} Kind;

const char *kind_name(Kind k);                       /* "auto-reply" */
gboolean kind_from_name(const char *name, Kind *ret); /* FALSE for an unknown one */

typedef struct {
    char *address;    /* the recipient that failed, lower-case domain, or "" */
    char *action;     /* failed delayed delivered relayed expanded; from words where the report has none */
    char *status;     /* "5.1.1" or "" */
    char *diagnostic; /* one line, at most 500 bytes, or "" */
} KindRecipient;

typedef struct {
    Kind kind;
    gboolean by_words_only;   /* decided by subject or text alone */
    gboolean is_listed;       /* bulk by marks of a list alone: List-*, Precedence */
    Kind unlisted;            /* what it is without those marks; else the same as kind */
    gboolean unlisted_by_words_only;
    GPtrArray *evidence;      /* char *: "header Auto-Submitted: auto-replied" */
    GPtrArray *recipients;    /* KindRecipient *, of a bounce; else empty */
    char *original_message_id; /* of the mail that a bounce returns, with angle brackets, or NULL */
    char *until;              /* of an out-of-office: the day of return, YYYY-MM-DD; where only the last day away is named the day
                               * after it; NULL when unsure */
    gboolean tells_absence;   /* an auto-reply that says that somebody is away, not only that a machine has the mail */
} KindVerdict;

/* `null_sender`: the envelope sender is empty (FALSE if unknown). Cannot fail. */
KindVerdict *kind_decide(const Letter *l, gboolean null_sender, const KindWords *words);
void kind_verdict_free(KindVerdict *v);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KindVerdict, kind_verdict_free)

#endif
