/* command_args: the grammar of the verbs, a row each. An argument is understood to its last word, or there is none: a hold that is
 * longer than its writer meant hides a failure, a name that is none hands the matter to nobody. */
#include "rules/command_args.h"

#include <string.h>

#include "rules/command_when.h"

#include "base/banned.h"

typedef enum {
    ARG_NONE,
    ARG_HOLD,
    ARG_WHO,
    ARG_SEVERITY,
    ARG_WAIT,
    ARG_TEXT,
    ARG_TEXT_OPTIONAL,
    ARG_NEXT,
    ARG_WORD,
    ARG_TICKET,
    ARG_BECAUSE
} Arguments;

typedef struct {
    Arguments arguments;
    gboolean may_please; /* "please ack" asks somebody else; "please escalate" asks us */
    gboolean may_ask;    /* with a question mark it means the same */
    const char *expected;
} Grammar;

static const Grammar grammar[VERB_COUNT] = {
    [VERB_ACK] = {ARG_HOLD, FALSE, FALSE, "ack [all] [2h | until TIME]"},
    [VERB_DECLINE] = {ARG_NONE, FALSE, FALSE, "decline"},
    [VERB_PASS] = {ARG_WHO, FALSE, FALSE, "pass CONTACT"},
    [VERB_ESCALATE] = {ARG_NONE, TRUE, FALSE, "escalate"},
    [VERB_TAKE] = {ARG_NONE, FALSE, FALSE, "take"},
    [VERB_ASSIGN] = {ARG_WHO, FALSE, FALSE, "assign CONTACT"},
    [VERB_SEVERITY] = {ARG_SEVERITY, FALSE, FALSE, "severity S1 to S4"},
    [VERB_WAIT] = {ARG_WAIT, FALSE, FALSE, "wait [for customer | for vendor] [until TIME]"},
    [VERB_ANSWERED] = {ARG_TEXT_OPTIONAL, FALSE, FALSE, "answered [TEXT]"},
    [VERB_CONTAINED] = {ARG_TEXT_OPTIONAL, FALSE, FALSE, "contained [TEXT]"},
    [VERB_RESOLVE] = {ARG_TEXT_OPTIONAL, FALSE, FALSE, "resolve [TEXT]"},
    [VERB_REOPEN] = {ARG_NONE, TRUE, FALSE, "reopen"},
    [VERB_CAUSE] = {ARG_TEXT, FALSE, FALSE, "cause TEXT"},
    [VERB_PREVENTION] = {ARG_TEXT, FALSE, FALSE, "prevention TEXT"},
    [VERB_IMPACT] = {ARG_TEXT, FALSE, FALSE, "impact TEXT"},
    [VERB_NEXT] = {ARG_NEXT, FALSE, FALSE, "next TEXT [by TIME]"},
    [VERB_NOTE] = {ARG_TEXT, TRUE, TRUE, "note TEXT"},
    [VERB_CATEGORY] = {ARG_WORD, FALSE, FALSE, "category WORD"},
    [VERB_RISK] = {ARG_WORD, FALSE, FALSE, "risk NAME"},
    [VERB_OVERRIDE] = {ARG_BECAUSE, FALSE, FALSE, "override VERB because REASON"},
    [VERB_MERGE] = {ARG_TICKET, FALSE, FALSE, "merge TICKET"},
    [VERB_SPAM] = {ARG_NONE, FALSE, FALSE, "spam"},
    [VERB_NOTSPAM] = {ARG_NONE, FALSE, FALSE, "notspam"},
    [VERB_NEEDLESS] = {ARG_NONE, FALSE, FALSE, "needless"},
    [VERB_STATUS] = {ARG_NONE, TRUE, TRUE, "status"},
    [VERB_HELP] = {ARG_NONE, TRUE, TRUE, "help"},
};

gboolean command_args_may_please(Verb v) { return grammar[v].may_please; }

const char *command_args_expected(Verb v) { return grammar[v].expected; }

static char *slice(const CommandTokens *t, guint from, guint to)
{
    const CommandToken *first = command_token_at(t, from), *last = command_token_at(t, to - 1);
    return g_strndup(t->line + first->start, last->end - first->start);
}

/* ---- each reads words [i, end) as a whole ---- */

/* A time with the word for "until" before it or behind it. */
static gboolean read_until(const CommandTokens *t, guint i, guint end, CommandWhen *ret)
{
    guint n = command_token_match(t, i, end, WORDS_UNTIL, NULL);
    guint behind = i < end ? command_token_match(t, end - 1, end, WORDS_UNTIL_BEHIND, NULL) : 0;
    return n + behind > 0 && command_when_read(t, i + n, end - behind, ret);
}

/* A day and an hour say of themselves that they are the end: "ack demain 9h". A day alone may be when he begins. */
static gboolean read_day_and_hour(const CommandTokens *t, guint i, guint end, CommandWhen *ret)
{
    CommandWhen w;
    if (!command_when_read(t, i, end, &w))
        return FALSE;
    if (!w.is_instant && (w.hour < 0 || (w.month == 0 && w.weekday == 0 && w.days_ahead < 0)))
        return FALSE;
    *ret = w;
    return TRUE;
}

/* "ack all": not "ack, all", which speaks to everybody. */
static guint read_all(const CommandTokens *t, guint i, guint end)
{
    return i > 0 && command_token_at(t, i - 1)->after == 0 ? command_token_match(t, i, end, WORDS_ALL, NULL) : 0;
}

static gboolean read_hold(const CommandTokens *t, guint i, guint end, Command *c)
{
    guint all = read_all(t, i, end);
    c->all = all > 0;
    i += all;
    if (i == end || read_until(t, i, end, &c->until))
        return TRUE;
    i += command_token_match(t, i, end, WORDS_FOR, NULL);
    c->has_hold = command_when_hold(t, i, end, &c->hold);
    return c->has_hold || read_day_and_hour(t, i, end, &c->until);
}

static gboolean looks_like_contact(const char *text)
{
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        if (!g_unichar_isalnum(g_utf8_get_char(p)) && strchr("._-+@<>'", *p) == NULL)
            return FALSE;
    return TRUE;
}

static gboolean is_risky(const char *word, Verb v)
{
    /* the rows of several verbs hold the same word, and the table answers the first: so it is asked verb by verb */
    return words_command_has(WORDS_RISKY, (int)v, word);
}

static gboolean read_who(const CommandTokens *t, guint i, guint end, Command *c)
{
    i += command_token_match(t, i, end, WORDS_TO, NULL);
    if (i >= end || end - i > 3)
        return FALSE;
    for (guint k = i; k < end; k++) {
        const CommandToken *word = command_token_at(t, k);
        if (!looks_like_contact(word->fold) || is_risky(word->fold, c->verb))
            return FALSE;
        if (end - i > 1 && !command_token_is_name(t, k))
            return FALSE;
        if (k + 1 < end && word->after != 0 && word->after != '.')
            return FALSE;
    }
    c->who = slice(t, i, end);
    g_strdelimit(c->who, "<>", ' ');
    g_strstrip(c->who);
    return *c->who != '\0';
}

static gboolean read_severity(const CommandTokens *t, guint i, guint end, Command *c)
{
    i += command_token_match(t, i, end, WORDS_TO, NULL);
    if (i + 1 != end)
        return FALSE;
    const char *text = command_token_at(t, i)->fold;
    if (*text == 's')
        text++;
    if (*text < '1' || *text > '4' || text[1] != '\0')
        return FALSE;
    c->severity = *text - '0';
    return TRUE;
}

static gboolean read_wait(const CommandTokens *t, guint i, guint end, Command *c)
{
    guint n = command_token_match(t, i, end, WORDS_FOR, NULL), m;
    if ((m = command_token_match(t, i + n, end, WORDS_CUSTOMER, NULL)) > 0)
        c->wait_for = COMMAND_FOR_CUSTOMER;
    else if ((m = command_token_match(t, i + n, end, WORDS_VENDOR, NULL)) > 0)
        c->wait_for = COMMAND_FOR_VENDOR;
    else
        n = m = 0;
    i += n + m;
    return i == end || read_until(t, i, end, &c->until);
}

/* `41` or `#41` */
static gboolean read_ticket(const CommandTokens *t, guint i, guint end, Command *c)
{
    if (i + 1 != end)
        return FALSE;
    const char *text = command_token_at(t, i)->fold;
    text += *text == '#';
    gsize n = strlen(text);
    if (n == 0 || n > 9 || strspn(text, "0123456789") != n)
        return FALSE;
    c->ticket = g_ascii_strtoll(text, NULL, 10);
    return c->ticket > 0;
}

/* "gelöst haben wir das noch nicht", "resolved partly": no state is stated. Behind a colon anything may stand. */
static gboolean is_undone(const CommandTokens *t, guint i)
{
    for (guint k = i; k < t->tokens->len; k++)
        if (command_token_match(t, k, t->tokens->len, WORDS_UNDONE, NULL) > 0)
            return TRUE;
    return words_command_find(WORDS_NEGATION, command_token_at(t, i)->fold, NULL);
}

static gboolean is_statement(Verb v) { return v == VERB_RESOLVE || v == VERB_CONTAINED || v == VERB_ANSWERED; }

/* Of a verb that states something, all that is said is that it is not so. */
static gboolean is_only_undone(const CommandTokens *t, guint i, Verb v)
{
    guint n = command_token_match(t, i, t->tokens->len, WORDS_UNDONE, NULL);
    gboolean is_negation = words_command_find(WORDS_NEGATION, command_token_at(t, i)->fold, NULL);
    return is_statement(v) && !t->overflow && (i + n == t->tokens->len || (is_negation && i + 1 == t->tokens->len)
                            || (is_negation && i + 2 == t->tokens->len && command_token_match(t, i + 1, t->tokens->len, WORDS_UNDONE, NULL) == 1));
}

static gboolean read_text(const CommandTokens *t, guint i, gboolean optional, const CommandMode *mode, Command *c)
{
    const CommandToken *word = command_token_at(t, i);
    if (word == NULL)
        return optional || mode->text_optional;
    char before = i > 0 ? command_token_at(t, i - 1)->after : 0;
    if (is_only_undone(t, i, c->verb)) /* "resolved: not yet" */
        return FALSE;
    if (mode->strict && before != ':' && before != '-') {
        if (is_risky(word->fold, c->verb) || (is_statement(c->verb) && is_undone(t, i)))
            return FALSE;
    }
    c->text = g_strdup(command_token_rest(t, i));
    return TRUE;
}

/* Where in words [i, end) a "by TIME" begins that goes to the end: the last "by", or the longest time with "by" behind it; or end. */
static guint find_by(const CommandTokens *t, guint i, guint end, CommandWhen *ret)
{
    for (guint k = end; k-- > i;) {
        guint n = command_token_match(t, k, end, WORDS_BY, NULL);
        if (n > 0 && command_when_read(t, k + n, end, ret))
            return k;
    }
    gboolean behind = i < end && command_token_match(t, end - 1, end, WORDS_BY_BEHIND, NULL) == 1;
    for (guint k = i; behind && k + 1 < end; k++)
        if (command_when_read(t, k, end - 1, ret))
            return k;
    return end;
}

#define TIME_WORDS 12

/* Of a text with more words than are looked at, the last are, for its time. Always TRUE. */
static gboolean read_by_at_end(const CommandTokens *t, guint i, Command *c)
{
    const char *start = t->line + command_token_at(t, i)->start, *from = t->line + strlen(t->line);
    for (int words = 0; from > start && words < TIME_WORDS; words += g_ascii_isspace(*from))
        from--;
    g_autoptr(CommandTokens) last = command_token_split(from);
    guint end = last->tokens->len, by = last->overflow ? end : find_by(last, 1, end, &c->until);
    if (by >= end)
        return TRUE;
    g_autofree char *before = slice(last, 0, by);
    const char *at = strstr(from, before);
    if (at != NULL) {
        g_free(c->text);
        c->text = g_strndup(start, (gsize)(at - start) + strlen(before));
    }
    return TRUE;
}

/* `next TEXT [by TIME]` */
static gboolean read_next(const CommandTokens *t, guint i, const CommandMode *mode, Command *c)
{
    guint end = t->tokens->len;
    if (!read_text(t, i, FALSE, mode, c))
        return FALSE;
    if (t->overflow && c->text != NULL)
        return read_by_at_end(t, i, c);
    guint by = c->text == NULL ? end : find_by(t, i + 1, end, &c->until);
    if (by < end) {
        g_free(c->text);
        c->text = slice(t, i, by);
    }
    return TRUE;
}

/* A day, a word for a time of it, or a number as dates and times have it: "10/6", "16h". */
static gboolean is_of_time(const CommandTokens *t, guint i)
{
    static const WordsClass classes[] = {WORDS_WEEKDAY, WORDS_MONTH, WORDS_DAY, WORDS_DAYTIME};
    const char *word = command_token_at(t, i)->fold;
    gboolean is = g_ascii_isdigit(*word) && (word[strspn(word, "0123456789")] != '\0' || i + 1 == t->tokens->len);
    for (gsize k = 0; k < G_N_ELEMENTS(classes); k++)
        is = is || command_token_match(t, i, t->tokens->len, classes[k], NULL) > 0;
    return is;
}

char *command_args_unread_by(const char *text)
{
    g_autoptr(CommandTokens) t = command_token_split(text);
    const guint end = t->tokens->len;
    for (guint k = end; !t->overflow && k-- > 0;) {
        const guint n = command_token_match(t, k, end, WORDS_BY, NULL);
        gboolean is = FALSE;
        for (guint i = k + n; n > 0 && i < end && i <= k + n + 1; i++) /* "by next tuesday" */
            is = is || is_of_time(t, i);
        if (is)
            return slice(t, k, end);
    }
    return NULL;
}

static gboolean read_word(const CommandTokens *t, guint i, guint end, Command *c)
{
    if (i + 1 != end)
        return FALSE;
    c->text = slice(t, i, end);
    return TRUE;
}

/* `VERB … because REASON`. Without a reason it is understood, so that whoever wrote it is told what is missing. */
static gboolean read_because(const CommandTokens *t, guint i, guint end, Command *c)
{
    guint because = i + 1, n = 0;
    while (because < end && (n = command_token_match(t, because, end, WORDS_BECAUSE, NULL)) == 0)
        because++;
    if (i >= end)
        return FALSE;
    c->text = because < end ? slice(t, i, because) : g_strdup(command_token_rest(t, i));
    c->reason = because + n < end ? g_strdup(command_token_rest(t, because + n)) : NULL;
    return TRUE;
}

gboolean command_args_has_text(Verb v)
{
    Arguments a = grammar[v].arguments;
    return a == ARG_BECAUSE || a == ARG_TEXT || a == ARG_TEXT_OPTIONAL || a == ARG_NEXT;
}

gboolean command_args_read(const CommandTokens *t, guint i, guint end, const CommandMode *mode, Command *c)
{
    Arguments a = grammar[c->verb].arguments;
    if (t->question && !grammar[c->verb].may_ask && (!command_args_has_text(c->verb) || mode->strict))
        return FALSE;
    if (t->overflow && !command_args_has_text(c->verb))
        return FALSE;
    if (grammar[c->verb].may_please && !command_args_has_text(c->verb))
        i += command_token_match(t, i, end, WORDS_PLEASE, NULL);
    switch (a) {
    case ARG_NONE: return i == end;
    case ARG_HOLD: return read_hold(t, i, end, c);
    case ARG_WHO: return read_who(t, i, end, c);
    case ARG_SEVERITY: return read_severity(t, i, end, c);
    case ARG_WAIT: return read_wait(t, i, end, c);
    case ARG_TEXT: return read_text(t, i, FALSE, mode, c);
    case ARG_TEXT_OPTIONAL: return read_text(t, i, TRUE, mode, c);
    case ARG_NEXT: return read_next(t, i, mode, c);
    case ARG_WORD: return read_word(t, i, end, c);
    case ARG_TICKET: return read_ticket(t, i, end, c);
    case ARG_BECAUSE: return read_because(t, i, end, c);
    }
    return FALSE;
}
