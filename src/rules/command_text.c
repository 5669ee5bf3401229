/* command_text: see the header. A text of several lines goes to the customer, or nowhere: never half a sentence of it, and never a remark below it. */
#include "rules/command_text.h"

#include <string.h>

#include "rules/command_line.h"
#include "rules/words_quote.h"
#include "rules/wrap.h"

#include "base/banned.h"

#define LINES_READ 60

char *command_text_marked(const char *line)
{
    line += strspn(line, " \t");
    const char *p = g_str_has_prefix(line, COMMAND_WIDE_MARK) ? line + 3 : *line == '#' ? line + 1 : NULL;
    if (p == NULL)
        return NULL;
    p += strspn(p, " \t");
    return g_unichar_isalpha(g_utf8_get_char(p)) ? g_strconcat("#", p, NULL) : NULL;
}

static gboolean is_courtesy(CommandLine line)
{
    command_free(line.command);
    return line.result == COMMAND_LINE_COURTESY || line.result == COMMAND_LINE_CLOSING;
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

TextEnd command_text_end(char **lines, guint i, gboolean may_be_broken, const Command *c, guint *end)
{
    WrapMargin margin = {0};
    guint k = i + 1;
    *end = k;
    if (!may_be_broken || c->text == NULL || c->verb == VERB_CATEGORY || c->verb == VERB_RISK)
        return TEXT_ENDS;
    while (lines[k] != NULL && k - i < LINES_READ && wrap_goes_on(&margin, lines[k - 1], lines[k]) && !begins_own(lines[k]))
        k++;
    if (k == i + 1)
        return TEXT_ENDS;
    g_autofree char *first = g_strchomp(g_strdup(lines[i]));
    if (!command_text_is_for_customer(c) || (k == i + 2 && !g_str_has_suffix(first, ",")))
        return TEXT_MAY_GO_ON;
    *end = k;
    return TEXT_GOES_ON;
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
