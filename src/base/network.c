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

static gboolean is_loopback(const guint8 address[16])
{
    Network v4, v6;
    return network_parse("127.0.0.0/8", &v4) && network_parse("::1", &v6) && (network_has(&v4, address) || network_has(&v6, address));
}

gboolean network_parse_loopback(const char *text, guint8 ret_address[16], int *ret_port)
{
    const char *colon = strrchr(text, ':');
    guint64 port;
    if (colon == NULL || colon == text || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
        return FALSE;
    gboolean has_brackets = text[0] == '[' && colon[-1] == ']';
    g_autofree char *host = has_brackets ? g_strndup(text + 1, (gsize)(colon - text) - 2) : g_strndup(text, (gsize)(colon - text));
    if ((strchr(host, ':') != NULL) != has_brackets || !network_parse_address(host, ret_address) || !is_loopback(ret_address))
        return FALSE;
    *ret_port = (int)port;
    return TRUE;
}
