/* quotehead: is this the line over a quotation? It compares words and shape only, and never decides what is cut. */
#include "rules/quotehead.h"

#include <string.h>

#include "rules/words_quote.h"

#include "base/banned.h"

#define CLOSING_BYTES 24 /* at the end of a heading without a colon: "… wrote" */

/* Of any script: Gmail writes the date in Arabic's and Persian's own. ASCII is asked first: every line of every mail comes here. */
static gboolean is_digit_at(const char *s) { return (guchar)*s < 0x80 ? g_ascii_isdigit(*s) : g_unichar_isdigit(g_utf8_get_char(s)); }

gboolean quotehead_has_digit(const char *s)
{
    while (*s != '\0' && !is_digit_at(s))
        s = g_utf8_next_char(s);
    return *s != '\0';
}

guint quotehead_digits(const char *s)
{
    guint n = 0;
    for (; *s != '\0'; s = g_utf8_next_char(s))
        n += is_digit_at(s) ? 1 : 0;
    return n;
}

/* "Inactive hide details for Bob Ng ---23/11/2026 10:00:00---Checkout is down": Notes, above the block of fields. */
gboolean quotehead_is_notes(const char *s)
{
    const char *open = strstr(s, "---"), *close = open != NULL ? strstr(open + 3, "---") : NULL;
    if (close == NULL || close - open > 40 || !g_ascii_isdigit(open[3]))
        return FALSE;
    g_autofree char *date = g_strndup(open, (gsize)(close - open));
    return quotehead_digits(date) >= 8;
}

/* `<bob@example.com>` or `[mailto:bob@…]` */
gboolean quotehead_has_address(const char *s)
{
    const char *at = strchr(s, '@');
    return at != NULL && at > s && g_ascii_isgraph(at[-1]) && g_ascii_isgraph(at[1]);
}

/* Between the address and the end stands a word for writing, or none at all, or the time. A sentence goes on there. */
static gboolean is_closing(const char *s, gsize n)
{
    if (words_quote_has_wrote(s) || (n > 1 && g_ascii_isdigit(s[n - 2])))
        return TRUE;
    const char *rest = strrchr(s, '@');
    for (rest += strcspn(rest, " >)]"); *rest != '\0'; rest++)
        if (g_ascii_isalpha(*rest))
            return FALSE;
    return TRUE;
}

/* Whether the text, one line or several joined, introduces a quotation. `before_quote`: a quotation stands below it. */
gboolean quotehead_is_text(const char *s, gboolean before_quote)
{
    gsize n = strlen(s);
    if (n < 6 || n > QUOTEHEAD_BYTES || strchr(s, '?') != NULL)
        return FALSE;
    gboolean fenced = g_str_has_prefix(s, "--") && g_str_has_suffix(s, "--");
    if (fenced) { /* "---- On …, Bob wrote ----" */
        s += strspn(s, "- ");
        n = strlen(s);
        return n > 6 && words_quote_has_wrote(s);
    }
    gboolean colon = s[n - 1] == ':' || (n > 2 && strcmp(s + n - 2, ":.") == 0);
    gboolean digit = quotehead_has_digit(s), address = quotehead_has_address(s);
    gboolean begins = (colon || address) && words_quote_begins_quote(s);
    if ((colon || before_quote) && address && words_quote_is_quoting(s))
        return TRUE;
    if (before_quote)
        return (digit && address && (colon || g_ascii_isdigit(*s))) || (colon && begins && digit && n < 200) ||
               ((colon || digit) && words_quote_has_wrote(s));
    if (!digit || words_quote_is_first_person(s))
        return FALSE;
    if (address && begins && colon)
        return is_closing(s, n);
    if (colon ? !begins && !address : !begins || !address)
        return FALSE;
    return words_quote_has_wrote(colon ? s : s + n - MIN(n, CLOSING_BYTES));
}

/* Where the heading of a quotation begins behind text in the same line ("sure On Wed, …, bob@example.com wrote:"), or NULL. */
char *quotehead_glued(char *raw, const char *next)
{
    static const char *const begins[] = {" On ", " Am ", " Le ", " El ", " Il ", " Op ", " Em "};
    gsize n = strlen(raw);
    if (n < 20 || n > QUOTEHEAD_BYTES)
        return NULL;
    char *original = strstr(raw, "-----Original Message-----");
    if (original != NULL && original > raw)
        return original;
    if (raw[n - 1] != ':' || next == NULL || *next != '>' || strchr(raw, '@') == NULL)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(begins); i++) {
        char *at = strstr(raw, begins[i]);
        if (at != NULL && at > raw && *raw != '<' && *raw != '"' && quotehead_has_digit(at))
            return at + 1;
    }
    return NULL;
}

/* ">>> offer <<<" is somebody's ornament. */
gboolean quotehead_is_ornament(const char *p)
{
    gsize n = strlen(p);
    while (n > 0 && strchr(" \t*", p[n - 1]) != NULL)
        n--;
    return n > 4 && p[1] == '>' && p[n - 1] == '<' && p[n - 2] == '<';
}
