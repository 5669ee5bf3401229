/* mbox: mails one after the other in one file, each behind a "From " line (RFC 4155). */
#ifndef PROGRAMS_MBOX_H
#define PROGRAMS_MBOX_H

#include "base/instant.h"

/* Where the next mail begins after `at`: a "From " line behind an empty line; `length` if there is none. */
gsize mbox_next(const char *bytes, gsize length, gsize at);
/* The time in the "From " line that the bytes begin with, "Thu Nov 26 18:18:38 2026", in UTC unless an offset stands beside the year;
 * INSTANT_NONE: there is none. */
Instant mbox_date(const char *bytes, gsize length);

#endif
