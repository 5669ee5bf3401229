/* shortmessage: what a telephone can show. A text of GSM characters alone is one message of 160; any other is sent as UCS-2, in parts of 67,
 * so what can be said in GSM's characters is. */
#include "rules/shortmessage.h"

#include <string.h>

#include "base/banned.h"

#define DOTS "..."

/* What the default alphabet has beside ASCII, and what its extension has (3GPP TS 23.038 6.2.1). ASCII's backquote is in neither. */
static const char default_extra[] = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
static const char extension[] = "^{}\\[~]|€";

static const struct {
    const char *sign, *plain;
} plainer[] = {{"…", "..."}, {"–", "-"}, {"—", "-"}, {"‑", "-"}, {"·", "-"}, {"•", "-"}, {"“", "\""}, {"”", "\""}, {"„", "\""}, {"«", "\""},
               {"»", "\""}, {"‘", "'"}, {"’", "'"}, {"‚", "'"}, {"`", "'"}, {"´", "'"}, {"×", "x"}, {"Ł", "L"}, {"ł", "l"}, {"đ", "d"}, {"Đ", "D"},
               {"ı", "i"}, {"œ", "oe"}, {"Œ", "OE"}};

static gboolean is_in(const char *set, gunichar c) { return g_utf8_strchr(set, -1, c) != NULL; }

static gboolean is_gsm(gunichar c) { return c < 0x80 ? c >= ' ' && c != '`' && c != 0x7f : is_in(default_extra, c) || is_in(extension, c); }

static const char *plainer_of(gunichar c)
{
    for (gsize i = 0; i < G_N_ELEMENTS(plainer); i++)
        if (g_utf8_get_char(plainer[i].sign) == c)
            return plainer[i].plain;
    return NULL;
}

/* A letter without its accents where that is one of GSM's; a letter of another script as it is; any other sign not at all. */
static void add_foreign(GString *out, gunichar c)
{
    gunichar parts[8];
    gsize n = g_unichar_fully_decompose(c, FALSE, parts, G_N_ELEMENTS(parts));
    if (n > 1 && is_gsm(parts[0]))
        g_string_append_unichar(out, parts[0]);
    else if (g_unichar_isalnum(c) || g_unichar_ismark(c))
        g_string_append_unichar(out, c);
}

char *shortmessage_plain(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1), *whole = g_utf8_normalize(valid, -1, G_NORMALIZE_DEFAULT_COMPOSE);
    GString *out = g_string_new(NULL);
    for (const char *p = whole; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        const char *plain = plainer_of(c);
        gboolean is_blank = g_unichar_isspace(c) || g_unichar_iscntrl(c);
        if (is_blank && (out->len == 0 || out->str[out->len - 1] == ' '))
            continue;
        if (is_blank)
            g_string_append_c(out, ' ');
        else if (plain != NULL)
            g_string_append(out, plain);
        else if (is_gsm(c))
            g_string_append_unichar(out, c);
        else
            add_foreign(out, c);
    }
    return g_strchomp(g_string_free(out, FALSE));
}

static gsize width(gunichar c) { return is_in(extension, c) ? 2 : 1; }

gsize shortmessage_length(const char *text)
{
    gsize n = 0;
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p))
        n += width(g_utf8_get_char(p));
    return n;
}

char *shortmessage_cut(const char *text, gsize max)
{
    gsize n = 0, room = max > strlen(DOTS) ? max - strlen(DOTS) : 0;
    const char *end = text, *word = NULL;
    if (shortmessage_length(text) <= max)
        return g_strdup(text);
    for (const char *p = text; *p != '\0' && n <= room; p = g_utf8_next_char(p)) {
        end = p;
        if (*p == ' ')
            word = p;
        n += width(g_utf8_get_char(p));
    }
    if (word == NULL || word == text)
        word = end; /* one word alone is cut where the room ends */
    g_autofree char *head = g_strndup(text, (gsize)(word - text));
    return g_strconcat(head, DOTS, NULL);
}

char *shortmessage_digits(const char *phone)
{
    GString *out = g_string_new(NULL);
    for (const char *p = phone; *p != '\0'; p++) {
        if (g_str_has_prefix(p, "(0)"))
            p += 2;
        else if (g_ascii_isdigit(*p))
            g_string_append_c(out, *p);
    }
    if (g_str_has_prefix(out->str, "00"))
        g_string_erase(out, 0, 2);
    return g_string_free(out, FALSE);
}
