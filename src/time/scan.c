/* scan: what must hold before libical may read a file. libical is quadratic in the length of a line, in the parameters of a line, and in
 * the properties of a component that it cannot read; it needs 4 KB for a rule, overflows its stack on deep nesting, drops what follows the
 * 500th date of an EXDATE, stops at a NUL without a word and calls an HTML page an empty calendar: all that is refused here. */
#include "time/scan.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

typedef struct {
    const char *file;
    guint line;                        /* of the logical line in hand */
    char open[LIMIT_ICAL_NESTING][32]; /* names of the components that have begun */
    guint held[LIMIT_ICAL_NESTING];    /* properties of each of them so far */
    int depth;
    guint events, rules, properties, lines_seen;
    GArray *event_lines;
} Scan;

static gboolean bad(const Scan *s, ErrorCode code, const char *what, GError **err)
{
    return error_set(err, code, "calendar file '%s' line %u: %s", s->file, s->line, what);
}

static gboolean scan_begin(Scan *s, const char *name, GError **err)
{
    if (s->depth == LIMIT_ICAL_NESTING)
        return bad(s, ERROR_LIMIT, "components nested too deeply", err);
    if ((s->depth == 0) != (strcmp(name, "VCALENDAR") == 0))
        return bad(s, ERROR_DATA, "a component in the wrong place", err);
    s->held[s->depth] = 0;
    g_strlcpy(s->open[s->depth++], name, sizeof s->open[0]);
    gboolean event = strcmp(name, "VEVENT") == 0;
    if (event)
        g_array_append_val(s->event_lines, s->line);
    if ((event || strcmp(name, "AVAILABLE") == 0 || strcmp(name, "VAVAILABILITY") == 0) && ++s->events > LIMIT_ICAL_EVENTS)
        return bad(s, ERROR_LIMIT, "too many events", err);
    return TRUE;
}

static gboolean scan_end(Scan *s, const char *name, GError **err)
{
    if (s->depth == 0 || strcmp(s->open[s->depth - 1], name) != 0)
        return bad(s, ERROR_DATA, "END of a component that did not begin", err);
    s->depth--;
    return TRUE;
}

static guint count(const char *p, const char *end, char c)
{
    guint n = 0;
    for (; p < end; p++)
        n += *p == c;
    return n;
}

/* Where the value begins as libical sees it: behind the first colon outside quotes; but behind a TZID it looks for parameters further on. */
static const char *parameters_end(const char *p, const char *end)
{
    gboolean quoted = FALSE;
    for (const char *c = p; c < end; c++) {
        if (*c == '"' && (c == p || c[-1] != '\\'))
            quoted = !quoted;
        if (*c == ':' && !quoted)
            return g_strstr_len(p, c - p, "TZID") != NULL || g_strstr_len(p, c - p, "tzid") != NULL ? end : c;
    }
    return end;
}

static gboolean is_named(const char *text, gsize length, const char *name) { return length == strlen(name) && g_ascii_strncasecmp(text, name, length) == 0; }

guint scan_values(const char *line, const char *end)
{
    if (count(line, parameters_end(line, end), ';') > LIMIT_ICAL_PARAMETERS)
        return 0;
    return MIN(1 + count(line, end, ','), LIMIT_ICAL_VALUES);
}

/* What a property may cost. */
static gboolean scan_property(Scan *s, const char *text, gsize name, const char *end, GError **err)
{
    guint values = scan_values(text, end);
    if (values == 0)
        return bad(s, ERROR_LIMIT, "too many parameters", err);
    if (count(text, end, ',') >= LIMIT_ICAL_VALUES && (is_named(text, name, "EXDATE") || is_named(text, name, "RDATE")))
        return bad(s, ERROR_LIMIT, "more than " G_STRINGIFY(LIMIT_ICAL_VALUES) " dates in one line", err);
    if ((is_named(text, name, "RRULE") || is_named(text, name, "EXRULE")) && ++s->rules > LIMIT_ICAL_EVENTS)
        return bad(s, ERROR_LIMIT, "too many rules", err);
    s->properties += values;
    s->held[s->depth - 1] += values;
    if (s->properties > LIMIT_ICAL_PROPERTIES || s->held[s->depth - 1] > LIMIT_ICAL_COMPONENT_PROPERTIES)
        return bad(s, ERROR_LIMIT, "too many properties", err);
    return TRUE;
}

/* One unfolded line. */
static gboolean scan_line(Scan *s, const char *text, gsize length, GError **err)
{
    while (length > 0 && g_ascii_isspace(text[length - 1]))
        length--;
    if (length == 0)
        return TRUE;
    s->lines_seen++;
    gboolean begin = length > 6 && g_ascii_strncasecmp(text, "BEGIN:", 6) == 0;
    gboolean end = length > 4 && g_ascii_strncasecmp(text, "END:", 4) == 0;
    if (s->lines_seen == 1 && (!begin || length != 15 || g_ascii_strncasecmp(text + 6, "VCALENDAR", 9) != 0))
        return bad(s, ERROR_DATA, "not an iCalendar file", err);
    if (begin || end) {
        gsize skip = begin ? 6 : 4;
        if (length - skip >= sizeof s->open[0])
            return bad(s, ERROR_DATA, "a component with a name too long", err);
        g_autofree char *given = g_strndup(text + skip, length - skip);
        g_autofree char *name = g_ascii_strup(given, -1);
        return begin ? scan_begin(s, name, err) : scan_end(s, name, err);
    }
    if (s->depth == 0)
        return bad(s, ERROR_DATA, "text outside of VCALENDAR", err);
    gsize name = 0;
    while (name < length && (g_ascii_isalnum(text[name]) || strchr("-_.", text[name]) != NULL))
        name++;
    if (name == 0 || name == length || (text[name] != ':' && text[name] != ';'))
        return bad(s, ERROR_DATA, "neither a property nor a continuation", err);
    return scan_property(s, text, name, text + length, err);
}

/* Unfolds (RFC 5545 3.1; old Mozilla folds right behind the name) and checks line by line. */
static gboolean scan_all(Scan *s, const char *p, const char *end, GError **err)
{
    g_autoptr(GString) text = g_string_sized_new(256);
    for (guint line = 1; p < end;) {
        s->line = line;
        g_string_truncate(text, 0);
        do {
            const char *newline = memchr(p, '\n', (gsize)(end - p));
            const char *line_end = newline != NULL ? newline : end;
            const char *from = p + (line != s->line ? 1 : 0);
            gsize length = (gsize)(line_end - from);
            if (length + text->len > LIMIT_ICAL_LINE_BYTES)
                return bad(s, ERROR_LIMIT, "line too long", err);
            g_string_append_len(text, from, (gssize)length);
            if (g_str_has_suffix(text->str, "\r"))
                g_string_truncate(text, text->len - 1);
            p = newline != NULL ? newline + 1 : end;
            line++;
        } while (p < end && (*p == ' ' || *p == '\t'));
        if (!scan_line(s, text->str, text->len, err))
            return FALSE;
    }
    if (s->lines_seen == 0)
        return bad(s, ERROR_DATA, "not an iCalendar file", err);
    if (s->depth > 0)
        return bad(s, ERROR_DATA, "the file ends inside a component", err);
    return TRUE;
}

gboolean scan_bytes(const char *file, const char *bytes, gsize length, GArray **ret_lines, GError **err)
{
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(guint));
    Scan s = {.file = file, .line = 1, .event_lines = lines};
    if (length > LIMIT_ICAL_BYTES)
        return error_set(err, ERROR_LIMIT, "calendar file '%s': longer than %d bytes", file, LIMIT_ICAL_BYTES);
    const char *nul = memchr(bytes, '\0', length);
    for (const char *p = bytes; nul != NULL && p < nul; p++)
        s.line += *p == '\n';
    if (nul != NULL)
        return bad(&s, ERROR_DATA, "a NUL byte, so not an iCalendar file", err);
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    if (!scan_all(&s, bytes, bytes + length, err))
        return FALSE;
    *ret_lines = g_steal_pointer(&lines);
    return TRUE;
}
