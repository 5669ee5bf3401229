/* guard: may this automatic mail be sent? One function, one table of refusals, each with one word for the log line. Pure: the
 * caller counts, the guard decides. RFC 3834 2 (when not to respond), RFC 5230 4.6; contracts: "Automatic mail". */
#ifndef RULES_GUARD_H
#define RULES_GUARD_H

#include "rules/kind.h"

typedef enum {
    GUARD_PAGE,       /* escalation, reminder, handoff, team mail: to contacts only */
    GUARD_NOTICE,     /* information lines, the lead's daily mail: to contacts only */
    GUARD_DIGEST,     /* what a contact over the limit gets instead; never limited */
    GUARD_TRANSCRIPT, /* the answer to an applied verb */
    GUARD_REFUSAL,    /* the answer to a verb that was refused, choices offered in doubt */
    GUARD_AUTO_ACK,   /* "we have your mail" to a requester */
    GUARD_UPDATE,     /* cadence, resolution and other news to a requester or vendor */
    GUARD_CLASS_COUNT
} GuardClass;

const char *guard_class_name(GuardClass c); /* "auto-ack" */

/* All zero but the address and class is a mail that answers nothing, to a stranger who never got one. */
typedef struct {
    const char *to;        /* the address it would go to; "" is the null sender */
    GuardClass mail_class;
    gboolean is_own;       /* `to` is an address of ours: a queue's, a token's, the daemon's */
    gboolean is_contact;   /* `to` is a registered address of a contact */
    gboolean is_participant; /* of the ticket */

    /* the mail it answers; for GUARD_UPDATE the newest mail of that address in the ticket; all zero where there is none */
    Kind kind;             /* zero is KIND_HUMAN */
    gboolean null_sender;  /* its envelope sender is empty */
    gboolean at_envelope_address; /* it came to a b-address */
    gboolean has_list_headers;    /* List-*, Precedence list, bulk, junk; after own-lists are taken off */
    gboolean auth_failed;  /* a trusted authserv-id says fail for SPF, DKIM or DMARC */
    gboolean is_spam;      /* a spam header says yes, or the verb `spam` silenced the sender */
    gboolean is_monitor;   /* `to` is the monitoring that a ticket is of */
    gboolean is_unsure;    /* its kind was decided against by words only */

    /* what that address and its domain had already */
    int acks_of_ticket;    /* auto-acks of this ticket, to anybody */
    int sent_to_address;   /* auto-acks, transcripts, refusals today, since the last mail of a person of the team to it */
    int sent_to_domain;    /* the same to its whole domain, whoever wrote to it */
    gboolean was_limited;  /* the address came over its limit, on whatever day */
    gboolean person_wrote_since; /* … and a person of the team has written to it since */
    int refusals_today;    /* refusals to it; of a contact those on this ticket */
    int sent_to_person;    /* mails to this contact within the configured span (limits: per-person) */
    int person_limit;      /* 0: LIMIT_AUTO_PER_PERSON */
    gboolean is_immune;    /* this severity knows no such limit (limits: immune) */
} GuardCase;

typedef struct {
    gboolean allowed;
    gboolean to_digest; /* not now, but never silence: into the contact's next digest */
    const char *reason; /* constant word for the log line: "null-sender"; "allowed" if so */
} GuardVerdict;

/* Cannot fail. What it does not understand it refuses. */
GuardVerdict guard_decide(const GuardCase *c);

/* Whether the local part is that of a mail system or list (RFC 3834 2, RFC 2142), or says that nobody reads it. */
gboolean guard_is_system_address(const char *address);
gboolean guard_is_no_reply(const char *address);

#endif
