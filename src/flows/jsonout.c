/* jsonout: see the header. It must never write anything that a strict reader refuses. */
#include "flows/jsonout.h"

#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

static void begin(GString *s, const char *key)
{
    char last = s->len > 0 ? s->str[s->len - 1] : '{';
    if (last != '{' && last != '[')
        g_string_append_c(s, ',');
    if (key == NULL)
        return;
    g_string_append_c(s, '"');
    g_string_append(s, key);
    g_string_append(s, "\":");
}

void jsonout_open(GString *s, const char *key, char bracket)
{
    begin(s, key);
    g_string_append_c(s, bracket);
}

void jsonout_close(GString *s, char bracket) { g_string_append_c(s, bracket); }

/* Bytes that stand for themselves. */
static gsize plain_span(const char *p)
{
    const char *from = p;
    while ((guchar)*p >= 0x20 && *p != '"' && *p != '\\')
        p++;
    return (gsize)(p - from);
}

static void append_escaped(GString *s, char c)
{
    static const char shorts[] = "\"\"\\\\\nn\tt\rr\bb\ff";
    for (const char *p = shorts; *p != '\0'; p += 2)
        if (*p == c) {
            g_string_append_c(s, '\\');
            g_string_append_c(s, p[1]);
            return;
        }
    g_string_append_printf(s, "\\u%04x", (guchar)c);
}

void jsonout_text(GString *s, const char *key, const char *text)
{
    g_autofree char *mended = text != NULL && !utf8_is_valid(text, strlen(text)) ? g_utf8_make_valid(text, -1) : NULL;
    if (text == NULL) {
        jsonout_null(s, key);
        return;
    }
    begin(s, key);
    g_string_append_c(s, '"');
    for (const char *p = mended != NULL ? mended : text; *p != '\0';) {
        gsize n = plain_span(p);
        g_string_append_len(s, p, (gssize)n);
        p += n;
        if (*p != '\0')
            append_escaped(s, *p++);
    }
    g_string_append_c(s, '"');
}

void jsonout_integer(GString *s, const char *key, gint64 n)
{
    begin(s, key);
    g_string_append_printf(s, "%" G_GINT64_FORMAT, n);
}

void jsonout_flag(GString *s, const char *key, gboolean is)
{
    begin(s, key);
    g_string_append(s, is ? "true" : "false");
}

void jsonout_null(GString *s, const char *key)
{
    begin(s, key);
    g_string_append(s, "null");
}

void jsonout_texts(GString *s, const char *key, const GPtrArray *texts)
{
    jsonout_open(s, key, '[');
    for (guint i = 0; i < texts->len; i++)
        jsonout_text(s, NULL, texts->pdata[i]);
    jsonout_close(s, ']');
}
