/* itip: the invitation that an escalation mail may carry (RFC 5546 3.2.2), its cancellation (3.2.5), and what an answer to it means.
 * Pure. One UID per run, level and contact; a repeat has a higher SEQUENCE; a cancellation one above all before it. */
#ifndef RULES_ITIP_H
#define RULES_ITIP_H

#include "base/instant.h"

typedef struct {
    gint64 run;
    int level;
    const char *contact; /* key */
    const char *domain;  /* of the UID */
    int nth;             /* how many requests of this UID came before: 0 for the first */
    const char *organizer;              /* the a-address that answers go to */
    const char *attendee, *attendee_name;
    const char *summary, *description, *url; /* url: or NULL */
    Instant stamp, start, end;          /* end > start */
} ItipInvitation;

/* The text/calendar object, lines folded at 75 octets and ended by CRLF (RFC 5545 3.1). Newly allocated. */
char *itip_request(const ItipInvitation *i);
char *itip_cancel(const ItipInvitation *i);

typedef struct {
    gint64 run;
    int level;
    char *contact;
} ItipUid;

/* What a UID of ours names; FALSE: it is none. It proves nothing. */
gboolean itip_parse_uid(const char *uid, ItipUid *ret);
void itip_uid_clear(ItipUid *u);

typedef enum {
    ITIP_NOTHING, /* NEEDS-ACTION, COMPLETED, an unknown word: a note */
    ITIP_ACK,
    ITIP_DECLINE,
    ITIP_NOTE,    /* TENTATIVE */
    ITIP_PASS     /* DELEGATED */
} ItipMeaning;

ItipMeaning itip_meaning(const char *partstat);
/* Whether something answered by itself: `stamp` (of the mail or the object; INSTANT_NONE: unknown) is within 20 s after one of the
 * `delivered` (Instant), or before all of them. */
gboolean itip_is_automatic(Instant stamp, const GArray *delivered);

#endif
