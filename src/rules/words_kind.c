/* words_kind: an index over the rows of data/words. Each class has heads of chains by the first three bytes of its phrases, so that a
 * text is gone through once a class, whatever the number of phrases. */
#include "rules/words_kind.h"

#include <string.h>

#include "rules/words_quote.h"
#include "rules/words_table.h"

#include "base/banned.h"

#define HEADS 1024
#define NO_ROW G_MAXUINT16
#define ROWS_MAX 20000       /* all phrases of all files */
#define PHRASE_BYTES_MAX 200

typedef enum { FLAG_NONE, FLAG_WORD /* stands at the begin of a word */, FLAG_EXACT /* compared whole: may be short */ } ClassFlag;

static const struct {
    const char *name;
    ClassFlag flag;
    const char *status;
} classes[WORDCLASS_COUNT] = {
    [WORDCLASS_DAEMON] = {"daemon", FLAG_NONE, NULL},
    [WORDCLASS_MASTER] = {"master", FLAG_NONE, NULL},
    [WORDCLASS_BOUNCE_SUBJECT] = {"bounce-subject", FLAG_NONE, NULL},
    [WORDCLASS_BOUNCE_TEXT] = {"bounce-text", FLAG_NONE, NULL},
    [WORDCLASS_DELAY] = {"delay", FLAG_NONE, NULL},
    [WORDCLASS_GIVEN_UP] = {"given-up", FLAG_NONE, NULL},
    [WORDCLASS_SUCCESS] = {"success", FLAG_NONE, NULL},
    [WORDCLASS_COPY] = {"copy", FLAG_NONE, NULL},
    [WORDCLASS_RECIPIENT] = {"recipient", FLAG_NONE, NULL},
    [WORDCLASS_READ_SUBJECT] = {"read-subject", FLAG_NONE, NULL},
    [WORDCLASS_READ_TEXT] = {"read-text", FLAG_NONE, NULL},
    [WORDCLASS_AUTO_BEGIN] = {"auto-begin", FLAG_NONE, NULL},
    [WORDCLASS_AUTO_WHOLE] = {"auto-whole", FLAG_NONE, NULL},
    [WORDCLASS_AUTO_SUBJECT] = {"auto-subject", FLAG_WORD, NULL},
    [WORDCLASS_AUTO_TEXT] = {"auto-text", FLAG_WORD, NULL},
    [WORDCLASS_AWAY] = {"away", FLAG_WORD, NULL},
    [WORDCLASS_AWAY_TOO] = {"away-too", FLAG_WORD, NULL},
    [WORDCLASS_NO_REPLY] = {"no-reply", FLAG_NONE, NULL},
    [WORDCLASS_UNTIL] = {"until", FLAG_EXACT, NULL},
    [WORDCLASS_UNTIL_BEHIND] = {"until-behind", FLAG_EXACT, NULL},
    [WORDCLASS_UNTIL_RANGE] = {"until-range", FLAG_EXACT, NULL},
    [WORDCLASS_BACK] = {"back", FLAG_EXACT, NULL},
    [WORDCLASS_BACK_BEHIND] = {"back-behind", FLAG_EXACT, NULL},
    [WORDCLASS_FROM] = {"from", FLAG_EXACT, NULL},
    [WORDCLASS_AGAIN] = {"again", FLAG_EXACT, NULL},
    [WORDCLASS_ABSENT] = {"absent", FLAG_EXACT, NULL},
    [WORDCLASS_FILLER] = {"filler", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1] = {"month-1", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 1] = {"month-2", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 2] = {"month-3", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 3] = {"month-4", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 4] = {"month-5", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 5] = {"month-6", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 6] = {"month-7", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 7] = {"month-8", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 8] = {"month-9", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 9] = {"month-10", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_1 + 10] = {"month-11", FLAG_EXACT, NULL},
    [WORDCLASS_MONTH_12] = {"month-12", FLAG_EXACT, NULL},
    [WORDCLASS_STATUS_MAILBOX] = {"status-mailbox", FLAG_WORD, "5.1.1"},
    [WORDCLASS_STATUS_HOST] = {"status-host", FLAG_WORD, "5.1.2"},
    [WORDCLASS_STATUS_DISABLED] = {"status-disabled", FLAG_WORD, "5.2.1"},
    [WORDCLASS_STATUS_FULL] = {"status-full", FLAG_WORD, "5.2.2"},
    [WORDCLASS_STATUS_LARGE] = {"status-large", FLAG_WORD, "5.3.4"},
    [WORDCLASS_STATUS_UNREACHABLE] = {"status-unreachable", FLAG_WORD, "4.4.1"},
    [WORDCLASS_STATUS_EXPIRED] = {"status-expired", FLAG_WORD, "4.4.7"},
    [WORDCLASS_STATUS_REFUSED] = {"status-refused", FLAG_WORD, "5.7.1"},
    [WORDCLASS_APPEAL_LEAD] = {"appeal-lead", FLAG_EXACT, NULL},
    [WORDCLASS_APPEAL_ASK] = {"appeal-ask", FLAG_EXACT, NULL},
    [WORDCLASS_APPEAL_DO] = {"appeal-do", FLAG_EXACT, NULL},
    [WORDCLASS_APPEAL_WHOLE] = {"appeal-whole", FLAG_EXACT, NULL},
    [WORDCLASS_APPEAL_NOT] = {"appeal-not", FLAG_EXACT, NULL},
    [WORDCLASS_APPEAL_UNLESS] = {"appeal-unless", FLAG_EXACT, NULL},
    [WORDCLASS_APPEAL_JOINT] = {"appeal-joint", FLAG_EXACT, NULL},
};

typedef struct {
    KindWord word;
    gsize length;
    guint16 next; /* of the same chain */
} Row;

struct KindWords {
    GArray *rows;       /* Row */
    GStringChunk *text; /* phrases and languages */
    guint16 heads[WORDCLASS_COUNT][HEADS];
};

static guint head_of(const char *p)
{
    const guchar *b = (const guchar *)p;
    guint second = b[0] != 0 ? b[1] : 0, third = b[0] != 0 && b[1] != 0 ? b[2] : 0;
    return ((b[0] * 37u + second) * 41u + third) % HEADS;
}

/* A phrase as the file has it, to one that is compared; NULL if there is nothing left of it. */
static char *fold_phrase(const char *line)
{
    g_autofree char *folded = words_quote_fold(line);
    gsize n = strlen(folded);
    if (n > 1 && folded[0] == '_')
        folded[0] = ' ';
    if (n > 1 && folded[n - 1] == '_')
        folded[n - 1] = ' ';
    return n == 0 ? NULL : g_steal_pointer(&folded);
}

/* NULL, or what is wrong with it. */
static const char *add_row(KindWords *w, WordClass c, const char *language, const char *line)
{
    g_autofree char *phrase = fold_phrase(line);
    gsize n = phrase != NULL ? strlen(phrase) : 0;
    if (n == 0 || (n < 3 && classes[c].flag != FLAG_EXACT))
        return "the phrase is too short: it would be found in every mail";
    if (n > PHRASE_BYTES_MAX)
        return "the phrase is too long";
    if (w->rows->len >= ROWS_MAX)
        return "too many phrases in all";
    guint16 *head = &w->heads[c][head_of(phrase)];
    Row row = {.word = {c, g_string_chunk_insert_const(w->text, language), g_string_chunk_insert(w->text, phrase)},
               .length = n,
               .next = *head};
    *head = (guint16)w->rows->len;
    g_array_append_val(w->rows, row);
    return NULL;
}

KindWords *words_kind_new(void)
{
    KindWords *w = g_new0(KindWords, 1);
    w->rows = g_array_sized_new(FALSE, FALSE, sizeof(Row), 6000);
    w->text = g_string_chunk_new(16384);
    for (guint c = 0; c < WORDCLASS_COUNT; c++)
        for (guint i = 0; i < HEADS; i++)
            w->heads[c][i] = NO_ROW;
    for (const WordsTableRow *r = words_table; r->phrase != NULL; r++)
        add_row(w, r->class, r->language, r->phrase);
    return w;
}

void words_kind_free(KindWords *w)
{
    if (w == NULL)
        return;
    g_array_unref(w->rows);
    g_string_chunk_free(w->text);
    g_free(w);
}

guint words_kind_count(const KindWords *w) { return w->rows->len; }

const char *words_kind_status(WordClass c) { return (guint)c < WORDCLASS_COUNT ? classes[c].status : NULL; }

/* "== CLASS LANGUAGE"; NULL, or what is wrong with it. */
static const char *read_heading(const char *line, int *ret_class, char **ret_language)
{
    g_auto(GStrv) words = g_strsplit(line + 3, " ", 3);
    *ret_class = -1;
    if (g_strv_length(words) != 2 || *words[1] == '\0' || strlen(words[1]) > 20)
        return "a heading is '== CLASS LANGUAGE'";
    for (int c = 0; c < WORDCLASS_COUNT; c++)
        if (strcmp(classes[c].name, words[0]) == 0)
            *ret_class = c;
    g_free(*ret_language);
    *ret_language = g_strdup(words[1]);
    return *ret_class >= 0 ? NULL : "there is no such class of phrases";
}

void words_kind_add(KindWords *w, const char *file, const char *text, gsize length, GPtrArray *problems)
{
    int class = -1, number = 1;
    g_autofree char *language = NULL;
    gboolean headed = FALSE;
    for (gsize at = 0; at < length && number <= ROWS_MAX * 2; number++) {
        const char *end = memchr(text + at, '\n', length - at);
        gsize n = end != NULL ? (gsize)(end - text) - at : length - at;
        g_autofree char *line = g_strndup(text + at, n);
        const char *why = NULL;
        at += n + 1;
        if (!g_utf8_validate(line, -1, NULL) || strlen(line) != n)
            why = "not UTF-8";
        else if (*g_strstrip(line) == '\0' || *line == '#')
            continue;
        else if (g_str_has_prefix(line, "== ")) {
            headed = TRUE;
            why = read_heading(line, &class, &language);
        } else if (class >= 0)
            why = add_row(w, (WordClass)class, language, line);
        else if (!headed)
            why = "a phrase before the first heading '== CLASS LANGUAGE'";
        if (why != NULL)
            g_ptr_array_add(problems, g_strdup_printf("%s:%d: %s", file, number, why));
    }
}

/* The longest phrase of the chain that stands at p. */
static const Row *longest_at(const KindWords *w, WordClass c, const char *p)
{
    const Row *best = NULL;
    for (guint16 i = w->heads[c][head_of(p)]; i != NO_ROW;) {
        const Row *r = &g_array_index(w->rows, Row, i);
        if ((best == NULL || r->length > best->length) && strncmp(p, r->word.phrase, r->length) == 0)
            best = r;
        i = r->next;
    }
    return best;
}

/* In the alphabets that put spaces between words: the letter before p makes p the middle of a word. */
static gboolean is_inside_word(const char *text, const char *p)
{
    if (p == text)
        return FALSE;
    gunichar at = g_utf8_get_char(p), before = g_utf8_get_char(g_utf8_prev_char(p));
    return at < 0x590 && before < 0x590 && g_unichar_isalnum(at) && g_unichar_isalnum(before);
}

const KindWord *words_kind_in(const KindWords *w, WordClass c, const char *folded)
{
    gboolean as_word = classes[c].flag == FLAG_WORD;
    for (const char *p = folded; *p != '\0'; p++) {
        const Row *r = w->heads[c][head_of(p)] != NO_ROW ? longest_at(w, c, p) : NULL;
        if (r != NULL && (!as_word || !is_inside_word(folded, p)))
            return &r->word;
    }
    return NULL;
}

const KindWord *words_kind_begins(const KindWords *w, WordClass c, const char *folded)
{
    const Row *r = longest_at(w, c, folded);
    return r != NULL ? &r->word : NULL;
}

const KindWord *words_kind_is(const KindWords *w, WordClass c, const char *folded)
{
    for (guint16 i = w->heads[c][head_of(folded)]; i != NO_ROW;) {
        const Row *r = &g_array_index(w->rows, Row, i);
        if (strcmp(folded, r->word.phrase) == 0)
            return &r->word;
        i = r->next;
    }
    return NULL;
}

int words_kind_month(const KindWords *w, const char *folded)
{
    for (int m = 0; m < 12; m++)
        if (words_kind_is(w, (WordClass)(WORDCLASS_MONTH_1 + m), folded) != NULL)
            return m + 1;
    return 0;
}
