/* log: a line per event, to standard error or syslog. What comes from mail may hold terminal escapes or forged lines: every
 * control character is escaped here, at the one way out. */
#include "base/log.h"

#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "base/utf8.h"

#include "base/banned.h"

static struct {
    const char *ident;
    gboolean to_syslog;
    LogLevel level;
} logging = {"escalate", FALSE, LOGGING_INFO};

void log_open(const char *ident, gboolean to_syslog)
{
    logging.ident = ident;
    logging.to_syslog = to_syslog;
    if (to_syslog)
        openlog(ident, LOG_PID, LOG_MAIL);
}

void log_set_level(LogLevel level) { logging.level = level; }

static void append_escaped(GString *out, const char *s, gboolean quoted)
{
    while (*s != '\0') {
        if (quoted && (*s == '"' || *s == '\\'))
            g_string_append_c(out, '\\');
        s += utf8_append_shown(out, s);
    }
}

char *log_quote(const char *value)
{
    if (value == NULL)
        return g_strdup("-");
    gboolean plain = *value != '\0';
    for (const char *p = value; *p != '\0'; p++)
        plain = plain && (guchar)*p > 0x20 && *p != '"' && *p != '\\' && *p != '=' && *p != 0x7f;
    if (plain)
        return g_strdup(value);
    GString *out = g_string_new("\"");
    append_escaped(out, value, TRUE);
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

void log_event(LogLevel level, const char *format, ...)
{
    static const int priority[] = {[LOGGING_CRITICAL] = LOG_CRIT, [LOGGING_ERROR] = LOG_ERR, [LOGGING_WARNING] = LOG_WARNING, [LOGGING_INFO] = LOG_INFO, [LOGGING_DEBUG] = LOG_DEBUG};
    if (level > logging.level)
        return;
    va_list ap;
    va_start(ap, format);
    g_autofree char *text = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_autoptr(GString) line = g_string_new(NULL);
    append_escaped(line, text, FALSE);
    if (logging.to_syslog)
        syslog(priority[level], "%s", line->str);
    else
        fprintf(stderr, "%s: %s\n", logging.ident, line->str);
}

void log_error(const char *doing, const GError *err)
{
    if (err == NULL)
        return;
    g_autofree char *reason = log_quote(err->message), *what = log_quote(doing);
    log_event(LOGGING_ERROR, "event=error while=%s reason=%s", what, reason);
}
