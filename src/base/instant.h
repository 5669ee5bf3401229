/* instant: points in time and durations, and the only place that asks the system what time it is.
 * An Instant is seconds since 1970-01-01T00:00:00Z (no leap seconds), a Seconds is a length of time; no other integer is a time.
 * `now` is read once per pass and handed down; tests and --now hand down another. */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <glib.h>

typedef gint64 Instant;
typedef gint64 Seconds;

#define INSTANT_NONE ((Instant)G_MININT64) /* "no such moment", in structs and as NULL in the database */
#define INSTANT_MAX ((Instant)253402300799) /* 9999-12-31T23:59:59Z */

/* The system's clock. Cannot fail. */
Instant instant_now(void);
/* The same in microseconds, for names that must be unique and for measuring. */
gint64 instant_now_us(void);
/* Microseconds of the monotonic clock, for deadlines of real time (never for semantics). */
gint64 instant_monotonic_us(void);
/* Microseconds since the machine started, sleep included: what the system's clock is compared with to see that it was set. */
gint64 instant_since_boot_us(void);

/* RFC 3339 date-time with `Z` or an offset (`2026-11-22T10:00:00+01:00`); fractions are cut off. DATA error names the text. */
gboolean instant_parse(const char *text, Instant *ret, GError **err);
/* `2026-11-22T09:00:00Z`; newly allocated. INSTANT_NONE gives "-". */
char *instant_format(Instant t);
/* RFC 5322 3.3 date-time in UTC: `Sun, 22 Nov 2026 09:00:00 +0000`; newly allocated. */
char *instant_format_mail(Instant t);

#endif
