/* quote: what did this sender newly write? Pure. Lines marked by HTML structure and lines known from text (quote headers, `>`,
 * original-message blocks, signatures) are told apart. When unsure the text is kept, and `doubtful` set: no verb is taken then. */
#ifndef RULES_QUOTE_H
#define RULES_QUOTE_H

#include "rules/letter.h"

typedef struct {
    char *new_text; /* no quotes, no signature, no trailing blank lines */
    char *elided;   /* what was cut, in order */
    char *signature; /* of that, what was taken for signatures and footers, as one text */
    /* What neither '>' nor HTML marks as a quotation, but a heading above it; what neither HTML nor "-- " (RFC 3676 4.3) marks as a signature, but its
     * words or "--": a person may have written it to be read. */
    char *guessed_quote, *guessed_signature;
    gboolean doubtful;
} QuoteSplit;

/* `marks` has a LineMark a line of text, or is NULL: all LINE_OWN. Cannot fail. */
QuoteSplit *quote_split(const char *text, const GByteArray *marks);
void quote_split_free(QuoteSplit *q);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QuoteSplit, quote_split_free)

#endif
