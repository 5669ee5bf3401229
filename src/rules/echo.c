/* echo: four words in a row that were written before make each of the four known; beside the end of a line or a sentence, two do. A word that mail
 * programs change, an address, is none. */
#include "rules/echo.h"

#include <string.h>

#include "base/limits.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define ROW 4                /* words */
#define HEAD_LINES 8
#define LINES_SHOWN 500 /* more is no answer */
#define WORDS_HEARD 1000000
#define FNV_START 14695981039346656037ULL /* 64-bit FNV-1a */
#define FNV_PRIME 1099511628211ULL

struct Echo {
    GArray *rows; /* guint64: hashes of rows of words */
    guint words;
    gboolean is_sorted;
};

typedef struct {
    guint64 hash;
    guint line;
    gboolean ends; /* a sentence or a line ends behind it */
    gboolean known;
} Word;

Echo *echo_new(void)
{
    Echo *e = g_new0(Echo, 1);
    e->rows = g_array_new(FALSE, FALSE, sizeof(guint64));
    return e;
}

void echo_free(Echo *e)
{
    if (e == NULL)
        return;
    g_array_unref(e->rows);
    g_free(e);
}

/* An address or a link: the space-free piece at p. */
static gboolean is_address(const char *p, gsize n)
{
    return memchr(p, '@', n) != NULL || g_strstr_len(p, (gssize)n, "://") != NULL || g_strstr_len(p, (gssize)n, "www.") != NULL;
}

static gboolean is_letter(gunichar c) { return g_unichar_isalnum(c) || g_unichar_ismark(c) || g_unichar_type(c) == G_UNICODE_OTHER_SYMBOL; }

/* Scripts without spaces: each letter is a word. */
static gboolean is_alone(gunichar c) { return g_unichar_iswide(c) || g_unichar_type(c) == G_UNICODE_OTHER_SYMBOL; }

static void end_sentence(GArray *words, guint first)
{
    if (words->len > first)
        g_array_index(words, Word, words->len - 1).ends = TRUE;
}

static void add_word(GArray *words, guint64 hash, guint line)
{
    const Word w = {.hash = hash, .line = line};
    g_array_append_val(words, w);
}

/* The words of a piece without spaces. `text` is valid UTF-8. */
static void add_piece(GArray *words, const char *p, const char *end, guint line)
{
    guint64 hash = FNV_START;
    gboolean any = FALSE;
    for (; p < end; p = g_utf8_next_char(p)) {
        const gunichar c = g_utf8_get_char(p);
        if (any && (!is_letter(c) || is_alone(c))) {
            add_word(words, hash, line);
            any = FALSE;
            hash = FNV_START;
        }
        if (!is_letter(c))
            continue;
        hash = (hash ^ g_unichar_tolower(c)) * FNV_PRIME;
        any = TRUE;
        if (is_alone(c)) {
            add_word(words, hash, line);
            any = FALSE;
            hash = FNV_START;
        }
    }
    if (any)
        add_word(words, hash, line);
}

static void add_line(GArray *words, const char *text, guint line)
{
    const guint first = words->len;
    for (const char *p = text + strspn(text, " \t\r"); *p != '\0'; p += strspn(p, " \t\r")) {
        const gsize n = strcspn(p, " \t\r");
        if (!is_address(p, n))
            add_piece(words, p, p + n, line);
        if (strchr(".?!:;", p[n - 1]) != NULL)
            end_sentence(words, first);
        p += n;
    }
    end_sentence(words, first);
}

static guint64 row_of(const Word *w, guint n)
{
    guint64 hash = FNV_START ^ n;
    for (guint i = 0; i < n; i++)
        hash = (hash ^ w[i].hash) * FNV_PRIME;
    return hash;
}

static void add_row(Echo *e, const Word *w, guint count, guint i, guint n)
{
    if (i + n > count)
        return;
    const guint64 row = row_of(w + i, n);
    g_array_append_val(e->rows, row);
}

void echo_hear(Echo *e, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(Word));
    for (guint i = 0; lines[i] != NULL && e->words + words->len < WORDS_HEARD; i++)
        add_line(words, lines[i], i);
    const Word *w = (const Word *)(void *)words->data;
    for (guint i = 0; i < words->len; i++) {
        add_row(e, w, words->len, i, ROW);
        if (i > 0 && !w[i - 1].ends && !w[i].ends)
            continue;
        for (guint n = 2; n < ROW; n++) { /* where somebody may type something in: the words around that place */
            add_row(e, w, words->len, i, n);
            if (i + 1 >= n)
                add_row(e, w, words->len, i + 1 - n, n);
        }
    }
    e->words += words->len;
    e->is_sorted = FALSE;
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const guint64 x = *(const guint64 *)a, y = *(const guint64 *)b;
    return (x > y) - (x < y);
}

static gboolean has_row(Echo *e, guint64 row)
{
    if (!e->is_sorted)
        g_array_sort(e->rows, compare);
    e->is_sorted = TRUE;
    return g_array_binary_search(e->rows, &row, compare, NULL);
}

typedef struct {
    char **lines;
    guint count;
    guint8 *of_line; /* what each holds */
} Lines;

enum { HOLDS_NOTHING, HOLDS_HEAD, HOLDS_KNOWN, HOLDS_NEW };

static void lines_clear(Lines *h)
{
    g_strfreev(h->lines);
    g_free(h->of_line);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Lines, lines_clear)

static gboolean is_bracketed(const char *line) { return line[strspn(line, " \t")] == '>'; }

/* Lines of the head of a quoted mail that begins at i: From:, Sent: … or "On …, Kim wrote:"; 0: none does. */
static guint head_lines(const Lines *h, guint i)
{
    g_autofree char *folded = words_quote_fold(h->lines[i]);
    if (words_quote_is_original(folded) || (words_quote_has_wrote(folded) && g_str_has_suffix(folded, ":")))
        return 1;
    guint n = 0;
    for (gboolean is = words_quote_field(folded) == QUOTE_FIELD_FROM; is && n < HEAD_LINES; n++) {
        g_autofree char *next = i + n + 1 < h->count ? words_quote_fold(h->lines[i + n + 1]) : NULL;
        is = next != NULL && words_quote_field(next) != QUOTE_FIELD_NONE;
    }
    return n > 1 ? n : 0;
}

static void listen(Echo *e, const char *text, Lines *h)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(Word));
    h->lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    h->count = g_strv_length(h->lines);
    h->of_line = g_new0(guint8, h->count + 1);
    for (guint i = 0, behind_head = 0; i < h->count; i++) {
        if (i >= behind_head)
            behind_head = i + head_lines(h, i);
        if (i < behind_head)
            h->of_line[i] = HOLDS_HEAD;
        else if (!is_bracketed(h->lines[i])) /* nobody types so */
            add_line(words, h->lines[i], i);
    }
    Word *w = (Word *)(void *)words->data;
    for (guint i = 0; i < words->len; i++)
        for (guint n = 2; n <= ROW && i + n <= words->len; n++)
            if (has_row(e, row_of(w + i, n)))
                for (guint k = 0; k < n; k++)
                    w[i + k].known = TRUE;
    for (guint i = 0; i < words->len; i++)
        if (!w[i].known || h->of_line[w[i].line] == HOLDS_NOTHING)
            h->of_line[w[i].line] = w[i].known ? HOLDS_KNOWN : HOLDS_NEW;
}

/* `last`: behind the line that was shown before. */
static void show(GString *s, const Lines *h, guint i, guint last)
{
    guint above = i;
    while (above > last && h->of_line[above - 1] == HOLDS_NOTHING)
        above--;
    if (above > last && h->of_line[above - 1] == HOLDS_KNOWN)
        g_string_append_printf(s, "%s> %s\n", s->len > 0 ? "\n" : "", g_strchomp(h->lines[above - 1]));
    g_string_append_printf(s, "%s\n", h->lines[i]);
}

static guint first_known(const Lines *h)
{
    guint i = 0;
    while (i < h->count && h->of_line[i] != HOLDS_KNOWN)
        i++;
    return i;
}

char *echo_typed_in(Echo *e, const char *quote, EchoIsFrame is_frame, gpointer data)
{
    g_auto(Lines) h = {0};
    GString *s = g_string_new(NULL);
    listen(e, quote, &h);
    const guint first = first_known(&h);
    guint end, known, last = 0, shown = 0;
    for (end = known = first; end < h.count && h.of_line[end] != HOLDS_HEAD; end++)
        if (h.of_line[end] == HOLDS_KNOWN)
            known = end;
    for (guint i = first; i < end; i++) {
        if (h.of_line[i] == HOLDS_KNOWN || h.of_line[i] == HOLDS_NOTHING)
            continue;
        const gboolean frames = is_frame(h.lines[i], data);
        if ((frames && i > known) || shown == LINES_SHOWN)
            break;
        if (frames)
            continue;
        show(s, &h, i, last);
        last = i + 1;
        shown++;
    }
    return g_string_free(s, FALSE);
}

gboolean echo_knows(Echo *e, const char *text)
{
    g_auto(Lines) h = {0};
    listen(e, text, &h);
    return first_known(&h) < h.count;
}

char *echo_news(Echo *e, const char *text)
{
    g_auto(Lines) h = {0};
    GString *s = g_string_new(NULL);
    listen(e, text, &h);
    for (guint i = 0; i < h.count; i++)
        if (h.of_line[i] == HOLDS_NEW)
            g_string_append_printf(s, "%s\n", h.lines[i]);
    return g_string_free(s, FALSE);
}
