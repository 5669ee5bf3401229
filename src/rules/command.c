/* command: a reply as a whole. Verbs stand at the top, a line each; a loose word beside other text is given up, and contradicting
 * verbs annul each other. It must never take a verb from below the first line of prose: quotes and signatures stand there. */
#include "rules/command.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "rules/command_line.h"
#include "rules/command_text.h"
#include "rules/letter.h"
#include "rules/phrase.h"
#include "rules/signoff.h"
#include "rules/words_command.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define WORK_LINES 200 /* that begin with '#' */

static const char *const verb_names[VERB_COUNT] = {
    [VERB_ACK] = "ack",           [VERB_DECLINE] = "decline",     [VERB_PASS] = "pass",         [VERB_ESCALATE] = "escalate",
    [VERB_TAKE] = "take",         [VERB_ASSIGN] = "assign",       [VERB_SEVERITY] = "severity", [VERB_WAIT] = "wait",
    [VERB_ANSWERED] = "answered", [VERB_CONTAINED] = "contained", [VERB_RESOLVE] = "resolve",   [VERB_REOPEN] = "reopen",
    [VERB_CAUSE] = "cause",       [VERB_PREVENTION] = "prevention", [VERB_IMPACT] = "impact",       [VERB_NEXT] = "next",         [VERB_NOTE] = "note",
    [VERB_CATEGORY] = "category", [VERB_RISK] = "risk",           [VERB_OVERRIDE] = "override", [VERB_MERGE] = "merge",
    [VERB_SPAM] = "spam",         [VERB_NOTSPAM] = "notspam",     [VERB_NEEDLESS] = "needless",
    [VERB_STATUS] = "status",     [VERB_HELP] = "help",
};

const char *command_verb_name(Verb v) { return (unsigned)v < VERB_COUNT ? verb_names[v] : "?"; }

gboolean command_verb_from_name(const char *name, Verb *ret)
{
    for (int i = 0; i < VERB_COUNT; i++) {
        if (strcmp(name, verb_names[i]) != 0)
            continue;
        *ret = (Verb)i;
        return TRUE;
    }
    return FALSE;
}

void command_free(Command *c)
{
    if (c == NULL)
        return;
    g_free(c->who);
    g_free(c->text);
    g_free(c->reason);
    g_free(c->line);
    g_free(c);
}

static void command_free_pointer(gpointer p) { command_free(p); }

gboolean command_reply_has_loose(const CommandReply *r)
{
    for (guint i = 0; i < r->commands->len; i++)
        if (((const Command *)g_ptr_array_index(r->commands, i))->loose)
            return TRUE;
    return FALSE;
}

void command_reply_free(CommandReply *r)
{
    if (r == NULL)
        return;
    g_ptr_array_unref(r->commands);
    g_free(r->unknown);
    g_free(r->rest);
    g_free(r);
}

static CommandReply *reply_new(void)
{
    CommandReply *r = g_new0(CommandReply, 1);
    r->commands = g_ptr_array_new_with_free_func(command_free_pointer);
    return r;
}

static gboolean is_blank(const char *s)
{
    while (g_ascii_isspace(*s))
        s++;
    return *s == '\0';
}

/* A word that we know as a verb already, said again in other words, adds nothing. */
static gboolean is_repeated(const CommandReply *r, const Command *c)
{
    for (guint i = 0; i < r->commands->len; i++) {
        const Command *known = g_ptr_array_index(r->commands, i);
        if (known->verb == c->verb && !c->has_hold && !c->until.given && c->who == NULL && c->text == NULL)
            return TRUE;
    }
    return FALSE;
}

static void add_command(CommandReply *r, Command *c)
{
    if (r->commands->len >= LIMIT_COMMANDS || is_repeated(r, c)) {
        command_free(c);
        return;
    }
    if (r->commands->len > 0) { /* "on it" above "ack 2h": the verb itself counts */
        Command *last = g_ptr_array_index(r->commands, r->commands->len - 1);
        if (last->loose && last->verb == c->verb)
            g_ptr_array_remove_index(r->commands, r->commands->len - 1);
    }
    g_ptr_array_add(r->commands, c);
}

/* Whether lines from i on are only thanks, closings, names and a phone's signature. */
static gboolean is_tail(char **lines, guint i)
{
    for (guint read = 0; lines[i] != NULL; i++) {
        gboolean closing = FALSE;
        if (is_blank(lines[i]))
            continue;
        if (++read > COMMAND_LINES_READ)
            return FALSE;
        if (command_line_is_name(lines[i]))
            continue;
        const gboolean is_mobile = words_quote_is_mobile(lines[i]);
        if (!is_mobile && !command_line_is_thanks(lines[i], &closing))
            return FALSE;
        if (is_mobile || closing) { /* what is below that is a signature, or seems so */
            g_autofree char *below = g_strjoinv("\n", lines + i + 1);
            return !signoff_takes_back(below, SIGNOFF_BELOW_WORD);
        }
    }
    return TRUE;
}

static char *join(char **lines, guint from)
{
    char *text = g_strjoinv("\n", lines + from);
    return g_strstrip(text);
}

/* Whether anything from lines[i] on asks; more of it than is read does, for all that we know. */
static gboolean rest_asks(char **lines, guint i)
{
    for (guint read = 0; lines[i] != NULL; i++)
        if (!is_blank(lines[i]) && (++read == COMMAND_LINES_READ || command_line_asks(lines[i])))
            return TRUE;
    return FALSE;
}

/* Loose words stand only where nothing else does: what follows may take them back in words that no table knows ("Got it. Forwarded to Ann."). A loose
 * "no" stands unless the rest asks: people go on to say why not. */
static void drop_loose(CommandReply *r, char **lines, guint rest)
{
    for (guint i = r->commands->len; i-- > 0;) {
        const Command *c = g_ptr_array_index(r->commands, i);
        if (!c->loose || (c->verb == VERB_DECLINE && !rest_asks(lines, rest)))
            continue;
        r->doubt = TRUE;
        g_ptr_array_remove_index(r->commands, i);
    }
}

/* "ack all", and below it "but not #4": which ones nobody can tell. */
static void drop_all(CommandReply *r)
{
    for (guint i = r->commands->len; i-- > 0;)
        if (((const Command *)g_ptr_array_index(r->commands, i))->all) {
            g_ptr_array_remove_index(r->commands, i);
            r->doubt = TRUE;
        }
}

/* "ack", and below it "no wait, I cannot": who takes it back in the next breath is asked. */
static void drop_denied(CommandReply *r, char **lines, guint rest)
{
    while (lines[rest] != NULL && is_blank(lines[rest]))
        rest++;
    if (lines[rest] == NULL || r->commands->len == 0)
        return;
    const char *from = lines[rest] + strspn(lines[rest], " \t");
    g_autofree char *word = g_strndup(from, strcspn(from, " \t,.;:!-")), *small = g_utf8_casefold(word, -1);
    if (!words_command_has(WORDS_WEAK, VERB_DECLINE, small))
        return;
    for (guint i = r->commands->len; i-- > 0;)
        if (((const Command *)g_ptr_array_index(r->commands, i))->verb == VERB_ACK) {
            g_ptr_array_remove_index(r->commands, i);
            r->doubt = TRUE;
        }
}

/* Who takes it and hands it over in one breath is asked. */
static void drop_contradiction(CommandReply *r)
{
    gboolean takes = FALSE, gives = FALSE;
    for (guint i = 0; i < r->commands->len; i++) {
        Verb v = ((const Command *)g_ptr_array_index(r->commands, i))->verb;
        takes = takes || v == VERB_ACK || v == VERB_TAKE;
        gives = gives || v == VERB_DECLINE || v == VERB_PASS;
    }
    if (!takes || !gives)
        return;
    g_ptr_array_set_size(r->commands, 0);
    r->doubt = TRUE;
}

GHashTable *command_whole(const char *text, const GByteArray *marks)
{
    GHashTable *lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < marks->len && *text != '\0'; i++) {
        gsize n = strcspn(text, "\n");
        g_autofree char *line = g_strndup(text, n);
        if (marks->data[i] == LINE_OWN)
            g_hash_table_add(lines, command_text_evened(line));
        text += n + (text[n] == '\n');
    }
    return lines;
}

/* The verb at line i with all of its text; *end: behind it. A customer gets no half sentence: in doubt there is no verb. */
static CommandLine read_whole(char **lines, guint i, const CommandBreaks *breaks, TextEnd *how, guint *end)
{
    CommandLine line = command_line_read(lines[i]);
    *end = i + 1;
    *how = line.command != NULL ? command_text_end(lines, i, breaks, line.command, end) : TEXT_ENDS;
    if (*how == TEXT_ENDS || (*how == TEXT_MAY_GO_ON && !command_text_is_for_customer(line.command)))
        return line;
    command_free(line.command);
    if (*how == TEXT_MAY_GO_ON)
        return (CommandLine){.result = COMMAND_LINE_DOUBT};
    g_autofree char *whole = command_text_join(lines, i, *end);
    return command_line_read(whole);
}

/* Reads verbs from the top; returns the index of the first line that is none, or the number of lines. Below a text that goes on, or may, only what
 * stands behind an empty line is read, and no loose word: what was prose there, and ended it, could hide in that text. */
static guint read_top(CommandReply *r, char **lines, const CommandBreaks *breaks)
{
    guint i = 0, end;
    gboolean only_full = FALSE;
    for (guint read = 0; lines[i] != NULL; i = end) {
        TextEnd how;
        end = i + 1;
        if (is_blank(lines[i]))
            continue;
        if (words_quote_is_mobile(lines[i]) || ++read > COMMAND_LINES_READ || (only_full && !is_blank(lines[i - 1])))
            break;
        CommandLine line = read_whole(lines, i, breaks, &how, &end);
        if (line.result == COMMAND_LINE_COURTESY)
            continue;
        if (line.result == COMMAND_LINE_VERB && only_full && line.command->loose) {
            command_free(line.command);
            line.result = COMMAND_LINE_PROSE;
        }
        if (line.result != COMMAND_LINE_VERB) {
            r->doubt = line.result == COMMAND_LINE_DOUBT && !(r->commands->len > 0 && is_tail(lines, i));
            break;
        }
        add_command(r, line.command);
        only_full = only_full || how != TEXT_ENDS;
    }
    return i;
}

/* "ack" typed in front of the old subject, or in capitals behind it. Loose words and texts do not count there. */
static Command *read_typed(const char *text)
{
    Command *c = command_line_begins_with_verb(text) ? command_line_read(text).command : NULL;
    if (c != NULL && !c->loose && (c->text == NULL || c->verb == VERB_CATEGORY))
        return c;
    command_free(c);
    return NULL;
}

/* The subject without Re: and AW: and our tag. */
static char *bare_subject(const char *subject)
{
    const char *p = subject;
    for (gboolean again = TRUE; again;) {
        while (g_ascii_isspace(*p))
            p++;
        gsize n = words_quote_reply_prefix(p);
        if (n == 0 && *p == '[' && strchr(p, '#') != NULL && strchr(p, ']') != NULL && strchr(p, '#') < strchr(p, ']'))
            n = (gsize)(strchr(p, ']') + 1 - p);
        again = n > 0;
        p += n;
    }
    return g_strstrip(g_strdup(p));
}

static gboolean is_denied(const char *subject, const char *end)
{
    g_autofree char *head = g_strndup(subject, (gsize)(end - subject));
    const char *word = strrchr(head, ' ');
    return command_line_takes_back(word != NULL ? word : head);
}

/* A verb in capitals at the end of a subject that is not all in capitals: it was typed there. */
static Command *read_subject_end(const char *subject)
{
    Command *found = NULL;
    gboolean has_small = FALSE;
    for (const char *p = subject; *p != '\0' && found == NULL; p++) {
        has_small = has_small || g_ascii_islower(*p);
        if (!has_small || *p != ' ' || !g_ascii_isupper(p[1]) || !g_ascii_isupper(p[2]))
            continue;
        if (!is_denied(subject, p))
            found = read_typed(p + 1);
    }
    return found;
}

static void read_subject(CommandReply *r, const char *subject)
{
    if (strlen(subject) > LIMIT_SUBJECT_BYTES)
        return;
    g_autofree char *bare = bare_subject(subject);
    gboolean is_reply = strncmp(bare, subject, strlen(bare)) != 0; /* a prefix or a tag was taken off */
    Command *c = is_reply ? read_typed(bare) : NULL;
    if (c == NULL)
        c = read_subject_end(bare);
    if (c != NULL)
        add_command(r, c);
}

CommandReply *command_read_notification(const char *new_text, const char *subject, const CommandBreaks *breaks)
{
    CommandReply *r = reply_new();
    if (is_blank(new_text)) {
        r->rest = g_strdup("");
        if (subject != NULL)
            read_subject(r, subject);
        return r;
    }
    g_autofree char *valid = g_utf8_make_valid(new_text, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    guint rest = read_top(r, lines, breaks);
    gboolean tail = is_tail(lines, rest);
    if (!tail) {
        drop_loose(r, lines, rest);
        drop_all(r);
    }
    drop_denied(r, lines, rest);
    drop_contradiction(r);
    if (r->commands->len == 0) {
        r->doubt = r->doubt || (tail && signoff_is_only_thanks(valid, NULL));
        r->rest = join(lines, 0);
    } else {
        r->rest = tail ? g_strdup("") : join(lines, rest);
    }
    return r;
}

/* The verb at line i, which is `mark`, with all of its text; *end: behind it. NULL: none is there, or it may go on below, where all that is no verb goes
 * to the customer. */
static Command *read_marked(char **lines, guint i, const char *mark, const CommandBreaks *breaks, guint *end)
{
    Command *c = NULL, *whole = NULL;
    const char *expected;
    *end = i + 1;
    if (!command_line_read_verb(mark, TRUE, &c, &expected) || c->verb == VERB_NOTE) /* that keeps the whole mail inside */
        return c;
    TextEnd how = command_text_end(lines, i, breaks, c, end);
    if (how == TEXT_ENDS)
        return c;
    command_free(c);
    if (how == TEXT_MAY_GO_ON)
        return NULL;
    g_autofree char *text = command_text_join(lines, i, *end), *marked = command_text_marked(text);
    command_line_read_verb(marked, TRUE, &whole, &expected);
    return whole;
}

/* "… at noon. #note she is angry": whoever writes that waits for it to be done. */
static const char *line_with_verb_inside(char **lines, guint i, guint end)
{
    for (; i < end; i++)
        if (command_text_inside(lines[i]) != NULL)
            return lines[i];
    return NULL;
}

CommandReply *command_read_work(const char *new_text, const CommandBreaks *breaks)
{
    CommandReply *r = reply_new();
    g_autoptr(GString) rest = g_string_new(NULL);
    g_autofree char *valid = g_utf8_make_valid(new_text, -1);
    if (strchr(valid, '#') == NULL && strstr(valid, COMMAND_WIDE_MARK) == NULL) { /* as in nearly every mail */
        r->rest = g_strstrip(g_steal_pointer(&valid));
        return r;
    }
    g_auto(GStrv) lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    guint marked = 0;
    for (guint i = 0, end; lines[i] != NULL; i = end) {
        g_autofree char *mark = command_text_marked(lines[i]);
        Command *c = mark != NULL && ++marked <= WORK_LINES ? read_marked(lines, i, mark, breaks, &end) : NULL;
        if (c == NULL)
            end = i + 1;
        const char *torn = c != NULL && c->verb == VERB_NOTE ? NULL : line_with_verb_inside(lines, i, end);
        if (c != NULL && torn == NULL) {
            add_command(r, c);
            continue;
        }
        command_free(c);
        end = i + 1;
        const char *meant = torn != NULL ? torn : lines[i];
        gboolean is_ours = torn != NULL || (mark != NULL && !g_ascii_isspace(lines[i][0])); /* with a blank before it, text; but a verb is one */
        if (is_ours && r->unknown == NULL) /* it must not go out unseen */
            r->unknown = g_strndup(meant, strcspn(meant, "\r"));
        r->doubt = r->doubt || is_ours;
        g_string_append_printf(rest, "%s%s", lines[i], lines[i + 1] != NULL ? "\n" : "");
    }
    r->rest = g_strstrip(g_strdup(rest->str));
    return r;
}

const char *command_behind_marked(const char *new_text)
{
    while (*new_text != '\0') {
        gsize n = strcspn(new_text, "\n");
        g_autofree char *line = g_strndup(new_text, n), *mark = command_text_marked(line);
        if (mark == NULL && !is_blank(line))
            break;
        new_text += n + (new_text[n] == '\n');
    }
    return new_text;
}

gboolean command_read_line(const char *line, Command **ret, GError **err)
{
    const char *expected = NULL;
    g_autofree char *cut = g_strndup(line, 80), *shown = g_utf8_make_valid(cut, -1);
    if (command_line_read_verb(line, FALSE, ret, &expected))
        return TRUE;
    g_autofree char *why = expected == NULL ? phrase_make("'{line}': no such verb; `help` lists them", "line", shown, NULL)
                                            : phrase_make("'{line}': expected `{expected}`", "line", shown, "expected", expected, NULL);
    return error_set(err, ERROR_REFUSED, "%s", why);
}
