/* ical: iCalendar files (RFC 5545, RFC 7953), read through libical, which parses and does nothing else: what it gets wrong
 * without a word (zones, RDATE, overrides, UNTIL, some rules) is worked out by recur and occur. */
#ifndef TIME_ICAL_H
#define TIME_ICAL_H

#include "time/icalfile.h"

/* Reads and checks a file. Warnings (char *) are appended unless NULL. DATA or LIMIT error that names file and line or UID;
 * NOTFOUND, TEMPFAIL where it cannot be read. */
gboolean ical_read(const char *path, GPtrArray *warnings, IcalFile **ret, GError **err);
/* The same of bytes, NUL-terminated beyond their length. */
gboolean ical_parse(const char *path, const char *bytes, gsize length, GPtrArray *warnings, IcalFile **ret, GError **err);

#endif
