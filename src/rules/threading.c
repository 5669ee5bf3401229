/* threading: the strongest kind of evidence that names exactly one ticket decides. */
#include "rules/threading.h"

#include <string.h>

#include "base/banned.h"

static const struct {
    const char *name;
    gboolean wants_participant;
} kinds[THREADING_COUNT] = {
    [THREADING_TOKEN] = {"token", FALSE},
    [THREADING_OWN_ID] = {"own Message-ID", FALSE},
    [THREADING_KNOWN_ID] = {"known Message-ID of a participant", TRUE},
    [THREADING_TAG] = {"subject tag of a participant", TRUE},
    [THREADING_CONVERSATION] = {"Thread-Index of a participant", TRUE},
    [THREADING_BODY_TOKEN] = {"address in the text, of a participant", TRUE},
};

void threading_claim_free(ThreadingClaim *c)
{
    if (c == NULL)
        return;
    g_free(c->detail);
    g_free(c);
}

ThreadingVerdict threading_decide(const GPtrArray *claims)
{
    ThreadingVerdict v = {0, 0, NULL, "no evidence"};
    for (int kind = 0; kind < THREADING_COUNT; kind++) {
        const ThreadingClaim *found = NULL;
        gboolean contradicts = FALSE;
        for (guint i = 0; i < claims->len; i++) {
            const ThreadingClaim *c = g_ptr_array_index(claims, i);
            if ((int)c->evidence != kind)
                continue;
            if (kinds[kind].wants_participant && !c->is_participant) {
                v.claimed = v.claimed != 0 ? v.claimed : c->ticket;
                v.why = "not a participant";
                continue;
            }
            contradicts = contradicts || (found != NULL && found->ticket != c->ticket);
            found = found != NULL ? found : c;
        }
        if (found == NULL)
            continue;
        if (contradicts)
            return (ThreadingVerdict){0, found->ticket, found->detail, "contradicting evidence"};
        return (ThreadingVerdict){found->ticket, 0, found->detail, kinds[kind].name};
    }
    return v;
}

/* "[name #digits]" that begins at p; *ret_end: behind it. */
static gint64 tag_at(const char *p, char *const *queues, const char **ret_end)
{
    for (guint i = 0; queues[i] != NULL; i++) {
        gsize n = strlen(queues[i]);
        char *end = NULL;
        if (g_ascii_strncasecmp(p + 1, queues[i], n) != 0 || strncmp(p + 1 + n, " #", 2) != 0 || !g_ascii_isdigit(p[n + 3]))
            continue;
        gint64 id = g_ascii_strtoll(p + n + 3, &end, 10);
        *ret_end = end + 1;
        if (*end == ']' && id > 0 && id < G_MAXINT64)
            return id;
    }
    return 0;
}

gint64 threading_tag(const char *subject, char *const *queues)
{
    const char *end;
    gint64 found = 0;
    for (const char *p = strchr(subject, '['); p != NULL && found == 0; p = strchr(p + 1, '['))
        found = tag_at(p, queues, &end);
    return found;
}

char *threading_without_tags(const char *subject, char *const *queues)
{
    GString *s = g_string_new(NULL);
    for (const char *p = subject, *end; *p != '\0';) {
        if (*p == '[' && tag_at(p, queues, &end) != 0)
            p = end + strspn(end, " ");
        else
            g_string_append_c(s, *p++);
    }
    return g_string_free(s, FALSE);
}

char *threading_conversation(const char *thread_index)
{
    g_autofree char *value = g_strdup(thread_index);
    char *to = value;
    for (const char *p = thread_index; *p != '\0'; p++) /* a long one is folded, and unfolding leaves the blank */
        if (!g_ascii_isspace(*p))
            *to++ = *p;
    *to = '\0';
    gsize n = strlen(value);
    if (n < 30 || n > 2000 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") != n)
        return NULL;
    g_autofree guchar *bytes = g_base64_decode(value, &n);
    return n < 22 ? NULL : g_base64_encode(bytes, 22);
}
