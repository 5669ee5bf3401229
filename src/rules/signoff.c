/* signoff: see the header. It must never take a sentence for a signature that nobody is told of. */
#include "rules/signoff.h"

#include <string.h>

#include "base/limits.h"
#include "rules/command_line.h"
#include "rules/command_text.h"
#include "rules/words_command.h"
#include "rules/words_quote.h"

#include "base/banned.h"

#define NAME_PARTS 6
#define QUESTION_WORDS 4 /* "Any questions?" is a slogan */
#define PHONE_WORDS 10 /* "Sent from my BlackBerry 10 smartphone on the Verizon network" */
#define SHORT_WORDS 8 /* more is a disclaimer's line */
#define NUMBER_DIGITS 5 /* of a telephone, or a postcode */
#define SIGNATURE_WORDS 5
#define SENTENCE_WORDS 4 /* "Acme Ltd." is none */

static gboolean is_blank(const char *line) { return line[strspn(line, " \t\r")] == '\0'; }

static gboolean ends_sentence(const char *folded) { return *folded != '\0' && strchr(".!?", folded[strlen(folded) - 1]) != NULL; }

static guint word_count(const char *folded)
{
    guint words = 0;
    for (const char *p = folded; *p != '\0'; p += strcspn(p, " "), p += *p == ' ')
        words++;
    return words;
}

static gboolean is_postscript(const char *folded)
{
    static const char *const marks[] = {"ps:", "ps ", "ps.", "ps,", "ps-", "p.s", "p. s", "p s:", "pps", "p.p.s", "nb:", "n.b.", "edit:", "nachtrag:", "post scriptum", "postscript"};
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (g_str_has_prefix(folded, marks[i]))
            return TRUE;
    return strcmp(folded, "ps") == 0;
}

/* A line of a signature, as far as one can tell: short, or with a number or an address in it. */
static gboolean may_be_signature(const char *line)
{
    g_autofree char *folded = words_quote_fold(line);
    const guint words = word_count(folded);
    gboolean is_sentence = words >= SENTENCE_WORDS && (g_str_has_suffix(folded, ".") || g_str_has_suffix(folded, "!"));
    return !is_sentence && !is_postscript(folded) && !command_line_takes_back(line)
           && (words <= SIGNATURE_WORDS || strpbrk(folded, "0123456789@|") != NULL);
}

/* What programs add names the program or its device by a word that begins so; "Sent via DHL the defective machine" does not. */
static gboolean names_device(const char *folded)
{
    static const char *const names[] = {"iphone", "ipad", "ipod", "apple", "outlook", "gmail", "android", "galaxy", "samsung", "huawei", "xiaomi", "nokia", "pixel", "blackberry",
                                        "windows", "yahoo", "proton", "mobil", "m\303\263vil", "handy", "smartphone", "spark", "k-9", "bluemail", "aqua", "thunderbird", "edison",
                                        "newton", "canary", "gmx", "web.de", "telekom", "vodafone", "mail", "app", "unterwegs", "portable", "\346\211\213\346\234\272"},
                             *const owned[] = {" my ", " mein", " mon ", " mi ", " mijn ", " min ", " meu ", " mio "};
    for (gsize i = 0; i < G_N_ELEMENTS(owned); i++)
        if (strstr(folded, owned[i]) != NULL)
            return TRUE;
    g_auto(GStrv) words = g_strsplit_set(folded, " .,()<>:/", -1);
    for (guint k = 0; words[k] != NULL; k++)
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
            if (g_str_has_prefix(words[k], names[i]))
                return TRUE;
    return FALSE;
}

static gboolean is_phones(const char *line)
{
    g_autofree char *folded = words_quote_fold(line);
    return words_quote_is_mobile(line) && names_device(folded);
}

typedef gboolean (*SaysNoMore)(const char *line, gboolean *ret_closing);

static gboolean says_no_more(const char *text, SaysNoMore line_says_no_more, gboolean *ret_more)
{
    gboolean any = FALSE, closing = FALSE, more = FALSE;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    for (guint i = 0, read = 0; lines[i] != NULL; i++) {
        if (is_blank(lines[i]))
            continue;
        if (++read > COMMAND_LINES_READ)
            return FALSE;
        if (is_phones(lines[i]))
            return any;
        if (closing && !may_be_signature(lines[i]))
            return FALSE;
        more = more || (closing && !command_line_is_name(lines[i]));
        if (ret_more != NULL)
            *ret_more = more;
        if (closing)
            continue;
        if (!line_says_no_more(lines[i], &closing) && !(any && command_line_is_name(lines[i])))
            return FALSE;
        any = TRUE;
    }
    return any;
}

gboolean signoff_is_only_thanks(const char *text, gboolean *ret_more) { return says_no_more(text, command_line_is_thanks, ret_more); }

gboolean signoff_is_content(const char *text, gboolean *ret_more) { return says_no_more(text, command_line_is_content, ret_more); }

/* ---- a signature ---- */

/* "[cid:image001.png@01D9…]", "[image: logo]" alone, or a rule: what stands for the picture in a signature. */
static gboolean is_ornament(const char *line)
{
    line += strspn(line, " \t");
    while (g_ascii_strncasecmp(line, "[cid:", 5) == 0 || g_ascii_strncasecmp(line, "[image:", 7) == 0) {
        line += strcspn(line, "]");
        line += strspn(line, "] \t\r");
    }
    return line[strspn(line, "-_=*~ \t\r")] == '\0';
}

typedef enum { NAMES_NOBODY, NAMES_HIM_AND_MORE, NAMES_HIM } Names;

/* Whether `folded` begins with that name, not with another that begins so; *ret_end: behind it. */
static Names names(const char *folded, const char *name, const char **ret_end)
{
    g_autofree char *small = words_quote_fold(name);
    if (*small == '\0' || !g_str_has_prefix(folded, small))
        return NAMES_NOBODY;
    const char *end = *ret_end = folded + strlen(small);
    if (g_unichar_isalnum(g_utf8_get_char(end)) || *end == '\'' || g_str_has_prefix(end, "\342\200\231"))
        return NAMES_NOBODY;
    return end[strspn(end, " .,")] == '\0' ? NAMES_HIM : NAMES_HIM_AND_MORE;
}

/* "Bob Ng, Support", not "Bob Ng will call you". */
static gboolean has_mark(const char *end) { return !g_unichar_isalnum(g_utf8_get_char(end + strspn(end, " "))); }

/* "i. A. Bob Ng", "- Bob": behind that. */
static const char *behind_proxy(const char *folded)
{
    static const char *const proxies[] = {"i. a. ", "i.a. ", "i. v. ", "i.v. ", "i. a.", "i.a.", "ppa. ", "p.p. ", "pp ", "gez. "};
    while (*folded == '-' || *folded == '~' || *folded == '/' || *folded == ' ' || g_str_has_prefix(folded, "\342\200\223") || g_str_has_prefix(folded, "\342\200\224"))
        folded = g_utf8_next_char(folded);
    for (gsize i = 0; i < G_N_ELEMENTS(proxies); i++)
        if (g_str_has_prefix(folded, proxies[i]))
            return folded + strlen(proxies[i]);
    return folded;
}

/* Whether the line begins with one of his names, or with a part of it that stands for it: more behind that needs a closing above (`is_closed`). */
static Names names_him(const char *line, const char *const *all, gboolean is_closed)
{
    g_autofree char *folded = words_quote_fold(line);
    const char *from = behind_proxy(folded);
    Names best = NAMES_NOBODY;
    for (guint i = 0; all[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(all[i], " ", NAME_PARTS);
        const char *end;
        const Names whole = names(from, all[i], &end);
        if (whole == NAMES_HIM || (whole == NAMES_HIM_AND_MORE && (is_closed || has_mark(end))))
            best = MAX(best, whole);
        for (guint k = 0; parts[k] != NULL; k++) {
            const Names part = names(from, parts[k], &end);
            if (part == NAMES_HIM || is_closed)
                best = MAX(best, part);
        }
    }
    return best;
}

typedef enum { OPENS_NOT, OPENS_THANKS, OPENS_CLOSING } Opens;

/* "Best regards,", or "Thanks," as people close with it; "Thanks for the hint!" is a sentence for its reader. */
static Opens opens(const char *line)
{
    gboolean closing = FALSE;
    if (!command_line_is_thanks(line, &closing))
        return OPENS_NOT;
    g_autofree char *folded = words_quote_fold(line);
    return closing ? OPENS_CLOSING : ends_sentence(folded) ? OPENS_NOT : OPENS_THANKS;
}

/* Whether lines from i on may all stand below a closing. */
static gboolean is_block(char **lines, guint i)
{
    for (; lines[i] != NULL; i++)
        if (!is_blank(lines[i]) && !is_ornament(lines[i]) && !command_line_is_name(lines[i]) && !words_quote_is_mobile(lines[i]) && !may_be_signature(lines[i]))
            return FALSE;
    return TRUE;
}

static gboolean says_more(char **lines, guint i, const char *const *names)
{
    for (; lines[i] != NULL; i++)
        if (!is_blank(lines[i]) && !is_ornament(lines[i]) && names_him(lines[i], names, TRUE) != NAMES_HIM)
            return TRUE;
    return FALSE;
}

static guint skip_empty(char **lines, guint i)
{
    while (lines[i] != NULL && (is_blank(lines[i]) || is_ornament(lines[i])))
        i++;
    return i;
}

gboolean signoff_is_signature(const char *text, const char *const *names, gboolean *ret_more)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    guint i = skip_empty(lines, 0);
    *ret_more = FALSE;
    if (g_strv_length(lines) > COMMAND_LINES_READ)
        return FALSE;
    if (lines[i] == NULL) /* a picture */
        return valid[strspn(valid, " \t\r\n")] != '\0';
    const Opens how = opens(lines[i]);
    if (how != OPENS_NOT)
        i = skip_empty(lines, i + 1);
    *ret_more = says_more(lines, i, names);
    if (lines[i] == NULL)
        return how == OPENS_CLOSING;
    const Names named = names_him(lines[i], names, how != OPENS_NOT);
    if (named == NAMES_HIM || (named == NAMES_HIM_AND_MORE && may_be_signature(lines[i])))
        return TRUE;
    return how == OPENS_CLOSING && is_block(lines, i);
}

/* "NO", "pass ann". */
static gboolean hands_over(const char *text)
{
    CommandLine line = command_line_read(text);
    const gboolean does = line.command != NULL && (line.command->verb == VERB_DECLINE || line.command->verb == VERB_PASS);
    command_free(line.command);
    return does;
}

static gboolean begins_with_no(const char *folded)
{
    g_autofree char *word = g_strndup(folded, strcspn(folded, " ,.;:!-"));
    return words_command_has(WORDS_WEAK, VERB_DECLINE, word);
}

/* "No. 5 Long Road" */
static gboolean is_numbered(const char *folded)
{
    const char *p = folded + strcspn(folded, " .");
    return g_ascii_isdigit(p[strspn(p, " .")]);
}

/* However long the line is: "No, …", "no wait …"; "No part of this message may be …" is a disclaimer's. */
static gboolean says_no_at_once(const char *folded)
{
    const char *behind = folded + strcspn(folded, " ,.;:!-");
    return begins_with_no(folded) && !is_numbered(folded) && (*behind == ',' || *behind == '!' || *behind == '.' || *behind == '\0' || g_str_has_prefix(behind, " wait"));
}

static guint digits_of(const char *s)
{
    guint n = 0;
    for (; *s != '\0'; s++)
        n += g_ascii_isdigit(*s) ? 1 : 0;
    return n;
}

/* An address, a telephone number, "do not print this e-mail", "Any questions?", "Call Center", office hours: a denial of a signature's own. "Not before
 * 14:00" is none. */
static gboolean is_usual(const char *folded)
{
    static const char *const parts[] = {"print",        "druck",          "imprim",        "stampa",         "environment",     "umwelt",       "mail:",
                                        "this e-mail",  "this email",     "this mail",     "diese e-mail",   "diese email",     "diese mail",   "dieser e-mail",
                                        "dieser mail",  "confident",      "vertraulich",   "virus",          "recipient",       "addressee",    "empf\303\244nger",
                                        "www.",         "http",           "call cent",     "call us",        "office hours",    "working days", "working hours",
                                        "opening hours", "business hours", "\303\266ffnungszeiten", "b\303\274rozeiten",  "internal use",    "internen gebrauch", "need help",
                                        "next generation", "my own",       "rufen sie uns an", "beachten sie unsere"};
    gboolean is = strpbrk(folded, "@|") != NULL || digits_of(folded) >= NUMBER_DIGITS || g_ascii_isdigit(*folded) || (begins_with_no(folded) && is_numbered(folded));
    for (gsize i = 0; i < G_N_ELEMENTS(parts) && !is; i++)
        is = strstr(folded, parts[i]) != NULL;
    return is || (g_str_has_suffix(folded, "?") && word_count(folded) < QUESTION_WORDS);
}

/* In the first person, or to somebody: no slogan does. */
static gboolean denies_plainly(const char *folded)
{
    static const char *const words[] = {"cannot", "can't", "can not", "not me", "not on ", "i'm not", "i am not", "ask ", "forwarded", "wait", "kann nicht", "kann ich nicht",
                                        "bin nicht", "frag ", "nicht ich", "sorry"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(folded, words[i]) != NULL)
            return TRUE;
    return FALSE;
}

/* Asks or denies anything, links and addresses apart, which are full of marks. */
static gboolean doubts(const char *line)
{
    g_auto(GStrv) pieces = g_strsplit_set(line, " []()", -1);
    g_autoptr(GString) said = g_string_new(NULL);
    for (guint i = 0; pieces[i] != NULL; i++)
        if (strchr(pieces[i], '@') == NULL && strstr(pieces[i], "://") == NULL)
            g_string_append_printf(said, "%s ", pieces[i]);
    return command_line_takes_back(said->str) || hands_over(said->str);
}

/* `is_legal`: below the begin of a disclaimer, which denies all kinds of things. */
static gboolean line_takes_back(const char *line, const char *folded, gboolean is_legal, SignoffPlace place)
{
    const gboolean is_short = word_count(folded) <= SHORT_WORDS;
    if (is_postscript(folded) || says_no_at_once(folded))
        return TRUE;
    if (is_legal || words_quote_is_banner(folded) || words_quote_is_banner_more(folded))
        return FALSE;
    if (is_short && ((begins_with_no(folded) && !is_numbered(folded)) || hands_over(line)))
        return TRUE;
    switch (place) {
    case SIGNOFF_BELOW_VERB:
        return FALSE;
    case SIGNOFF_BELOW_WORD:
        return is_short && (!is_usual(folded) || denies_plainly(folded)) && command_line_takes_back(line);
    case SIGNOFF_AMONG_QUOTED:
        return doubts(line);
    }
    return TRUE;
}

gboolean signoff_takes_back(const char *text, SignoffPlace place)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", COMMAND_LINES_READ);
    gboolean is_legal = FALSE, takes = FALSE;
    for (guint i = 0; lines[i] != NULL && !takes; i++) {
        g_autofree char *folded = words_quote_fold(lines[i]);
        is_legal = is_legal || words_quote_is_disclaimer(folded);
        takes = *folded != '\0' && line_takes_back(lines[i], folded, is_legal, place);
    }
    return takes;
}

char *signoff_without_phones(const char *signature)
{
    GString *s = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(signature, "\n", LIMIT_TEXT_LINES);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *folded = words_quote_fold(lines[i]);
        const char *mark = strpbrk(folded, ",;!?");
        if (mark != NULL || word_count(folded) > PHONE_WORDS || !is_phones(lines[i]))
            g_string_append_printf(s, "%s%s", lines[i], lines[i + 1] != NULL ? "\n" : "");
    }
    return g_string_free(s, FALSE);
}
