/* utf8: asks of bytes what nearly always is true of mail, eight at a time: that they are ASCII, a NUL counts as such; and makes
 * strangers' text harmless to look at. Pure. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <glib.h>

gboolean utf8_is_ascii(const char *bytes, gsize length);
/* Well-formed UTF-8 (RFC 3629). */
gboolean utf8_is_valid(const char *bytes, gsize length);
/* Appends the character at `text`, which is not at its end, as a terminal and a log can show it, and tells how many bytes it took.
 * Control characters (C0, DEL and C1, which begin a terminal's commands), line ends of Unicode, what turns the direction of
 * writing, and bytes that are no UTF-8 become \x1b or \u009b. */
gsize utf8_append_shown(GString *out, const char *text);
char *utf8_shown(const char *text); /* all of it; newly allocated */
/* For g_ptr_array_sort of texts (char *): by their bytes, which is the order of their characters. */
int utf8_order(gconstpointer a, gconstpointer b);

#endif
