/* Fuzzes mail/message: any bytes become a Letter that keeps its promises: valid UTF-8, a mark for each line. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "mail/message.h"

#include "flows/parsed.h"

#include "base/banned.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    message_init();
    return 0;
}

/* Core takes what the parser says of them, and the same of it. */
static void check_passed_on(GPtrArray *parts)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    g_autoptr(GPtrArray) taken = NULL;
    parsed_write_parts(parts, answer);
    FUZZ_PROMISE(parsed_read_parts(answer->str, answer->len, &taken, NULL) && taken->len == parts->len);
    for (guint i = 0; i < parts->len; i++)
        FUZZ_PROMISE(strcmp(((MessagePart *)parts->pdata[i])->name, ((MessagePart *)taken->pdata[i])->name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Letter) l = message_parse((const char *)data, size);
    guint lines = 0;
    for (const char *p = l->text; *p != '\0'; p++)
        lines += *p == '\n';
    FUZZ_PROMISE(lines == l->marks->len);
    FUZZ_PROMISE(fuzz_is_text(l->text) && fuzz_is_text(l->subject));
    for (guint i = 0; i < l->headers->len; i++) {
        const LetterHeader *h = l->headers->pdata[i];
        FUZZ_PROMISE(fuzz_is_text(h->name) && fuzz_is_text(h->value));
    }
    GPtrArray *parts = NULL;
    if (message_parts((const char *)data, size, 1024 * 1024, &parts, NULL)) {
        FUZZ_PROMISE(parts->len == l->attachments->len);
        check_passed_on(parts);
        g_ptr_array_unref(parts);
    }
    return 0;
}
