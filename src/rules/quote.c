/* quote: gives each line of a mail a fate. Lines that HTML marks, lines that begin with '>', and what stands below the heading of
 * a quotation are cut; what the sender wrote above, between or below stays. It must never cut what it does not recognise: when it
 * is not clear whose a text is, the text stays and `doubtful` is set. */
#include "rules/quote.h"

#include <string.h>

#include "rules/quotehead.h"
#include "rules/quotetext.h"
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

static gboolean has_bracket(const QuoteLine *line)
{
    const char *p = line->raw + strspn(line->raw, " \t");
    return *p == '>' && p - line->raw <= 4 && !quotehead_is_ornament(p);
}

static gboolean is_quoted(const QuoteLine *line)
{
    return line->mark == LINE_QUOTED || line->mark == LINE_QUOTE_HEAD || has_bracket(line);
}

static guint next_text(const QuoteText *t, guint i)
{
    while (i < t->count && quotetext_is_blank(&t->lines[i]))
        i++;
    return i;
}

/* Whether what follows line i is marked as quoted by itself, so that what stands behind may be own again. */
static gboolean quote_follows(const QuoteText *t, guint i)
{
    i = next_text(t, i);
    return i < t->count && is_quoted(&t->lines[i]);
}

static gboolean is_rule(const QuoteLine *line)
{
    const char *p = line->raw + strspn(line->raw, " \t");
    gsize n = strspn(p, "_-=*~");
    return n >= 3 && p[n + strspn(p + n, " \t\r")] == '\0';
}

/* Whether a heading may begin with this line: most lines are settled here, unfolded. */
static gboolean may_be_head(QuoteLine *line, gboolean *ret_begins)
{
    gsize n = strlen(line->raw);
    if (n > QUOTEHEAD_BYTES)
        return FALSE;
    *ret_begins = words_quote_begins_quote(quotetext_folded(line)) || g_ascii_isdigit(*quotetext_folded(line));
    const char *f = quotetext_folded(line);
    return *ret_begins || quotehead_has_digit(f) || g_str_has_prefix(f, "--") || (*f != '\0' && f[strlen(f) - 1] == ':');
}

/* "> wrote:", where the '>' closes the address of the line before; or a blank line before "<bob@example.com> wrote:". */
static gboolean goes_on(const QuoteText *t, guint i, gboolean *ret_skip)
{
    QuoteLine *line = &t->lines[i];
    *ret_skip = quotetext_is_blank(line);
    if (*ret_skip)
        return i + 1 < t->count && *t->lines[i + 1].raw == '<';
    if (!has_bracket(line))
        return TRUE;
    const char *f = quotetext_folded(line);
    return f[1] == ' ' && strlen(f) < 40 && f[strlen(f) - 1] == ':' && words_quote_has_wrote(f);
}

/* The field that a line of such a block names. */
static QuoteField field_of(QuoteLine *line)
{
    const char *colon = strpbrk(line->raw, ":\357"); /* the second begins a wide colon, and else does no harm */
    return colon == NULL || colon - line->raw > 60 ? QUOTE_FIELD_NONE : words_quote_field(quotetext_folded(line));
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
static guint block_lines(QuoteText *t, guint i)
{
    guint seen = 0, kinds = 0, last = i, blanks = 0;
    gboolean address = FALSE, digits = FALSE;
    if (field_of(&t->lines[i]) == QUOTE_FIELD_NONE)
        return 0;
    for (guint k = i; k < t->count && k < i + BLOCK_LINES; k++) {
        if (quotetext_is_blank(&t->lines[k])) {
            if (++blanks > (k + 1 < t->count && field_of(&t->lines[k + 1]) != QUOTE_FIELD_NONE ? 5U : 0U))
                break;
            continue;
        }
        QuoteField f = field_of(&t->lines[k]);
        if (f == QUOTE_FIELD_NONE)
            continue; /* a folded list of names */
        kinds += (seen & (1U << f)) == 0;
        seen |= 1U << f;
        address = address || ((f == QUOTE_FIELD_FROM || f == QUOTE_FIELD_TO) && quotehead_has_address(quotetext_folded(&t->lines[k])));
        digits = digits || (f == QUOTE_FIELD_DATE && quotehead_digits(quotetext_folded(&t->lines[k])) >= 6);
        last = k;
    }
    return are_heading(seen, kinds, address, digits) ? last - i + 1 : 0;
}

/* Lines of the quotation's heading that begins at i, or 0. */
static guint head_lines(QuoteText *t, guint i)
{
    gboolean begins = FALSE, skip = FALSE;
    if (quotetext_is_blank(&t->lines[i]) || has_bracket(&t->lines[i]) || !may_be_head(&t->lines[i], &begins))
        return 0;
    g_autoptr(GString) joined = g_string_new(NULL);
    for (guint n = 1; n <= (begins ? HEAD_LINES : 1) && i + n <= t->count; n++) {
        QuoteLine *line = &t->lines[i + n - 1];
        if (strlen(line->raw) > QUOTEHEAD_BYTES || !goes_on(t, i + n - 1, &skip))
            return 0;
        if (skip)
            continue;
        if (n > 1 && block_lines(t, i + n - 1) > 0) /* "10 Uhr passt." above "Gesendet: … Von: …" */
            return 0;
        if (n > 1 && quotehead_is_text(quotetext_folded(line), FALSE) && words_quote_begins_quote(quotetext_folded(line)) &&
            !g_ascii_isdigit(*quotetext_folded(line)))
            return 0; /* what stands above it is text */
        g_string_append(g_string_append(joined, n > 1 ? " " : ""), quotetext_folded(line));
        if (quotehead_is_text(joined->str, quote_follows(t, i + n)))
            return n;
    }
    return 0;
}

static void mark(QuoteText *t, guint from, guint to, QuoteFate fate)
{
    for (guint i = from; i < to && i < t->count; i++) {
        t->lines[i].fate = fate;
        t->lines[i].guessed = FALSE;
    }
    t->has_cut = t->has_cut || fate == FATE_QUOTED || fate == FATE_HEAD;
}

static gboolean has_own(const QuoteText *t, guint from, guint to)
{
    for (guint i = from; i < to; i++)
        if (t->lines[i].fate == FATE_OWN && !quotetext_is_blank(&t->lines[i]) && !is_rule(&t->lines[i]))
            return TRUE;
    return FALSE;
}

/* Marks what this heading alone makes a quotation. It ends at the next heading: our own mail below that must not excuse what stands above it
 * (flows/unsent). */
static void guess_quote(QuoteText *t, guint i, guint n)
{
    gboolean has_text = FALSE;
    const guint fields = next_text(t, i + n), more = fields < t->count ? block_lines(t, fields) : 0;
    const guint text = more > 0 ? fields + more : i + n; /* below "Original Message" stand From:, Sent:, To: */
    for (guint k = i; k < t->count; k++) {
        QuoteLine *line = &t->lines[k];
        if (is_quoted(line) || (has_text && (head_lines(t, k) > 0 || block_lines(t, k) > 0 || words_quote_is_original(quotetext_folded(line)))))
            return;
        has_text = has_text || (k >= text && !quotetext_is_blank(line));
        line->guessed = TRUE;
    }
}

/* The heading at [i, i + n): what stands below is quoted, to its end if nothing marks it. Returns the first line not decided. */
static guint cut_below(QuoteText *t, guint i, guint n)
{
    mark(t, i, i + n, FATE_HEAD);
    for (guint k = i; k-- > 0;) {
        gboolean belongs = is_rule(&t->lines[k]) || quotehead_is_notes(t->lines[k].raw);
        if (!belongs && !quotetext_is_blank(&t->lines[k]))
            break;
        if (belongs)
            mark(t, k, k + 1, FATE_HEAD);
    }
    if (quote_follows(t, i + n))
        return i + n;
    if (!has_own(t, 0, i)) /* nothing above: he may have written below */
        t->doubtful = TRUE;
    mark(t, i + n, t->count, FATE_QUOTED);
    return t->count;
}

/* The same, where only the words of that heading say so. */
static guint cut_below_words(QuoteText *t, guint i, guint n)
{
    guint next = cut_below(t, i, n);
    if (next > i + n)
        guess_quote(t, i, n);
    return next;
}

/* Where the signature that begins at i ends: at a quotation or at the end. 0: it is none. */
static guint signature_end(QuoteText *t, guint i)
{
    guint k = i + 1;
    if (t->signatures++ >= SIGNATURES_TRIED)
        return 0;
    while (k < t->count && !is_quoted(&t->lines[k]) && k - i <= SIGNATURE_LINES) {
        if (!quotetext_is_blank(&t->lines[k]) &&
            (head_lines(t, k) > 0 || block_lines(t, k) > 0 || words_quote_is_original(quotetext_folded(&t->lines[k]))))
            break;
        k++;
    }
    return k - i > SIGNATURE_LINES ? 0 : k;
}

static void cut_signature(QuoteText *t, guint i, guint end)
{
    const gboolean is_marked = strcmp(t->lines[i].raw, "-- ") == 0; /* RFC 3676 4.3: his mail program says so */
    mark(t, i, end, FATE_SIGNATURE);
    for (; i < end; i++)
        t->lines[i].guessed = !is_marked;
}

static gboolean is_signature_mark(const QuoteLine *line)
{
    static const char *const marks[] = {"-- ", "--", "--\302\240"};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (strcmp(line->raw, marks[i]) == 0)
            return TRUE;
    return FALSE;
}

/* A rule and below it "… mailing list", "You received this message because you are subscribed …": Mailman, Google Groups,
 * groups.io, Sympa, Majordomo. */
static gboolean is_list_footer(QuoteText *t, guint i)
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
    const char *f = quotetext_folded(&t->lines[next]);
    return words_quote_is_list_footer(f) || (n >= 20 && strstr(f, "unsubscribe") != NULL);
}

/* A quoted line that some program broke without a new '>': between two quoted lines, the first of them long and without an end.
 */
static gboolean is_wrapped(const QuoteText *t, guint i)
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
static guint decide_marked(QuoteText *t, guint i)
{
    static const QuoteFate of_mark[] = {
        [LINE_OWN] = FATE_OWN, [LINE_QUOTED] = FATE_QUOTED, [LINE_QUOTE_HEAD] = FATE_HEAD, [LINE_SIGNATURE] = FATE_SIGNATURE,
        [LINE_STRUCK] = FATE_SIGNATURE};
    QuoteLine *line = &t->lines[i];
    mark(t, i, i + 1, of_mark[line->mark]);
    if (line->mark != LINE_QUOTE_HEAD || (i > 0 && t->lines[i - 1].mark == LINE_QUOTED))
        return i + 1;
    guint end = i + 1;
    while (end < t->count && (t->lines[end].mark == LINE_QUOTE_HEAD || quotetext_is_blank(&t->lines[end])))
        end++;
    return cut_below(t, i, end - i);
}

/* What is sent on was chosen by its sender: all from here is text, also what is marked. No verb stands in the first line, so none
 * is read below it. */
static guint keep_below(QuoteText *t, guint i)
{
    mark(t, i, t->count, FATE_OWN);
    t->forwarded = i;
    return t->count;
}

/* A line that phones add: what follows unmarked is a name at most. */
static guint cut_phone(QuoteText *t, guint i)
{
    guint n = t->signatures <= SIGNATURES_TRIED && has_own(t, 0, i) ? signature_end(t, i) : 0, lines = 0;
    for (guint k = i + 1; k < n; k++)
        lines += !quotetext_is_blank(&t->lines[k]);
    n = lines > PHONE_LINES ? i + 1 : MAX(n, i + 1);
    cut_signature(t, i, n);
    return n;
}

static gboolean is_forward(QuoteText *t, guint i)
{
    QuoteLine *line = &t->lines[i];
    return !has_bracket(line) && strlen(line->raw) < 200 && words_quote_is_forward(quotetext_folded(line)) && !t->has_cut;
}

/* A gateway's banner above all that the sender wrote, to the end of its sentence: 0 where there is none. */
static guint banner_end(QuoteText *t, guint i)
{
    if (i >= BANNER_WITHIN || !words_quote_is_banner(quotetext_folded(&t->lines[i])) || has_own(t, 0, i))
        return 0;
    for (guint k = i; k < t->count && k < i + BANNER_LINES; k++) {
        const char *f = quotetext_folded(&t->lines[k]);
        if (*f == '\0')
            return k;
        gboolean more = k + 1 < t->count && words_quote_is_banner_more(quotetext_folded(&t->lines[k + 1]));
        if (!more && strchr(".!])>", f[strlen(f) - 1]) != NULL)
            return k + 1;
    }
    return i + 1;
}

/* Decides line i; returns the next one to decide. */
static guint decide(QuoteText *t, guint i)
{
    QuoteLine *line = &t->lines[i];
    guint n;
    if (quotetext_is_blank(line)) {
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
        return cut_below_words(t, i, n);
    if (strlen(line->raw) < 200 && (words_quote_is_original(quotetext_folded(line)) || words_quote_is_separator(quotetext_folded(line))))
        return cut_below_words(t, i, 1);
    gboolean signs = is_signature_mark(line) || is_list_footer(t, i) || words_quote_is_disclaimer(quotetext_folded(line));
    if (signs && (n = signature_end(t, i)) > 0) {
        cut_signature(t, i, n);
        return n;
    }
    return words_quote_is_phone(quotetext_folded(line)) ? cut_phone(t, i) : i + 1;
}

/* Text below a short quotation answers that quotation, not us; between several likewise. A heading of fields with '>' counts for
 * nothing: the mail that it heads may stand unmarked below. */
static gboolean is_inline(QuoteText *t)
{
    guint blocks = 0, quoted = 0;
    gboolean in_block = FALSE, own_after = FALSE, own_before = FALSE;
    for (guint i = 0; i < t->count; i++) {
        QuoteLine *line = &t->lines[i];
        if (quotetext_is_blank(line))
            continue;
        if (line->fate == FATE_OWN) {
            own_after = own_after || blocks > 0;
            own_before = own_before || blocks == 0;
            in_block = FALSE;
        } else if (line->fate == FATE_QUOTED) {
            blocks += !in_block;
            quoted += words_quote_field(quotetext_folded(line) + strspn(quotetext_folded(line), "> ")) == QUOTE_FIELD_NONE;
            in_block = TRUE;
        }
    }
    return own_after && (blocks > 1 || own_before || quoted < WHOLE_QUOTE_LINES);
}

/* Whether what is left as new text may be a piece of a quotation: a line of our own mail, which nobody writes himself, or the end
 * of a broken line below '>'. */
static gboolean is_leaking(QuoteText *t)
{
    for (guint i = 0; i < t->forwarded; i++) {
        QuoteLine *line = &t->lines[i];
        if (line->fate != FATE_OWN || quotetext_is_blank(line))
            continue;
        if (i > 0 && t->lines[i - 1].fate == FATE_QUOTED && has_bracket(&t->lines[i - 1]) &&
            strlen(t->lines[i - 1].raw) >= BROKEN_BYTES)
            return TRUE;
        if (strlen(line->raw) < 400 && words_quote_is_notice(quotetext_folded(line)))
            return TRUE;
    }
    return FALSE;
}

static gboolean is_own(const QuoteLine *line) { return line->fate == FATE_OWN; }
static gboolean is_cut(const QuoteLine *line) { return line->fate != FATE_OWN; }
static gboolean is_guessed_quote(const QuoteLine *line) { return line->guessed && (line->fate == FATE_QUOTED || line->fate == FATE_HEAD); }
static gboolean is_signature(const QuoteLine *line) { return line->fate == FATE_SIGNATURE && line->mark != LINE_STRUCK; }
static gboolean is_guessed_signature(const QuoteLine *line) { return line->guessed && line->fate == FATE_SIGNATURE; }

/* Of most mails nothing is cut, and no line need be asked again. */
static char *collect_cut(const QuoteText *t, const QuoteSplit *q, gboolean (*is_wanted)(const QuoteLine *line))
{
    return *q->elided != '\0' ? quotetext_collect(t, is_wanted) : g_strdup("");
}

QuoteSplit *quote_split(const char *text, const GByteArray *marks)
{
    QuoteSplit *q = g_new0(QuoteSplit, 1);
    QuoteText t;
    quotetext_init(&t, text, marks);
    for (guint i = 0; i < t.count;)
        i = decide(&t, i);
    q->new_text = quotetext_collect(&t, is_own);
    q->elided = quotetext_collect(&t, is_cut);
    q->guessed_quote = collect_cut(&t, q, is_guessed_quote);
    q->signature = collect_cut(&t, q, is_signature);
    q->guessed_signature = collect_cut(&t, q, is_guessed_signature);
    q->doubtful = t.doubtful || is_inline(&t) || is_leaking(&t);
    quotetext_clear(&t);
    return q;
}

void quote_split_free(QuoteSplit *q)
{
    if (q == NULL)
        return;
    g_free(q->new_text);
    g_free(q->elided);
    g_free(q->guessed_quote);
    g_free(q->signature);
    g_free(q->guessed_signature);
    g_free(q);
}
