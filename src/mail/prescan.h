/* prescan: one bounded pass over the raw bytes of a mail, before GMime sees them, that takes away what GMime breaks at: endless
 * headers, nested address groups, parts without number, depth without end, at every MIME level. A mail in order is not copied. */
#ifndef MAIL_PRESCAN_H
#define MAIL_PRESCAN_H

#include <glib.h>

typedef struct {
    const char *bytes; /* what may be parsed: the caller's own bytes, or `owned` */
    gsize length;
    gsize header_length;  /* of the top header block with its empty line */
    gboolean has_header;  /* FALSE: no line of it is a header of mail; everything is body */
    GPtrArray *defects;   /* char *: what was cut */
    GByteArray *owned;    /* or NULL */
} Prescan;

/* `bytes` must outlive p. A leading mbox "From " line and empty lines are skipped. Cannot fail. */
void prescan_init(Prescan *p, const char *bytes, gsize length);
void prescan_clear(Prescan *p);

#endif
