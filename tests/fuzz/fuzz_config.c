/* Fuzzes the configuration reader: bytes through YAML, key table and cross references, from memory. No file is opened but those
 * of the tz database. */
#include <stdint.h>

#include "config/memory.h"

#include "base/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Config) c = config_load_memory("fuzz", (const char *)data, size, problems, warnings);
    if ((c == NULL) != (problems->len > 0))
        g_error("a configuration and problems, or neither");
    if (c == NULL)
        return 0;
    for (guint i = 0; i < c->queue_order->len; i++) {
        const ConfigQueue *q = c->queue_order->pdata[i];
        if (config_queue_by_address(c, q->address[0]) != q)
            g_error("a queue is not found by its address");
    }
    return 0;
}
