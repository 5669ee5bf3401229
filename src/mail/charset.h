/* charset: bytes of a text part or an encoded word to UTF-8, whatever their label says. The label is tried first, in the wider
 * charset that senders mean by it (iso-8859-1: windows-1252, gb2312: gb18030); a label that lies is mended. The answer is always
 * valid UTF-8 without NUL. */
#ifndef MAIL_CHARSET_H
#define MAIL_CHARSET_H

#include <glib.h>

/* Opens the common converters once and keeps them open, so that a process that may no longer open files still converts.
 * Once per process; charset_decode works without it where files may be opened. */
void charset_warm_up(void);

/* `label` is the declared charset or NULL. *ret_mended (may be NULL) is set to TRUE where the label was not believed or bytes
 * were replaced, and is else left alone. Newly allocated; *ret_length (may be NULL) is its length. Cannot fail. */
char *charset_decode(const char *bytes, gsize length, const char *label, gsize *ret_length, gboolean *ret_mended);

/* The same text as valid UTF-8 without NUL: what is valid stays, else windows-1252 or U+FFFD. Newly allocated. */
char *charset_mend(const char *bytes, gsize length, gsize *ret_length);

#endif
