/* invite: an iTIP answer in a mail (RFC 5546, 6047) to a plain struct. Reads through libical after a bounding scan of its own. */
#ifndef TIME_INVITE_H
#define TIME_INVITE_H

#include "base/instant.h"

typedef struct {
    char *method;    /* upper case: "REPLY", "REQUEST"; "" where neither the calendar nor the mail says */
    char *uid;       /* or "" */
    char *partstat;  /* upper case, "ACCEPTED"; "" where there is none */
    char *attendee;  /* address without mailto:, domain in lower case; "" where there is none */
    char *sent_by;   /* the same of SENT-BY */
    char *delegated_to; /* the first DELEGATED-TO, as attendee; "" where there is none */
    char *comment;   /* text of COMMENT, or "" */
    int sequence;    /* 0 where there is none */
    Instant dtstamp; /* INSTANT_NONE where there is none */
} InviteReply;

/* Reads the first VEVENT or VTODO that has an ATTENDEE. `content_method` is the method parameter of the part's Content-Type, or
 * NULL: it counts where the calendar has no METHOD. Any method is read: the caller looks at `method`. LIMIT for what is too
 * large, DATA for what is no calendar. */
gboolean invite_read_reply(const char *text, const char *content_method, InviteReply **ret, GError **err);
void invite_reply_free(InviteReply *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InviteReply, invite_reply_free)

#endif
