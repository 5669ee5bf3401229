/* inlined: uuencoded and yEncoded files out of a text. What does not decode as a whole stays text. It must never look at a line
 * more than twice: no line of uuencoded data begins like a file, so a search goes on where the last one failed. */
#include "mail/inlined.h"

#include <string.h>

#include "base/banned.h"

#define FILES_MAX 100

typedef struct {
    const char *p, *end;
} Lines;

static void file_free(gpointer p)
{
    InlinedFile *f = p;
    g_free(f->name);
    g_bytes_unref(f->bytes);
    g_free(f);
}

/* The line at the cursor, without its end; FALSE at the end of the text. */
static gboolean next_line(Lines *l, const char **ret, gsize *ret_length)
{
    if (l->p >= l->end)
        return FALSE;
    const char *eol = memchr(l->p, '\n', (gsize)(l->end - l->p));
    *ret = l->p;
    *ret_length = (gsize)((eol != NULL ? eol : l->end) - l->p);
    l->p = eol != NULL ? eol + 1 : l->end;
    while (*ret_length > 0 && (*ret)[*ret_length - 1] == '\r')
        --*ret_length;
    return TRUE;
}

static gboolean begins(const char *line, gsize n, const char *word)
{
    gsize m = strlen(word);
    return n >= m && memcmp(line, word, m) == 0;
}

/* "begin 644 name": the name, or NULL. */
static char *uu_name(const char *line, gsize n)
{
    if (!begins(line, n, "begin "))
        return NULL;
    gsize i = 6;
    while (i < n && line[i] >= '0' && line[i] <= '7')
        i++;
    if (i < 9 || i > 10 || i + 1 >= n || line[i] != ' ' || memchr(line, '\0', n) != NULL)
        return NULL;
    return g_strndup(line + i + 1, n - i - 1);
}

/* One line of data; trailing blanks may have been cut on the way. FALSE: it is none. */
static gboolean uu_line(const char *line, gsize n, GByteArray *out)
{
    guint want = n > 0 ? ((guint)(guchar)line[0] - 32) & 63 : 0;
    gsize need = (want + 2) / 3 * 4;
    if (n > need + 3) /* a checksum or padding may follow */
        return FALSE;
    for (gsize i = 0; i < n; i++)
        if (line[i] < 32 || line[i] > 96)
            return FALSE;
    for (gsize i = 1; want > 0; i += 4) {
        guint group = 0;
        for (gsize k = 0; k < 4; k++)
            group = group << 6 | (i + k < n ? ((guint)(guchar)line[i + k] - 32) & 63 : 0);
        const guint8 bytes[] = {(guint8)(group >> 16), (guint8)(group >> 8), (guint8)group};
        guint take = MIN(want, 3u);
        g_byte_array_append(out, bytes, take);
        want -= take;
    }
    return TRUE;
}

/* Behind the "begin" line. FALSE, with the cursor where it failed: no file. */
static gboolean uu_data(Lines *l, GByteArray *out)
{
    const char *line;
    gsize n;
    for (;;) {
        const char *before = l->p;
        if (!next_line(l, &line, &n))
            return out->len > 0; /* the mail was cut off */
        if (n == 3 && memcmp(line, "end", 3) == 0)
            return TRUE;
        if (!uu_line(line, n, out)) {
            l->p = before;
            return FALSE;
        }
    }
}

/* "=ybegin line=128 size=3 name=x": the name, or NULL. */
static char *y_name(const char *line, gsize n)
{
    const char *name = begins(line, n, "=ybegin ") ? memmem(line, n, " name=", 6) : NULL;
    if (name == NULL || memchr(line, '\0', n) != NULL)
        return NULL;
    name += 6;
    return g_strndup(name, (gsize)(line + n - name));
}

/* Behind the "=ybegin" line. FALSE: no "=yend" ends it, so it was text. */
static gboolean y_data(Lines *l, GByteArray *out)
{
    const char *line;
    gsize n;
    while (next_line(l, &line, &n)) {
        if (begins(line, n, "=yend"))
            return TRUE;
        if (begins(line, n, "=ypart "))
            continue;
        for (gsize i = 0; i < n; i++) {
            gboolean escaped = line[i] == '=' && i + 1 < n;
            if (escaped)
                i++;
            guint8 byte = (guint8)((guchar)line[i] - (escaped ? 106 : 42));
            g_byte_array_append(out, &byte, 1);
        }
    }
    return FALSE;
}

static void add_file(GPtrArray *files, char *name, GByteArray *bytes)
{
    InlinedFile *f = g_new0(InlinedFile, 1);
    f->name = name;
    f->bytes = g_bytes_new(bytes->data, bytes->len);
    g_ptr_array_add(files, f);
}

/* A file that begins with this line; FALSE: the line is text. */
static gboolean take_file(Lines *l, const char *line, gsize n, GPtrArray *files)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    char *name = uu_name(line, n);
    gboolean found = name != NULL && uu_data(l, bytes);
    if (name == NULL && (name = y_name(line, n)) != NULL)
        found = y_data(l, bytes);
    if (found)
        add_file(files, name, bytes);
    else
        g_free(name);
    return found;
}

GPtrArray *inlined_take(GByteArray *text)
{
    if (text->len == 0
        || (memmem(text->data, text->len, "begin ", 6) == NULL && memmem(text->data, text->len, "=ybegin ", 8) == NULL))
        return NULL;
    Lines l = {(const char *)text->data, (const char *)text->data + text->len};
    GPtrArray *files = g_ptr_array_new_with_free_func(file_free);
    g_autoptr(GByteArray) rest = g_byte_array_sized_new(text->len);
    const char *line;
    gsize n;
    while (next_line(&l, &line, &n)) {
        if (files->len < FILES_MAX && take_file(&l, line, n, files))
            continue;
        g_byte_array_append(rest, (const guint8 *)line, (guint)(l.p - line)); /* with data that failed */
    }
    if (files->len > 0) {
        g_byte_array_set_size(text, 0);
        g_byte_array_append(text, rest->data, rest->len);
    }
    return files;
}
