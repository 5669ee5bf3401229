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
    GPtrArray *held; /* Line; NULL: none is held */
    pid_t holder;    /* a child of it writes its own at once */
} logging = {"escalate", FALSE, LOGGING_INFO, NULL, 0};

typedef struct {
    LogLevel level;
    char *text;
} Line;

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

static void write_line(LogLevel level, const char *text)
{
    static const int priority[] = {[LOGGING_CRITICAL] = LOG_CRIT, [LOGGING_ERROR] = LOG_ERR, [LOGGING_WARNING] = LOG_WARNING, [LOGGING_INFO] = LOG_INFO, [LOGGING_DEBUG] = LOG_DEBUG};
    if (logging.to_syslog)
        syslog(priority[level], "%s", text);
    else
        fprintf(stderr, "%s: %s\n", logging.ident, text);
}

void log_event(LogLevel level, const char *format, ...)
{
    if (level > logging.level)
        return;
    va_list ap;
    va_start(ap, format);
    g_autofree char *text = g_strdup_vprintf(format, ap);
    va_end(ap);
    GString *line = g_string_new(NULL);
    append_escaped(line, text, FALSE);
    if (logging.held != NULL && logging.holder == getpid()) {
        Line *l = g_new(Line, 1);
        *l = (Line){level, g_string_free(line, FALSE)};
        g_ptr_array_add(logging.held, l);
        return;
    }
    write_line(level, line->str);
    g_string_free(line, TRUE);
}

/* ---- lines that are held ---- */

static void line_free(gpointer p)
{
    Line *l = p;
    g_free(l->text);
    g_free(l);
}

void log_hold_begin(void)
{
    if (logging.held == NULL)
        logging.held = g_ptr_array_new_with_free_func(line_free);
    logging.holder = getpid();
}

guint log_hold_count(void) { return logging.held != NULL ? logging.held->len : 0; }

static void flush_from(guint from, LogLevel up_to)
{
    for (guint i = from; i < logging.held->len; i++) {
        const Line *l = g_ptr_array_index(logging.held, i);
        if (l->level <= up_to)
            write_line(l->level, l->text);
    }
    g_ptr_array_set_size(logging.held, (gint)from);
}

void log_hold_drop(guint from)
{
    if (from < log_hold_count())
        flush_from(from, LOGGING_WARNING);
}

void log_hold_end(void)
{
    if (logging.held == NULL)
        return;
    flush_from(0, LOGGING_DEBUG);
    g_clear_pointer(&logging.held, g_ptr_array_unref);
}

void log_error(const char *doing, const GError *err)
{
    if (err == NULL)
        return;
    g_autofree char *reason = log_quote(err->message), *what = log_quote(doing);
    log_event(LOGGING_ERROR, "event=error while=%s reason=%s", what, reason);
}
