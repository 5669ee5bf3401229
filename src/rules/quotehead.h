/* quotehead: whether a text is the heading that mail programs set over a quotation ("On …, Bob wrote:"). Pure; none can fail, and
 * each is linear in its text, of which the heading itself is at most QUOTEHEAD_BYTES. */
#ifndef RULES_QUOTEHEAD_H
#define RULES_QUOTEHEAD_H

#include <glib.h>

#define QUOTEHEAD_BYTES 400

/* Whether the folded text, one line or several joined, introduces a quotation. `before_quote`: marked quotation stands below it. */
gboolean quotehead_is_text(const char *s, gboolean before_quote);
/* Where a heading begins behind text in the line `raw` ("sure On Wed, …, bob@example.com wrote:"), or NULL. `next`: what follows. */
char *quotehead_glued(char *raw, const char *next);
/* ">>> offer <<<": begins with '>' and is no quotation. */
gboolean quotehead_is_ornament(const char *p);
gboolean quotehead_has_address(const char *s);
gboolean quotehead_has_digit(const char *s);
guint quotehead_digits(const char *s); /* how many */
gboolean quotehead_is_notes(const char *s);

#endif
