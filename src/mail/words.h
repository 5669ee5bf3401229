/* words: header fields as text. Encoded words (RFC 2047, also the broken ones), raw 8-bit, message identifiers (RFC 5322 3.6.4),
 * and the salvage of addresses from fields that no grammar fits. Everything answered is valid UTF-8 without NUL or line ends. */
#ifndef MAIL_WORDS_H
#define MAIL_WORDS_H

#include <glib.h>

/* A field's raw value, unfolded, decoded and trimmed; control characters become blanks. Newly allocated. Cannot fail. */
char *words_decode(const char *raw, gsize length);

/* The fields of a header block up to its first empty line: LetterHeader * with raw, still folded values (they may be no UTF-8).
 * At most max of them. */
GPtrArray *words_fields(const char *bytes, gsize length, guint max);

/* Appends the identifiers of a field, with angle brackets, oldest first; of more than max the first and the last ones are kept.
 * Newly allocated char *. */
void words_ids(const char *raw, gsize length, guint max, GPtrArray *ids);

/* The raw value with blanks in place of its encoded words. Newly allocated. */
char *words_without_encoded(const char *raw);
/* The first thing that looks like local@domain, or NULL; newly allocated. */
char *words_find_address(const char *text);

#endif
