/* echo: both texts are words in order. A run of four that follows in the original, or one to the end of a sentence, is the original's; all else was
 * typed. It must never take for the original's what only repeats its words: so it goes through the original once, forwards. */
#include "rules/echo.h"

#include <string.h>

#include "base/limits.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define ROW 4        /* words */
#define NEAR 40      /* words of the original that may have been left out before a short run */
#define HEAD_LINES 8
#define LINES_SHOWN 500
#define FNV_START 14695981039346656037ULL /* 64-bit FNV-1a */
#define FNV_PRIME 1099511628211ULL

typedef struct {
    guint64 hash;
    guint line;
    gboolean begins; /* a line or a sentence */
    gboolean known;
} Word;

enum { HOLDS_NOTHING, HOLDS_BUTTONS, HOLDS_HEAD, HOLDS_KNOWN, HOLDS_TYPED };

typedef struct {
    char **lines;
    guint count;
    GArray *words;
    GHashTable *addresses; /* folded pieces that are addresses or links */
    guint8 *of_line;       /* what each holds */
} Text;

static void text_clear(Text *t)
{
    g_strfreev(t->lines);
    g_free(t->of_line);
    if (t->words != NULL)
        g_array_unref(t->words);
    if (t->addresses != NULL)
        g_hash_table_unref(t->addresses);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)

static const Word *word_at(const Text *t, guint i) { return &g_array_index(t->words, Word, i); }

/* ---- words ---- */

static gboolean is_letter(gunichar c) { return g_unichar_isalnum(c) || g_unichar_ismark(c) || g_unichar_type(c) == G_UNICODE_OTHER_SYMBOL; }

/* Scripts without spaces: each letter is a word. */
static gboolean is_alone(gunichar c) { return g_unichar_iswide(c) || g_unichar_type(c) == G_UNICODE_OTHER_SYMBOL; }

static void add_word(GArray *words, guint64 hash, guint line, gboolean *begins)
{
    const Word w = {.hash = hash, .line = line, .begins = *begins};
    g_array_append_val(words, w);
    *begins = FALSE;
}

static void add_piece(GArray *words, const char *p, const char *end, guint line, gboolean *begins)
{
    guint64 hash = FNV_START;
    gboolean any = FALSE;
    for (; p < end; p = g_utf8_next_char(p)) {
        const gunichar c = g_utf8_get_char(p);
        if (any && (!is_letter(c) || is_alone(c))) {
            add_word(words, hash, line, begins);
            any = FALSE;
            hash = FNV_START;
        }
        if (!is_letter(c))
            continue;
        hash = (hash ^ g_unichar_tolower(c)) * FNV_PRIME;
        any = !is_alone(c);
        if (any)
            continue;
        add_word(words, hash, line, begins);
        hash = FNV_START;
    }
    if (any)
        add_word(words, hash, line, begins);
}

/* An address or a link, which programs change on their way. */
static gboolean is_address(const char *p, gsize n)
{
    return memchr(p, '@', n) != NULL || g_strstr_len(p, (gssize)n, "://") != NULL || g_strstr_len(p, (gssize)n, "www.") != NULL;
}

/* Without brackets and "mailto:". Newly allocated. */
static char *bare_address(const char *p, gsize n)
{
    static const char marks[] = "<>()[]\"',;:.";
    while (n > 0 && strchr(marks, *p) != NULL)
        p++, n--;
    if (n > 7 && g_ascii_strncasecmp(p, "mailto:", 7) == 0)
        p += 7, n -= 7;
    while (n > 0 && strchr(marks, p[n - 1]) != NULL)
        n--;
    g_autofree char *piece = g_strndup(p, n);
    return g_utf8_casefold(piece, -1);
}

/* The next piece of a line without blanks, from *p on: [*p, *end). FALSE: none is left. */
static gboolean next_piece(const char **p, const char **end)
{
    while (g_unichar_isspace(g_utf8_get_char(*p)))
        *p = g_utf8_next_char(*p);
    *end = *p;
    while (**end != '\0' && !g_unichar_isspace(g_utf8_get_char(*end)))
        *end = g_utf8_next_char(*end);
    return *end > *p;
}

static void add_line(Text *t, guint line)
{
    gboolean begins = TRUE;
    for (const char *p = t->lines[line], *end; next_piece(&p, &end); p = end) {
        if (is_address(p, (gsize)(end - p)))
            g_hash_table_add(t->addresses, bare_address(p, (gsize)(end - p)));
        else
            add_piece(t->words, p, end, line, &begins);
        begins = begins || strchr(".?!:;", end[-1]) != NULL;
    }
}

static gboolean has_address_or_digit(const char *line) { return strchr(line, '@') != NULL || strpbrk(line, "0123456789") != NULL; }

/* "On …, Kim wrote:", or its last line; ">>> Kim <kim@acme.test> 26.05.2026 10:23 >>>", which has lost its first marks. Not "As I wrote:". */
static gboolean is_wrote_line(const Text *t, guint i, const char *folded)
{
    if (g_str_has_suffix(folded, ">>>"))
        return strchr(folded, '@') != NULL;
    return words_quote_has_wrote(folded) && g_str_has_suffix(folded, ":") && (has_address_or_digit(folded) || (i > 0 && has_address_or_digit(t->lines[i - 1])))
           && !words_quote_is_first_person(folded);
}

/* Lines of the head of a quoted mail that begins at i: From:, Sent: … or "On …, Kim wrote:"; 0: none does. */
static guint head_lines(const Text *t, guint i)
{
    g_autofree char *folded = words_quote_fold(t->lines[i]);
    if (words_quote_is_original(folded) || is_wrote_line(t, i, folded))
        return 1;
    guint n = 0;
    for (gboolean is = words_quote_field(folded) == QUOTE_FIELD_FROM; is && n < HEAD_LINES; n++) {
        g_autofree char *next = i + n + 1 < t->count ? words_quote_fold(t->lines[i + n + 1]) : NULL;
        is = next != NULL && words_quote_field(next) != QUOTE_FIELD_NONE;
    }
    return n > 1 ? n : 0;
}

/* Without the marks of a quotation, in place. */
static void unquote(char *line)
{
    const char *text = line;
    while (text[strspn(text, " \t")] == '>')
        text += strspn(text, " \t") + 1;
    if (text > line)
        memmove(line, text + (*text == ' '), strlen(text + (*text == ' ')) + 1);
}

/* A link that writes a mail with a text (RFC 6068 2): the button of an HTML mail, which its text has not; also where a gateway wrapped it. */
static gboolean has_button(const char *line)
{
    g_autofree char *small = g_ascii_strdown(line, -1);
    return strchr(small, '@') != NULL ? strstr(small, "body=") != NULL : strstr(small, "://") != NULL && strstr(small, "body%3d") != NULL;
}

/* Nothing but labels of buttons, and links. */
static gboolean has_only_labels(const char *line)
{
    static const char *const labels[] = {"ack", "all", "2h", "no", "status", NULL};
    for (const char *p = line, *end; next_piece(&p, &end); p = end) {
        g_autofree char *piece = g_strndup(p, (gsize)(end - p)), *folded = words_quote_fold(piece);
        char *link = strchr(folded, '<');
        if (link != NULL) /* "NO<https://…>" */
            *link = '\0';
        if (*folded != '\0' && !is_address(folded, strlen(folded)) && !g_strv_contains(labels, folded))
            return FALSE;
    }
    return TRUE;
}

/* "ACK <…body=ACK> NO" above "<…body=NO>": a line of buttons; the label of one stands above it where a program broke the line before its link. */
static gboolean is_of_buttons(const Text *t, guint i)
{
    const char *next = i + 1 < t->count ? t->lines[i + 1] : "", *end;
    const gboolean is_above = next_piece(&next, &end) && is_address(next, (gsize)(end - next)) && has_button(next);
    return (is_above || has_button(t->lines[i])) && has_only_labels(t->lines[i]);
}

/* `is_quote`: its marks, heads and buttons are no words. */
static void text_init(Text *t, const char *text, gboolean is_quote)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    t->lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    t->count = g_strv_length(t->lines);
    t->of_line = g_new0(guint8, t->count + 1);
    t->words = g_array_new(FALSE, FALSE, sizeof(Word));
    t->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; is_quote && i < t->count; i++)
        unquote(t->lines[i]);
    for (guint i = 0, behind_head = 0; i < t->count; i++) {
        if (is_quote && i >= behind_head)
            behind_head = i + head_lines(t, i);
        if (i < behind_head)
            t->of_line[i] = HOLDS_HEAD;
        else if (is_quote && is_of_buttons(t, i))
            t->of_line[i] = HOLDS_BUTTONS;
        else
            add_line(t, i);
    }
}

/* ---- rows of the original ---- */

typedef struct {
    guint64 hash;
    guint at;
} Row;

static gint compare(gconstpointer a, gconstpointer b)
{
    const Row *x = a, *y = b;
    return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash) : (x->at > y->at) - (x->at < y->at);
}

static guint64 row_hash(const Text *t, guint i)
{
    guint64 hash = FNV_START;
    for (guint k = 0; k < ROW; k++)
        hash = (hash ^ word_at(t, i + k)->hash) * FNV_PRIME;
    return hash;
}

static GArray *rows_of(const Text *t)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(Row));
    for (guint i = 0; i + ROW <= t->words->len; i++) {
        const Row row = {.hash = row_hash(t, i), .at = i};
        g_array_append_val(rows, row);
    }
    g_array_sort(rows, compare);
    return rows;
}

/* Where that row stands first from word `from` on; G_MAXUINT: nowhere. */
static guint find_row(const GArray *rows, guint64 hash, guint from)
{
    const Row wanted = {.hash = hash, .at = from};
    guint low = 0, high = rows->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (compare(&g_array_index(rows, Row, middle), &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < rows->len && g_array_index(rows, Row, low).hash == hash ? g_array_index(rows, Row, low).at : G_MAXUINT;
}

/* ---- the two beside each other ---- */

static gboolean ends_sentence(const Text *t, guint behind) { return behind == t->words->len || word_at(t, behind)->begins; }

static gboolean are_same(const Text *quote, guint i, const Text *original, guint at)
{
    return i < quote->words->len && at < original->words->len && word_at(quote, i)->hash == word_at(original, at)->hash;
}

/* Over the end of a line it goes on where two words do, or a line of one: below "… NO if you cannot." a typed "NO" is not the "No answer by …" there. */
static guint run_of(const Text *quote, guint i, const Text *original, guint at)
{
    guint n = 0;
    while (are_same(quote, i + n, original, at + n)) {
        const gboolean is_alone = ends_sentence(quote, i + n + 1) && ends_sentence(original, at + n + 1);
        if (n > 0 && word_at(quote, i + n)->begins && !is_alone && !are_same(quote, i + n + 1, original, at + n + 1))
            break;
        n++;
    }
    return n;
}

/* Below them the quotation goes on as the original does at `at`: so they are no part of it further down, however like it. */
static gboolean goes_on_at(const Text *quote, guint behind, const Text *original, guint at)
{
    return are_same(quote, behind, original, at) && (are_same(quote, behind + 1, original, at + 1) || at + 1 == original->words->len);
}

/* Words from i on that the original has at `at` or shortly behind it; *ret_at: where. */
static guint near_run(const Text *quote, guint i, const Text *original, guint at, guint *ret_at)
{
    const gboolean begins = word_at(quote, i)->begins, goes_on = !begins && i > 0 && word_at(quote, i - 1)->known;
    for (guint k = at; k < original->words->len && k <= at + NEAR; k++) {
        const guint n = run_of(quote, i, original, k);
        *ret_at = k;
        if (n > 0 && n < ROW && k > at && goes_on_at(quote, i + n, original, at))
            continue;
        if (n >= ROW || (k == at && (n > 1 || (n > 0 && goes_on))) || (n > 0 && begins && word_at(original, k)->begins && ends_sentence(original, k + n)
                                                                   && ends_sentence(quote, i + n)))
            return n;
    }
    return 0;
}

typedef struct {
    guint known, longest; /* words; the longest run */
    guint last_line;      /* of the quotation that has one, or 0 */
    guint late_line;      /* the first by which most of the original stands above, or the number of lines */
} Match;

static Match lay_beside(Text *quote, const Text *original)
{
    g_autoptr(GArray) rows = rows_of(original);
    Match m = {.late_line = quote->count};
    for (guint i = 0, at = 0, run = 0; i < quote->words->len;) {
        guint found = at, n = near_run(quote, i, original, at, &found);
        if (n == 0 && i + ROW <= quote->words->len && (found = find_row(rows, row_hash(quote, i), at)) != G_MAXUINT)
            n = run_of(quote, i, original, found);
        if (n == 0) {
            run = 0;
            i++;
            continue;
        }
        for (guint k = 0; k < n; k++)
            g_array_index(quote->words, Word, i + k).known = TRUE;
        i += n;
        at = found + n;
        run += n;
        m.known += n;
        m.longest = MAX(m.longest, run);
        m.last_line = word_at(quote, i - 1)->line;
        if (m.late_line == quote->count && at * 5 >= original->words->len * 4)
            m.late_line = m.last_line;
    }
    return m;
}

/* Nothing but addresses: one that the original has not is said by it. */
static gboolean has_new_address(const char *line, const Text *original)
{
    for (const char *p = line, *end; next_piece(&p, &end); p = end) {
        g_autofree char *address = is_address(p, (gsize)(end - p)) ? bare_address(p, (gsize)(end - p)) : NULL;
        if (address != NULL && !g_hash_table_contains(original->addresses, address))
            return TRUE;
    }
    return FALSE;
}

static gboolean has_line(const Text *t, const char *line)
{
    for (guint i = 0; i < t->count; i++)
        if (strcmp(t->lines[i], line) == 0)
            return TRUE;
    return FALSE;
}

static void judge_lines(Text *quote, const Text *original)
{
    for (guint i = 0; i < quote->words->len; i++) {
        const Word *w = word_at(quote, i);
        if (!w->known || quote->of_line[w->line] == HOLDS_NOTHING)
            quote->of_line[w->line] = w->known ? HOLDS_KNOWN : HOLDS_TYPED;
    }
    for (guint i = 0, signs = 0; i < quote->count; i++) {
        const char *line = quote->lines[i];
        if (quote->of_line[i] != HOLDS_NOTHING)
            continue;
        const gboolean is_sign = strpbrk(line, "?!()") != NULL && signs++ < LINES_SHOWN && !has_line(original, line); /* ":-)" */
        if (is_sign || has_new_address(line, original))
            quote->of_line[i] = HOLDS_TYPED;
    }
}

/* `last`: behind the line that was shown before. */
static void show(GString *s, const Text *t, guint i, guint last)
{
    guint above = i;
    while (above > last && t->of_line[above - 1] <= HOLDS_BUTTONS)
        above--;
    if (above > last && t->of_line[above - 1] == HOLDS_KNOWN)
        g_string_append_printf(s, "%s> %s\n", s->len > 0 ? "\n" : "", g_strchomp(t->lines[above - 1]));
    g_string_append_printf(s, "%s\n", t->lines[i]);
}

/* Behind the head, else the first line of the original. */
static guint first_line(const Text *t)
{
    guint i = 0;
    while (i < t->count && t->of_line[i] != HOLDS_HEAD && t->of_line[i] != HOLDS_KNOWN)
        i++;
    while (i < t->count && t->of_line[i] == HOLDS_HEAD)
        i++;
    return i;
}

static char *collect(const Text *t, const Match *m, EchoIsFrame is_frame, gpointer data)
{
    GString *s = g_string_new(NULL);
    guint last = 0, shown = 0;
    for (guint i = first_line(t); i < t->count && shown < LINES_SHOWN && (t->of_line[i] != HOLDS_HEAD || i < m->late_line); i++) {
        if (t->of_line[i] != HOLDS_TYPED)
            continue;
        const gboolean is_below = i > m->last_line;
        const gboolean is = is_frame(t->lines[i], is_below, data);
        if (is && is_below)
            break;
        if (is)
            continue;
        show(s, t, i, last);
        last = i + 1;
        shown++;
    }
    if (shown == LINES_SHOWN)
        g_string_append(s, "\342\200\246\n");
    return g_string_free(s, FALSE);
}

char *echo_typed_in(const char *original, const char *quote, EchoIsFrame is_frame, gpointer data, guint *ret_known)
{
    g_auto(Text) sent = {0}, quoted = {0};
    text_init(&sent, original, FALSE);
    text_init(&quoted, quote, TRUE);
    const Match m = lay_beside(&quoted, &sent);
    const gboolean is_of_it = m.longest >= ROW || (m.known > 0 && (m.known == sent.words->len || m.known * 2 >= quoted.words->len));
    *ret_known = is_of_it ? m.known : 0;
    if (!is_of_it)
        return g_strdup("");
    judge_lines(&quoted, &sent);
    return collect(&quoted, &m, is_frame, data);
}

/* ---- lines ---- */

char *echo_new_lines(const GPtrArray *known, const char *text)
{
    g_autoptr(GHashTable) all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    GString *s = g_string_new(NULL);
    for (guint i = 0; i < known->len; i++) {
        g_auto(GStrv) old = g_strsplit(g_ptr_array_index(known, i), "\n", LIMIT_TEXT_LINES);
        for (guint k = 0; old[k] != NULL; k++)
            g_hash_table_add(all, words_quote_fold(old[k]));
    }
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *folded = words_quote_fold(lines[i]);
        if (*folded != '\0' && strspn(folded, "-_=~ ") != strlen(folded) && !g_hash_table_contains(all, folded)) {
            g_string_append_printf(s, "%s\n", lines[i]);
            g_hash_table_add(all, g_steal_pointer(&folded));
        }
    }
    return g_string_free(s, FALSE);
}
