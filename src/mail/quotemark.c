/* quotemark: the table of quotations and signatures in HTML mail, and how an element is compared with it. It must never decide
 * what is new text: rules/quote does, with the marks and the words. */
#include "mail/quotemark.h"

#include <string.h>

#include "base/banned.h"

typedef enum { CLASS, ID, STYLE, TYPE, CITE, NAME, MARKER, SMARTMAIL } Attribute;

/* What mail programs write around quotations and signatures. A word of class, or a whole id, name or data- attribute; with '*' at
 * the end: its beginning; style: a part of it without blanks. Exchange puts "x_" before classes and ids, which is taken off. */
static const struct {
    const char *element; /* NULL: any */
    Attribute attribute;
    const char *value;
    QuotemarkEffect effect;
} rules[] = {
    {"div", CLASS, "gmail_quote", QUOTEMARK_CONTAINER},
    {"div", CLASS, "gmail_quote_container", QUOTEMARK_CONTAINER},
    {NULL, CLASS, "gmail_attr", QUOTEMARK_HEAD},
    {NULL, CLASS, "gmail_signature", QUOTEMARK_SIGNATURE},
    {NULL, SMARTMAIL, "gmail_signature", QUOTEMARK_SIGNATURE},
    {"blockquote", TYPE, "cite", QUOTEMARK_QUOTED},
    {"blockquote", CITE, "*", QUOTEMARK_QUOTED},
    {"blockquote", CLASS, "*", QUOTEMARK_QUOTED},
    {"blockquote", ID, "*", QUOTEMARK_QUOTED},
    {"blockquote", STYLE, "border-left", QUOTEMARK_QUOTED},
    {NULL, CLASS, "moz-cite-prefix", QUOTEMARK_HEAD},
    {NULL, CLASS, "moz-forward-container", QUOTEMARK_QUOTED},
    {NULL, CLASS, "moz-signature", QUOTEMARK_SIGNATURE},
    {NULL, CLASS, "moz-txt-sig", QUOTEMARK_SIGNATURE},
    {NULL, ID, "divRplyFwdMsg", QUOTEMARK_HEAD_REST},
    {NULL, ID, "appendonsend", QUOTEMARK_REST},
    {NULL, ID, "mail-editor-reference-message-container", QUOTEMARK_QUOTED},
    {NULL, CLASS, "OutlookMessageHeader", QUOTEMARK_HEAD_REST},
    {NULL, ID, "OLK_SRC_BODY_SECTION", QUOTEMARK_QUOTED},
    {"div", STYLE, "border-top:solid#e1e1e1", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:solid#b5c4df", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:#e1e1e1", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:#b5c4df", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:1ptsolid#e1e1e1", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:1ptsolid#b5c4df", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:1ptsolidrgb(225,225,225)", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:1ptsolidrgb(181,196,223)", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:1.0ptsolid#e1e1e1", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-top:1.0ptsolid#b5c4df", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-style:solidnonenone;border-color:rgb(225,225,225)", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-style:solidnonenone;border-color:rgb(181,196,223)", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-style:solidnonenone;border-top-color:rgb(225,225,225)", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border-style:solidnonenone;border-top-color:rgb(181,196,223)", QUOTEMARK_HEAD_REST},
    {"div", STYLE, "border:none;border-left:solid", QUOTEMARK_QUOTED},
    {NULL, ID, "Signature", QUOTEMARK_SIGNATURE},
    {NULL, ID, "ms-outlook-mobile-signature", QUOTEMARK_SIGNATURE},
    {NULL, CLASS, "ms-outlook-mobile-signature", QUOTEMARK_SIGNATURE},
    {NULL, CLASS, "yahoo_quoted", QUOTEMARK_QUOTED},
    {NULL, ID, "yahoo_quoted*", QUOTEMARK_QUOTED},
    {NULL, CLASS, "yahoo-signature*", QUOTEMARK_SIGNATURE},
    {NULL, CLASS, "AppleOriginalContents", QUOTEMARK_QUOTED},
    {NULL, ID, "AppleMailSignature", QUOTEMARK_SIGNATURE},
    {NULL, CLASS, "protonmail_quote", QUOTEMARK_QUOTED},
    {NULL, CLASS, "protonmail_signature_block*", QUOTEMARK_SIGNATURE},
    {NULL, CLASS, "tutanota_quote", QUOTEMARK_QUOTED},
    {"div", NAME, "quote", QUOTEMARK_QUOTED},
    {NULL, ID, "reply-intro", QUOTEMARK_HEAD},
    {NULL, MARKER, "__QUOTED_TEXT__", QUOTEMARK_QUOTED},
    {NULL, MARKER, "__HEADERS__", QUOTEMARK_HEAD},
    {NULL, MARKER, "__SIG_POST__", QUOTEMARK_SIGNATURE},
    {NULL, MARKER, "__SIG_PRE__", QUOTEMARK_SIGNATURE},
    {NULL, CLASS, "zmail_extra", QUOTEMARK_QUOTED},
    {NULL, ID, "Zm-_Id_-Sgn", QUOTEMARK_SIGNATURE},
    {NULL, ID, "isReplyContent", QUOTEMARK_QUOTED},
    {NULL, ID, "isForwardContent", QUOTEMARK_QUOTED},
    {NULL, CLASS, "front-blockquote", QUOTEMARK_QUOTED},
    {NULL, CLASS, "freshdesk_quote", QUOTEMARK_QUOTED},
    {NULL, CLASS, "quoted-text", QUOTEMARK_QUOTED},
    {NULL, CLASS, "k9mail-signature", QUOTEMARK_SIGNATURE},
    {NULL, CLASS, "hubspot-mail-signature", QUOTEMARK_SIGNATURE},
};

/* Lower case without blanks: `BORDER-TOP: solid #E1E1E1 1.0pt` reads "border-top:solid#e1e1e11.0pt". */
static char *squeeze(const char *style)
{
    GString *s = g_string_new(NULL);
    for (const char *p = style; *p != '\0'; p++)
        if (!g_ascii_isspace(*p))
            g_string_append_c(s, g_ascii_tolower(*p));
    return g_string_free(s, FALSE);
}

static gboolean one_word(const char *word, gsize n, const char *want)
{
    gsize m = strlen(want);
    if (n > 2 && strncmp(word, "x_", 2) == 0) {
        word += 2;
        n -= 2;
    }
    if (m > 0 && want[m - 1] == '*')
        return n >= m - 1 && g_ascii_strncasecmp(word, want, m - 1) == 0;
    return n == m && g_ascii_strncasecmp(word, want, m) == 0;
}

/* A style is squeezed already. */
static gboolean attribute_fits(Attribute name, const char *value, const char *want)
{
    if (name == STYLE)
        return strstr(value, want) != NULL;
    if (name != CLASS)
        return one_word(value, strlen(value), want);
    for (const char *p = value; *p != '\0';) {
        gsize n = strcspn(p, " \t\r\n");
        if (n > 0 && one_word(p, n, want))
            return TRUE;
        p += n + strspn(p + n, " \t\r\n");
    }
    return FALSE;
}

QuotemarkEffect quotemark_bare(const char *element)
{
    return strcmp(element, "blockquote") == 0 ? QUOTEMARK_QUOTED : QUOTEMARK_NONE;
}

QuotemarkEffect quotemark_of(const char *element, QuotemarkAttribute get, const void *node)
{
    /* Each attribute is fetched once, each style squeezed once: the rows come in any order. */
    static const char *const names[] = {
        [CLASS] = "class", [ID] = "id",     [STYLE] = "style",        [TYPE] = "type",
        [CITE] = "cite",   [NAME] = "name", [MARKER] = "data-marker", [SMARTMAIL] = "data-smartmail"};
    const char *values[G_N_ELEMENTS(names)];
    g_autofree char *style = NULL;
    gboolean any = FALSE;
    for (gsize k = 0; k < G_N_ELEMENTS(names); k++) {
        values[k] = get(node, names[k]);
        any = any || values[k] != NULL;
    }
    if (values[STYLE] != NULL)
        values[STYLE] = style = squeeze(values[STYLE]);
    for (gsize i = 0; any && i < G_N_ELEMENTS(rules); i++) {
        const char *value = values[rules[i].attribute];
        if (value != NULL && (rules[i].element == NULL || strcmp(rules[i].element, element) == 0) &&
            attribute_fits(rules[i].attribute, value, rules[i].value))
            return rules[i].effect;
    }
    return QUOTEMARK_NONE; /* a blockquote with nothing but a style is old Outlook's way to indent */
}

gboolean quotemark_is_hidden(const char *style)
{
    if (strpbrk(style, "dDvV") == NULL)
        return FALSE;
    g_autofree char *s = squeeze(style);
    return strstr(s, "display:none") != NULL || strstr(s, "visibility:hidden") != NULL;
}

gboolean quotemark_is_struck(const char *style)
{
    if (strpbrk(style, "-") == NULL)
        return FALSE;
    g_autofree char *s = squeeze(style);
    return strstr(s, "line-through") != NULL;
}

/* pre, pre-wrap, pre-line, and break-spaces (CSS Text 3) */
gboolean quotemark_keeps_lines(const char *style)
{
    if (strpbrk(style, "wW") == NULL)
        return FALSE;
    g_autofree char *s = squeeze(style);
    return strstr(s, "white-space:pre") != NULL || strstr(s, "white-space:break-spaces") != NULL;
}
