/* message: the bytes of a mail to a Letter. The only user of GMime's parser. A pre-scan (mail/prescan) cuts whatever breaks GMime
 * before it sees it, at every MIME level. Always answers: what cannot be parsed becomes a Letter of raw text with a defect.
 * RFC 5322, 2045-2049, 2231, 6532, 3676; charset labels that lie are mended by the rules of mail/charset. */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "rules/letter.h"

/* Once per process. */
void message_init(void);
/* Never NULL. `bytes` is the mail without spool envelope; a leading mbox "From " line is skipped. */
Letter *message_parse(const char *bytes, gsize length);

/* One attachment or other non-text leaf part of a mail, for relaying. */
typedef struct {
    char *name, *type; /* "" and "application/octet-stream" where the mail says nothing */
    GBytes *bytes;     /* decoded */
} MessagePart;
/* The parts of `bytes` that Letter.attachments lists, in the same order; MessagePart *, with free func. LIMIT beyond max_bytes. */
gboolean message_parts(const char *bytes, gsize length, gsize max_bytes, GPtrArray **ret, GError **err);
void message_part_free(MessagePart *p);

#endif
