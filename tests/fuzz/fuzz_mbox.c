/* Fuzzes programs/mbox: a mailbox of any bytes is cut into mails, each once. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "programs/mbox.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *bytes = g_memdup2(data, size + (size == 0)); /* exactly as long, for the sanitizer */
    for (gsize at = 0; at < size;) {
        gsize next = mbox_next(bytes, size, at);
        FUZZ_PROMISE(next > at && next <= size);
        FUZZ_PROMISE(next == size || memcmp(bytes + next, "From ", MIN((gsize)5, size - next)) == 0);
        Instant t = mbox_date(bytes + at, size - at);
        FUZZ_PROMISE(t <= INSTANT_MAX);
        at = next;
    }
    return 0;
}
