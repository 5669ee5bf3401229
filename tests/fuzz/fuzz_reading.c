/* Fuzzes what the parse worker does with a mail, as a whole: bytes to a Reading, and by JSON to core, which must take it, and the
 * same of it. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/limits.h"

#include "mail/message.h"

#include "flows/reading.h"

#include "base/banned.h"

static KindWords *words;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    message_init();
    words = words_kind_new();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Reading) read = reading_of_mail((const char *)data, size, size % 2 == 0, words), taken = NULL;
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) written = g_string_new(NULL), again = g_string_new(NULL);
    reading_to_json(read, written);
    const char *text = written->str;
    FUZZ_PROMISE(fuzz_is_text(read->text) && fuzz_is_text(read->new_text) && fuzz_is_text(read->elided));
    FUZZ_PROMISE(strlen(text) <= LIMIT_READING_BYTES);
    if (!reading_from_json(text, strlen(text), &taken, &err)) {
        fprintf(stderr, "core refuses what the parser says: %s\n%.4000s\n", err->message, text);
        abort();
    }
    reading_to_json(taken, again);
    FUZZ_PROMISE(strcmp(text, again->str) == 0);
    g_autoptr(GString) sent = g_string_new(NULL);
    g_autoptr(Reading) received = NULL;
    reading_to_channel(read, sent);
    FUZZ_PROMISE(sent->len <= LIMIT_READING_BYTES && reading_from_json(sent->str, sent->len, &received, NULL));
    g_string_truncate(again, 0);
    reading_to_json(received, again);
    FUZZ_PROMISE(strcmp(text, again->str) == 0);
    FUZZ_PROMISE(!(read->doubtful || read->truncated) || read->commands->commands->len == 0);
    return 0;
}
