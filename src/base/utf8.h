/* utf8: asks of bytes what nearly always is true of mail, eight at a time: that they are ASCII. A NUL counts as such. Pure. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <glib.h>

gboolean utf8_is_ascii(const char *bytes, gsize length);
/* Well-formed UTF-8 (RFC 3629). */
gboolean utf8_is_valid(const char *bytes, gsize length);

#endif
