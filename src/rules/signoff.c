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

/* A line of a signature, as far as one can tell: short, or with a number or an address in it. */
static gboolean may_be_signature(const char *line)
{
    g_autofree char *folded = words_quote_fold(line);
    const guint words = word_count(folded);
    gboolean is_sentence = words >= SENTENCE_WORDS && (g_str_has_suffix(folded, ".") || g_str_has_suffix(folded, "!"));
    return !is_sentence && !g_str_has_prefix(folded, "ps") && !g_str_has_prefix(folded, "p.s") && !command_line_takes_back(line)
           && (words <= SIGNATURE_WORDS || strpbrk(folded, "0123456789@|") != NULL);
}

gboolean signoff_is_only_thanks(const char *text, gboolean *ret_more)
{
    gboolean any = FALSE, closing = FALSE, more = FALSE;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", LIMIT_TEXT_LINES);
    for (guint i = 0, read = 0; lines[i] != NULL; i++) {
        if (is_blank(lines[i]))
            continue;
        if (++read > COMMAND_LINES_READ)
            return FALSE;
        if (words_quote_is_mobile(lines[i]))
            return any;
        if (closing && !may_be_signature(lines[i]))
            return FALSE;
        more = more || (closing && !command_line_is_name(lines[i]));
        if (ret_more != NULL)
            *ret_more = more;
        if (closing)
            continue;
        if (!command_line_is_thanks(lines[i], &closing) && !(any && command_line_is_name(lines[i])))
            return FALSE;
        any = TRUE;
    }
    return any;
}

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

/* "No wait, I cannot". */
static gboolean begins_with_no(const char *folded)
{
    g_autofree char *word = g_strndup(folded, strcspn(folded, " ,.;:!-"));
    return words_command_has(WORDS_WEAK, VERB_DECLINE, word);
}

static gboolean is_postscript(const char *folded)
{
    return g_str_has_prefix(folded, "ps:") || g_str_has_prefix(folded, "ps ") || g_str_has_prefix(folded, "p.s");
}

/* "No. 5 Long Road", "do not print this e-mail", "Any questions? www.desk.test": a denial of a signature's own. */
static gboolean is_usual(const char *folded)
{
    static const char *const parts[] = {"print", "druck", "imprim", "stampa", "environment", "umwelt", "mail", "confident", "vertraulich", "virus", "recipient",
                                        "addressee", "empf\303\244nger", "www.", "http"};
    gboolean is = strpbrk(folded, "0123456789@|") != NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(parts) && !is; i++)
        is = strstr(folded, parts[i]) != NULL;
    return is || (g_str_has_suffix(folded, "?") && word_count(folded) < QUESTION_WORDS);
}

gboolean signoff_takes_back(const char *signature, gboolean only_plainly)
{
    g_autofree char *valid = g_utf8_make_valid(signature, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", COMMAND_LINES_READ);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *folded = words_quote_fold(lines[i]);
        if (words_quote_is_disclaimer(folded))
            return FALSE;
        if (word_count(folded) > SHORT_WORDS)
            continue;
        if (hands_over(lines[i]))
            return TRUE;
        if (!is_usual(folded) && (begins_with_no(folded) || is_postscript(folded) || (!only_plainly && command_line_takes_back(lines[i]))))
            return TRUE;
    }
    return FALSE;
}

char *signoff_without_phones(const char *signature)
{
    GString *s = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(signature, "\n", LIMIT_TEXT_LINES);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *folded = words_quote_fold(lines[i]);
        const char *mark = strpbrk(folded, ",;!?");
        if (mark != NULL || word_count(folded) > PHONE_WORDS || !words_quote_is_mobile(lines[i]))
            g_string_append_printf(s, "%s%s", lines[i], lines[i + 1] != NULL ? "\n" : "");
    }
    return g_string_free(s, FALSE);
}
