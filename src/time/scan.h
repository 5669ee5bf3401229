/* scan: the bounds of an iCalendar file, checked on the bytes before libical sees them. Private to time/. */
#ifndef TIME_SCAN_H
#define TIME_SCAN_H

#include <glib.h>

/* Checks size, NUL bytes, line lengths, nesting, the number of events, and that every component that begins also ends.
 * *ret_lines: the line of each BEGIN:VEVENT, in order (array of guint). LIMIT or DATA error that names file and line. */
gboolean scan_bytes(const char *file, const char *bytes, gsize length, GArray **ret_lines, GError **err);

#endif
