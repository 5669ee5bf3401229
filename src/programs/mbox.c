/* mbox: finds where mails begin, and nothing else. */
#include "programs/mbox.h"

#include <string.h>

#include "base/banned.h"

gsize mbox_next(const char *bytes, gsize length, gsize at)
{
    const char *p = bytes + at, *end = bytes + length;
    while ((p = memchr(p, '\n', (gsize)(end - p))) != NULL) {
        p++;
        if (end - p >= 5 && memcmp(p, "From ", 5) == 0
            && ((p - bytes >= 2 && p[-2] == '\n') || (p - bytes >= 3 && p[-2] == '\r' && p[-3] == '\n')))
            return (gsize)(p - bytes);
    }
    return length;
}
