/* Fuzzes rules/quote: the new text of any reply, with and without marks of HTML structure. Nothing may be invented: every line of
 * the answer stands in the text. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/echo.h"
#include "rules/quote.h"
#include "rules/signoff.h"

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

static gboolean is_frame(const char *line, gboolean is_below, gpointer data)
{
    (void)is_below;
    (void)data;
    return g_str_has_prefix(line, "--");
}

/* Each half as a quotation of the other, and of the whole. */
static void check_echo(const char *text)
{
    const char *middle = text + strlen(text) / 2;
    g_autofree char *head = g_strndup(text, (gsize)(middle - text));
    const char *const pairs[][2] = {{head, middle}, {middle, head}, {text, middle}, {head, text}, {text, text}};
    for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
        guint known;
        g_autofree char *typed = echo_typed_in(pairs[i][0], pairs[i][1], is_frame, NULL, &known);
        FUZZ_PROMISE(fuzz_is_text(typed) && strlen(typed) <= 3 * (2 * strlen(pairs[i][1]) + lines_of(pairs[i][1]) * 3 + 8)); /* U+FFFD for a byte, twice */
        FUZZ_PROMISE(known > 0 || *typed == '\0');
    }
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    g_ptr_array_add(lines, head);
    g_autofree char *news = echo_new_lines(lines, text), *rest = signoff_without_phones(text);
    FUZZ_PROMISE(fuzz_is_text(news) && fuzz_is_text(rest));
    signoff_takes_back(text, FALSE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    g_autoptr(GByteArray) marks = marks_of(text);
    check(text, NULL);
    check(text, marks);
    check_echo(text);
    return 0;
}
