/* writer: see the header. It must never make one of us of an address that stands in Reply-To: nobody checks that field. */
#include "flows/writer.h"

#include <string.h>

#include "base/banned.h"

#define VIA " via " /* "Kim Lee via Support": what lists make of a name */

/* Its domain is that of a queue, or below it: of no other list it is believed that it is ours. */
static gboolean is_of_our_domain(const Config *config, const char *address)
{
    const char *at = strrchr(address, '@');
    for (guint i = 0; at != NULL && i < config->queue_order->len; i++) {
        char **own = ((const ConfigQueue *)g_ptr_array_index(config->queue_order, i))->address;
        for (guint k = 0; own[k] != NULL; k++) {
            const char *domain = strrchr(own[k], '@');
            gsize n = domain != NULL ? strlen(domain + 1) : 0, m = strlen(at + 1);
            if (n > 0 && m >= n && g_ascii_strcasecmp(at + 1 + m - n, domain + 1) == 0 && (m == n || at[m - n] == '.'))
                return TRUE;
        }
    }
    return FALSE;
}

/* From is the address that the list is written to (RFC 2369 3.4, or what Mailman 2 and Google Groups write). */
static gboolean is_list(const Reading *r)
{
    const char *post = letter_find(r->headers, "List-Post"), *been = letter_find(r->headers, "X-BeenThere");
    g_autofree char *bracketed = g_strdup_printf("<mailto:%s>", r->from);
    g_autofree char *low = post != NULL ? g_ascii_strdown(post, -1) : g_strdup(""), *wanted = g_ascii_strdown(bracketed, -1);
    return strstr(low, wanted) != NULL || (been != NULL && g_ascii_strcasecmp(been, r->from) == 0);
}

/* Nobody reads that address, by its name; nothing else says that a machine wrote. */
static gboolean is_unread(const Reading *r) { return r->kind == KIND_BULK && r->by_words_only; }

static gboolean is_another(const Reading *r, const char *address)
{
    const char *at = strchr(address, '@');
    return at != NULL && at != address && at[1] != '\0' && strpbrk(address, " \t<>,;\"") == NULL && g_ascii_strcasecmp(address, r->from) != 0;
}

/* The one address in Reply-To that is not From; NULL: none, or several. */
static const char *reply_to(const Reading *r)
{
    const char *found = NULL;
    for (guint i = 0; i < r->reply_to->len; i++) {
        const char *address = g_ptr_array_index(r->reply_to, i);
        if (!is_another(r, address))
            continue;
        if (found != NULL)
            return NULL;
        found = address;
    }
    return found;
}

/* "Kim Lee <kim@acme.example>" or the address alone; newly allocated, or NULL. */
static char *original(const Reading *r)
{
    static const char *const names[] = {"X-Original-From", "X-Original-Sender"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = letter_find(r->headers, names[i]), *from = value != NULL ? strrchr(value, '<') : NULL;
        g_autofree char *address = value == NULL ? NULL : from == NULL ? g_strdup(value) : g_strndup(from + 1, strcspn(from + 1, ">"));
        if (address != NULL && is_another(r, g_strstrip(address)))
            return g_steal_pointer(&address);
    }
    return NULL;
}

void writer_find(IntakeCase *c)
{
    const Reading *r = c->reading;
    gboolean by_list = *r->from != '\0' && is_of_our_domain(c->desk->config, r->from) && is_list(r);
    g_autofree char *address = by_list ? original(r) : NULL;
    if (address == NULL && (by_list || is_unread(r)))
        address = g_strdup(reply_to(r));
    const char *via = by_list ? strstr(r->from_name, VIA) : NULL;
    c->is_by_another = address != NULL;
    c->from_name = address == NULL ? g_strdup(r->from_name) : g_strndup(r->from_name, via != NULL ? (gsize)(via - r->from_name) : 0);
    if (c->is_by_another)
        intake_note(c, "From <%s> is %s: <%s> wrote it", r->from, by_list ? "the list's own" : "an address that nobody reads", address);
    c->from = address != NULL ? g_steal_pointer(&address) : g_strdup(r->from);
}
