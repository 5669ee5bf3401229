/* words_quote: the words by which mail clients introduce quotations, forwards, phone signatures and replies, a row per language.
 * Pure data with its look-ups. Words stand case folded; a line is folded before it is asked about. */
#ifndef RULES_WORDS_QUOTE_H
#define RULES_WORDS_QUOTE_H

#include <glib.h>

typedef enum {
    QUOTE_FIELD_NONE,
    QUOTE_FIELD_FROM,
    QUOTE_FIELD_DATE,
    QUOTE_FIELD_TO,
    QUOTE_FIELD_CC,
    QUOTE_FIELD_SUBJECT
} QuoteField;

/* NFKC, case folded, invisible characters and `*` taken out, white space single, trimmed; newly allocated. */
char *words_quote_fold(const char *line);

/* "Sent from my iPhone" and its like. Takes the line as written. */
gboolean words_quote_is_mobile(const char *line);
/* Bytes of one leading "Re: ", "AW: ", "Re[2]: " … of a subject, as written; 0 if there is none. */
gsize words_quote_reply_prefix(const char *subject);

/* Of folded lines: */
gboolean words_quote_is_phone(const char *folded);       /* is_mobile() of a line that is folded already */
gboolean words_quote_is_forward(const char *folded);     /* "---------- forwarded message" */
gboolean words_quote_is_list_footer(const char *folded); /* "you received this message because you are subscribed …" */
gboolean words_quote_is_notice(const char *folded);      /* a line of our own escalation mail */
gboolean words_quote_has_wrote(const char *folded);     /* "wrote", "schrieb" … as a word */
gboolean words_quote_begins_quote(const char *folded);  /* begins as such a line does: "on ", "am ", "le " */
gboolean words_quote_is_first_person(const char *folded); /* "on monday i wrote": a sentence of the sender */
gboolean words_quote_is_quoting(const char *folded);     /* "quoting bob <…>": needs no date */
gboolean words_quote_is_original(const char *folded);   /* "-----original message-----" */
gboolean words_quote_is_separator(const char *folded);  /* "please reply above this line" */
QuoteField words_quote_field(const char *folded);       /* "von: …" is QUOTE_FIELD_FROM */
gboolean words_quote_is_banner(const char *folded); /* "CAUTION: This email originated from outside …" */
gboolean words_quote_is_banner_more(const char *folded); /* "do not click on links …" */
gboolean words_quote_is_disclaimer(const char *folded); /* "this e-mail is confidential and intended …" */

#endif
