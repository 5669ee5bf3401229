/* token: addresses that prove something. `t42.MAC` ticket, `w17.MAC` work, `a1093.MAC` notification, `b2207.MAC` envelope sender,
 * `m…` in Message-IDs. MAC: HMAC-SHA256 of purpose, id and contact under the site's key, 80 bits, base32 in lower case, matched
 * whatever the case, compared in constant time. Pure: keys are handed in. */
#ifndef RULES_TOKEN_H
#define RULES_TOKEN_H

#include <glib.h>

typedef struct {
    GPtrArray *keys; /* GBytes *, the newest first; the others only verify */
} TokenKeys;

typedef struct {
    char purpose; /* t w a b m */
    gint64 id;
} Token;

/* "t42.mac"; `contact` may be NULL or empty for t, b and m. Newly allocated. */
char *token_make(const TokenKeys *keys, char purpose, gint64 id, const char *contact);

/* Splits "t42.MAC" into purpose, id and the MAC's text; says nothing about its being true. FALSE if it is none. */
gboolean token_parse(const char *text, Token *ret, const char **ret_mac);
/* Whether mac is right for it under one of the keys. */
gboolean token_verify(const TokenKeys *keys, Token token, const char *contact, const char *mac);

/* What stands in an address of ours: "support+a7.mac@tiny.example" with token domain "tiny.example", or "a7.mac@tickets.tiny.example".
 * Newly allocated "a7.mac", or NULL. */
char *token_in_address(const char *address, const char *token_domain);
/* The address that carries a token: local+token@domain if `plus_local`, else token@token_domain. Newly allocated. */
char *token_address(const char *token, const char *plus_local, const char *token_domain);
/* "m93.mac" of "<m.93.mac@domain>", or NULL; newly allocated. */
char *token_in_message_id(const char *message_id);
/* Takes a-, w- and b-tokens out of the addresses of a text that goes to somebody else ("support+w17.mac@" becomes "support@"), whatever
 * their MAC: whoever holds one may act by it. Newly allocated; `length` -1: up to NUL. *ret_count (or NULL): how many there were. */
char *token_scrub(const char *text, gssize length, guint *ret_count);

/* Whether there is one of those. */
gboolean token_is_in(const char *text, gssize length);

#endif
