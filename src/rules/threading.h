/* threading: to which ticket does a mail belong, and by which evidence? Pure: the claims are looked up by the caller. Headers alone
 * merge nothing: what anybody could have copied counts only from a participant. */
#ifndef RULES_THREADING_H
#define RULES_THREADING_H

#include <glib.h>

/* Strongest first. */
typedef enum {
    THREADING_TOKEN,    /* a token that verifies, in a recipient address */
    THREADING_OWN_ID,   /* a Message-ID of ours that verifies, in In-Reply-To or References */
    THREADING_KNOWN_ID, /* the Message-ID of a mail that we hold, in In-Reply-To or References, or of one that a mail that we hold
                         * names there: a parent that comes late, a common ancestor that we never saw; participants only */
    THREADING_TAG,      /* [queue #42] in the subject; participants only */
    THREADING_CONVERSATION, /* Thread-Index of a mail of the ticket; participants only */
    THREADING_BODY_TOKEN, /* a t-token of ours in the text; participants only */
    THREADING_COUNT
} ThreadingEvidence;

typedef struct {
    ThreadingEvidence evidence;
    gint64 ticket;
    gboolean is_participant; /* the sender, of that ticket */
    char *detail;            /* for the decision log */
} ThreadingClaim;

void threading_claim_free(ThreadingClaim *c);

typedef struct {
    gint64 ticket;      /* 0: a new one */
    gint64 claimed;     /* the ticket that weak or contradicting evidence names, or 0 */
    const char *detail; /* of the claim that decided, or NULL; owned by the claims */
    const char *why;    /* constant text: "token", "own Message-ID", …, "contradicting evidence", "not a participant" */
} ThreadingVerdict;

/* `claims`: ThreadingClaim *. Cannot fail. */
ThreadingVerdict threading_decide(const GPtrArray *claims);

/* The conversation of a Thread-Index value (MS-OXOMSG 2.2.1.3): its first 22 bytes, as text, newly allocated; NULL: it is none. */
char *threading_conversation(const char *thread_index);

/* The number in the first "[queue #42]" of a subject whose queue is one of `queues` (NULL-terminated); 0: none. We put it before all else: one that
 * stands behind another is older. */
gint64 threading_tag(const char *subject, char *const *queues);
/* The subject without any of them: that of a new ticket, which must not claim to be the one that was answered. Newly allocated. */
char *threading_without_tags(const char *subject, char *const *queues);

#endif
