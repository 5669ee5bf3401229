/* salvage: small guesses for parts whose labels are missing or hostile. Pure. */
#ifndef MAIL_SALVAGE_H
#define MAIL_SALVAGE_H

#include <glib.h>

/* The last part of a path, without what a terminal or a file manager would obey, at most 255 bytes; "" for none. Newly allocated.
 */
char *salvage_file_name(const char *text);

/* ATT00001.htm: Exchange's name for what a sender wrote below a picture, which is text and no file. */
gboolean salvage_is_text_name(const char *name);

/* Whether what stands before the first part may be its sender's: what mailers write there names MIME. NULL is none. */
gboolean salvage_is_own_prologue(const char *text);

/* The charset that an HTML text names for itself, or NULL; newly allocated. */
char *salvage_charset(const char *html, gsize length);

/* X of the first line "--X" that comes before a "Content-" field, where the header names no boundary or another one; or NULL. */
char *salvage_boundary(const char *body, gsize length);

/* How many bytes of lines of base64 stand before the first line that is none, and that begins with text: all where none is; 0 where what stands
 * before it looks like words. */
gsize salvage_base64_length(const char *bytes, gsize length);
/* Whether the beginning of a part that is labelled base64 is words with blanks between them. */
gboolean salvage_is_plain(const char *head, gsize length);

/* Behind the first empty line, or NULL where there is none or nothing behind it. */
const char *salvage_body(const char *mail);

/* At most max bytes of valid UTF-8, cut between characters. Newly allocated. */
char *salvage_beginning(const char *text, gsize max);

#endif
