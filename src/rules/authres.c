/* authres: one field, taken apart at its semicolons. It must never believe a field that a sender could have written. */
#include "rules/authres.h"

#include <string.h>

#include "base/banned.h"

#define RESULTS_MAX 64 /* of one field; what is beyond hangs together and is not read */

static const char *const names[] = {"none", "pass", "broken", "fail"};

const char *authres_name(AuthresVerdict v) { return names[v]; }

/* Blanks and comments may stand around an equals sign (RFC 8601 2.2). */
static void join_equals(GString *s)
{
    gsize used = 0;
    for (const char *p = s->str; *p != '\0'; p++) {
        while (*p == '=' && used > 0 && g_ascii_isspace(s->str[used - 1]))
            used--;
        s->str[used++] = *p;
        if (*p == '=')
            p += strspn(p + 1, " \t\r\n");
    }
    g_string_truncate(s, used);
}

/* Comments (RFC 5322 3.2.2) go; what would separate is made harmless inside quoted strings, so that none of a sender's address can be
 * read as a result. */
static char *plain_field(const char *field)
{
    GString *out = g_string_new(NULL);
    int depth = 0;
    gboolean quoted = FALSE;
    for (const char *p = field; *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0') {
            p++;
            if (depth == 0)
                g_string_append_c(out, g_ascii_isalnum(*p) ? *p : '_');
        } else if (depth == 0 && *p == '"') {
            quoted = !quoted;
        } else if (!quoted && *p == '(') {
            depth++;
        } else if (!quoted && *p == ')' && depth > 0) {
            depth--;
        } else if (depth == 0) {
            g_string_append_c(out, quoted && strchr("; \t=@()", *p) != NULL ? '_' : *p);
        }
    }
    join_equals(out);
    return g_string_free(out, FALSE);
}

/* Value of "key=value" among the words of one result, in lower case, or NULL. */
static char *property(char **words, const char *key)
{
    gsize n = strlen(key);
    for (guint i = 0; words[i] != NULL; i++)
        if (g_ascii_strncasecmp(words[i], key, n) == 0 && words[i][n] == '=')
            return g_ascii_strdown(words[i] + n + 1, -1);
    return NULL;
}

static const char *domain_of(const char *value)
{
    const char *at = strrchr(value, '@');
    return at != NULL ? at + 1 : value;
}

/* Relaxed: the same, or one below the other; a bare top-level domain is no domain of anybody. */
static gboolean is_aligned(const char *domain, const char *from)
{
    gsize a = strlen(domain), b = strlen(from);
    const char *longer = a >= b ? domain : from, *shorter = a >= b ? from : domain;
    gsize d = strlen(longer) - strlen(shorter);
    if (a == 0 || b == 0 || strchr(shorter, '.') == NULL || g_ascii_strcasecmp(longer + d, shorter) != 0)
        return FALSE;
    return d == 0 || longer[d - 1] == '.';
}

typedef struct {
    gboolean dmarc_pass, dmarc_fail, spf_pass, spf_fail, dkim_pass, dkim_fail;
} Seen;

static void read_result(char *text, const char *from, gboolean from_doubtful, Seen *seen)
{
    g_auto(GStrv) words = g_strsplit_set(g_strstrip(text), " \t\r\n", 64);
    g_autofree char *dmarc = property(words, "dmarc"), *spf = property(words, "spf"), *dkim = property(words, "dkim");
    g_autofree char *header_from = property(words, "header.from"), *mailfrom = property(words, "smtp.mailfrom");
    g_autofree char *d = property(words, "header.d"), *i = property(words, "header.i");
    if (g_strcmp0(dmarc, "pass") == 0 && (header_from == NULL ? !from_doubtful : is_aligned(domain_of(header_from), from)))
        seen->dmarc_pass = TRUE;
    if (g_strcmp0(dmarc, "fail") == 0)
        seen->dmarc_fail = TRUE;
    if (g_strcmp0(spf, "pass") == 0 && mailfrom != NULL && is_aligned(domain_of(mailfrom), from))
        seen->spf_pass = TRUE;
    if (g_strcmp0(spf, "fail") == 0 || g_strcmp0(spf, "hardfail") == 0) /* as RFC 5451 had it */
        seen->spf_fail = TRUE;
    const char *signer = d != NULL ? d : i != NULL ? domain_of(i) : NULL;
    if (g_strcmp0(dkim, "pass") == 0 && signer != NULL && is_aligned(signer, from))
        seen->dkim_pass = TRUE;
    if (g_strcmp0(dkim, "fail") == 0 && (signer == NULL || is_aligned(signer, from)))
        seen->dkim_fail = TRUE;
}

static gboolean is_trusted(const char *id, char *const *trusted)
{
    for (guint i = 0; trusted != NULL && trusted[i] != NULL; i++)
        if (g_ascii_strcasecmp(trusted[i], id) == 0)
            return TRUE;
    return FALSE;
}

static AuthresVerdict verdict_of(char **results, const char *from, gboolean from_doubtful)
{
    Seen seen = {0};
    for (guint i = 1; results[i] != NULL && i < RESULTS_MAX; i++)
        read_result(results[i], from, from_doubtful, &seen);
    if (seen.dmarc_pass || (!seen.dmarc_fail && (seen.spf_pass || seen.dkim_pass)))
        return AUTHRES_PASS;
    if (seen.dmarc_fail || seen.spf_fail)
        return AUTHRES_FAIL;
    return seen.dkim_fail ? AUTHRES_BROKEN : AUTHRES_NONE;
}

AuthresVerdict authres_verdict(const GPtrArray *fields, char *const *trusted, const char *from_address, gboolean from_doubtful)
{
    for (guint i = 0; i < fields->len; i++) {
        g_autofree char *plain = plain_field(g_ptr_array_index(fields, i));
        g_auto(GStrv) results = g_strsplit(plain, ";", RESULTS_MAX + 1);
        g_auto(GStrv) head = g_strsplit_set(g_strstrip(results[0] != NULL ? results[0] : (char[]){""}), " \t", 2);
        if (head[0] != NULL && is_trusted(head[0], trusted))
            return verdict_of(results, domain_of(from_address), from_doubtful);
    }
    return AUTHRES_NONE;
}
