/* token: MACs in addresses. The MAC covers purpose, NUL, id in decimal, NUL, contact, so that no part can be moved into another.
 * It must never compare a MAC but in constant time, and never read more of a text than its exact form. */
#include "rules/token.h"

#include <string.h>

#include "base/error.h"
#include "base/sha256.h"

#include "base/banned.h"

#define MAC_BYTES 10 /* 80 bits: RFC 2104 5 allows truncation to half of the digest, here an online guess is a mail */
#define MAC_TEXT 16  /* the same in base32 */

static const char purposes[] = "twabm";
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648 6, lower case, no padding needed */

/* Five bits a letter; MAC_BYTES is a multiple of five, so nothing is left over. */
static void write_base32(const guint8 *bytes, char *out)
{
    for (int i = 0; i < MAC_TEXT; i++) {
        int bit = i * 5, byte = bit / 8, shift = 11 - bit % 8;
        int pair = bytes[byte] << 8 | (byte + 1 < MAC_BYTES ? bytes[byte + 1] : 0);
        out[i] = alphabet[(pair >> shift) & 31];
    }
    out[MAC_TEXT] = '\0';
}

static void compute(GBytes *key, Token token, const char *contact, char mac[MAC_TEXT + 1])
{
    guint8 digest[SHA256_BYTES];
    g_autoptr(GString) signed_text = g_string_new(NULL);
    g_string_append_printf(signed_text, "%c%c%" G_GINT64_FORMAT "%c%s", token.purpose, '\0', token.id, '\0', contact);
    sha256_hmac(key, signed_text->str, signed_text->len, digest);
    write_base32(digest, mac);
}

static gboolean is_purpose(char c) { return c != '\0' && strchr(purposes, c) != NULL; }

char *token_make(const TokenKeys *keys, char purpose, gint64 id, const char *contact)
{
    g_assert(keys->keys->len > 0 && is_purpose(purpose) && id > 0); /* else an address that proves nothing would go out */
    char mac[MAC_TEXT + 1];
    compute(g_ptr_array_index(keys->keys, 0), (Token){purpose, id}, contact != NULL ? contact : "", mac);
    return g_strdup_printf("%c%" G_GINT64_FORMAT ".%s", purpose, id, mac);
}

/* A positive number without leading zeros, up to the dot; moves on behind it. */
static gboolean read_id(const char **p, gint64 *ret)
{
    gint64 id = 0;
    if (**p < '1' || **p > '9')
        return FALSE;
    for (; g_ascii_isdigit(**p); (*p)++) {
        int digit = **p - '0';
        if (id > (G_MAXINT64 - digit) / 10)
            return FALSE;
        id = id * 10 + digit;
    }
    if (**p != '.')
        return FALSE;
    (*p)++;
    *ret = id;
    return TRUE;
}

static gboolean is_mac(const char *text)
{
    int n = 0;
    while (n <= MAC_TEXT && text[n] != '\0' && strchr(alphabet, g_ascii_tolower(text[n])) != NULL)
        n++;
    return n == MAC_TEXT && text[n] == '\0';
}

gboolean token_parse(const char *text, Token *ret, const char **ret_mac)
{
    Token token = {.purpose = g_ascii_tolower(*text)};
    const char *p = text + 1;
    if (!is_purpose(token.purpose) || !read_id(&p, &token.id) || !is_mac(p))
        return FALSE;
    *ret = token;
    *ret_mac = p;
    return TRUE;
}

static gboolean same_mac(const char *want, const char *mac)
{
    int difference = 0;
    for (int i = 0; i < MAC_TEXT; i++)
        difference |= want[i] ^ g_ascii_tolower(mac[i]);
    return difference == 0;
}

gboolean token_verify(const TokenKeys *keys, Token token, const char *contact, const char *mac)
{
    if (!is_mac(mac) || !is_purpose(token.purpose) || token.id <= 0)
        return FALSE;
    gboolean good = FALSE;
    for (guint i = 0; i < keys->keys->len; i++) { /* all of them: the time does not tell which key it was */
        char want[MAC_TEXT + 1];
        compute(g_ptr_array_index(keys->keys, i), token, contact != NULL ? contact : "", want);
        good |= same_mac(want, mac);
    }
    return good;
}

/* "a7.mac" in lower case if that is what it is, else NULL. */
static char *lowered(const char *text)
{
    Token token;
    const char *mac;
    return token_parse(text, &token, &mac) ? g_ascii_strdown(text, -1) : NULL;
}

char *token_in_address(const char *address, const char *token_domain)
{
    const char *at = strrchr(address, '@');
    if (at == NULL || (token_domain != NULL && g_ascii_strcasecmp(at + 1, token_domain) != 0))
        return NULL;
    g_autofree char *local = g_strndup(address, (gsize)(at - address));
    /* The last extension that has the form of one: an MTA or a person may have put another before or behind it. */
    for (;;) {
        char *plus = strrchr(local, '+');
        char *found = lowered(plus != NULL ? plus + 1 : local);
        if (found != NULL || plus == NULL)
            return found;
        *plus = '\0';
    }
}

char *token_address(const char *token, const char *plus_local, const char *token_domain)
{
    if (plus_local != NULL)
        return g_strdup_printf("%s+%s@%s", plus_local, token, token_domain);
    return g_strdup_printf("%s@%s", token, token_domain);
}

char *token_in_message_id(const char *message_id)
{
    const char *at = strchr(message_id, '@');
    gsize length = strlen(message_id);
    if (g_ascii_strncasecmp(message_id, "<m.", 3) != 0 || at == NULL || message_id[length - 1] != '>')
        return NULL;
    g_autofree char *rest = g_strndup(message_id + 3, (gsize)(at - message_id - 3));
    g_autofree char *text = g_strconcat("m", rest, NULL);
    return lowered(text);
}

/* Bytes of "@" or "%40" at p; 0: neither. */
static gsize at_sign(const char *p) { return *p == '@' ? 1 : g_ascii_strncasecmp(p, "%40", 3) == 0 ? 3 : 0; }

/* Bytes of a personal token that begins at p and has a domain behind it; 0: none. */
static gsize personal_token(const char *p)
{
    if (*p == '\0' || strchr("awbAWB", *p) == NULL)
        return 0;
    gsize n = 1 + strspn(p + 1, "0123456789");
    if (n == 1 || p[n] != '.')
        return 0;
    n++;
    for (int i = 0; i < MAC_TEXT; i++, n++)
        if (p[n] == '\0' || strchr(alphabet, g_ascii_tolower(p[n])) == NULL)
            return 0;
    return at_sign(p + n) > 0 ? n : 0;
}

/* "%2B", the plus as URLs write it. By its length: to look for the end of all that there is at each letter would take hours for a big file. */
static gboolean ends_in_plus(const GString *s)
{
    return s->len >= 3 && g_ascii_strncasecmp(s->str + s->len - 3, "%2B", 3) == 0;
}

char *token_scrub(const char *text, gssize length, guint *ret_count)
{
    g_autofree char *copy = length < 0 ? g_strdup(text) : g_strndup(text, (gsize)length);
    GString *out = g_string_sized_new(strlen(copy));
    guint count = 0;
    for (const char *p = copy; *p != '\0';) {
        gsize n = p > copy && (g_ascii_isalnum(p[-1]) || p[-1] == '.') && !ends_in_plus(out) ? 0 : personal_token(p);
        if (n == 0) {
            g_string_append_c(out, *p++);
            continue;
        }
        count++;
        p += n;
        if (out->len > 0 && out->str[out->len - 1] == '+')
            g_string_truncate(out, out->len - 1);
        else if (ends_in_plus(out))
            g_string_truncate(out, out->len - 3);
        else
            g_string_append(out, "removed");
    }
    if (ret_count != NULL)
        *ret_count = count;
    return g_string_free(out, FALSE);
}

gboolean token_is_in(const char *text, gssize length)
{
    guint count;
    g_free(token_scrub(text, length, &count));
    return count > 0;
}
