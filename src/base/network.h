/* network: IP addresses and networks as text (RFC 4291 2.2, 4632 3.1). IPv4 stands among IPv6 as ::ffff:a.b.c.d. */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <glib.h>

typedef struct {
    guint8 bytes[16];
    guint prefix; /* bits of `bytes` that count */
} Network;

/* An address, alone or with a prefix length. FALSE where it is anything else. */
gboolean network_parse(const char *text, Network *ret);
gboolean network_parse_address(const char *text, guint8 ret[16]);
gboolean network_has(const Network *n, const guint8 address[16]);

/* "127.0.0.1:24" or "[::1]:24": an address of this machine's loopback network (127.0.0.0/8, ::1) and a port. FALSE where it is anything else. */
gboolean network_parse_loopback(const char *text, guint8 ret_address[16], int *ret_port);

#endif
