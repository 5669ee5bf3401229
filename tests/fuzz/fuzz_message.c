/* Fuzzer of mail/message: any bytes become a Letter that keeps its promises: valid UTF-8, a mark for each line. */
#include <stddef.h>
#include <stdint.h>

#include "mail/message.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    message_init();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Letter) l = message_parse((const char *)data, size);
    guint lines = 0;
    for (const char *p = l->text; *p != '\0'; p++)
        lines += *p == '\n';
    if (lines != l->marks->len || !g_utf8_validate(l->text, -1, NULL) || !g_utf8_validate(l->subject, -1, NULL))
        g_error("letter: broken promise");
    for (guint i = 0; i < l->headers->len; i++) {
        const LetterHeader *h = l->headers->pdata[i];
        if (!g_utf8_validate(h->name, -1, NULL) || !g_utf8_validate(h->value, -1, NULL))
            g_error("letter: a header is not UTF-8");
    }
    GPtrArray *parts = NULL;
    if (message_parts((const char *)data, size, 1024 * 1024, &parts, NULL)) {
        if (parts->len != l->attachments->len)
            g_error("letter: parts and attachments differ");
        g_ptr_array_unref(parts);
    }
    return 0;
}
