/* command_text: see the header. A text of several lines goes to the customer, or nowhere: never half a sentence of it, and never a remark below it. */
#include "rules/command_text.h"

#include <string.h>

#include "rules/command_line.h"
#include "rules/command_token.h"
#include "rules/words_quote.h"
#include "rules/wrap.h"

#include "base/banned.h"

#define NAME_BYTES 40
#define BROKEN_BYTES 40 /* a line of so many that ends in mid-sentence was broken, by a program or by hand */

/* Blanks of all kinds, what shows nothing, and what editors put before a line: bullets, and the marks of bold text. */
static const char *skip_ornaments(const char *p, const char *marks)
{
    for (gunichar c = g_utf8_get_char(p); c != 0; c = g_utf8_get_char(p = g_utf8_next_char(p)))
        if (!g_unichar_isspace(c) && !g_unichar_iszerowidth(c) && c != 0x200e && c != 0x200f && (c >= 0x80 || strchr(marks, (int)c) == NULL) && c != 0x2022 && c != 0x00b7)
            break;
    return p;
}

/* Bytes of the mark there, or 0. */
static gsize mark_at(const char *p) { return *p == '#' ? 1 : g_str_has_prefix(p, COMMAND_WIDE_MARK) ? strlen(COMMAND_WIDE_MARK) : 0; }

char *command_text_marked(const char *line)
{
    const char *p = skip_ornaments(line, "*_-+\\(");
    gboolean is_marked = FALSE, is_bold = *line == '*' || *line == '_';
    for (; mark_at(p) > 0; is_marked = TRUE)
        p += mark_at(p);
    p = skip_ornaments(p, "");
    if (!is_marked || !g_unichar_isalpha(g_utf8_get_char(p)))
        return NULL;
    g_autofree char *text = g_strdup(p);
    gsize end = strcspn(text, "*_)");
    if (is_bold && text[end] != '\0') /* "*#note* text" */
        memmove(text + end, text + end + 1, strlen(text + end));
    return g_strconcat("#", text, NULL);
}

static gboolean is_courtesy(CommandLine line)
{
    command_free(line.command);
    return line.result == COMMAND_LINE_COURTESY || line.result == COMMAND_LINE_CLOSING;
}

/* A verb's name, or any word for a note: others are words of texts, too. */
static gboolean names_verb(const char *p)
{
    const char *end = p;
    int value;
    Verb v;
    while (g_unichar_isalpha(g_utf8_get_char(end)))
        end = g_utf8_next_char(end);
    if (end == p || end - p > NAME_BYTES)
        return FALSE;
    g_autofree char *word = g_strndup(p, (gsize)(end - p)), *small = g_utf8_casefold(word, -1);
    if (command_verb_from_name(small, &v))
        return TRUE;
    g_autoptr(CommandTokens) t = command_token_split(word);
    return command_token_match(t, 0, t->tokens->len, WORDS_VERB, &value) > 0 && value == VERB_NOTE;
}

const char *command_text_inside(const char *line)
{
    const char *p = skip_ornaments(line, "*_-+\\(");
    gunichar before = ' ';
    while (mark_at(p) > 0)
        p += mark_at(p);
    for (; *p != '\0'; p = g_utf8_next_char(p)) {
        const gsize n = mark_at(p);
        if (n > 0 && !g_unichar_isalnum(before) && (before >= 0x80 || strchr("/&#=", (int)before) == NULL) && names_verb(p + n))
            return p;
        before = g_utf8_get_char(p);
    }
    return NULL;
}

/* A verb that is typed in full, marked or not, or courtesy: never the rest of a sentence. A loose word may be ("and she said / ok, got it"). */
static gboolean begins_own(const char *text)
{
    g_autofree char *mark = command_text_marked(text);
    CommandLine line = command_line_read(text);
    gboolean is_verb = line.command != NULL && !line.command->loose;
    return is_courtesy(line) || mark != NULL || is_verb || words_quote_is_mobile(text);
}

gboolean command_text_is_for_customer(const Command *c)
{
    return !c->until.given && (c->verb == VERB_RESOLVE || c->verb == VERB_CAUSE || c->verb == VERB_PREVENTION || c->verb == VERB_NEXT);
}

char *command_text_evened(const char *line)
{
    GString *s = g_string_new(NULL);
    gboolean has_gap = FALSE;
    for (const char *p = line; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isspace(c)) {
            has_gap = s->len > 0;
            continue;
        }
        if (has_gap)
            g_string_append_c(s, ' ');
        has_gap = FALSE;
        g_string_append_unichar(s, c);
    }
    return g_string_free(s, FALSE);
}

/* Where the whole lines have either the line at i alone, or it with those below that may be its rest, not both: which; *end: behind it. A line that begins
 * something of its own is none: HTML may have lost the ends of all lines. */
static gboolean find_whole(GHashTable *whole, char **lines, guint i, guint *end)
{
    WrapMargin margin = {0};
    g_autofree char *first = command_text_evened(lines[i]);
    g_autoptr(GString) all = g_string_new(first);
    guint found = g_hash_table_contains(whole, first) ? i + 1 : 0;
    for (guint k = i + 1; lines[k] != NULL && k - i < COMMAND_LINES_READ && wrap_is_full(&margin, lines[k - 1], lines[k]) && !begins_own(lines[k]); k++) {
        g_autofree char *line = command_text_evened(lines[k]);
        g_string_append_printf(all, " %s", line);
        if (!g_hash_table_contains(whole, all->str))
            continue;
        if (found != 0)
            return FALSE;
        found = k + 1;
    }
    *end = found != 0 ? found : i + 1;
    return found != 0;
}

/* "We did this:" and "Hi Kim,": what the customer shall read stands below. */
static gboolean announces(const char *line, const char *next)
{
    g_autofree char *text = g_strchomp(g_strdup(line));
    const gboolean is_open = g_str_has_suffix(text, ":") || g_str_has_suffix(text, ",") || g_str_has_suffix(text, "\357\274\232");
    return is_open && next != NULL && *skip_ornaments(next, "") != '\0' && !begins_own(next);
}

/* At whatever margin, or by hand: no sentence ends there, and the next line begins small, with more than a name. */
static gboolean breaks_off(const char *line, const char *next)
{
    g_autofree char *text = g_strchomp(g_strdup(line));
    const gsize n = strlen(text);
    gboolean closing;
    const char *below = next != NULL ? skip_ornaments(next, "") : "";
    const gboolean ends = n > 0 && (strchr(".!?:;)\"'", text[n - 1]) != NULL || g_str_has_suffix(text, "\342\200\246"));
    return n >= BROKEN_BYTES && !ends && g_unichar_islower(g_utf8_get_char(below)) && strchr(below, ' ') != NULL && !begins_own(next)
           && !command_line_is_content(next, &closing);
}

static TextEnd find_end(char **lines, guint i, const CommandBreaks *breaks, const Command *c, guint *end)
{
    WrapMargin margin = {0};
    guint k = i + 1;
    *end = k;
    if (breaks == NULL || c->text == NULL || c->verb == VERB_CATEGORY || c->verb == VERB_RISK)
        return TEXT_ENDS;
    if (breaks->whole != NULL && find_whole(breaks->whole, lines, i, end))
        return *end > k ? TEXT_GOES_ON : TEXT_ENDS;
    while (lines[k] != NULL && k - i < COMMAND_LINES_READ && wrap_goes_on(&margin, lines[k - 1], lines[k]) && !begins_own(lines[k]))
        k++;
    if (k == i + 1) {
        const gboolean may_go_on = lines[k] != NULL && !begins_own(lines[k]) && wrap_may_go_on(&margin, lines[i], lines[k]);
        return may_go_on && command_text_is_for_customer(c) ? TEXT_MAY_GO_ON : TEXT_ENDS;
    }
    g_autofree char *first = g_strchomp(g_strdup(lines[i]));
    if (!command_text_is_for_customer(c) || (k == i + 2 && !g_str_has_suffix(first, ",")))
        return TEXT_MAY_GO_ON;
    *end = k;
    return TEXT_GOES_ON;
}

TextEnd command_text_end(char **lines, guint i, const CommandBreaks *breaks, const Command *c, guint *end)
{
    const TextEnd how = find_end(lines, i, breaks, c, end);
    const gboolean is_cut = how == TEXT_ENDS && c->text != NULL && command_text_is_for_customer(c)
                            && (announces(lines[i], lines[i + 1]) || breaks_off(lines[i], lines[i + 1]));
    return is_cut ? TEXT_MAY_GO_ON : how;
}

char *command_text_join(char **lines, guint i, guint end)
{
    GString *all = g_string_new(lines[i]);
    for (guint k = i + 1; k < end; k++) {
        g_string_truncate(all, strlen(g_strchomp(all->str)));
        g_string_append_printf(all, " %s", lines[k]);
    }
    return g_string_free(all, FALSE);
}
