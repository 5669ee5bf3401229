/* command_token: cuts a line at white space and at marks, sets emoji apart, folds case. It must never decide what a word means,
 * and never drop a word: what it drops are marks, smileys, and the invisible characters that phones put between emoji. */
#include "rules/command_token.h"

#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

#define WORD_BYTES 200    /* of a word that is looked at */
#define NORMAL_BYTES 4000 /* of a line whose letters are composed as one */

static void token_free(gpointer p)
{
    CommandToken *t = p;
    g_free(t->fold);
    g_free(t);
}

static gboolean is_invisible(gunichar c)
{
    return c == 0x200b || c == 0x200c || c == 0x200d || c == 0x2060 || c == 0xfeff || c == 0xfe0f || c == 0xfe0e || c == 0xad ||
           (c >= 0x1f3fb && c <= 0x1f3ff) || (c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static gboolean is_emoji(gunichar c) { return (c >= 0x1f000 && c <= 0x1faff) || (c >= 0x2600 && c <= 0x27bf); }

/* The mark that c stands for, whatever script it is from; 0 if it is none. */
static char mark_of(gunichar c)
{
    static const struct {
        gunichar c;
        char mark;
    } marks[] = {
        {',', ','},    {'.', '.'},    {'!', '!'},    {';', ';'},    {':', ':'},    {'?', '?'},    {0x3001, ','},
        {0x3002, '.'}, {0xff01, '!'}, {0xff1f, '?'}, {0xff0c, ','}, {0xff1a, ':'}, {0xff1b, ';'}, {0x2026, '.'},
        {0x2013, '-'}, {0x2014, '-'}, {0xbf, '?'},   {0xa1, '!'},   {0x61f, '?'},  {0x37e, '?'},  {0xff0e, '.'},
        {0x203c, '!'}, {0x2049, '?'}, {0x2048, '?'}, {0x2047, '?'}, {0x2753, '?'}, {0x2754, '?'}, {0x203d, '?'},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (marks[i].c == c)
            return marks[i].mark;
    return 0;
}

/* Bytes of a smiley that means nothing at p, standing alone; 0 if there is none. A sad one is not dropped. */
static gsize smiley_at(const char *p)
{
    static const char *const smileys[] = {":)", ":-)", ";)", ";-)", ":D", ":-D", "^^"};
    for (gsize i = 0; i < G_N_ELEMENTS(smileys); i++) {
        gsize n = strlen(smileys[i]);
        if (strncmp(p, smileys[i], n) == 0 && (p[n] == '\0' || g_ascii_isspace(p[n])))
            return n;
    }
    return 0;
}

/* A mark inside a word: 10:00, 1.12, bob.ng@example.com. */
static gboolean is_inner(const char *p, const char *next, gboolean in_word)
{
    if (!in_word || (*p != '.' && *p != ':' && *p != ','))
        return FALSE;
    gunichar c = g_utf8_get_char(next);
    if (*p == '.')
        return g_unichar_isalnum(c);
    return g_ascii_isdigit(p[-1]) && g_ascii_isdigit(*next);
}

/* At most WORD_BYTES of it: what is longer is no word, and g_utf8_normalize() is quadratic in the letters that it composes. */
static char *fold(const char *start, const char *end)
{
    if (end - start > WORD_BYTES)
        for (end = start + WORD_BYTES; ((guchar)*end & 0xC0) == 0x80;)
            end--;
    if (utf8_is_ascii(start, (gsize)(end - start))) { /* NFKC and case folding are no more than this there */
        char *small = g_ascii_strdown(start, end - start);
        return g_strdelimit(small, "`", '\'');
    }
    g_autofree char *normal = g_utf8_normalize(start, end - start, G_NORMALIZE_NFKC);
    g_autofree char *folded = g_utf8_casefold(normal, -1);
    GString *s = g_string_new(NULL);
    for (const char *p = folded; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c == 0x2018 || c == 0x2019 || c == 0x2bc || c == 0xb4 || c == '`')
            g_string_append_c(s, '\'');
        else if (!is_invisible(c))
            g_string_append_unichar(s, c);
    }
    char *composed = g_utf8_normalize(s->str, -1, G_NORMALIZE_NFC);
    g_string_free(s, TRUE);
    return composed;
}

static gboolean is_emphasis(char c) { return c == '*' || c == '_'; }

static void add_token(CommandTokens *t, const char *start, const char *end)
{
    while (start < end && is_emphasis(*start))
        start++;
    while (end > start && is_emphasis(end[-1]))
        end--;
    if (start == end)
        return;
    if (t->tokens->len >= COMMAND_TOKENS_MAX) {
        t->overflow = TRUE;
        return;
    }
    g_autofree char *folded = fold(start, end);
    if (*folded == '\0')
        return;
    CommandToken *token = g_new0(CommandToken, 1);
    token->fold = g_steal_pointer(&folded);
    token->start = (gsize)(start - t->line);
    token->end = (gsize)(end - t->line);
    token->capital = g_unichar_isupper(g_utf8_get_char(start));
    g_ptr_array_add(t->tokens, token);
}

/* Chinese and Japanese characters, kana among them. */
static gboolean is_unspaced(gunichar c) { return (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff); }

static gboolean is_figure(gunichar c) { return (c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19); }

/* Where the longest phrase that may stand in a time ends, of those that begin at p; NULL: none does. */
static const char *phrase_end(const char *p, const char *end)
{
    static const WordsClass timely[] = {WORDS_UNTIL, WORDS_UNTIL_BEHIND, WORDS_BY_BEHIND, WORDS_DAY,    WORDS_WEEKDAY,
                                        WORDS_CLOCK, WORDS_HALF,         WORDS_DAYTIME,   WORDS_UNIT,   WORDS_NUMBER,
                                        WORDS_AT,    WORDS_MONTH_SIGN,   WORDS_DAY_SIGN,  WORDS_VERB, WORDS_ALL};
    for (const char *to = end; to > p; to = g_utf8_prev_char(to)) {
        g_autofree char *phrase = g_strndup(p, (gsize)(to - p));
        for (gsize k = 0; k < G_N_ELEMENTS(timely); k++)
            if (words_command_find(timely[k], phrase, NULL))
                return to;
    }
    return NULL;
}

#define UNSPACED_BYTES_MAX 48 /* of a time said in characters; longer is prose */

/* A piece without figures: cut into phrases where it is made of nothing else ("明日まで"), else one word. */
static void add_unspaced(CommandTokens *t, const char *start, const char *end)
{
    const char *to = NULL;
    if (end - start <= UNSPACED_BYTES_MAX)
        for (to = phrase_end(start, end); to != NULL && to < end;)
            to = phrase_end(to, end);
    if (to == NULL) {
        add_token(t, start, end);
        return;
    }
    for (const char *from = start; from < end; from = to) {
        to = phrase_end(from, end);
        add_token(t, from, to);
    }
}

/* A word between blanks and marks. Where words stand together, figures part them: "2時間", "明日10時まで". */
static void add_word(CommandTokens *t, const char *start, const char *end)
{
    if (utf8_is_ascii(start, (gsize)(end - start))) {
        add_token(t, start, end);
        return;
    }
    const char *from = start;
    gboolean unspaced = FALSE; /* the piece that begins at `from` */
    for (const char *p = start; p < end; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p), before = p > start ? g_utf8_get_char(g_utf8_prev_char(p)) : 0;
        gboolean parts = (is_figure(before) && is_unspaced(c)) || (is_unspaced(before) && is_figure(c));
        if (parts) {
            (unspaced ? add_unspaced : add_token)(t, from, p);
            from = p;
        }
        if (p == from)
            unspaced = is_unspaced(c);
    }
    (unspaced ? add_unspaced : add_token)(t, from, end);
}

static void add_mark(CommandTokens *t, char mark)
{
    if (mark == '?')
        t->question = TRUE;
    if (t->tokens->len == 0)
        return;
    CommandToken *last = g_ptr_array_index(t->tokens, t->tokens->len - 1);
    if (last->after == 0 || mark == '?')
        last->after = mark;
}

/* One step at p outside or inside of a word that began at *word; returns where to go on. */
static const char *step(CommandTokens *t, const char *p, const char **word)
{
    gunichar c = g_utf8_get_char(p);
    const char *next = g_utf8_next_char(p);
    gsize smiley = *word == NULL ? smiley_at(p) : 0;
    if (smiley > 0)
        return p + smiley;
    char mark = mark_of(c);
    gboolean dash = c == '-' && *word == NULL && (*next == '\0' || g_ascii_isspace(*next) || *next == '-');
    gboolean ends = g_unichar_isspace(c) || dash || is_emoji(c) || (mark != 0 && !is_inner(p, next, *word != NULL));
    if (!ends) {
        if (*word == NULL && !is_invisible(c))
            *word = p;
        return next;
    }
    if (*word != NULL)
        add_word(t, *word, p);
    *word = NULL;
    if (mark != 0 || dash)
        add_mark(t, dash ? '-' : mark);
    else if (is_emoji(c))
        add_token(t, p, next);
    return next;
}

CommandTokens *command_token_split(const char *line)
{
    CommandTokens *t = g_new0(CommandTokens, 1);
    g_autofree char *valid = g_utf8_make_valid(line, -1);
    gsize n = strlen(valid);
    gboolean as_it_is = n > NORMAL_BYTES || utf8_is_ascii(valid, n); /* see fold() */
    t->line = as_it_is ? g_steal_pointer(&valid) : g_utf8_normalize(valid, -1, G_NORMALIZE_NFC);
    g_strstrip(t->line);
    t->tokens = g_ptr_array_new_with_free_func(token_free);
    const char *word = NULL;
    const char *p = t->line;
    while (*p != '\0')
        p = step(t, p, &word);
    if (word != NULL)
        add_word(t, word, p);
    return t;
}

void command_token_free(CommandTokens *t)
{
    if (t == NULL)
        return;
    g_free(t->line);
    g_ptr_array_unref(t->tokens);
    g_free(t);
}

const CommandToken *command_token_at(const CommandTokens *t, guint i)
{
    return i < t->tokens->len ? g_ptr_array_index(t->tokens, i) : NULL;
}

/* No mark stands inside of a phrase: "ok, so" is not "ok so". */
static gboolean is_run(const CommandTokens *t, guint i, guint n)
{
    for (guint k = i; k + 1 < i + n; k++)
        if (command_token_at(t, k)->after != 0)
            return FALSE;
    return TRUE;
}

guint command_token_match(const CommandTokens *t, guint i, guint end, WordsClass c, int *ret_value)
{
    end = MIN(end, t->tokens->len);
    if (i >= end)
        return 0;
    guint longest = words_command_longest(command_token_at(t, i)->fold);
    if (longest == 0) /* as for most words */
        return 0;
    g_autoptr(GString) phrase = g_string_new(NULL);
    for (guint n = MIN(end - i, longest); n > 0; n--) {
        if (!is_run(t, i, n))
            continue;
        g_string_assign(phrase, command_token_at(t, i)->fold);
        for (guint k = i + 1; k < i + n; k++) {
            g_string_append_c(phrase, ' ');
            g_string_append(phrase, command_token_at(t, k)->fold);
        }
        if (words_command_find(c, phrase->str, ret_value))
            return n;
    }
    return 0;
}

const char *command_token_rest(const CommandTokens *t, guint i)
{
    const CommandToken *token = command_token_at(t, i);
    return token != NULL ? t->line + token->start : "";
}

gboolean command_token_is_unknown(const CommandTokens *t, guint i)
{
    static const WordsClass known[] = {WORDS_NO_NAME,  WORDS_VERB,    WORDS_STRONG, WORDS_WEAK,   WORDS_NEAR,
                                       WORDS_NEGATION, WORDS_WEEKDAY, WORDS_MONTH,  WORDS_DAY,    WORDS_DAYTIME,
                                       WORDS_UNIT,     WORDS_PLEASE,  WORDS_NUMBER, WORDS_PRAISE, WORDS_CLOSING};
    const CommandToken *token = command_token_at(t, i);
    if (token == NULL)
        return FALSE;
    for (const char *p = token->fold; *p != '\0'; p = g_utf8_next_char(p))
        if (!g_unichar_isalpha(g_utf8_get_char(p)) && *p != '-' && *p != '\'')
            return FALSE;
    for (gsize k = 0; k < G_N_ELEMENTS(known); k++)
        if (words_command_find(known[k], token->fold, NULL))
            return FALSE;
    return TRUE;
}

gboolean command_token_is_name(const CommandTokens *t, guint i)
{
    const CommandToken *token = command_token_at(t, i);
    return token != NULL && token->capital && command_token_is_unknown(t, i);
}
