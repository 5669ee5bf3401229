/* utf8: see the header. */
#include "base/utf8.h"

#include <string.h>

#include "base/banned.h"

gboolean utf8_is_ascii(const char *bytes, gsize length)
{
    gsize i = 0;
    for (guint64 eight; i + sizeof eight <= length; i += sizeof eight) {
        memcpy(&eight, bytes + i, sizeof eight);
        if ((eight & G_GUINT64_CONSTANT(0x8080808080808080)) != 0)
            return FALSE;
    }
    for (; i < length; i++)
        if ((guchar)bytes[i] >= 0x80)
            return FALSE;
    return TRUE;
}

gboolean utf8_is_valid(const char *bytes, gsize length)
{
    return utf8_is_ascii(bytes, length) || g_utf8_validate_len(bytes, length, NULL);
}

int utf8_order(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* C1; line and paragraph separator, embeddings and overrides; isolates; tags, which no program shows. */
static gboolean is_hidden(gunichar c)
{
    return (c >= 0x80 && c < 0xA0) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || (c >= 0xE0000 && c <= 0xE007F);
}

gsize utf8_append_shown(GString *out, const char *text)
{
    guchar byte = (guchar)*text;
    if (byte < 0x80) {
        if (byte < 0x20 || byte == 0x7f)
            g_string_append_printf(out, "\\x%02x", byte);
        else
            g_string_append_c(out, *text);
        return 1;
    }
    gunichar c = g_utf8_get_char_validated(text, -1);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
        g_string_append_printf(out, "\\x%02x", byte);
        return 1;
    }
    gsize n = (gsize)g_utf8_skip[byte];
    if (is_hidden(c))
        g_string_append_printf(out, "\\u%04x", c);
    else
        g_string_append_len(out, text, (gssize)n);
    return n;
}

char *utf8_shown(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0')
        text += utf8_append_shown(out, text);
    return g_string_free(out, FALSE);
}
