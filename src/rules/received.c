/* received: takes one field apart. HELO is the client's own word and may look like an address: so every address in the field must be
 * internal, and what a client may say can only make a mail foreign. It must never read a field below the first that another host wrote. */
#include "rules/received.h"

#include <string.h>

#include "base/network.h"

#include "rules/letter.h"

#include "base/banned.h"

#define HOPS_MAX 3 /* loopback hops that are passed over */

static gboolean is_in_any(const guint8 *address, char *const *words)
{
    Network n;
    for (guint i = 0; words[i] != NULL; i++)
        if (network_parse(words[i], &n) && network_has(&n, address))
            return TRUE;
    return FALSE;
}

gboolean received_is_internal_word(const char *word)
{
    Network n;
    return strcmp(word, "submission") == 0 || network_parse(word, &n);
}

/* The first " by " between blanks ends what the client had a say in. */
static const char *find_by(const char *field)
{
    for (const char *p = field; (p = strstr(p, "by")) != NULL; p += 2)
        if ((p == field || g_ascii_isspace(p[-1])) && g_ascii_isspace(p[2]))
            return p;
    return NULL;
}

typedef struct {
    guint addresses, loopback, internal;
    char *last;
} Seen;

/* `[192.0.2.1]`, `[IPv6:2001:db8::1]` in the from clause; and `(192.0.2.1)`, as Exchange and qmail write the client's beside its HELO. */
static void read_addresses(const char *field, const char *end, char *const *words, Seen *seen)
{
    static const char *const loops[] = {"127.0.0.0/8", "::1", NULL};
    for (const char *p = field + strcspn(field, "[("); p < end; p += strcspn(p, "[(")) {
        guint8 address[16];
        gboolean bracket = *p++ == '[';
        gsize n = strcspn(p, bracket ? "]" : ") "), skip = g_ascii_strncasecmp(p, "IPv6:", 5) == 0 ? 5 : 0;
        if (p + n >= end)
            return;
        g_autofree char *text = g_strndup(p + MIN(skip, n), n - MIN(skip, n));
        gboolean parsed = network_parse_address(text, address);
        seen->addresses += bracket || parsed;
        if (parsed) {
            seen->loopback += (guint)is_in_any(address, (char *const *)loops);
            seen->internal += (guint)is_in_any(address, words);
            g_free(seen->last);
            seen->last = g_steal_pointer(&text);
        }
        p += bracket ? n + 1 : 0;
    }
}

/* `with ESMTPSA`: a protocol whose name ends in A says that the client had logged in. Before any address that it may have given. */
static gboolean is_logged_in(const char *by)
{
    g_autofree char *head = g_strndup(by, strcspn(by, "<;"));
    g_auto(GStrv) words = g_strsplit_set(head, " \t()", -1);
    for (guint i = 0; words[i] != NULL && words[i + 1] != NULL; i++) {
        if (g_ascii_strcasecmp(words[i], "with") != 0)
            continue;
        g_autofree char *protocol = g_ascii_strup(words[i + 1], -1);
        return (strstr(protocol, "SMTP") != NULL || g_str_has_prefix(protocol, "LMTP")) && g_str_has_suffix(protocol, "A");
    }
    return FALSE;
}

typedef enum { HOP_FOREIGN, HOP_INTERNAL, HOP_LOOPBACK } Hop;

static Hop judge(const char *field, char *const *words, char **ret_why)
{
    const char *by = find_by(field);
    Seen seen = {0};
    if (by == NULL || g_ascii_strncasecmp(field, "from", 4) != 0)
        return HOP_FOREIGN;
    read_addresses(field, by, words, &seen);
    g_autofree char *last = seen.last;
    if (g_strv_contains((const char *const *)words, "submission") && is_logged_in(by)) {
        *ret_why = g_strdup("submitted with a login");
        return HOP_INTERNAL;
    }
    if (seen.addresses > 0 && seen.internal == seen.addresses) {
        *ret_why = g_strdup_printf("from [%s], which is internal", last);
        return HOP_INTERNAL;
    }
    return seen.addresses > 0 && seen.loopback == seen.addresses ? HOP_LOOPBACK : HOP_FOREIGN;
}

gboolean received_is_internal(const GPtrArray *headers, char *const *internal, char **ret_why)
{
    guint hops = 0;
    if (internal == NULL || internal[0] == NULL)
        return FALSE;
    for (guint i = 0; i < headers->len && hops < HOPS_MAX; i++) {
        const LetterHeader *h = g_ptr_array_index(headers, i);
        if (g_ascii_strcasecmp(h->name, "Received") != 0)
            continue;
        Hop hop = judge(h->value, internal, ret_why);
        if (hop != HOP_LOOPBACK)
            return hop == HOP_INTERNAL;
        hops++;
    }
    return FALSE;
}
