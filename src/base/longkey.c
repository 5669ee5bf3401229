/* longkey: a hash of samples, evenly spread. */
#include "base/longkey.h"

#include <string.h>

#include "base/banned.h"

#define SAMPLES 32

guint longkey_hash(gconstpointer text)
{
    const char *p = text;
    gsize n = strlen(p), step = n / SAMPLES + 1;
    guint hash = (guint)n;
    for (gsize i = 0; i < n; i += step)
        hash = hash * 33 + (guchar)p[i];
    return hash;
}
