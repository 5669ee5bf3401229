/* gist: see the header. A greeting may lack its comma, a signature its two dashes: both are told by the words of the reply grammar. */
#include "rules/gist.h"

#include <string.h>

#include <glib.h>

#include "rules/command.h"
#include "rules/command_line.h"

#include "base/banned.h"

#define TEXT_BYTES 4000
#define LINES_READ 100
#define ENOUGH_COLUMNS 20   /* of a paragraph that says something */
#define SOME_COLUMNS 12     /* of one that a name below it does not belong to */
#define GREETING_COLUMNS 40 /* of a line that may be only a greeting */

static glong columns(const char *s)
{
    glong n = 0;
    for (; *s != '\0'; s = g_utf8_next_char(s))
        n += g_unichar_iswide(g_utf8_get_char(s)) ? 2 : 1;
    return n;
}

/* "Hello support team," */
static gboolean is_greeting(const char *line)
{
    static const char *const ends[] = {",", "，", "、"};
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        if (g_str_has_suffix(line, ends[i]))
            return columns(line) < GREETING_COLUMNS;
    return FALSE;
}

/* Takes `paragraph` for *best where it says more, and empties it; TRUE: it says enough. */
static gboolean settle(GString *paragraph, char **best)
{
    if (paragraph->len > 0 && (*best == NULL || columns(paragraph->str) > columns(*best))) {
        g_free(*best);
        *best = g_strdup(paragraph->str);
    }
    g_string_truncate(paragraph, 0);
    return *best != NULL && columns(*best) >= ENOUGH_COLUMNS;
}

static CommandLineResult read_as(const char *line)
{
    CommandLine read = command_line_read(line);
    command_free(read.command);
    return read.result;
}

static void without_controls(char *line)
{
    for (char *p = line; *p != '\0'; p++)
        if ((guchar)*p < 0x20 || *p == 0x7f)
            *p = ' ';
}

static gboolean is_blank(const char *line) { return line[strspn(line, " \t\r")] == '\0'; }

/* Nothing but names from lines[i] on, which a noun of German may be, too. */
static gboolean are_names(char **lines, guint i)
{
    while (lines[i] != NULL && (is_blank(lines[i]) || command_line_is_name(lines[i])))
        i++;
    return lines[i] == NULL || strncmp(lines[i], "--", 2) == 0;
}

/* A closing below something that it says, or a name there: where an empty line parts them, or nothing but names follows. */
static gboolean is_over(char **lines, guint i, const GString *paragraph, const char *best)
{
    const gboolean is_closing = read_as(lines[i]) == COMMAND_LINE_CLOSING, has_any = best != NULL || paragraph->len > 0;
    if (is_closing)
        return has_any || are_names(lines, i + 1);
    return has_any && command_line_is_name(lines[i]) && (are_names(lines, i) || (paragraph->len == 0 && columns(best) >= SOME_COLUMNS));
}

/* A line that says nothing: nobody's words, or a courtesy that stands alone. */
static gboolean is_empty(const char *line, gboolean begins)
{
    const CommandLineResult as = *line != '\0' && *line != '>' && begins ? read_as(line) : COMMAND_LINE_PROSE;
    return *line == '\0' || *line == '>' || as == COMMAND_LINE_COURTESY || as == COMMAND_LINE_CLOSING || (begins && is_greeting(line));
}

char *gist_of(const char *text)
{
    g_autofree char *head = g_strndup(text, strnlen(text, TEXT_BYTES)), *valid = g_utf8_make_valid(head, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", LINES_READ);
    g_autoptr(GString) paragraph = g_string_new(NULL);
    char *best = NULL;
    for (guint i = 0; lines[i] != NULL && strcmp(lines[i], "-- ") != 0; i++) { /* RFC 3676, 4.3: the signature */
        without_controls(lines[i]);
        const char *line = g_strstrip(lines[i]);
        if (*line == '\0' && settle(paragraph, &best))
            return best;
        if (is_over(lines, i, paragraph, best))
            break;
        if (!is_empty(line, paragraph->len == 0))
            g_string_append_printf(paragraph, "%s%s", paragraph->len > 0 ? " " : "", line);
    }
    settle(paragraph, &best);
    return best;
}
