/* Fuzzes the configuration reader: bytes through YAML, key table and cross references, from memory. No file is opened but those
 * of the tz database. */
#include "tests/fuzz/fuzz.h"

#include "config/memory.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Config) c = config_load_memory("fuzz", (const char *)data, size, problems, warnings);
    FUZZ_PROMISE((c == NULL) == (problems->len > 0));
    for (guint i = 0; i < problems->len; i++)
        FUZZ_PROMISE(fuzz_is_text(problems->pdata[i]));
    if (c == NULL)
        return 0;
    for (guint i = 0; i < c->queue_order->len; i++) {
        const ConfigQueue *q = c->queue_order->pdata[i];
        FUZZ_PROMISE(config_queue_by_address(c, q->address[0]) == q);
    }
    return 0;
}
