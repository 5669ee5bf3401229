/* letter: an inbound mail as plain data, however broken it was. mail/message makes it; the rules read it. All text is valid UTF-8
 * without NUL; header values are unfolded and decoded (RFC 2047, 2231). Nothing in it is trusted. */
#ifndef RULES_LETTER_H
#define RULES_LETTER_H

#include "base/instant.h"

typedef struct {
    char *name;  /* as written, "Auto-Submitted" */
    char *value; /* decoded, one line, trimmed */
} LetterHeader;

typedef struct {
    char *name;    /* display name or "" */
    char *address; /* local@domain, domain in lower case, or whatever stood there */
} LetterAddress;

typedef enum {
    LINE_OWN,       /* what the sender may have written */
    LINE_QUOTED,    /* inside an HTML quotation */
    LINE_QUOTE_HEAD, /* the line that introduces a quotation, known from HTML structure */
    LINE_SIGNATURE, /* inside an HTML signature element */
    LINE_STRUCK     /* struck out in HTML: what the sender took back */
} LineMark;

typedef struct {
    char *name; /* file name or "" */
    char *type; /* media type, lower case */
    gsize size; /* decoded bytes */
} LetterAttachment;

typedef struct {
    char *method; /* of the Content-Type, upper case, or "" */
    char *text;   /* decoded text/calendar */
    gboolean is_attached; /* a file beside the text, by its Content-Disposition (RFC 2183) */
} LetterCalendar;

typedef struct {
    GPtrArray *headers;   /* LetterHeader *, in order, first occurrence first */
    GPtrArray *from;      /* LetterAddress * of From (RFC 5322 3.6.2 allows several) */
    gboolean from_doubtful; /* another reader may take another address: several, two fields, or found by its shape alone */
    GPtrArray *sender, *reply_to, *to, *cc;
    char *subject;        /* or "" */
    char *message_id;     /* with angle brackets, or "" */
    GPtrArray *in_reply_to, *references; /* char *, with angle brackets, oldest first */
    Instant date;         /* of the Date header, INSTANT_NONE if unreadable */
    char *content_type;   /* of the whole mail, lower case, "multipart/report" */
    char *report_type;    /* its report-type parameter, lower case, or "" */

    char *text;           /* whole body as text; lines end with \n */
    GByteArray *marks;    /* one LineMark a line of text */
    gboolean text_from_html;
    gboolean has_hard_lines; /* all of it is plain and none of it flowed (RFC 3676): where a line ends, a program may have broken it */
    char *html;           /* and what stood beside it and says the same (RFC 2046 5.1.4), as it came; or NULL */

    GPtrArray *attachments; /* LetterAttachment * */
    GPtrArray *calendars;   /* LetterCalendar *, not those inside returned mails */
    char *delivery_status;  /* text of message/delivery-status, or NULL */
    char *disposition;      /* text of message/disposition-notification, or NULL */
    char *feedback;         /* text of message/feedback-report, or NULL */
    GPtrArray *returned;    /* LetterHeader * of the first message/rfc822 or text/rfc822-headers part, or NULL */
    Instant returned_date;  /* of its Date header, or INSTANT_NONE */
    char *returned_text;    /* its text, first 64 KiB, or NULL */
    gboolean truncated;     /* the closing boundary of the outermost multipart is missing */
    GPtrArray *defects;     /* char *: what was wrong with it and how it was mended */
} Letter;

Letter *letter_new(void); /* all arrays empty, all text "" */
void letter_free(Letter *l);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Letter, letter_free)

/* Empty arrays that own what letter_add_… and others put into them: LetterHeader *, LetterAttachment *, LetterCalendar *. */
GPtrArray *letter_new_headers(void);
GPtrArray *letter_new_attachments(void);
GPtrArray *letter_new_calendars(void);
void letter_add_attachment(GPtrArray *list, const char *name, const char *type, gsize size);

/* Value of the first header of that name (case does not count), or NULL. */
const char *letter_header(const Letter *l, const char *name);
/* The same over any array of LetterHeader. */
const char *letter_find(const GPtrArray *headers, const char *name);
/* First From address, lower-cased domain, or "". */
const char *letter_from(const Letter *l);
void letter_add_header(GPtrArray *headers, const char *name, const char *value);
void letter_add_address(GPtrArray *list, const char *name, const char *address);

#endif
