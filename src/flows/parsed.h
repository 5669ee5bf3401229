/* parsed: what else the parse worker says of a mail: its attachments, and where its signature stands. Writer and reader beside each
 * other; the reader takes what it is given as hostile. */
#ifndef FLOWS_PARSED_H
#define FLOWS_PARSED_H

#include "mail/message.h"
#include "mail/signedpart.h"

/* Appends the answer. `parts` NULL: they are too many or too large to be passed on. */
void parsed_write_parts(const GPtrArray *parts, GString *out);
/* MessagePart *, with free func, at most LIMIT_MIME_PARTS; names are file names as mail/message gives them (UTF-8, no directory, no
 * control character), types words. LIMIT: too many or too large; DATA: damaged. */
gboolean parsed_read_parts(const char *answer, gsize length, GPtrArray **ret, GError **err);

void parsed_write_signed(const Signedpart *s, GString *out);
/* To be checked against the file's length. DATA: why none is taken, in words. */
gboolean parsed_read_signed(const char *answer, gsize length, Signedpart *ret, GError **err);

#endif
