/* quotemark: the table of quotations and signatures in HTML mail, and how an element is compared with it. It must never decide
 * what is new text: rules/quote does, with the marks and the words. */
#include "mail/quotemark.h"

#include <string.h>

#include "base/banned.h"

/* What mail programs write around quotations and signatures. A word of class, or a whole id, name or data- attribute; with '*' at
 * the end: its beginning; style: a part of it without blanks. Exchange puts "x_" before classes and ids, which is taken off. */
static const struct {
    const char *element, *attribute, *value; /* element NULL: any */
    QuotemarkEffect effect;
} rules[] = {
    {"div", "class", "gmail_quote", QUOTEMARK_CONTAINER},
    {"div", "class", "gmail_quote_container", QUOTEMARK_CONTAINER},
    {NULL, "class", "gmail_attr", QUOTEMARK_HEAD},
    {NULL, "class", "gmail_signature", QUOTEMARK_SIGNATURE},
    {NULL, "data-smartmail", "gmail_signature", QUOTEMARK_SIGNATURE},
    {"blockquote", "type", "cite", QUOTEMARK_QUOTED},
    {"blockquote", "cite", "*", QUOTEMARK_QUOTED},
    {"blockquote", "class", "*", QUOTEMARK_QUOTED},
    {"blockquote", "id", "*", QUOTEMARK_QUOTED},
    {"blockquote", "style", "border-left", QUOTEMARK_QUOTED},
    {NULL, "class", "moz-cite-prefix", QUOTEMARK_HEAD},
    {NULL, "class", "moz-forward-container", QUOTEMARK_QUOTED},
    {NULL, "class", "moz-signature", QUOTEMARK_SIGNATURE},
    {NULL, "class", "moz-txt-sig", QUOTEMARK_SIGNATURE},
    {NULL, "id", "divRplyFwdMsg", QUOTEMARK_HEAD_REST},
    {NULL, "id", "appendonsend", QUOTEMARK_REST},
    {NULL, "id", "mail-editor-reference-message-container", QUOTEMARK_QUOTED},
    {NULL, "class", "OutlookMessageHeader", QUOTEMARK_HEAD_REST},
    {NULL, "id", "OLK_SRC_BODY_SECTION", QUOTEMARK_QUOTED},
    {"div", "style", "border-top:solid#e1e1e1", QUOTEMARK_HEAD_REST},
    {"div", "style", "border-top:solid#b5c4df", QUOTEMARK_HEAD_REST},
    {"div", "style", "border-top:#e1e1e1", QUOTEMARK_HEAD_REST},
    {"div", "style", "border-top:#b5c4df", QUOTEMARK_HEAD_REST},
    {"div", "style", "border:none;border-left:solid", QUOTEMARK_QUOTED},
    {NULL, "id", "Signature", QUOTEMARK_SIGNATURE},
    {NULL, "id", "ms-outlook-mobile-signature", QUOTEMARK_SIGNATURE},
    {NULL, "class", "ms-outlook-mobile-signature", QUOTEMARK_SIGNATURE},
    {NULL, "class", "yahoo_quoted", QUOTEMARK_QUOTED},
    {NULL, "id", "yahoo_quoted*", QUOTEMARK_QUOTED},
    {NULL, "class", "yahoo-signature*", QUOTEMARK_SIGNATURE},
    {NULL, "class", "AppleOriginalContents", QUOTEMARK_QUOTED},
    {NULL, "id", "AppleMailSignature", QUOTEMARK_SIGNATURE},
    {NULL, "class", "protonmail_quote", QUOTEMARK_QUOTED},
    {NULL, "class", "protonmail_signature_block*", QUOTEMARK_SIGNATURE},
    {NULL, "class", "tutanota_quote", QUOTEMARK_QUOTED},
    {"div", "name", "quote", QUOTEMARK_QUOTED},
    {NULL, "id", "reply-intro", QUOTEMARK_HEAD},
    {NULL, "data-marker", "__QUOTED_TEXT__", QUOTEMARK_QUOTED},
    {NULL, "data-marker", "__HEADERS__", QUOTEMARK_HEAD},
    {NULL, "data-marker", "__SIG_POST__", QUOTEMARK_SIGNATURE},
    {NULL, "data-marker", "__SIG_PRE__", QUOTEMARK_SIGNATURE},
    {NULL, "class", "zmail_extra", QUOTEMARK_QUOTED},
    {NULL, "id", "Zm-_Id_-Sgn", QUOTEMARK_SIGNATURE},
    {NULL, "id", "isReplyContent", QUOTEMARK_QUOTED},
    {NULL, "id", "isForwardContent", QUOTEMARK_QUOTED},
    {NULL, "class", "front-blockquote", QUOTEMARK_QUOTED},
    {NULL, "class", "freshdesk_quote", QUOTEMARK_QUOTED},
    {NULL, "class", "quoted-text", QUOTEMARK_QUOTED},
    {NULL, "class", "hubspot-mail-signature", QUOTEMARK_SIGNATURE},
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

static gboolean attribute_fits(const char *name, const char *value, const char *want)
{
    if (strcmp(name, "style") == 0) {
        g_autofree char *style = squeeze(value);
        return strstr(style, want) != NULL;
    }
    if (strcmp(name, "class") != 0)
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
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (rules[i].element != NULL && strcmp(rules[i].element, element) != 0)
            continue;
        const char *value = get(node, rules[i].attribute);
        if (value != NULL && attribute_fits(rules[i].attribute, value, rules[i].value))
            return rules[i].effect;
    }
    return QUOTEMARK_NONE; /* a blockquote with nothing but a style is old Outlook's way to indent */
}

gboolean quotemark_is_hidden(const char *style)
{
    g_autofree char *s = squeeze(style);
    return strstr(s, "display:none") != NULL || strstr(s, "visibility:hidden") != NULL;
}
