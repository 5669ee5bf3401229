/* jsonout: writes JSON (RFC 8259) into a string, member after member, where building a tree of values first costs more than reading
 * the mail did. Commas are set as needed. Texts need not be valid UTF-8: what is not is replaced. Cannot fail. */
#ifndef FLOWS_JSONOUT_H
#define FLOWS_JSONOUT_H

#include <glib.h>

/* `key` is the member's name (plain ASCII), or NULL in an array and at the top. */
void jsonout_open(GString *s, const char *key, char bracket); /* '{' or '[' */
void jsonout_close(GString *s, char bracket);                 /* '}' or ']' */
void jsonout_text(GString *s, const char *key, const char *text); /* NULL is null */
void jsonout_integer(GString *s, const char *key, gint64 n);
void jsonout_flag(GString *s, const char *key, gboolean is);
void jsonout_null(GString *s, const char *key);
/* An array of texts (char *). */
void jsonout_texts(GString *s, const char *key, const GPtrArray *texts);

#endif
