/* begins: see the header. Every line of every mail is held against hundreds of rows, so only against those of its own first byte. */
#include "rules/begins.h"

#include "base/banned.h"

static void sort(Begins *b)
{
    b->sorted = g_new(const char *, b->count);
    for (guint byte = 0, n = 0; byte < 256; byte++) {
        for (gsize i = 0; i < b->count; i++)
            if ((guchar)b->rows[i][0] == byte)
                b->sorted[n++] = b->rows[i];
        b->from[byte + 1] = (guint16)n;
    }
}

/* The second letter is compared before a call: most rows end there. */
gboolean begins_any(Begins *b, const char *line)
{
    const guint byte = (guchar)line[0];
    if (b->sorted == NULL)
        sort(b);
    for (guint i = b->from[byte]; i < b->from[byte + 1]; i++) {
        const char *row = b->sorted[i];
        if (row[1] == '\0' || (row[1] == line[1] && g_str_has_prefix(line, row)))
            return TRUE;
    }
    return FALSE;
}
