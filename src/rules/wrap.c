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
    return (int)(gap - line) + (int)strspn(gap, " ");
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
