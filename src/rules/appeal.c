/* appeal: reads the first sentences, clause by clause. Each clause is folded and asked from its begin, so that "he said that I should please
 * escalate this" is no request; a text is gone through a bounded number of times. It must never look below a quotation. */
#include "rules/appeal.h"

#include <string.h>

#include "rules/words_quote.h"

#include "base/banned.h"

#define TEXT_BYTES 2000 /* how far down a request may stand */
#define LINES_READ 20
#define SENTENCE_BYTES 900 /* who asks is short */
#define CLAUSES_READ 60
#define SHORT_LINE 50   /* a line that is shorter was ended by its writer, not by his mail program */
#define PIECES_READ 12  /* leading words of a clause */

/* ---- lines to sentences ---- */

static gboolean ends_the_own(const char *line, const char *folded)
{
    gsize n = strlen(folded);
    return strcmp(line, "-- ") == 0 || strcmp(folded, "--") == 0 || words_quote_is_original(folded) || words_quote_is_forward(folded)
           || (n > 0 && folded[n - 1] == ':' && words_quote_has_wrote(folded));
}

/* '\n' stands where a clause may begin though no mark says so, '\f' where a sentence ends. */
static char *first_lines(const char *text)
{
    g_autofree char *head = g_strndup(text, TEXT_BYTES), *valid = g_utf8_make_valid(head, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", -1);
    GString *s = g_string_new(NULL);
    for (guint i = 0, read = 0; lines[i] != NULL && read < LINES_READ; i++) {
        g_autofree char *folded = words_quote_fold(lines[i]);
        if (ends_the_own(lines[i], folded))
            break;
        if (*folded == '\0' || *folded == '>' || *folded == '|') {
            g_string_append_c(s, '\f');
            continue;
        }
        gboolean is_item = *folded == '-' || g_str_has_prefix(folded, "\342\200\242");
        if (is_item)
            g_string_append_c(s, '\f');
        g_string_append(s, folded);
        g_string_append_c(s, strlen(folded) < SHORT_LINE ? '\n' : ' ');
        read++;
    }
    return g_string_free(s, FALSE);
}

/* ---- a clause ---- */

static gboolean ends_word(const char *p) { return *p == '\0' || !g_unichar_isalnum(g_utf8_get_char(p)); }

/* What follows a phrase of the class at p, blanks taken off; NULL: none stands there. */
static const char *behind(const KindWords *w, WordClass c, const char *p, const KindWord **ret)
{
    const KindWord *word = words_kind_begins(w, c, p);
    if (word == NULL || !ends_word(p + strlen(word->phrase)))
        return NULL;
    *ret = word;
    p += strlen(word->phrase);
    return p + strspn(p, " ");
}

/* *has_begun: the clause before was nothing but the begin of a request ("por favor,"), which this one goes on with; set for the next. */
static const KindWord *asks(const KindWords *w, const char *clause, gboolean *has_begun)
{
    gboolean has_asked = *has_begun;
    *has_begun = FALSE;
    const KindWord *word = NULL;
    const char *p = clause, *next;
    for (int i = 0; i < PIECES_READ; i++) {
        if (has_asked && behind(w, WORDCLASS_APPEAL_DO, p, &word) != NULL)
            return word;
        if ((next = behind(w, WORDCLASS_APPEAL_ASK, p, &word)) != NULL)
            has_asked = TRUE;
        else if ((next = behind(w, WORDCLASS_APPEAL_LEAD, p, &word)) == NULL)
            return NULL;
        p = next;
        *has_begun = has_asked && *p == '\0';
    }
    return NULL;
}

static gboolean holds(const KindWords *w, WordClass c, const char *text)
{
    g_autofree char *padded = g_strconcat(" ", text, " ", NULL);
    return words_kind_in(w, c, padded) != NULL;
}

static const KindWord *clause_asks(const KindWords *w, const char *clause, gboolean *has_begun)
{
    const KindWord *word = asks(w, clause, has_begun);
    return word != NULL && !holds(w, WORDCLASS_APPEAL_NOT, clause) ? word : NULL;
}

/* ---- a sentence ---- */

/* Marks that part clauses become '\n'; others between words a blank; apostrophes and hyphens inside words stay. */
static char *part_clauses(const KindWords *w, const char *sentence)
{
    g_autoptr(GString) s = g_string_new(NULL);
    for (const char *p = sentence; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        gboolean is_inside = p > sentence && g_unichar_isalnum(g_utf8_get_char(g_utf8_prev_char(p))) && g_unichar_isalnum(g_utf8_get_char(g_utf8_next_char(p)));
        if (g_unichar_isalnum(c) || c == ' ' || c == '\n' || g_unichar_ismark(c) || ((c == '\'' || c == '-') && is_inside))
            g_string_append_unichar(s, c);
        else
            g_string_append_c(s, '\n');
    }
    const KindWord *joint;
    for (int i = 0; i < CLAUSES_READ && (joint = words_kind_in(w, WORDCLASS_APPEAL_JOINT, s->str)) != NULL; i++) {
        char *at = strstr(s->str, joint->phrase);
        memset(at, '\n', strlen(joint->phrase));
    }
    return g_string_free(g_steal_pointer(&s), FALSE);
}

/* The whole sentence, which is folded already, without marks and breaks. */
static char *as_one(const char *sentence)
{
    char *one = g_malloc(strlen(sentence) + 1), *to = one;
    for (const char *p = sentence; *p != '\0'; p++) {
        char c = *p == '\n' || (g_ascii_ispunct(*p) && *p != '\'') ? ' ' : *p;
        if (c != ' ' || (to > one && to[-1] != ' '))
            *to++ = c;
    }
    to -= to > one && to[-1] == ' ';
    *to = '\0';
    return one;
}

/* Somebody else's words: “please escalate this”, he wrote. */
static gboolean is_quoted(const char *sentence)
{
    static const char *const marks[] = {"\"", "\342\200\234", "\342\200\236", "\302\253", "\342\200\235"};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (strstr(sentence, marks[i]) != NULL)
            return TRUE;
    return FALSE;
}

/* `may_ask`: some clause of the text may; most texts have none, and are not parted. */
static const KindWord *sentence_asks(const KindWords *w, const char *sentence, gboolean may_ask)
{
    g_autofree char *one = as_one(sentence);
    const KindWord *word = words_kind_is(w, WORDCLASS_APPEAL_WHOLE, one);
    if ((word == NULL && !may_ask) || strlen(sentence) > SENTENCE_BYTES || *one == '\0' || is_quoted(sentence) || holds(w, WORDCLASS_APPEAL_UNLESS, one))
        return NULL;
    g_autofree char *parted = part_clauses(w, sentence);
    g_auto(GStrv) clauses = g_strsplit(parted, "\n", CLAUSES_READ);
    gboolean has_begun = FALSE;
    for (guint i = 0; word == NULL && clauses[i] != NULL; i++) {
        const char *clause = g_strstrip(clauses[i]);
        if (*clause == '\0') /* two marks in a row */
            continue;
        word = clause_asks(w, clause, &has_begun);
    }
    return word;
}

static gboolean ends_sentence(const char *p)
{
    return *p == '\0' || *p == '\f' || ((*p == '.' || *p == '!' || *p == '?') && (p[1] == '\0' || g_ascii_isspace(p[1])));
}

const KindWord *appeal_in(const KindWords *words, const char *new_text)
{
    g_autofree char *lines = first_lines(new_text);
    gboolean may_ask = words_kind_in(words, WORDCLASS_APPEAL_DO, lines) != NULL; /* a clause keeps the letters of its words as they are here */
    const KindWord *word = NULL;
    for (char *p = lines; word == NULL && *p != '\0';) {
        gsize n = 0;
        while (!ends_sentence(p + n))
            n++;
        g_autofree char *sentence = g_strndup(p, n);
        word = sentence_asks(words, sentence, may_ask);
        p += n + (p[n] != '\0' ? 1 : 0);
    }
    return word;
}
