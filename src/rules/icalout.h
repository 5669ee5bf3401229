/* icalout: lines of iCalendar objects (RFC 5545), for invitations and feeds. Pure. */
#ifndef RULES_ICALOUT_H
#define RULES_ICALOUT_H

#include "base/instant.h"

/* One content line, folded at 75 octets and ended by CRLF (3.1). Values are escaped by the caller. */
void icalout_line(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A TEXT value (3.3.11), a parameter's value in quotes (3.2), an instant in UTC (3.3.5); newly allocated. */
char *icalout_text(const char *s);
char *icalout_parameter(const char *s);
char *icalout_utc(Instant t);

#endif
