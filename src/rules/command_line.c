/* command_line: tells a verb from prose, one line at a time. A loose word must be the whole line, an argument must be understood
 * to its last word. It must never find an acknowledgment in a line that says, asks or hands over anything beside. */
#include "rules/command_line.h"

#include <string.h>

#include "base/error.h"
#include "rules/command_args.h"

#include "base/banned.h"

#define INITIAL_BYTES 3 /* of a name that is cut to a letter */
#define LONG_THANKS 3   /* words of "thanks for that" */
#define WHOLE_FOR 3     /* of "for looking into it", which need no more */

static Command *command_new(Verb v, const char *line)
{
    Command *c = g_new0(Command, 1);
    c->verb = v;
    c->line = g_strdup(line);
    c->until.days_ahead = c->until.hour = c->until.minute = -1;
    return c;
}

static guint match(const CommandTokens *t, guint i, WordsClass c) { return command_token_match(t, i, t->tokens->len, c, NULL); }

/* Courtesy */

/* Up to three names or forms of address at i; a weak word or verb that begins there is none. */
static guint skip_names(const CommandTokens *t, guint i)
{
    guint from = i;
    while (i < t->tokens->len && i - from < 4) {
        guint n = match(t, i, WORDS_PEOPLE);
        if (n == 0 && command_token_is_name(t, i) && match(t, i, WORDS_STRONG) == 0 && match(t, i, WORDS_VERB) == 0)
            n = 1;
        if (n == 0)
            break;
        i += n;
        char after = command_token_at(t, i - 1)->after;
        if (after != 0 && after != '.')
            break;
    }
    return i - from;
}

/* The names that are spoken to behind a greeting or thanks. "Thanks, Carol got it" tells of her: there a mark has to end the names. */
static guint skip_addressed(const CommandTokens *t, guint i)
{
    static const WordsClass acts[] = {WORDS_STRONG, WORDS_WEAK, WORDS_VERB};
    guint n = skip_names(t, i);
    if (n == 0 || command_token_at(t, i + n - 1)->after != 0)
        return n;
    for (gsize k = 0; k < G_N_ELEMENTS(acts); k++)
        if (match(t, i + n, acts[k]) > 0)
            return 0;
    return n;
}

/* "hi bob,": after a greeting one name may be written small where a mark or the end shows that the greeting is over. */
static guint skip_small_name(const CommandTokens *t, guint i)
{
    const CommandToken *token = command_token_at(t, i);
    if (token == NULL || token->capital || (token->after != ',' && token->after != '!' && i + 1 < t->tokens->len))
        return 0;
    return command_token_is_unknown(t, i) ? 1 : 0;
}

typedef enum { SKIP_GREETING = 1, SKIP_PRAISE = 2 } Skip;

static gboolean goes_on(const CommandTokens *t, guint i) { return i > 0 && i < t->tokens->len && command_token_at(t, i - 1)->after == 0; }

/* "thanks for the info on it" thanks for something and takes nothing; "thanks on it" lacks a comma. */
static gboolean takes_behind_thanks(const CommandTokens *t, guint i, guint n)
{
    return n >= LONG_THANKS && goes_on(t, i + n) && match(t, i + n, WORDS_STRONG) > 0;
}

/* "for your quick help", behind thanks. "Danke für Info" is none, since it asks for it: the first words have an article. */
static guint skip_thanked(const CommandTokens *t, guint from)
{
    const guint leads = goes_on(t, from) ? match(t, from, WORDS_THANKS_FOR) : 0;
    guint i = from + leads;
    for (guint n = leads; n > 0; i += n)
        n = goes_on(t, i) ? match(t, i, WORDS_THANKED) : 0;
    return i > from + leads || leads >= WHOLE_FOR ? i - from : 0;
}

/* That all is well, also by words that acknowledge or resolve where a notification is answered: "fixed", "yes". *well: it says so, as a yes alone does
 * not, which may answer a question. */
static guint skip_well(const CommandTokens *t, guint from, gboolean *yes, gboolean *well)
{
    int resolves = -1, acknowledges = -1;
    const guint strong = command_token_match(t, from, t->tokens->len, WORDS_STRONG, &resolves), weak = command_token_match(t, from, t->tokens->len, WORDS_WEAK, &acknowledges);
    guint n = MAX(match(t, from, WORDS_PRAISE), match(t, from, WORDS_WELL));
    n = resolves == VERB_RESOLVE ? MAX(n, strong) : n;
    if (acknowledges == VERB_ACK && weak > n) {
        *yes = TRUE;
        return weak;
    }
    *well = *well || n > 0;
    for (guint more = n; more > 0; n += more)
        more = goes_on(t, from + n) ? match(t, from + n, WORDS_WELL_MORE) : 0;
    return n;
}

/* Thanks and closings from i on, and what `also` names, with the names behind them; returns where they end. */
static guint skip_courtesy(const CommandTokens *t, guint i, gboolean *closing, Skip also)
{
    for (guint n = 1; n > 0;) {
        int value = 0;
        const guint closes = command_token_match(t, i, t->tokens->len, WORDS_CLOSING, &value); /* "thanks and regards" */
        if ((n = match(t, i, WORDS_THANKS)) > 0 && closes <= n) {
            if (takes_behind_thanks(t, i, n))
                return i;
            i += n;
            i += skip_addressed(t, i);
        } else if ((also & SKIP_GREETING) != 0 && (n = match(t, i, WORDS_GREETING)) > 0) {
            i += n;
            guint names = skip_addressed(t, i);
            i += names > 0 ? names : skip_small_name(t, i);
        } else if ((n = closes) > 0) {
            i += n;
            i += skip_addressed(t, i);
            if (closing != NULL && value == 1)
                *closing = TRUE;
        } else if ((also & SKIP_PRAISE) != 0 && (n = match(t, i, WORDS_PRAISE)) > 0) {
            i += n;
        }
    }
    return i;
}

/* Who thanks in advance wants something: "Merci d'avance pour votre intervention". */
static guint skip_customers_thanks(const CommandTokens *t, guint i)
{
    guint n = MAX(match(t, i, WORDS_THANKS), match(t, i, WORDS_THANKS_MORE));
    if (n == 0)
        return 0;
    n += match(t, i, WORDS_THANKS_AHEAD) == 0 ? skip_thanked(t, i + n) : 0;
    return n + skip_addressed(t, i + n);
}

/* The same of a customer's line, which may say more: where it ends. */
static guint skip_customers(const CommandTokens *t, gboolean *closing, gboolean *yes, gboolean *well)
{
    guint i = 0;
    for (guint n = 1; n > 0; i += n) {
        const guint courtesy = skip_courtesy(t, i, closing, SKIP_GREETING) - i, thanks = skip_customers_thanks(t, i);
        n = MAX(courtesy, thanks);
        n = n > 0 ? n : skip_well(t, i, yes, well);
    }
    return i;
}

/* Where the courtesy at the end of the line begins. */
static guint find_tail(const CommandTokens *t, guint from)
{
    for (guint i = from; i < t->tokens->len; i++)
        if (skip_courtesy(t, i, NULL, 0) == t->tokens->len)
            return i;
    return t->tokens->len;
}

/* The verb at word i with its arguments, or NULL. */
static Command *read_verb(const CommandTokens *t, guint i, guint end, const CommandMode *mode)
{
    int verb;
    guint please = command_token_match(t, i, end, WORDS_PLEASE, NULL);
    guint n = command_token_match(t, i + please, t->tokens->len, WORDS_VERB, &verb);
    if (n == 0 || i + please + n > end || (please > 0 && !command_args_may_please((Verb)verb)))
        return NULL;
    i += please + n;
    if (command_args_has_text((Verb)verb))
        end = t->tokens->len;
    Command *c = command_new((Verb)verb, t->line);
    if (command_args_read(t, i, end, mode, c))
        return c;
    command_free(c);
    return NULL;
}

/* Loose words */

/* The loose word at i: the longest of all classes. */
static guint match_loose(const CommandTokens *t, guint i, guint end, int *ret_verb, gboolean *ret_weak)
{
    int verb;
    guint strong = command_token_match(t, i, end, WORDS_STRONG, ret_verb);
    guint weak = command_token_match(t, i, end, WORDS_WEAK, &verb);
    *ret_weak = weak > strong;
    if (weak > strong) {
        *ret_verb = verb;
        return weak;
    }
    if (strong == 0 && (strong = command_token_match(t, i, end, WORDS_VERB, &verb)) > 0) {
        if (verb != VERB_ACK && verb != VERB_DECLINE)
            return 0;
        *ret_verb = verb;
    }
    return strong;
}

/* Words [i, end) as loose words of one meaning: "ok, on it". */
static CommandLine read_loose(const CommandTokens *t, guint i, guint end)
{
    CommandLine line = {.result = COMMAND_LINE_DOUBT};
    gboolean is_weak = TRUE; /* all of its words */
    int verb = -1;
    gboolean named = end - i > 1 && command_token_at(t, i)->after == ',' && command_token_is_name(t, i);
    if (t->question || t->overflow)
        return line;
    for (i += named ? 1 : 0; i < end;) {
        int one = -1;
        gboolean weak;
        guint n = match_loose(t, i, end, &one, &weak);
        if (n > 0 && (verb < 0 || one == verb)) {
            verb = one;
            is_weak = is_weak && weak;
            i += n;
            continue;
        }
        guint after = n > 0 ? i : skip_courtesy(t, i, NULL, 0);
        if (after == i)
            return line;
        i = after;
    }
    if (verb < 0 || (named && is_weak)) /* "Backup, ok" is a report, "Bob, on it" is none */
        return line;
    line.result = COMMAND_LINE_VERB;
    line.command = command_new((Verb)verb, t->line);
    line.command->loose = TRUE;
    return line;
}

/* Prose that begins with a word of ours looks meant for us. */
static CommandLineResult prose_or_doubt(const CommandTokens *t, guint i)
{
    static const WordsClass ours[] = {WORDS_VERB, WORDS_STRONG, WORDS_WEAK, WORDS_NEAR};
    for (gsize k = 0; k < G_N_ELEMENTS(ours); k++)
        if (match(t, i, ours[k]) > 0 || match(t, 0, ours[k]) > 0)
            return COMMAND_LINE_DOUBT;
    return COMMAND_LINE_PROSE;
}

/* "Bob," alone: a greeting without a word for it. */
static gboolean is_name_greeting(const CommandTokens *t)
{
    guint n = t->tokens->len;
    return n >= 1 && n <= 3 && skip_names(t, 0) == n && command_token_at(t, n - 1)->after == ',';
}

static const char *without_hash(const char *line)
{
    while (g_ascii_isspace(*line))
        line++;
    return *line == '#' && g_unichar_isalpha(g_utf8_get_char_validated(line + 1, -1)) ? line + 1 : line;
}

#define PROSE_WORDS 5 /* a line of so many words, the first two of which open no phrase, is no greeting, courtesy, name or verb */

static gsize letters(const char *p)
{
    gsize n = 0;
    while (g_ascii_isalpha(p[n]))
        n++;
    return n;
}

/* Most lines of most mails: plain words, the first of which is no phrase of ours, and the first two of which begin none. They need not be cut into
 * tokens. */
static gboolean is_plain_prose(const char *text)
{
    char begin[48]; /* two words */
    guint words = 0;
    text += strspn(text, " \t");
    for (const char *p = text; words < PROSE_WORDS && g_ascii_isalpha(*p); words++) {
        p += letters(p);
        p += *p == ' ';
    }
    if (words < PROSE_WORDS)
        return FALSE;
    gsize first = letters(text), two = first + 1 + letters(text + first + 1);
    if (two >= sizeof begin)
        return FALSE;
    for (gsize i = 0; i < two; i++)
        begin[i] = g_ascii_tolower(text[i]);
    begin[two] = begin[first] = '\0';
    if (words_command_opens(begin))
        return FALSE;
    begin[first] = ' ';
    return !words_command_opens(begin);
}

CommandLine command_line_read(const char *text)
{
    static const CommandMode mode = {.strict = TRUE};
    CommandLine line = {.result = COMMAND_LINE_COURTESY};
    gboolean closing = FALSE;
    if (is_plain_prose(text)) {
        line.result = COMMAND_LINE_PROSE;
        return line;
    }
    g_autoptr(CommandTokens) t = command_token_split(without_hash(text));
    if (t->tokens->len == 0) { /* a rule of dashes begins something else */
        line.result = COMMAND_LINE_PROSE;
        return line;
    }
    guint i = skip_courtesy(t, 0, &closing, SKIP_GREETING);
    gboolean is_to_us = i > 0 && i + 1 == t->tokens->len && strcmp(command_token_at(t, i)->fold, "escalate") == 0; /* "Hi escalate," */
    if (i == t->tokens->len || is_name_greeting(t) || is_to_us) {
        line.result = closing ? COMMAND_LINE_CLOSING : COMMAND_LINE_COURTESY;
        return line;
    }
    guint end = find_tail(t, i + 1);
    line.command = read_verb(t, i, end, &mode);
    if (line.command != NULL) {
        line.result = COMMAND_LINE_VERB;
        return line;
    }
    line = read_loose(t, i, end);
    if (line.result != COMMAND_LINE_VERB)
        line.result = prose_or_doubt(t, i);
    return line;
}

gboolean command_line_read_verb(const char *text, gboolean text_optional, Command **ret, const char **ret_expected)
{
    CommandMode mode = {.strict = FALSE, .text_optional = text_optional};
    int verb;
    g_autoptr(CommandTokens) t = command_token_split(without_hash(text));
    if (match(t, 0, WORDS_VERB) == 0 && match(t, 0, WORDS_WEAK) > 0) { /* `no` is a verb */
        CommandLine line = read_loose(t, 0, t->tokens->len);
        if (line.command != NULL && line.command->verb == VERB_DECLINE) {
            line.command->loose = FALSE;
            *ret = line.command;
            return TRUE;
        }
        command_free(line.command);
    }
    if (command_token_match(t, 0, t->tokens->len, WORDS_VERB, &verb) == 0) {
        *ret_expected = NULL;
        return FALSE;
    }
    *ret_expected = command_args_expected((Verb)verb);
    Command *c = read_verb(t, 0, t->tokens->len, &mode);
    if (c == NULL)
        return FALSE;
    *ret = c;
    return TRUE;
}

gboolean command_line_begins_with_verb(const char *text)
{
    g_autoptr(CommandTokens) t = command_token_split(without_hash(text));
    return match(t, 0, WORDS_VERB) > 0;
}

/* "Thanks & regards" */
static CommandTokens *split_spelled(const char *text)
{
    const char *sign = strstr(text, " & ");
    g_autofree char *spelled = sign != NULL ? g_strdup_printf("%.*s and %s", (int)(sign - text), text, sign + strlen(" & ")) : NULL;
    return command_token_split(spelled != NULL ? spelled : text);
}

gboolean command_line_is_thanks(const char *text, gboolean *ret_closing)
{
    gboolean closing = FALSE;
    *ret_closing = FALSE;
    if (is_plain_prose(text))
        return FALSE;
    g_autoptr(CommandTokens) t = split_spelled(text);
    gboolean is = !t->question && !t->overflow &&
                  (skip_courtesy(t, 0, &closing, SKIP_GREETING | SKIP_PRAISE) == t->tokens->len || is_name_greeting(t));
    *ret_closing = closing;
    return is;
}

gboolean command_line_is_content(const char *text, gboolean *ret_closing)
{
    gboolean yes = FALSE, well = FALSE;
    if (command_line_is_thanks(text, ret_closing))
        return TRUE;
    if (is_plain_prose(text))
        return FALSE;
    g_autoptr(CommandTokens) t = split_spelled(text);
    return !t->question && !t->overflow && t->tokens->len > 0 && skip_customers(t, ret_closing, &yes, &well) == t->tokens->len && (!yes || well);
}

gboolean command_line_is_name(const char *text)
{
    while (g_ascii_isspace(*text) || *text == '-' || *text == '/' || *text == '~')
        text++;
    if (is_plain_prose(text))
        return FALSE;
    g_autoptr(CommandTokens) t = command_token_split(text);
    guint n = t->tokens->len;
    const CommandToken *last = n > 0 ? command_token_at(t, n - 1) : NULL;
    return n >= 1 && n <= 3 && !t->question && skip_names(t, 0) == n && last->after != '!'
           && (last->after != '.' || last->end - last->start <= INITIAL_BYTES); /* "Forwarded." is no name, "Bob N." is one */
}

gboolean command_line_asks(const char *text)
{
    g_autoptr(CommandTokens) t = command_token_split(text);
    return t->question;
}

gboolean command_line_takes_back(const char *text)
{
    g_autoptr(CommandTokens) t = command_token_split(text);
    if (t->question || t->overflow)
        return TRUE;
    for (guint i = 0; i < t->tokens->len; i++) {
        const char *word = command_token_at(t, i)->fold;
        if (words_command_find(WORDS_NEGATION, word, NULL) || words_command_negates(word) || g_str_has_suffix(word, "n't"))
            return TRUE;
    }
    return FALSE;
}
