/* utf8: see the header. */
#include "base/utf8.h"

#include <string.h>

#include "base/banned.h"

gboolean utf8_is_ascii(const char *bytes, gsize length)
{
    gsize i = 0;
    for (guint64 eight; i + sizeof eight <= length; i += sizeof eight) {
        memcpy(&eight, bytes + i, sizeof eight);
        if ((eight & G_GUINT64_CONSTANT(0x8080808080808080)) != 0)
            return FALSE;
    }
    for (; i < length; i++)
        if ((guchar)bytes[i] >= 0x80)
            return FALSE;
    return TRUE;
}

gboolean utf8_is_valid(const char *bytes, gsize length)
{
    return utf8_is_ascii(bytes, length) || g_utf8_validate_len(bytes, length, NULL);
}
