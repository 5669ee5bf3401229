/* mailbox: address fields by GMime's parser (RFC 5322 3.4, 6532). For mail/message. */
#ifndef MAIL_MAILBOX_H
#define MAIL_MAILBOX_H

#include "rules/letter.h"

/* Appends the LetterAddress of each mailbox in `text`, those of groups too, at most LIMIT_ADDRESSES. `text` is valid UTF-8, one
 * line, and has been through the pre-scan. What cannot be read adds nothing. */
void mailbox_parse(const char *text, GPtrArray *list);

#endif
