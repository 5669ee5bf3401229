/* Fuzzes core's reading of what a parse worker says that hostile bytes have taken over: any JSON, or none. What is taken can be
 * said and taken again. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "flows/reading.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Reading) taken = NULL, again = NULL;
    g_autoptr(GError) err = NULL;
    if (!reading_from_json((const char *)data, size, &taken, &err)) {
        FUZZ_PROMISE(taken == NULL && err != NULL && fuzz_is_text(err->message));
        return 0;
    }
    FUZZ_PROMISE(taken != NULL && err == NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    reading_to_channel(taken, text);
    FUZZ_PROMISE(reading_from_json(text->str, text->len, &again, NULL));
    return 0;
}
