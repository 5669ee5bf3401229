/* salvage: what a part is called, which charset an HTML text names, which boundary a mail uses that names none. It must never
 * look at more than a constant part of a text, or at each line once. */
#include "mail/salvage.h"

#include <string.h>

#include "base/banned.h"

#define FILE_NAME_BYTES 255
#define BASE64_LEAST 16 /* characters: a shorter line may be a word */
#define BASE64_ODD 2    /* of them that are no letters, or capitals inside of a word */

static gboolean is_direction_mark(gunichar c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

char *salvage_file_name(const char *text)
{
    const char *base = text;
    for (const char *p = text; *p != '\0'; p++)
        if (*p == '/' || *p == '\\')
            base = p + 1;
    GString *name = g_string_new(NULL);
    for (const char *p = base; *p != '\0' && name->len < FILE_NAME_BYTES - 6; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!g_unichar_iscntrl(c) && !is_direction_mark(c))
            g_string_append_unichar(name, c);
    }
    if (strcmp(name->str, ".") == 0 || strcmp(name->str, "..") == 0)
        g_string_truncate(name, 0);
    return g_strstrip(g_string_free(name, FALSE));
}

gboolean salvage_is_text_name(const char *name)
{
    if (g_ascii_strncasecmp(name, "ATT", 3) != 0)
        return FALSE;
    gsize digits = strspn(name + 3, "0123456789");
    const char *end = name + 3 + digits;
    return digits >= 3 && (g_ascii_strcasecmp(end, ".txt") == 0 || g_ascii_strcasecmp(end, ".htm") == 0 || g_ascii_strcasecmp(end, ".html") == 0);
}

gboolean salvage_is_own_prologue(const char *text)
{
    return text != NULL && text[strspn(text, " \t\r\n")] != '\0' && strstr(text, "MIME") == NULL;
}

char *salvage_charset(const char *html, gsize length)
{
    g_autofree char *head = g_ascii_strdown(html, (gssize)MIN(length, (gsize)2048));
    const char *p = strstr(head, "charset=");
    if (p == NULL)
        return NULL;
    p += strlen("charset=");
    p += strspn(p, "\"' ");
    return g_strndup(p, strcspn(p, "\"'> ;/"));
}

char *salvage_boundary(const char *body, gsize length)
{
    const char *end = body + length;
    for (const char *p = body; p < end;) {
        const char *eol = memchr(p, '\n', (gsize)(end - p));
        if (eol == NULL)
            return NULL;
        const char *stop = eol > p && eol[-1] == '\r' ? eol - 1 : eol;
        if (stop - p > 2 && stop - p < 202 && p[0] == '-' && p[1] == '-' && end - eol > 9
            && g_ascii_strncasecmp(eol + 1, "Content-", 8) == 0 && memchr(p, '"', (gsize)(stop - p)) == NULL
            && memchr(p, '\0', (gsize)(stop - p)) == NULL)
            return g_strndup(p + 2, (gsize)(stop - p - 2));
        p = eol + 1;
    }
    return NULL;
}

static gboolean is_base64_byte(char c) { return g_ascii_isalnum(c) || c == '+' || c == '/' || c == '='; }

gsize salvage_base64_length(const char *bytes, gsize length)
{
    gsize coded = 0, characters = 0, odd = 0;
    for (gsize at = 0, next; at < length; at = next) {
        const char *eol = memchr(bytes + at, '\n', length - at);
        gsize end = eol != NULL ? (gsize)(eol - bytes) : length, n = at;
        next = eol != NULL ? end + 1 : length;
        while (end > at && g_ascii_isspace(bytes[end - 1]))
            end--;
        for (; n < end && is_base64_byte(bytes[n]); n++)
            odd += !g_ascii_isalpha(bytes[n]) || (n > at && g_ascii_isupper(bytes[n]) && g_ascii_islower(bytes[n - 1]));
        if (n < end)
            return characters >= BASE64_LEAST && characters % 4 == 0 && odd >= BASE64_ODD ? coded : 0;
        if (end > at)
            coded = next;
        characters += end - at;
    }
    return length;
}

gboolean salvage_is_plain(const char *head, gsize length)
{
    gsize foreign = 0, letters = 0;
    for (gsize i = 0; i < length; i++) {
        if (head[i] == '\r' || head[i] == '\n')
            continue;
        if (is_base64_byte(head[i]))
            letters++;
        else
            foreign++;
    }
    return letters > 0 && foreign * 20 > letters;
}

const char *salvage_body(const char *mail)
{
    for (const char *p = mail; (p = strchr(p, '\n')) != NULL; p++) {
        const char *next = p[1] == '\r' ? p + 2 : p + 1;
        if (*next == '\n')
            return next[1] != '\0' ? next + 1 : NULL;
    }
    return NULL;
}

char *salvage_beginning(const char *text, gsize max)
{
    gsize n = strlen(text);
    if (n > max)
        for (n = max; n > 0 && ((guchar)text[n] & 0xC0) == 0x80;)
            n--;
    return g_strndup(text, n);
}
