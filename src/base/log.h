/* log: one line per event, `ticket=42 event=escalate level=2 to=<…>`. Programs log; libraries return errors. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <glib.h>

typedef enum { LOGGING_CRITICAL, LOGGING_ERROR, LOGGING_WARNING, LOGGING_INFO, LOGGING_DEBUG } LogLevel;

/* Where lines go: standard error (tests, -f, commands) or syslog(3), facility mail. `ident` must outlive the program. */
void log_open(const char *ident, gboolean to_syslog);
/* Lines above this level are dropped; LOGGING_INFO at the start. */
void log_set_level(LogLevel level);

/* One line from key=value text in printf format; control characters and line ends are escaped as \xNN. */
void log_event(LogLevel level, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The same for an error, as `event=error while=… reason="…"`. Logs nothing where err is NULL. */
void log_error(const char *doing, const GError *err);

/* Lines of what may yet be rolled back are held from here on, in this process alone; does not nest. A process that dies loses them. */
void log_hold_begin(void);
/* How many there are. */
guint log_hold_count(void);
/* Forgets the lines from `from` on, since what they tell was rolled back; warnings and worse are written at once all the same. */
void log_hold_drop(guint from);
/* Writes those that are left, with the time of now. */
void log_hold_end(void);

/* The value for key=value text: as it is if it is plain, else in double quotes with \" \\ and \xNN; newly allocated. */
char *log_quote(const char *value);

#endif
