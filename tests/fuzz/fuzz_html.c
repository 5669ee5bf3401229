/* Fuzzes mail/html: any text that a mail calls HTML becomes lines in UTF-8 with a mark each, within the limits. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/limits.h"

#include "mail/html.h"

#include "base/banned.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    html_init();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *html = fuzz_text(data, size);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GByteArray) marks = g_byte_array_new();
    guint lines = 0;
    html_to_text(html, strlen(html), text, marks);
    for (gsize i = 0; i < text->len; i++)
        lines += text->str[i] == '\n';
    FUZZ_PROMISE(lines == marks->len && lines <= LIMIT_TEXT_LINES + 1);
    FUZZ_PROMISE(strlen(text->str) == text->len && fuzz_is_text(text->str));
    for (guint i = 0; i < marks->len; i++)
        FUZZ_PROMISE(marks->data[i] <= LINE_STRUCK);
    html_has_struck(html, strlen(html));
    return 0;
}
