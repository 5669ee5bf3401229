/* signedpart: a scanner of its own, because only bytes that are exactly those of the wire verify, and a parser that mends gives
 * others. What is not plain is refused by name. Linear in the mail. It must never decide what a mail says: that is read again
 * from the verified bytes alone. */
#include "mail/signedpart.h"

#include <string.h>

#include "base/sha256.h"

#include "base/banned.h"

#define BOUNDARY_MAX 70 /* RFC 2046 section 5.1.1 */
#define HEADER_MAX (64 * 1024)
#define LINE_MAX_BYTES 10000 /* gpg leaves out of a text signature what of a line is behind 19995 bytes */

static Signedpart refused(const char *why) { return (Signedpart){.kind = SIGNEDPART_NONE, .why = why}; }

/* End of the line at p, behind its LF. */
static const char *next_line(const char *p, const char *end)
{
    const char *lf = memchr(p, '\n', (gsize)(end - p));
    return lf != NULL ? lf + 1 : end;
}

static gboolean is_blank_line(const char *p, const char *end) { return p < end && (*p == '\n' || (*p == '\r' && p + 1 < end && p[1] == '\n')); }

/* The unfolded values of all fields of that name joined by LF, so that two are seen; *body is behind the empty line, NULL without one. */
static char *field(const char *p, const char *end, const char *name, const char **body)
{
    GString *value = g_string_new(NULL);
    gsize n = strlen(name);
    gboolean on = FALSE;
    const char *limit = (gsize)(end - p) > HEADER_MAX ? p + HEADER_MAX : end;
    *body = NULL;
    while (p < limit && *body == NULL) {
        const char *next = next_line(p, end);
        gboolean is_folded = *p == ' ' || *p == '\t';
        if (is_blank_line(p, end)) {
            *body = next;
            break;
        }
        if (!is_folded) {
            on = (gsize)(next - p) > n && g_ascii_strncasecmp(p, name, n) == 0 && p[n] == ':';
            if (on && value->len > 0)
                g_string_append_c(value, '\n');
        }
        const char *from = on && !is_folded ? p + n + 1 : p;
        for (; on && from < next; from++)
            if (*from != '\r' && *from != '\n')
                g_string_append_c(value, *from == '\0' ? '?' : *from);
        p = next;
    }
    return g_string_free(value, FALSE);
}

/* The value at p, quoted or not; behind it in *ret_end. */
static char *parameter_value(const char *p, const char **ret_end)
{
    GString *value = g_string_new(NULL);
    if (*p != '"') {
        for (; *p != '\0' && strchr("; \t()\n", *p) == NULL; p++)
            g_string_append_c(value, *p);
    } else {
        for (p++; *p != '\0' && *p != '"'; p++) {
            if (*p == '\\' && p[1] != '\0')
                p++;
            g_string_append_c(value, *p);
        }
        p += *p == '"';
    }
    *ret_end = p;
    return g_string_free(value, FALSE);
}

/* Parameter of a Content-Type; NULL where it is absent, or there twice. */
static char *parameter(const char *type, const char *name)
{
    char *found = NULL;
    for (const char *p = strchr(type, ';'); p != NULL && *p == ';';) {
        p++;
        p += strspn(p, " \t");
        gsize n = strcspn(p, "= \t;");
        const char *equals = p + n + strspn(p + n, " \t");
        gboolean is_it = n == strlen(name) && g_ascii_strncasecmp(p, name, n) == 0;
        if (*equals != '=')
            break;
        g_autofree char *value = parameter_value(equals + 1 + strspn(equals + 1, " \t"), &p);
        p += strspn(p, " \t");
        if (!is_it)
            continue;
        if (found != NULL) {
            g_free(found);
            return NULL;
        }
        found = g_steal_pointer(&value);
    }
    return found;
}

static gboolean has_type(const char *value, const char *type)
{
    gsize n = strlen(type);
    value += strspn(value, " \t");
    return g_ascii_strncasecmp(value, type, n) == 0 && (value[n] == '\0' || strchr("; \t", value[n]) != NULL);
}

typedef struct {
    const char *start, *next; /* of the delimiter line */
    gboolean closes;
} Delimiter;

static gboolean find_delimiter(const char *p, const char *end, const char *boundary, Delimiter *ret)
{
    gsize n = strlen(boundary);
    for (; p < end; p = next_line(p, end)) {
        const char *next = next_line(p, end);
        if ((gsize)(next - p) < n + 2 || p[0] != '-' || p[1] != '-' || memcmp(p + 2, boundary, n) != 0)
            continue;
        const char *rest = p + 2 + n;
        gboolean closes = next - rest >= 2 && rest[0] == '-' && rest[1] == '-';
        for (rest += closes ? 2 : 0; rest < next && strchr(" \t\r\n", *rest) != NULL && *rest != '\0';)
            rest++;
        if (rest < next)
            continue;
        *ret = (Delimiter){p, next, closes};
        return TRUE;
    }
    return FALSE;
}

/* Without the line break that belongs to the delimiter (RFC 2046 section 5.1.1). */
static gsize until(const char *from, const char *delimiter)
{
    if (delimiter > from && delimiter[-1] == '\n')
        delimiter--;
    if (delimiter > from && delimiter[-1] == '\r')
        delimiter--;
    return (gsize)(delimiter - from);
}

static gboolean is_empty(const char *p, const char *end)
{
    while (p < end && *p != '\0' && strchr(" \t\r\n", *p) != NULL)
        p++;
    return p == end;
}

/* Lines that end with LF or CRLF, hold no other CR and are not too long. Of anything else gpg verifies less than is there: it takes
 * all CR off the end of a line, and does so after it cut the line, so that text behind 20000 CR costs no signature. */
static gboolean has_plain_lines(const char *p, const char *end)
{
    for (const char *next; p < end; p = next) {
        next = next_line(p, end);
        const char *stop = next[-1] == '\n' ? next - 1 : next;
        const char *cr = memchr(p, '\r', (gsize)(stop - p));
        if (next - p > LINE_MAX_BYTES || (cr != NULL && (cr + 1 != stop || stop == next)))
            return FALSE;
    }
    return TRUE;
}

/* Kind and encoding of the second part; FALSE: not one that is known. */
static gboolean read_signature(Signedpart *s, const char *mail, const char *from, gsize n)
{
    static const char *const smime[] = {"application/pkcs7-signature", "application/x-pkcs7-signature"};
    const char *body, *same;
    g_autofree char *type = field(from, from + n, "Content-Type", &body);
    g_autofree char *encoding = field(from, from + n, "Content-Transfer-Encoding", &same);
    gboolean matches = s->kind == SIGNEDPART_PGP ? has_type(type, "application/pgp-signature") : has_type(type, smime[0]) || has_type(type, smime[1]);
    g_strstrip(encoding);
    s->is_base64 = g_ascii_strcasecmp(encoding, "base64") == 0;
    gboolean is_plain = *encoding == '\0' || g_ascii_strcasecmp(encoding, "7bit") == 0 || g_ascii_strcasecmp(encoding, "8bit") == 0;
    if (body == NULL || !matches || (!s->is_base64 && !is_plain))
        return FALSE;
    s->signature_at = (gsize)(body - mail);
    s->signature_length = n - (gsize)(body - from);
    return s->signature_length > 0 && s->signature_length <= SIGNEDPART_SIGNATURE_BYTES;
}

static Signedpart find_parts(const char *mail, const char *body, const char *end, const char *boundary, SignedpartKind kind)
{
    Signedpart s = {.kind = kind};
    Delimiter first, second, last;
    if (!find_delimiter(body, end, boundary, &first) || first.closes || !find_delimiter(first.next, end, boundary, &second) || second.closes
        || !find_delimiter(second.next, end, boundary, &last) || !last.closes)
        return refused("it is not made of exactly a signed part and a signature");
    if (!is_empty(last.next, end))
        return refused("there is text outside its signed part");
    s.content_at = (gsize)(first.next - mail);
    s.content_length = until(first.next, second.start);
    if (!has_plain_lines(first.next, first.next + s.content_length))
        return refused("its signed part has a line that is too long, or a bare CR");
    if (!read_signature(&s, mail, second.next, until(second.next, last.start)))
        return refused("its signature part is not one that is understood");
    return s;
}

Signedpart signedpart_find(const char *mail, gsize length)
{
    const char *body, *end = mail + length;
    if (length >= 5 && memcmp(mail, "From ", 5) == 0)
        return refused("it begins with a line of a mailbox");
    g_autofree char *type = field(mail, end, "Content-Type", &body);
    if (body == NULL || strchr(type, '\n') != NULL)
        return refused("its header has no end, or two content types");
    if (has_type(type, "application/pkcs7-mime") || has_type(type, "application/x-pkcs7-mime"))
        return refused("it is an opaque S/MIME mail: send signed mail as clear text with a signature beside it (multipart/signed)");
    if (!has_type(type, "multipart/signed"))
        return refused("it is not signed as a whole (PGP/MIME or S/MIME, multipart/signed; PGP text in the mail is not taken)");
    g_autofree char *boundary = parameter(type, "boundary"), *protocol = parameter(type, "protocol");
    if (boundary == NULL || *boundary == '\0' || strlen(boundary) > BOUNDARY_MAX || protocol == NULL)
        return refused("its multipart/signed names no boundary or no protocol");
    if (g_ascii_strcasecmp(protocol, "application/pgp-signature") == 0)
        return find_parts(mail, body, end, boundary, SIGNEDPART_PGP);
    if (g_ascii_strcasecmp(protocol, "application/pkcs7-signature") == 0 || g_ascii_strcasecmp(protocol, "application/x-pkcs7-signature") == 0)
        return find_parts(mail, body, end, boundary, SIGNEDPART_SMIME);
    return refused("its kind of signature is not known");
}

GString *signedpart_canonical(const char *content, gsize length)
{
    GString *out = g_string_sized_new(length + length / 32 + 1);
    for (gsize i = 0; i < length; i++) {
        if (content[i] == '\n' && (i == 0 || content[i - 1] != '\r'))
            g_string_append_c(out, '\r');
        g_string_append_c(out, content[i]);
    }
    return out;
}

char *signedpart_digest(const GString *canonical)
{
    GString *bare = g_string_sized_new(canonical->len);
    for (gsize i = 0; i < canonical->len; i++) {
        char ch = canonical->str[i];
        while (ch == '\n' && bare->len > 0 && memchr(" \t\r", bare->str[bare->len - 1], 3) != NULL)
            g_string_truncate(bare, bare->len - 1);
        g_string_append_c(bare, ch);
    }
    while (bare->len > 0 && memchr(" \t\r\n", bare->str[bare->len - 1], 4) != NULL)
        g_string_truncate(bare, bare->len - 1);
    char *hex = sha256_hex(bare->str, bare->len);
    g_string_free(bare, TRUE);
    return hex;
}
