/* mbox: mails one after the other in one file, each behind a "From " line (RFC 4155). */
#ifndef PROGRAMS_MBOX_H
#define PROGRAMS_MBOX_H

#include <glib.h>

/* Where the next mail begins after `at`: a "From " line behind an empty line; `length` if there is none. */
gsize mbox_next(const char *bytes, gsize length, gsize at);

#endif
