/* network: numbers only; it must never ask a name server. */
#include "base/network.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/banned.h"

gboolean network_parse_address(const char *text, guint8 ret[16])
{
    static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (inet_pton(AF_INET6, text, ret) == 1)
        return TRUE;
    memcpy(ret, mapped, sizeof(mapped));
    return inet_pton(AF_INET, text, ret + 12) == 1;
}

gboolean network_parse(const char *text, Network *ret)
{
    g_auto(GStrv) halves = g_strsplit(text, "/", 2);
    guint64 bits = 0;
    if (halves[0] == NULL || !network_parse_address(halves[0], ret->bytes))
        return FALSE;
    guint width = strchr(halves[0], ':') != NULL ? 128 : 32;
    if (halves[1] != NULL && !g_ascii_string_to_unsigned(halves[1], 10, 0, width, &bits, NULL))
        return FALSE;
    ret->prefix = 128 - width + (halves[1] != NULL ? (guint)bits : width);
    return TRUE;
}

gboolean network_has(const Network *n, const guint8 address[16])
{
    guint whole = n->prefix / 8, rest = n->prefix % 8;
    if (memcmp(address, n->bytes, whole) != 0)
        return FALSE;
    return rest == 0 || ((address[whole] ^ n->bytes[whole]) >> (8 - rest)) == 0;
}
