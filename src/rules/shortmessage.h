/* shortmessage: text for a telephone: one line, of the characters that GSM has (3GPP TS 23.038), of a bounded length. Pure. */
#ifndef RULES_SHORTMESSAGE_H
#define RULES_SHORTMESSAGE_H

#include <glib.h>

/* One line without control characters; typographic signs as plain ones, letters that GSM lacks without their accents, other signs left out;
 * letters of other scripts stay. Newly allocated. */
char *shortmessage_plain(const char *text);
/* Its length as GSM counts: signs of the extension table ([ ] { } \ ^ ~ | and the euro) are two. */
gsize shortmessage_length(const char *text);
/* At most `max` so counted: cut behind a word, with "..." at the end. Newly allocated. */
char *shortmessage_cut(const char *text, gsize max);
/* "+49 (0)30 12-34" as gateways want it: 49301234; "" without a digit. Newly allocated. */
char *shortmessage_digits(const char *phone);

#endif
