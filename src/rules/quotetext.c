/* quotetext: see the header. */
#include "rules/quotetext.h"

#include <string.h>

#include "rules/quotehead.h"
#include "rules/words_quote.h"

#include "base/banned.h"

const char *quotetext_folded(QuoteLine *line)
{
    if (line->folded == NULL)
        line->folded = words_quote_fold(line->raw);
    return line->folded + strspn(line->folded, " ");
}

gboolean quotetext_is_blank(const QuoteLine *line)
{
    const char *p = line->raw + strspn(line->raw, " \t");
    if (*p > ' ')
        return FALSE;
    for (; *p != '\0'; p = g_utf8_next_char(p))
        if (!g_unichar_isspace(g_utf8_get_char(p)) && g_utf8_get_char(p) != 0x200b && g_utf8_get_char(p) != 0xfeff)
            return FALSE;
    return TRUE;
}

static void add_line(GArray *lines, char *raw, char *made, LineMark mark)
{
    QuoteLine line = {.raw = raw, .made = made, .mark = mark};
    g_array_append_val(lines, line);
}

/* A line of the buffer, in two where a heading is glued to it. */
static void add_lines(GArray *lines, char *raw, const char *next, LineMark m)
{
    char *head = m == LINE_OWN && *raw != '>' ? quotehead_glued(raw, next) : NULL;
    if (head != NULL) {
        gsize own = (gsize)(head - raw);
        while (own > 0 && strchr(" -", raw[own - 1]) != NULL)
            own--;
        char *made = g_strndup(raw, own);
        add_line(lines, made, made, LINE_OWN);
    }
    add_line(lines, head != NULL ? head : raw, NULL, m);
}

void quotetext_init(QuoteText *t, const char *text, const GByteArray *marks)
{
    *t = (QuoteText){.buffer = g_utf8_make_valid(text, -1)};
    GArray *lines = g_array_new(FALSE, TRUE, sizeof(QuoteLine));
    guint i = 0;
    for (char *raw = t->buffer, *next; raw != NULL; raw = next, i++) {
        char *end = strchr(raw, '\n');
        next = end == NULL ? NULL : end + 1;
        if (end != NULL)
            *end = '\0';
        if (end != NULL ? end > raw && end[-1] == '\r' : g_str_has_suffix(raw, "\r"))
            raw[strlen(raw) - 1] = '\0';
        add_lines(lines, raw, next, marks != NULL && i < marks->len && marks->data[i] <= LINE_STRUCK ? marks->data[i] : LINE_OWN);
    }
    t->forwarded = t->count = lines->len;
    t->lines = (QuoteLine *)(void *)g_array_free(lines, FALSE);
}

void quotetext_clear(QuoteText *t)
{
    for (guint i = 0; i < t->count; i++) {
        g_free(t->lines[i].made);
        g_free(t->lines[i].folded);
    }
    g_free(t->lines);
    g_free(t->buffer);
}

char *quotetext_collect(const QuoteText *t, gboolean (*is_wanted)(const QuoteLine *line))
{
    GString *s = g_string_new(NULL);
    guint blanks = 0;
    gboolean gap = FALSE;
    for (guint i = 0; i < t->count; i++) {
        const QuoteLine *line = &t->lines[i];
        if (quotetext_is_blank(line)) {
            blanks++;
        } else if (!is_wanted(line)) {
            gap = TRUE;
        } else {
            for (guint k = s->len > 0 ? MIN(blanks, gap ? 1U : blanks) : 0; k > 0; k--)
                g_string_append_c(s, '\n');
            g_string_append(s, line->raw);
            g_string_append_c(s, '\n');
            blanks = 0;
            gap = FALSE;
        }
    }
    return g_strchomp(g_string_free(s, FALSE));
}
