/* inlined: files that stand in a plain text by uuencode (POSIX) or yEnc, from before MIME and from scanners and news gateways. */
#ifndef MAIL_INLINED_H
#define MAIL_INLINED_H

#include <glib.h>

typedef struct {
    char *name; /* as written, not checked, no NUL */
    GBytes *bytes;
} InlinedFile;

/* Takes the files out of `text`, which keeps the other lines. InlinedFile *, in order, or NULL for none. */
GPtrArray *inlined_take(GByteArray *text);

#endif
