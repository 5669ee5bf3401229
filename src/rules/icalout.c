/* icalout: folding and escaping. It must never let a text begin a line of its own. */
#include "rules/icalout.h"

#include <string.h>

#include "base/zone.h"

#include "base/banned.h"

#define FOLD 75

static void add_line(GString *out, const char *line)
{
    gsize n = strlen(line), width = FOLD;
    while (n > width) {
        gsize cut = width;
        while (cut > 1 && ((guchar)line[cut] & 0xc0) == 0x80) /* never inside a character */
            cut--;
        g_string_append_len(out, line, (gssize)cut);
        g_string_append(out, "\r\n ");
        line += cut;
        n -= cut;
        width = FOLD - 1;
    }
    g_string_append(out, line);
    g_string_append(out, "\r\n");
}

void icalout_line(GString *out, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *line = g_strdup_vprintf(format, ap);
    va_end(ap);
    add_line(out, line);
}

/* TEXT (RFC 5545 3.3.11): control characters become blanks. */
char *icalout_text(const char *s)
{
    GString *out = g_string_new(NULL);
    for (; *s != '\0'; s++) {
        if (*s == '\\' || *s == ';' || *s == ',')
            g_string_append_c(out, '\\');
        if (*s == '\n')
            g_string_append(out, "\\n");
        else if (*s != '\r')
            g_string_append_c(out, (guchar)*s < 0x20 || *s == 0x7f ? ' ' : *s);
    }
    return g_string_free(out, FALSE);
}

/* A parameter's value in quotes (RFC 5545 3.2): no quote, no control character in it. */
char *icalout_parameter(const char *s)
{
    GString *out = g_string_new("\"");
    for (; *s != '\0'; s++)
        g_string_append_c(out, *s == '"' ? '\'' : (guchar)*s < 0x20 || *s == 0x7f ? ' ' : *s);
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

/* The other calendar times: `20260526T080000Z`. */
char *icalout_utc(Instant t)
{
    Civil c = zone_civil(zone_utc(), t);
    return g_strdup_printf("%04d%02d%02dT%02d%02d%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}
