/* quote: gives each line of a mail a fate. Lines that HTML marks, lines that begin with '>', and what stands below the heading of
 * a quotation are cut; what the sender wrote above, between or below stays. It must never cut what it does not recognise: when it
 * is not clear whose a text is, the text stays and `doubtful` is set. */
#include "rules/quote.h"

#include <string.h>

#include "rules/words_quote.h"

#include "base/banned.h"

#define HEAD_LINES 4 /* over which "On …, Bob wrote:" may be broken */
#define HEAD_BYTES 400
#define BLOCK_LINES 10     /* From:, Sent:, To: … stand within */
#define SIGNATURE_LINES 30 /* a longer text below "--" is no signature */
#define SIGNATURES_TRIED 50
#define WHOLE_QUOTE_LINES 5 /* a quotation of so many lines is our whole mail, fewer are a question that is answered */

typedef enum { FATE_OWN, FATE_QUOTED, FATE_HEAD, FATE_SIGNATURE } Fate;

typedef struct {
    char *raw;    /* without line end */
    char *folded; /* made when asked for */
    LineMark mark;
    Fate fate;
} Line;

typedef struct {
    Line *lines;
    guint count;
    gboolean doubtful;
    guint signatures; /* tried so far: each looks ahead */
} Text;

static const char *folded(Line *line)
{
    if (line->folded == NULL)
        line->folded = words_quote_fold(line->raw);
    return line->folded + strspn(line->folded, " ");
}

static gboolean is_blank(const Line *line)
{
    for (const char *p = line->raw; *p != '\0'; p = g_utf8_next_char(p))
        if (!g_unichar_isspace(g_utf8_get_char(p)) && g_utf8_get_char(p) != 0x200b && g_utf8_get_char(p) != 0xfeff)
            return FALSE;
    return TRUE;
}

static gboolean has_bracket(const Line *line)
{
    const char *p = line->raw + strspn(line->raw, " \t");
    return *p == '>' && p - line->raw <= 4;
}

static gboolean is_quoted(const Line *line)
{
    return line->mark == LINE_QUOTED || line->mark == LINE_QUOTE_HEAD || has_bracket(line);
}

static guint next_text(const Text *t, guint i)
{
    while (i < t->count && is_blank(&t->lines[i]))
        i++;
    return i;
}

/* Whether what follows line i is marked as quoted by itself, so that what stands behind may be own again. */
static gboolean quote_follows(const Text *t, guint i)
{
    i = next_text(t, i);
    return i < t->count && is_quoted(&t->lines[i]);
}

static gboolean has_digit(const char *s) { return strpbrk(s, "0123456789") != NULL; }

/* `<bob@example.com>` or `[mailto:bob@…]` */
static gboolean has_address(const char *s)
{
    const char *at = strchr(s, '@');
    return at != NULL && at > s && g_ascii_isgraph(at[-1]) && g_ascii_isgraph(at[1]);
}

/* Whether the text, one line or several joined, introduces a quotation. `before_quote`: a quotation stands below it. */
static gboolean is_head_text(const char *s, gboolean before_quote)
{
    gsize n = strlen(s);
    if (n < 6 || n > HEAD_BYTES || strchr(s, '?') != NULL)
        return FALSE;
    gboolean fenced = g_str_has_prefix(s, "--") && g_str_has_suffix(s, "--");
    if (fenced) { /* "---- On …, Bob wrote ----" */
        s += strspn(s, "- ");
        n = strlen(s);
        return n > 6 && words_quote_has_wrote(s);
    }
    gboolean colon = s[n - 1] == ':' || (n > 2 && strcmp(s + n - 2, ":.") == 0);
    gboolean digit = has_digit(s), address = has_address(s);
    gboolean begins = (colon || address) && words_quote_begins_quote(s);
    if (before_quote)
        return (digit && address && (colon || g_ascii_isdigit(*s))) || (colon && begins && digit && n < 200) ||
               ((colon || digit) && words_quote_has_wrote(s));
    if (digit && address && begins && colon)
        return TRUE;
    if (!digit || (colon ? !begins && !address : !begins || !address))
        return FALSE;
    return words_quote_has_wrote(s);
}

static gboolean is_rule(const Line *line)
{
    const char *p = line->raw + strspn(line->raw, " \t");
    gsize n = strspn(p, "_-=*~");
    return n >= 3 && p[n + strspn(p + n, " \t\r")] == '\0';
}

/* Lines of the quotation's heading that begins at i, or 0. */
static guint head_lines(Text *t, guint i)
{
    g_autoptr(GString) joined = g_string_new(NULL);
    for (guint n = 1; n <= HEAD_LINES && i + n <= t->count; n++) {
        Line *line = &t->lines[i + n - 1];
        if (is_blank(line) || has_bracket(line) || strlen(line->raw) > HEAD_BYTES)
            return 0;
        if (n > 1 && is_head_text(folded(line), FALSE) && words_quote_begins_quote(folded(line)) &&
            !g_ascii_isdigit(*folded(line)))
            return 0; /* what stands above it is text */
        g_string_append_printf(joined, "%s%s", n > 1 ? " " : "", folded(line));
        if (n > 1 && !words_quote_begins_quote(joined->str) && !g_ascii_isdigit(*joined->str))
            return 0;
        if (is_head_text(joined->str, quote_follows(t, i + n)))
            return n;
    }
    return 0;
}

/* A block "From: … Sent: … To: … Subject: …" at i: number of its lines, or 0. */
static guint block_lines(Text *t, guint i)
{
    guint seen = 0, kinds = 0, last = i, blanks = 0;
    if (words_quote_field(folded(&t->lines[i])) == QUOTE_FIELD_NONE)
        return 0;
    for (guint k = i; k < t->count && k < i + BLOCK_LINES; k++) {
        if (is_blank(&t->lines[k])) {
            if (++blanks > (k + 1 < t->count && words_quote_field(folded(&t->lines[k + 1])) != QUOTE_FIELD_NONE ? 5U : 0U))
                break;
            continue;
        }
        QuoteField f = words_quote_field(folded(&t->lines[k]));
        if (f == QUOTE_FIELD_NONE)
            continue; /* a folded list of names */
        kinds += (seen & (1U << f)) == 0;
        seen |= 1U << f;
        last = k;
    }
    gboolean from = (seen & (1U << QUOTE_FIELD_FROM)) != 0, dated = (seen & (1U << QUOTE_FIELD_DATE)) != 0;
    gboolean subject = (seen & (1U << QUOTE_FIELD_SUBJECT)) != 0, to = (seen & (1U << QUOTE_FIELD_TO)) != 0;
    gboolean enough = from ? kinds >= 3 && (dated || to) : dated && subject && to;
    return enough ? last - i + 1 : 0;
}

static void mark(Text *t, guint from, guint to, Fate fate)
{
    for (guint i = from; i < to && i < t->count; i++)
        t->lines[i].fate = fate;
}

static gboolean has_own(const Text *t, guint from, guint to)
{
    for (guint i = from; i < to; i++)
        if (t->lines[i].fate == FATE_OWN && !is_blank(&t->lines[i]) && !is_rule(&t->lines[i]))
            return TRUE;
    return FALSE;
}

/* The heading at [i, i + n): what stands below is quoted, to its end if nothing marks it. Returns the first line not decided. */
static guint cut_below(Text *t, guint i, guint n)
{
    mark(t, i, i + n, FATE_HEAD);
    for (guint k = i; k-- > 0 && (is_blank(&t->lines[k]) || is_rule(&t->lines[k]));)
        if (is_rule(&t->lines[k]))
            t->lines[k].fate = FATE_HEAD;
    if (quote_follows(t, i + n))
        return i + n;
    if (!has_own(t, 0, i)) /* nothing above: he may have written below */
        t->doubtful = TRUE;
    mark(t, i + n, t->count, FATE_QUOTED);
    return t->count;
}

/* Where the signature that begins at i ends: at a quotation or at the end. 0: it is none. */
static guint signature_end(Text *t, guint i)
{
    guint k = i + 1;
    if (++t->signatures > SIGNATURES_TRIED)
        return 0;
    while (k < t->count && !is_quoted(&t->lines[k]) && k - i <= SIGNATURE_LINES) {
        if (!is_blank(&t->lines[k]) &&
            (head_lines(t, k) > 0 || block_lines(t, k) > 0 || words_quote_is_original(folded(&t->lines[k]))))
            break;
        k++;
    }
    return k - i > SIGNATURE_LINES ? 0 : k;
}

static gboolean is_signature_mark(const Line *line)
{
    static const char *const marks[] = {"-- ", "--", "--\302\240"};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (strcmp(line->raw, marks[i]) == 0)
            return TRUE;
    return FALSE;
}

/* "____ / You are subscribed to … / mailing list" */
static gboolean is_list_footer(Text *t, guint i)
{
    const char *p = t->lines[i].raw;
    gsize n = strspn(p, "_-");
    if (n < 2 || p[n + strspn(p + n, " ")] != '\0' || i + 1 >= t->count)
        return FALSE;
    const char *next = folded(&t->lines[i + 1]);
    return strlen(next) < 120 && (strstr(next, "mailing list") != NULL || (n >= 20 && strstr(next, "unsubscribe") != NULL));
}

/* A quoted line that some program broke without a new '>': between two quoted lines, the first of them long and without an end.
 */
static gboolean is_wrapped(const Text *t, guint i)
{
    if (i == 0 || i + 1 >= t->count || !has_bracket(&t->lines[i - 1]) || !has_bracket(&t->lines[i + 1]))
        return FALSE;
    const char *before = t->lines[i - 1].raw;
    gsize n = strlen(before);
    return n >= 40 && strchr(".?!:;,>", before[n - 1]) == NULL && strlen(t->lines[i].raw) < 60 &&
           !g_ascii_isupper(*t->lines[i].raw);
}

/* Decides line i; returns the next one to decide. */
static guint decide(Text *t, guint i)
{
    static const Fate of_mark[] = {
        [LINE_OWN] = FATE_OWN, [LINE_QUOTED] = FATE_QUOTED, [LINE_QUOTE_HEAD] = FATE_HEAD, [LINE_SIGNATURE] = FATE_SIGNATURE};
    Line *line = &t->lines[i];
    guint n;
    if (line->mark != LINE_OWN || is_blank(line)) {
        line->fate = of_mark[line->mark];
        return i + 1;
    }
    if (has_bracket(line) || is_wrapped(t, i)) {
        line->fate = FATE_QUOTED;
        return i + 1;
    }
    if ((n = head_lines(t, i)) > 0 || (n = block_lines(t, i)) > 0)
        return cut_below(t, i, n);
    if (strlen(line->raw) < 200 && (words_quote_is_original(folded(line)) || words_quote_is_separator(folded(line))))
        return cut_below(t, i, 1);
    gboolean signs = is_signature_mark(line) || is_list_footer(t, i) || words_quote_is_disclaimer(folded(line));
    if (signs && (n = signature_end(t, i)) > 0) {
        mark(t, i, n, FATE_SIGNATURE);
        return n;
    }
    if (!words_quote_is_mobile(line->raw))
        return i + 1;
    /* phones set it below what was typed, so what follows unmarked is no answer */
    n = has_own(t, 0, i) ? signature_end(t, i) : 0;
    mark(t, i, MAX(n, i + 1), FATE_SIGNATURE);
    return MAX(n, i + 1);
}

/* Text below a short quotation answers that quotation, not us; between several likewise. */
static gboolean is_inline(const Text *t)
{
    guint blocks = 0, quoted = 0;
    gboolean in_block = FALSE, own_after = FALSE, own_before = FALSE;
    for (guint i = 0; i < t->count; i++) {
        const Line *line = &t->lines[i];
        if (is_blank(line))
            continue;
        if (line->fate == FATE_OWN) {
            own_after = own_after || blocks > 0;
            own_before = own_before || blocks == 0;
            in_block = FALSE;
        } else if (line->fate == FATE_QUOTED) {
            blocks += !in_block;
            quoted++;
            in_block = TRUE;
        }
    }
    return own_after && (blocks > 1 || own_before || quoted < WHOLE_QUOTE_LINES);
}

/* Where the heading of a quotation begins behind text in the same line ("sure On Wed, …, bob@example.com wrote:"), or NULL. */
static char *glued_head(char *raw, const char *next)
{
    static const char *const begins[] = {" On ", " Am ", " Le ", " El ", " Il ", " Op ", " Em "};
    gsize n = strlen(raw);
    if (n < 20 || n > HEAD_BYTES)
        return NULL;
    char *original = strstr(raw, "-----Original Message-----");
    if (original != NULL && original > raw)
        return original;
    if (raw[n - 1] != ':' || next == NULL || *next != '>' || strchr(raw, '@') == NULL)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(begins); i++) {
        char *at = strstr(raw, begins[i]);
        if (at != NULL && at > raw && *raw != '<' && *raw != '"' && has_digit(at))
            return at + 1;
    }
    return NULL;
}

static void add_line(GArray *lines, char *raw, LineMark mark)
{
    Line line = {.raw = raw, .mark = mark};
    g_array_append_val(lines, line);
}

static Text text_new(const char *text, const GByteArray *marks)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) raw = g_strsplit(valid, "\n", -1);
    GArray *lines = g_array_new(FALSE, TRUE, sizeof(Line));
    for (guint i = 0; raw[i] != NULL; i++) {
        gsize n = strlen(raw[i]);
        if (n > 0 && raw[i][n - 1] == '\r')
            raw[i][n - 1] = '\0';
        LineMark m = marks != NULL && i < marks->len && marks->data[i] <= LINE_SIGNATURE ? marks->data[i] : LINE_OWN;
        char *head = m == LINE_OWN && *raw[i] != '>' ? glued_head(raw[i], raw[i + 1]) : NULL;
        if (head != NULL) {
            gsize own = (gsize)(head - raw[i]);
            while (own > 0 && strchr(" -", raw[i][own - 1]) != NULL)
                own--;
            add_line(lines, g_strndup(raw[i], own), LINE_OWN);
        }
        add_line(lines, g_strdup(head != NULL ? head : raw[i]), m);
    }
    Text t = {.count = lines->len};
    t.lines = (Line *)(void *)g_array_free(lines, FALSE);
    return t;
}

static void text_clear(Text *t)
{
    for (guint i = 0; i < t->count; i++) {
        g_free(t->lines[i].raw);
        g_free(t->lines[i].folded);
    }
    g_free(t->lines);
}

/* The lines of one kind, with the blank lines between them; where something was cut between, one of them. */
static char *collect(const Text *t, gboolean own)
{
    GString *s = g_string_new(NULL);
    guint blanks = 0;
    gboolean gap = FALSE;
    for (guint i = 0; i < t->count; i++) {
        const Line *line = &t->lines[i];
        if (is_blank(line)) {
            blanks++;
        } else if ((line->fate == FATE_OWN) != own) {
            gap = TRUE;
        } else {
            for (guint k = s->len > 0 ? MIN(blanks, gap ? 1U : blanks) : 0; k > 0; k--)
                g_string_append_c(s, '\n');
            g_string_append_printf(s, "%s\n", line->raw);
            blanks = 0;
            gap = FALSE;
        }
    }
    return g_strchomp(g_string_free(s, FALSE));
}

QuoteSplit *quote_split(const char *text, const GByteArray *marks)
{
    QuoteSplit *q = g_new0(QuoteSplit, 1);
    Text t = text_new(text, marks);
    for (guint i = 0; i < t.count;)
        i = decide(&t, i);
    q->new_text = collect(&t, TRUE);
    q->elided = collect(&t, FALSE);
    q->doubtful = t.doubtful || is_inline(&t);
    text_clear(&t);
    return q;
}

void quote_split_free(QuoteSplit *q)
{
    if (q == NULL)
        return;
    g_free(q->new_text);
    g_free(q->elided);
    g_free(q);
}
