/* parsed: for each part a line "name\ttype\tlength\n", name and type escaped, then its bytes; of a signature six numbers. A process
 * that hostile bytes have taken over may say anything: it must never get more out of core than a mail that fails, or files that a
 * mail could have had. */
#include "flows/parsed.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

#define TOO_LARGE "-\n" /* instead of a list of parts */
#define HEAD_BYTES 8192 /* of one line: names and types have bounds of their own */
#define NAME_BYTES 1000

static gboolean damaged(const char *what, GError **err) { return error_set(err, ERROR_DATA, "the parser's %s is damaged", what); }

void parsed_write_parts(const GPtrArray *parts, GString *out)
{
    if (parts == NULL) {
        g_string_append(out, TOO_LARGE);
        return;
    }
    for (guint i = 0; i < parts->len; i++) {
        const MessagePart *p = g_ptr_array_index(parts, i);
        g_autofree char *name = g_strescape(p->name, NULL), *type = g_strescape(p->type, NULL);
        gsize n;
        const char *bytes = g_bytes_get_data(p->bytes, &n);
        g_string_append_printf(out, "%s\t%s\t%" G_GSIZE_FORMAT "\n", name, type, n);
        g_string_append_len(out, bytes, (gssize)n);
    }
}

/* One line of text in UTF-8, short, without what makes a path of it. */
static gboolean is_name(const char *name)
{
    if (strlen(name) > NAME_BYTES || !g_utf8_validate(name, -1, NULL) || strpbrk(name, "/\\") != NULL)
        return FALSE;
    for (const char *p = name; *p != '\0'; p = g_utf8_next_char(p))
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return FALSE;
    return TRUE;
}

/* A type that is none is no reason to lose the mail: it goes as plain bytes. */
static char *type_of(char *text)
{
    gboolean good = strlen(text) <= 127 && strchr(text, '/') != NULL;
    for (const char *p = text; good && *p != '\0'; p++)
        good = *p > ' ' && *p < 0x7f;
    if (good)
        return text;
    g_free(text);
    return g_strdup("application/octet-stream");
}

/* Takes what it reads off *at. */
static gboolean read_part(const char **at, const char *end, MessagePart *into)
{
    const char *eol = memchr(*at, '\n', MIN((gsize)(end - *at), (gsize)HEAD_BYTES));
    if (eol == NULL)
        return FALSE;
    g_autofree char *head = g_strndup(*at, (gsize)(eol - *at));
    g_auto(GStrv) fields = g_strsplit(head, "\t", 4);
    guint64 n;
    if (g_strv_length(fields) != 3 || !g_ascii_string_to_unsigned(fields[2], 10, 0, (guint64)(end - eol - 1), &n, NULL))
        return FALSE;
    into->name = g_strcompress(fields[0]);
    into->type = type_of(g_strcompress(fields[1]));
    into->bytes = g_bytes_new(eol + 1, (gsize)n);
    *at = eol + 1 + n;
    return is_name(into->name);
}

gboolean parsed_read_parts(const char *answer, gsize length, GPtrArray **ret, GError **err)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)message_part_free);
    const char *at = answer, *end = answer + length;
    if (length == strlen(TOO_LARGE) && memcmp(answer, TOO_LARGE, length) == 0)
        return error_set(err, ERROR_LIMIT, "its attachments are too many or too large to be passed on");
    while (at < end) {
        MessagePart *part = g_new0(MessagePart, 1);
        g_ptr_array_add(parts, part);
        if (parts->len > LIMIT_MIME_PARTS || !read_part(&at, end, part))
            return damaged("list of attachments", err);
    }
    *ret = g_steal_pointer(&parts);
    return TRUE;
}

void parsed_write_signed(const Signedpart *s, GString *out)
{
    if (s->kind == SIGNEDPART_NONE)
        g_string_append_printf(out, "0 %s", s->why);
    else
        g_string_append_printf(out, "%d %d %zu %zu %zu %zu", (int)s->kind, s->is_base64 ? 1 : 0, s->content_at, s->content_length, s->signature_at,
                               s->signature_length);
}

gboolean parsed_read_signed(const char *answer, gsize length, Signedpart *ret, GError **err)
{
    guint64 n[6];
    g_autofree char *text = g_strndup(answer, length);
    if (strlen(text) != length || !g_utf8_validate(text, -1, NULL))
        return damaged("answer about its signature", err);
    if (g_str_has_prefix(text, "0 "))
        return error_set(err, ERROR_DATA, "%.200s", text + 2);
    g_auto(GStrv) words = g_strsplit(text, " ", G_N_ELEMENTS(n) + 1);
    gboolean good = g_strv_length(words) == G_N_ELEMENTS(n);
    for (gsize i = 0; good && i < G_N_ELEMENTS(n); i++)
        good = g_ascii_string_to_unsigned(words[i], 10, 0, LIMIT_MAIL_BYTES, &n[i], NULL);
    if (!good || n[0] < SIGNEDPART_PGP || n[0] > SIGNEDPART_SMIME || n[1] > 1)
        return damaged("answer about its signature", err);
    *ret = (Signedpart){.kind = (SignedpartKind)n[0], .is_base64 = n[1] == 1, .content_at = n[2], .content_length = n[3], .signature_at = n[4],
                        .signature_length = n[5]};
    return TRUE;
}
