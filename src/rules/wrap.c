/* wrap: breaks lines. It counts characters, not bytes, and knows nothing of wide ones. */
#include "rules/wrap.h"

#include <string.h>

#include "base/banned.h"

/* Where the continuation of a line begins: behind a label that is followed by two or more spaces, else at its own indentation. */
static int hanging_indent(const char *line)
{
    int indent = (int)strspn(line, " ");
    const char *gap = strstr(line + indent, "  ");
    if (gap == NULL || gap - line > 12)
        return indent;
    return (int)g_utf8_strlen(line, gap - line) + (int)strspn(gap, " ");
}

static void wrap_line(GString *out, const char *line, int width)
{
    int hang = hanging_indent(line), column = 0;
    const char *p = line;
    gboolean at_start = TRUE;
    while (*p != '\0') {
        int blanks = (int)strspn(p, " ");
        gsize word = strcspn(p + blanks, " ");
        int length = (int)g_utf8_strlen(p + blanks, (gssize)word);
        if (!at_start && column > hang && column + blanks + length > width) {
            g_string_append_c(out, '\n');
            g_string_append_printf(out, "%*s", hang, "");
            column = hang;
            blanks = 0;
            p += strspn(p, " ");
        }
        g_string_append_len(out, p, blanks + (gssize)word);
        column += blanks + length;
        p += (gsize)blanks + word;
        at_start = FALSE;
    }
}

char *wrap_text(const char *text, int width)
{
    GString *out = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gboolean was_empty = TRUE; /* none at the top */
    for (guint i = 0; lines[i] != NULL; i++) {
        g_strchomp(lines[i]);
        if (*lines[i] == '\0' && was_empty)
            continue;
        was_empty = *lines[i] == '\0';
        wrap_line(out, lines[i], width);
        g_string_append_c(out, '\n');
    }
    while (out->len > 1 && out->str[out->len - 1] == '\n' && out->str[out->len - 2] == '\n')
        g_string_truncate(out, out->len - 1);
    return g_string_free(out, FALSE);
}

int wrap_line_count(const char *text)
{
    int n = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        n++;
    return n;
}

char *wrap_preview(const char *text, int n)
{
    g_autofree char *flat = g_strdup(text);
    g_strdelimit(flat, "\r\n", ' ');
    return g_utf8_strlen(flat, -1) <= n ? g_steal_pointer(&flat) : g_utf8_substring(flat, 0, n);
}

/* ---- lines that a mail program broke ---- */

#define MARGIN_LEAST 65 /* columns at which mail programs break lines */
#define MARGIN_MOST 80
#define WIDTH_LEAST 56  /* of a line that was broken: words of more than 20 bytes break where they should not */
#define WORD_MOST 20
#define LABEL_BYTES 30  /* "bob: …", "internal note: …" */

/* Its columns without blanks behind it; -1: it is none that is broken so, being too wide, or in a script that has no blanks. */
static glong width_of(const char *line)
{
    gsize n = strlen(line);
    while (n > 0 && g_ascii_isspace(line[n - 1]))
        n--;
    glong width = 0;
    for (const char *p = line; p < line + n && width >= 0; p = g_utf8_next_char(p))
        width = g_unichar_iswide(g_utf8_get_char(p)) || width == MARGIN_MOST ? -1 : width + 1;
    return width;
}

/* Closing quotation marks and brackets may stand behind the mark. */
static gboolean ends_sentence(const char *line)
{
    gsize n = strlen(line);
    while (n > 0 && strchr("\"')] \t\r", line[n - 1]) != NULL)
        n--;
    return n == 0 || strchr(".!?:;", line[n - 1]) != NULL || (n > 2 && memcmp(line + n - 3, "\342\200\246", 3) == 0);
}

static gboolean has_label(const char *line)
{
    gsize label = strcspn(line, ":");
    return label < LABEL_BYTES && line[label] == ':' && (line[label + 1] == '\0' || g_ascii_isspace(line[label + 1]));
}

/* "- bill it", "1. bill it" */
static gboolean is_listed(const char *line)
{
    const gsize digits = strspn(line, "0123456789");
    return strspn(line, "-*+>") > 0 || g_str_has_prefix(line, "\342\200\242") || (digits > 0 && strspn(line + digits, ".)") > 0);
}

gboolean wrap_may_go_on(WrapMargin *m, const char *line, const char *next)
{
    return !ends_sentence(line) && !has_label(next) && !is_listed(next) && wrap_is_full(m, line, next);
}

gboolean wrap_goes_on(WrapMargin *m, const char *line, const char *next)
{
    return wrap_may_go_on(m, line, next) && g_unichar_islower(g_utf8_get_char(next));
}

gboolean wrap_is_full(WrapMargin *m, const char *line, const char *next)
{
    glong width = width_of(line), after = width_of(next);
    gsize word = strcspn(next, " \t\r");
    if (width < WIDTH_LEAST || after < 0 || word == 0 || word > WORD_MOST)
        return FALSE;
    glong least = m->most == 0 ? MARGIN_LEAST : m->least, most = m->most == 0 ? MARGIN_MOST : m->most;
    *m = (WrapMargin){MAX(least, MAX(width, after)), MIN(most, width + g_utf8_strlen(next, (gssize)word))};
    return m->least <= m->most;
}

char *wrap_clip(const char *text, gsize bytes)
{
    gsize n = strnlen(text, bytes);
    while (n > 0 && ((guchar)text[n] & 0xc0) == 0x80) /* it goes on: the character does not fit */
        n--;
    g_autofree char *head = g_strndup(text, n);
    return g_utf8_make_valid(head, -1);
}

char *wrap_line_at(const char *p, gsize bytes)
{
    g_autofree char *line = g_strndup(p, MIN(strcspn(p, "\n"), bytes + 1));
    return wrap_clip(line, bytes);
}

const char *wrap_next_line(const char *p)
{
    p += strcspn(p, "\n");
    return p + (*p == '\n');
}
