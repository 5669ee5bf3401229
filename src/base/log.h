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

/* Lines of what may yet be taken back are held: from log_hold on, in this process, until log_let_go writes them. */
void log_hold(void);
/* How many there are now. */
guint log_held(void);
/* Those after the first `kept` tell what was taken back, and are dropped; but for warnings and worse, which are written. */
void log_take_back(guint kept);
void log_let_go(void);

/* The value for key=value text: as it is if it is plain, else in double quotes with \" \\ and \xNN; newly allocated. */
char *log_quote(const char *value);

#endif
