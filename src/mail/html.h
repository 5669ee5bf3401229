/* html: an HTML part as text, with a LineMark for each line: what stands inside a quotation, what introduces one, what is a
 * signature, known from the elements that mail programs write. The only user of libxml2. rules/quote decides what follows from
 * it. */
#ifndef MAIL_HTML_H
#define MAIL_HTML_H

#include "rules/letter.h"

/* Once per process, before a sandbox. */
void html_init(void);

/* Appends to `text` whole lines, each with \n, and to `marks` a LineMark a line; stops at LIMIT_TEXT_BYTES and LIMIT_TEXT_LINES.
 * `html` is valid UTF-8. TRUE where something was left out for a limit. Cannot fail: what is no HTML comes out as its text. */
gboolean html_to_text(const char *html, gsize length, GString *text, GByteArray *marks);
/* Whether the sender struck out some of his own text. A look at the bytes; a rendering where that finds anything. */
gboolean html_has_struck(const char *html, gsize length);

#endif
