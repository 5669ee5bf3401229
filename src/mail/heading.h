/* heading: the header block of a mail into its Letter: each field decoded, addresses, identifiers, date, subject. Knows no MIME
 * library: mail/message lends it the parsers of addresses and dates. RFC 5322 3.6, 2047. */
#ifndef MAIL_HEADING_H
#define MAIL_HEADING_H

#include "rules/letter.h"

typedef struct {
    void (*addresses)(const char *text, GPtrArray *list); /* valid UTF-8, one line; appends LetterAddress * */
    Instant (*date)(const char *text);                    /* or INSTANT_NONE */
} HeadingParsers;

/* Reads the fields up to the first empty line. What is missing or broken is mended and becomes a defect. Cannot fail. */
void heading_read(Letter *l, const HeadingParsers *p, const char *bytes, gsize length);

/* Of a Date field, or INSTANT_NONE where it is unreadable or out of range. */
Instant heading_date(const HeadingParsers *p, const char *raw);
/* Adds a defect once. */
void heading_defect(Letter *l, const char *what);
/* Frees *where, which then owns `with`. */
void heading_replace(char **where, char *with);

#endif
