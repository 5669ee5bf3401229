/* quote: gives each line of a mail a fate. Lines that HTML marks, lines that begin with '>', and what stands below the heading of
 * a quotation are cut; what the sender wrote above, between or below stays. It must never cut what it does not recognise: when it
 * is not clear whose a text is, the text stays and `doubtful` is set. */
#include "rules/quote.h"

#include <string.h>

#include "rules/quotehead.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define HEAD_LINES 6 /* over which "On …, Bob wrote:" may be broken, blank ones among them */
#define BLOCK_LINES 10     /* From:, Sent:, To: … stand within */
#define SIGNATURE_LINES 30 /* a longer text below "--" is no signature */
#define SIGNATURES_TRIED 50
#define PHONE_LINES 4       /* of a name and a number below "Sent from my phone"; more is text */
#define BANNER_WITHIN 20    /* lines of the begin in which a gateway's banner is known */
#define BANNER_LINES 4      /* over which it may be broken */
#define BROKEN_BYTES 60     /* a quoted line of this length may have been broken, the rest without its '>' */
#define WHOLE_QUOTE_LINES 5 /* a quotation of so many lines is our whole mail, fewer are a question that is answered */

typedef enum { FATE_OWN, FATE_QUOTED, FATE_HEAD, FATE_SIGNATURE } Fate;

typedef struct {
    char *raw;    /* without line end; in the text's buffer but for `made` */
    char *made;   /* this line was cut out of another */
    char *folded; /* made when asked for */
    LineMark mark;
    Fate fate;
} Line;

typedef struct {
    char *buffer;
    Line *lines;
    guint count;
    gboolean doubtful, has_cut;
    guint signatures; /* tried so far: each looks ahead */
    guint forwarded;  /* the line from which all is sent on, or `count` */
} Text;

static const char *folded(Line *line)
{
    if (line->folded == NULL)
        line->folded = words_quote_fold(line->raw);
    return line->folded + strspn(line->folded, " ");
}

static gboolean is_blank(const Line *line)
{
    const char *p = line->raw + strspn(line->raw, " \t");
    if (*p > ' ')
        return FALSE;
    for (; *p != '\0'; p = g_utf8_next_char(p))
        if (!g_unichar_isspace(g_utf8_get_char(p)) && g_utf8_get_char(p) != 0x200b && g_utf8_get_char(p) != 0xfeff)
            return FALSE;
    return TRUE;
}

static gboolean has_bracket(const Line *line)
{
    const char *p = line->raw + strspn(line->raw, " \t");
    return *p == '>' && p - line->raw <= 4 && !quotehead_is_ornament(p);
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

static gboolean is_rule(const Line *line)
{
    const char *p = line->raw + strspn(line->raw, " \t");
    gsize n = strspn(p, "_-=*~");
    return n >= 3 && p[n + strspn(p + n, " \t\r")] == '\0';
}

/* Whether a heading may begin with this line: most lines are settled here, unfolded. */
static gboolean may_be_head(Line *line, gboolean *ret_begins)
{
    gsize n = strlen(line->raw);
    if (n > QUOTEHEAD_BYTES)
        return FALSE;
    *ret_begins = words_quote_begins_quote(folded(line)) || g_ascii_isdigit(*folded(line));
    const char *f = folded(line);
    return *ret_begins || quotehead_has_digit(f) || g_str_has_prefix(f, "--") || (*f != '\0' && f[strlen(f) - 1] == ':');
}

/* "> wrote:", where the '>' closes the address of the line before; or a blank line before "<bob@example.com> wrote:". */
static gboolean goes_on(const Text *t, guint i, gboolean *ret_skip)
{
    Line *line = &t->lines[i];
    *ret_skip = is_blank(line);
    if (*ret_skip)
        return i + 1 < t->count && *t->lines[i + 1].raw == '<';
    if (!has_bracket(line))
        return TRUE;
    const char *f = folded(line);
    return f[1] == ' ' && strlen(f) < 40 && f[strlen(f) - 1] == ':' && words_quote_has_wrote(f);
}

/* Lines of the quotation's heading that begins at i, or 0. */
static guint head_lines(Text *t, guint i)
{
    gboolean begins = FALSE, skip = FALSE;
    if (is_blank(&t->lines[i]) || has_bracket(&t->lines[i]) || !may_be_head(&t->lines[i], &begins))
        return 0;
    g_autoptr(GString) joined = g_string_new(NULL);
    for (guint n = 1; n <= (begins ? HEAD_LINES : 1) && i + n <= t->count; n++) {
        Line *line = &t->lines[i + n - 1];
        if (strlen(line->raw) > QUOTEHEAD_BYTES || !goes_on(t, i + n - 1, &skip))
            return 0;
        if (skip)
            continue;
        if (n > 1 && quotehead_is_text(folded(line), FALSE) && words_quote_begins_quote(folded(line)) &&
            !g_ascii_isdigit(*folded(line)))
            return 0; /* what stands above it is text */
        g_string_append(g_string_append(joined, n > 1 ? " " : ""), folded(line));
        if (quotehead_is_text(joined->str, quote_follows(t, i + n)))
            return n;
    }
    return 0;
}

/* The field that a line of such a block names. */
static QuoteField field_of(Line *line)
{
    const char *colon = strpbrk(line->raw, ":\357"); /* the second begins a wide colon, and else does no harm */
    return colon == NULL || colon - line->raw > 60 ? QUOTE_FIELD_NONE : words_quote_field(folded(line));
}

/* Whether the fields are those of a quoted mail's head. Two are enough where they hold an address and a date. */
static gboolean are_heading(guint seen, guint kinds, gboolean address, gboolean digits)
{
    gboolean from = (seen & (1U << QUOTE_FIELD_FROM)) != 0, dated = (seen & (1U << QUOTE_FIELD_DATE)) != 0;
    gboolean subject = (seen & (1U << QUOTE_FIELD_SUBJECT)) != 0, to = (seen & (1U << QUOTE_FIELD_TO)) != 0;
    if (dated && address && digits && (from || to))
        return TRUE;
    return from ? kinds >= 3 && (dated || to) : dated && subject && to;
}

/* A block "From: … Sent: … To: … Subject: …" at i: number of its lines, or 0. */
static guint block_lines(Text *t, guint i)
{
    guint seen = 0, kinds = 0, last = i, blanks = 0;
    gboolean address = FALSE, digits = FALSE;
    if (field_of(&t->lines[i]) == QUOTE_FIELD_NONE)
        return 0;
    for (guint k = i; k < t->count && k < i + BLOCK_LINES; k++) {
        if (is_blank(&t->lines[k])) {
            if (++blanks > (k + 1 < t->count && field_of(&t->lines[k + 1]) != QUOTE_FIELD_NONE ? 5U : 0U))
                break;
            continue;
        }
        QuoteField f = field_of(&t->lines[k]);
        if (f == QUOTE_FIELD_NONE)
            continue; /* a folded list of names */
        kinds += (seen & (1U << f)) == 0;
        seen |= 1U << f;
        address = address || ((f == QUOTE_FIELD_FROM || f == QUOTE_FIELD_TO) && quotehead_has_address(folded(&t->lines[k])));
        digits = digits || (f == QUOTE_FIELD_DATE && quotehead_digits(folded(&t->lines[k])) >= 6);
        last = k;
    }
    return are_heading(seen, kinds, address, digits) ? last - i + 1 : 0;
}

static void mark(Text *t, guint from, guint to, Fate fate)
{
    for (guint i = from; i < to && i < t->count; i++)
        t->lines[i].fate = fate;
    t->has_cut = t->has_cut || fate == FATE_QUOTED || fate == FATE_HEAD;
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
    for (guint k = i; k-- > 0;) {
        gboolean belongs = is_rule(&t->lines[k]) || quotehead_is_notes(t->lines[k].raw);
        if (!belongs && !is_blank(&t->lines[k]))
            break;
        if (belongs)
            t->lines[k].fate = FATE_HEAD;
    }
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
    if (t->signatures++ >= SIGNATURES_TRIED)
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

/* A rule and below it "… mailing list", "You received this message because you are subscribed …": Mailman, Google Groups,
 * groups.io, Sympa, Majordomo. */
static gboolean is_list_footer(Text *t, guint i)
{
    const char *p = t->lines[i].raw;
    gsize n = strspn(p, "_-=");
    if (n >= 6 && g_str_has_prefix(p + n, "~-")) /* Yahoo Groups and groups.io rule so */
        n += strspn(p + n, "~-_=");
    if (n < 2 || p[n + strspn(p + n, " ")] != '\0')
        return FALSE;
    guint next = next_text(t, i + 1);
    if (next >= t->count || next > i + 2 || strlen(t->lines[next].raw) > 200)
        return FALSE;
    const char *f = folded(&t->lines[next]);
    return words_quote_is_list_footer(f) || (n >= 20 && strstr(f, "unsubscribe") != NULL);
}

/* A quoted line that some program broke without a new '>': between two quoted lines, the first of them long and without an end.
 */
static gboolean is_wrapped(const Text *t, guint i)
{
    if (i == 0 || i + 1 >= t->count || !has_bracket(&t->lines[i - 1]) || !has_bracket(&t->lines[i + 1]))
        return FALSE;
    const char *before = t->lines[i - 1].raw, *here = t->lines[i].raw + strspn(t->lines[i].raw, " ");
    gsize n = strlen(before);
    if (strpbrk(here, "<(") == here && g_str_has_prefix(here + 1, "http"))
        return strchr(here, ' ') == NULL || here[strlen(here) - 1] == '>';
    return n >= 40 && strchr(".?!:;,>", before[n - 1]) == NULL && strlen(t->lines[i].raw) < 60 &&
           !g_ascii_isupper(*t->lines[i].raw);
}

/* Of marked lines i is the first that introduces a quotation. Where none is marked below it, the mail program left it unmarked. */
static guint decide_marked(Text *t, guint i)
{
    static const Fate of_mark[] = {
        [LINE_OWN] = FATE_OWN, [LINE_QUOTED] = FATE_QUOTED, [LINE_QUOTE_HEAD] = FATE_HEAD, [LINE_SIGNATURE] = FATE_SIGNATURE,
        [LINE_STRUCK] = FATE_SIGNATURE};
    Line *line = &t->lines[i];
    mark(t, i, i + 1, of_mark[line->mark]);
    if (line->mark != LINE_QUOTE_HEAD || (i > 0 && t->lines[i - 1].mark == LINE_QUOTED))
        return i + 1;
    guint end = i + 1;
    while (end < t->count && (t->lines[end].mark == LINE_QUOTE_HEAD || is_blank(&t->lines[end])))
        end++;
    return cut_below(t, i, end - i);
}

/* What is sent on was chosen by its sender: all from here is text, also what is marked. No verb stands in the first line, so none
 * is read below it. */
static guint keep_below(Text *t, guint i)
{
    mark(t, i, t->count, FATE_OWN);
    t->forwarded = i;
    return t->count;
}

/* A line that phones add: what follows unmarked is a name at most. */
static guint cut_phone(Text *t, guint i)
{
    guint n = t->signatures <= SIGNATURES_TRIED && has_own(t, 0, i) ? signature_end(t, i) : 0, lines = 0;
    for (guint k = i + 1; k < n; k++)
        lines += !is_blank(&t->lines[k]);
    n = lines > PHONE_LINES ? i + 1 : MAX(n, i + 1);
    mark(t, i, n, FATE_SIGNATURE);
    return n;
}

static gboolean is_forward(Text *t, guint i)
{
    Line *line = &t->lines[i];
    return !has_bracket(line) && strlen(line->raw) < 200 && words_quote_is_forward(folded(line)) && !t->has_cut;
}

/* A gateway's banner above all that the sender wrote, to the end of its sentence: 0 where there is none. */
static guint banner_end(Text *t, guint i)
{
    if (i >= BANNER_WITHIN || !words_quote_is_banner(folded(&t->lines[i])) || has_own(t, 0, i))
        return 0;
    for (guint k = i; k < t->count && k < i + BANNER_LINES; k++) {
        const char *f = folded(&t->lines[k]);
        if (*f == '\0')
            return k;
        gboolean more = k + 1 < t->count && words_quote_is_banner_more(folded(&t->lines[k + 1]));
        if (!more && strchr(".!])>", f[strlen(f) - 1]) != NULL)
            return k + 1;
    }
    return i + 1;
}

/* Decides line i; returns the next one to decide. */
static guint decide(Text *t, guint i)
{
    Line *line = &t->lines[i];
    guint n;
    if (is_blank(line)) {
        line->fate = FATE_OWN;
        return i + 1;
    }
    if ((n = banner_end(t, i)) > 0) {
        mark(t, i, n, FATE_SIGNATURE);
        return n;
    }
    if (is_forward(t, i))
        return keep_below(t, i);
    if (line->mark != LINE_OWN)
        return decide_marked(t, i);
    if (has_bracket(line) || is_wrapped(t, i)) {
        mark(t, i, i + 1, FATE_QUOTED);
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
    return words_quote_is_phone(folded(line)) ? cut_phone(t, i) : i + 1;
}

/* Text below a short quotation answers that quotation, not us; between several likewise. A heading of fields with '>' counts for
 * nothing: the mail that it heads may stand unmarked below. */
static gboolean is_inline(Text *t)
{
    guint blocks = 0, quoted = 0;
    gboolean in_block = FALSE, own_after = FALSE, own_before = FALSE;
    for (guint i = 0; i < t->count; i++) {
        Line *line = &t->lines[i];
        if (is_blank(line))
            continue;
        if (line->fate == FATE_OWN) {
            own_after = own_after || blocks > 0;
            own_before = own_before || blocks == 0;
            in_block = FALSE;
        } else if (line->fate == FATE_QUOTED) {
            blocks += !in_block;
            quoted += words_quote_field(folded(line) + strspn(folded(line), "> ")) == QUOTE_FIELD_NONE;
            in_block = TRUE;
        }
    }
    return own_after && (blocks > 1 || own_before || quoted < WHOLE_QUOTE_LINES);
}

/* Whether what is left as new text may be a piece of a quotation: a line of our own mail, which nobody writes himself, or the end
 * of a broken line below '>'. */
static gboolean is_leaking(Text *t)
{
    for (guint i = 0; i < t->forwarded; i++) {
        Line *line = &t->lines[i];
        if (line->fate != FATE_OWN || is_blank(line))
            continue;
        if (i > 0 && t->lines[i - 1].fate == FATE_QUOTED && has_bracket(&t->lines[i - 1]) &&
            strlen(t->lines[i - 1].raw) >= BROKEN_BYTES)
            return TRUE;
        if (strlen(line->raw) < 400 && words_quote_is_notice(folded(line)))
            return TRUE;
    }
    return FALSE;
}

static void add_line(GArray *lines, char *raw, char *made, LineMark mark)
{
    Line line = {.raw = raw, .made = made, .mark = mark};
    g_array_append_val(lines, line);
}

/* A line of the buffer, in two where a heading is glued to it. */
static void add_lines(GArray *lines, char *raw, const char *next, LineMark m)
{
    char *head = m == LINE_OWN && *raw != '>' ? quotehead_glued(raw, next) : NULL;
    if (head != NULL) {
        gsize own = (gsize)(head - raw);
        while (own > 0 && strchr(" -", raw[own - 1]) != NULL)
            own--;
        char *made = g_strndup(raw, own);
        add_line(lines, made, made, LINE_OWN);
    }
    add_line(lines, head != NULL ? head : raw, NULL, m);
}

static Text text_new(const char *text, const GByteArray *marks)
{
    Text t = {.buffer = g_utf8_make_valid(text, -1)};
    GArray *lines = g_array_new(FALSE, TRUE, sizeof(Line));
    guint i = 0;
    for (char *raw = t.buffer, *next; raw != NULL; raw = next, i++) {
        char *end = strchr(raw, '\n');
        next = end == NULL ? NULL : end + 1;
        if (end != NULL)
            *end = '\0';
        if (end != NULL ? end > raw && end[-1] == '\r' : g_str_has_suffix(raw, "\r"))
            raw[strlen(raw) - 1] = '\0';
        add_lines(lines, raw, next, marks != NULL && i < marks->len && marks->data[i] <= LINE_STRUCK ? marks->data[i] : LINE_OWN);
    }
    t.forwarded = t.count = lines->len;
    t.lines = (Line *)(void *)g_array_free(lines, FALSE);
    return t;
}

static void text_clear(Text *t)
{
    for (guint i = 0; i < t->count; i++) {
        g_free(t->lines[i].made);
        g_free(t->lines[i].folded);
    }
    g_free(t->lines);
    g_free(t->buffer);
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
            g_string_append(s, line->raw);
            g_string_append_c(s, '\n');
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
    q->doubtful = t.doubtful || is_inline(&t) || is_leaking(&t);
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
