/* Fuzzes base/tzif: a file of the tz database of any bytes. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/tzif.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *bytes = g_memdup2(data, size + (size == 0)); /* exactly as long, for the sanitizer */
    GArray *changes = NULL;
    Instant end = INSTANT_NONE;
    if (!tzif_read(bytes, size, &changes, &end)) {
        FUZZ_PROMISE(changes == NULL);
        return 0;
    }
    FUZZ_PROMISE(changes->len > 0 && g_array_index(changes, TzifChange, 0).at == G_MININT64);
    for (guint i = 0; i < changes->len; i++) {
        const TzifChange *c = &g_array_index(changes, TzifChange, i);
        FUZZ_PROMISE(i == 0 || c->at > c[-1].at);
        FUZZ_PROMISE(c->abbreviation != NULL && strlen(c->abbreviation) < size);
    }
    FUZZ_PROMISE(end == G_MAXINT64 || end > g_array_index(changes, TzifChange, changes->len - 1).at - TZIF_CYCLE);
    g_array_unref(changes);
    return 0;
}
