/* Fuzzes rules/quote: the new text of any reply, with and without marks of HTML structure. Nothing may be invented: every line of
 * the answer stands in the text. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/quote.h"

#include "base/banned.h"

/* A mark for each line, by its length: the fuzzer can change it, and a seed stays a plain text. */
static GByteArray *marks_of(const char *text)
{
    GByteArray *marks = g_byte_array_new();
    for (const char *line = text;;) {
        const char *end = strchr(line, '\n');
        gsize n = end == NULL ? strlen(line) : (gsize)(end - line);
        guint8 mark = n % 7 <= LINE_STRUCK ? (guint8)(n % 7) : LINE_OWN;
        g_byte_array_append(marks, &mark, 1);
        if (end == NULL)
            return marks;
        line = end + 1;
    }
}

static gsize lines_of(const char *text)
{
    gsize n = 1;
    for (; *text != '\0'; text++)
        n += *text == '\n';
    return n;
}

static void check(const char *text, const GByteArray *marks)
{
    g_autoptr(QuoteSplit) q = quote_split(text, marks);
    FUZZ_PROMISE(fuzz_is_text(q->new_text) && fuzz_is_text(q->elided));
    gsize most = strlen(text) + lines_of(text); /* a line may be cut in two */
    FUZZ_PROMISE(strlen(q->new_text) <= most && strlen(q->elided) <= most);
    g_auto(GStrv) lines = g_strsplit(q->new_text, "\n", 200);
    for (guint i = 0; lines[i] != NULL && i < 199; i++)
        FUZZ_PROMISE(strstr(text, lines[i]) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    g_autoptr(GByteArray) marks = marks_of(text);
    check(text, NULL);
    check(text, marks);
    return 0;
}
