/* compose: one outgoing mail to its bytes. Deterministic: the same Draft gives the same bytes (boundaries come from the Message-ID).
 * CR, LF and NUL in any header value are refused, so that nothing from a ticket can add a header. RFC 5322, 2045, 2047, 3834. */
#ifndef MAIL_COMPOSE_H
#define MAIL_COMPOSE_H

#include "base/instant.h"
#include "mail/message.h"

typedef enum {
    COMPOSE_PAGE, /* paging mail: no Auto-Submitted, no Precedence, no List-*; X-Auto-Response-Suppress: DR, RN, NRN, AutoReply */
    COMPOSE_AUTO_REPLIED,   /* Auto-Submitted: auto-replied, X-Auto-Response-Suppress: All */
    COMPOSE_AUTO_GENERATED, /* Auto-Submitted: auto-generated, X-Auto-Response-Suppress: All */
    COMPOSE_RELAYED /* a person's words passed on: no Auto-Submitted; X-Auto-Response-Suppress: DR, RN, NRN, AutoReply */
} ComposeClass;

typedef struct {
    ComposeClass mail_class;
    const char *from_name, *from_address;
    const char *reply_to;            /* address or NULL */
    const char *to_name, *to_address;
    GPtrArray *cc;                   /* LetterAddress *, or NULL */
    const char *subject;
    const char *message_id;          /* with angle brackets */
    const char *in_reply_to;         /* with angle brackets, or NULL */
    GPtrArray *references;           /* char *, or NULL */
    Instant date;
    const char *text;                /* UTF-8; the text part, sent as it is */
    const char *html;                /* or NULL: no HTML part */
    GPtrArray *parts;                /* MessagePart *, or NULL */
    const char *calendar;            /* text/calendar; METHOD as calendar_method; or NULL */
    const char *calendar_method;
} ComposeDraft;

/* Whether a mail can be written to that address. */
gboolean compose_is_address(const char *address);
/* The mail with CRLF line ends. DATA error names the field. */
gboolean compose_mail(const ComposeDraft *draft, GBytes **ret, GError **err);

#endif
