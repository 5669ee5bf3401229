/* body: the text parts of a mail, in order, to one text. Knows no MIME library: mail/message hands it decoded parts. Which part
 * of a multipart/alternative is read, format=flowed (RFC 3676), HTML, line ends, the limits of text. */
#ifndef MAIL_BODY_H
#define MAIL_BODY_H

#include "rules/letter.h"

typedef struct Body Body;

typedef struct {
    gboolean html;
    int group;  /* number of the outermost multipart/alternative that it stands in, or 0 */
    int choice; /* number of that one's child that it stands in */
    int inner;  /* number of the innermost multipart/alternative, or 0 */
    gboolean flowed, delsp;
} BodyPlace;

Body *body_new(void);
void body_free(Body *b);
/* `text` is valid UTF-8 without NUL, and is copied. */
void body_add(Body *b, const BodyPlace *place, const char *text, gsize length);
/* Number of parts added. */
guint body_count(const Body *b);
/* No part added has anything but blanks. */
gboolean body_is_empty(const Body *b);
/* Chooses and joins, once, into the letter's text, marks, html and what is known of them. TRUE where something was left out for a limit. */
gboolean body_finish(Body *b, gsize max_bytes, Letter *l);

#endif
