/* scan: the bounds of an iCalendar file, checked on the bytes before libical sees them. Private to time/. */
#ifndef TIME_SCAN_H
#define TIME_SCAN_H

#include <glib.h>

/* Checks size, NUL bytes, line lengths, nesting, the number of events, properties, parameters and rules, and that every component that
 * begins also ends. *ret_lines: the line of each BEGIN:VEVENT, in order (array of guint). LIMIT or DATA error that names file and
 * line. */
gboolean scan_bytes(const char *file, const char *bytes, gsize length, GArray **ret_lines, GError **err);

/* How many properties libical makes of one content line, unfolded or not: it takes the values of a list for one each. 0: the line has
 * more parameters than it reads in bearable time. */
guint scan_values(const char *line, const char *end);

#endif
