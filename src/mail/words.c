/* words: header values of real mail. Decodes what mailers write, not only what RFC 2047 allows: encoded words inside quotes and
 * glued to text, words that split a character, raw 8-bit. It must never take more than linear time over a field. */
#include "mail/words.h"

#include <string.h>

#include "rules/letter.h"
#include "mail/charset.h"

#include "base/banned.h"

#define ID_MAX 998 /* bytes of one identifier: a line of RFC 5322 */

typedef struct {
    GString *out;     /* UTF-8 so far */
    GByteArray *held; /* decoded bytes of adjacent words of one charset: a character may be split over them */
    char charset[64];
} Words;

static void flush_held(Words *w)
{
    if (w->held->len == 0)
        return;
    gsize n;
    g_autofree char *text = charset_decode((const char *)w->held->data, w->held->len, w->charset, &n, NULL);
    g_string_append_len(w->out, text, (gssize)n);
    g_byte_array_set_size(w->held, 0);
}

static void add_literal(Words *w, const char *p, gsize n)
{
    flush_held(w);
    gsize m;
    g_autofree char *text = charset_mend(p, n, &m);
    g_string_append_len(w->out, text, (gssize)m);
}

static void decode_q(const char *p, gsize n, GByteArray *out)
{
    for (gsize i = 0; i < n; i++) {
        guchar c = (guchar)p[i];
        if (c == '_') {
            c = ' ';
        } else if (c == '=' && i + 2 < n && g_ascii_isxdigit(p[i + 1]) && g_ascii_isxdigit(p[i + 2])) {
            c = (guchar)(g_ascii_xdigit_value(p[i + 1]) * 16 + g_ascii_xdigit_value(p[i + 2]));
            i += 2;
        }
        g_byte_array_append(out, &c, 1);
    }
}

static void decode_b(const char *p, gsize n, GByteArray *out)
{
    g_autofree guchar *bytes = g_malloc(n / 4 * 3 + 8);
    int state = 0;
    guint save = 0;
    gsize m = g_base64_decode_step(p, n, bytes, &state, &save);
    if (state != 0) /* padding that is missing */
        m += g_base64_decode_step("===", (gsize)(4 - (state & 3)) & 3, bytes + m, &state, &save);
    g_byte_array_append(out, bytes, (guint)m);
}

typedef struct {
    const char *charset, *text, *end; /* end is behind "?=" */
    gsize charset_length, text_length;
    char encoding;
} Word;

/* `close` is the search position of the next "?=": it only moves forward, so that all words of a field cost one pass. */
static gboolean read_word(const char *p, const char *end, const char **close, Word *ret)
{
    const char *c = p + 2;
    while (c < end && c - p < 60 && *c != '?' && !g_ascii_isspace(*c))
        c++;
    if (end - c < 4 || *c != '?' || c == p + 2 || c[2] != '?' || strchr("bBqQ", c[1]) == NULL || c[1] == '\0')
        return FALSE;
    const char *star = memchr(p + 2, '*', (gsize)(c - p - 2)); /* RFC 2231 5: charset*language */
    ret->charset = p + 2;
    ret->charset_length = (gsize)((star != NULL ? star : c) - p - 2);
    ret->encoding = g_ascii_tolower(c[1]);
    ret->text = c + 3;
    if (*close < ret->text) {
        *close = memmem(ret->text, (gsize)(end - ret->text), "?=", 2);
        if (*close == NULL)
            *close = end;
    }
    if (*close >= end)
        return FALSE;
    ret->text_length = (gsize)(*close - ret->text);
    ret->end = *close + 2;
    return memmem(ret->text, ret->text_length, "=?", 2) == NULL; /* else an opening lost its end: the next one may be whole */
}

static void add_word(Words *w, const Word *word)
{
    char charset[64];
    g_strlcpy(charset, word->charset, MIN(sizeof charset, word->charset_length + 1));
    if (g_ascii_strcasecmp(charset, w->charset) != 0)
        flush_held(w);
    g_strlcpy(w->charset, charset, sizeof w->charset);
    if (word->encoding == 'b')
        decode_b(word->text, word->text_length, w->held);
    else
        decode_q(word->text, word->text_length, w->held);
    /* ISO-2022 changes its state by escapes: each word stands alone (RFC 2047 3). */
    if (g_ascii_strncasecmp(charset, "iso-2022", 8) == 0)
        flush_held(w);
}

static gboolean is_blank(const char *p, gsize n)
{
    for (gsize i = 0; i < n; i++)
        if (!g_ascii_isspace(p[i]))
            return FALSE;
    return TRUE;
}

static char *tidy(GString *s)
{
    gsize n = 0;
    for (const char *p = s->str; p < s->str + s->len; p++) {
        guchar c = (guchar)*p;
        if (c == '\r' || (c == '\n' && n > 0 && (s->str[n - 1] == ' ' || s->str[n - 1] == '\t')))
            continue;
        s->str[n++] = c < 0x20 && c != '\t' ? ' ' : (char)c;
    }
    g_string_truncate(s, n);
    return g_strstrip(g_string_free(s, FALSE));
}

/* Unfolding (RFC 5322 2.2.3) only takes the line end out; the blank that follows stays. */
static char *unfold(const char *raw, gsize length, gsize *ret_length)
{
    char *flat = g_malloc(length + 1);
    gsize n = 0;
    for (gsize i = 0; i < length; i++) {
        gboolean eol = raw[i] == '\n' || raw[i] == '\r';
        if (!eol)
            flat[n++] = raw[i] == '\0' ? ' ' : raw[i];
        else if (raw[i] == '\n' && i + 1 < length && raw[i + 1] != ' ' && raw[i + 1] != '\t')
            flat[n++] = ' ';
    }
    flat[n] = '\0';
    *ret_length = n;
    return flat;
}

char *words_decode(const char *raw, gsize length)
{
    gsize n;
    g_autofree char *flat = unfold(raw, length, &n);
    Words w = {g_string_sized_new(n + 1), g_byte_array_new(), ""};
    const char *end = flat + n, *literal = flat, *close = flat, *p = flat;
    gboolean after_word = FALSE;
    while (p < end && (p = memmem(p, (gsize)(end - p), "=?", 2)) != NULL) {
        Word word;
        if (!read_word(p, end, &close, &word)) {
            p += 2;
            continue;
        }
        if (p > literal && !(after_word && is_blank(literal, (gsize)(p - literal))))
            add_literal(&w, literal, (gsize)(p - literal));
        add_word(&w, &word);
        after_word = TRUE;
        literal = p = word.end;
    }
    if (literal < end)
        add_literal(&w, literal, (gsize)(end - literal));
    flush_held(&w);
    g_byte_array_unref(w.held);
    return tidy(w.out);
}

GPtrArray *words_fields(const char *bytes, gsize length, guint max)
{
    GPtrArray *fields = letter_new_headers();
    const char *end = bytes + length, *p = bytes;
    while (p < end && fields->len < max) {
        const char *stop = p; /* the field with its folded lines */
        do {
            const char *eol = memchr(stop, '\n', (gsize)(end - stop));
            stop = eol != NULL ? eol + 1 : end;
        } while (stop < end && (*stop == ' ' || *stop == '\t'));
        if (*p == '\n' || (*p == '\r' && stop - p <= 2))
            break;
        const char *colon = memchr(p, ':', (gsize)(stop - p));
        if (colon != NULL && colon > p) {
            LetterHeader *h = g_new0(LetterHeader, 1);
            g_autofree char *name = charset_mend(p, (gsize)(colon - p), NULL);
            h->name = g_strdup(g_strstrip(name));
            h->value = g_malloc0((gsize)(stop - colon));
            memcpy(h->value, colon + 1, (gsize)(stop - colon - 1));
            for (char *c = h->value; c < h->value + (stop - colon - 1); c++)
                if (*c == '\0')
                    *c = ' ';
            g_ptr_array_add(fields, h);
        }
        p = stop;
    }
    return fields;
}

static void keep_id(GPtrArray *ids, guint max, const char *id)
{
    if (ids->len >= max) /* the first stays: it is the thread's root; of the rest the newest stay */
        g_ptr_array_remove_index(ids, MIN(1, ids->len - 1));
    gsize n;
    char *clean = charset_mend(id, strlen(id), &n);
    g_ptr_array_add(ids, clean);
}

/* <…> without blanks or control characters inside; folding may have put some there. */
static char *bracketed(const char *p, const char *end)
{
    GString *id = g_string_new("<");
    for (; p < end; p++)
        if (!g_ascii_isspace(*p) && !g_ascii_iscntrl(*p))
            g_string_append_c(id, *p);
    g_string_append_c(id, '>');
    return g_string_free(id, FALSE);
}

void words_ids(const char *raw, gsize length, guint max, GPtrArray *ids)
{
    const char *end = raw + length;
    guint before = ids->len;
    for (const char *p = raw; p < end && (p = memchr(p, '<', (gsize)(end - p))) != NULL;) {
        gsize room = MIN((gsize)(end - p), (gsize)ID_MAX);
        const char *close = memchr(p, '>', room), *again = close;
        for (const char *q = p + 1; close != NULL && q < close; q++)
            if (*q == '<') { /* an opening without its end */
                again = q;
                p = q;
            }
        if (close == NULL) {
            p += 1;
            continue;
        }
        g_autofree char *id = bracketed(p + 1, close);
        if (strlen(id) > 2)
            keep_id(ids, max, id);
        p = MAX(again, close) + 1;
    }
    if (ids->len > before)
        return;
    g_autofree char *flat = g_strndup(raw, MIN(length, (gsize)65536));
    char **tokens = g_strsplit_set(flat, " \t\r\n,;", 200);
    for (char **t = tokens; *t != NULL; t++)
        if (strchr(*t, '@') != NULL && strpbrk(*t, " \t<>\"()") == NULL && strlen(*t) < ID_MAX) {
            g_autofree char *id = bracketed(*t, *t + strlen(*t));
            keep_id(ids, max, id);
        }
    g_strfreev(tokens);
}

char *words_without_encoded(const char *raw)
{
    char *plain = g_strdup(raw), *end = plain + strlen(plain);
    const char *close = plain;
    Word word;
    for (char *p = plain; (p = strstr(p, "=?")) != NULL;) {
        if (!read_word(p, end, &close, &word)) {
            p += 2;
            continue;
        }
        memset(p, ' ', (gsize)(word.end - p));
        p += word.end - p;
    }
    return plain;
}

static gboolean is_local(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.", c) != NULL) || (guchar)c >= 0x80;
}

static gboolean is_domain(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || (guchar)c >= 0x80;
}

char *words_find_address(const char *text)
{
    for (const char *at = text; (at = strchr(at, '@')) != NULL; at++) {
        const char *a = at, *b = at + 1;
        while (a > text && at - a < 256 && is_local(a[-1]))
            a--;
        while (b - at < 256 && is_domain(*b))
            b++;
        while (b > at + 1 && (b[-1] == '.' || b[-1] == '-'))
            b--;
        if (a < at && b > at + 1)
            return charset_mend(a, (gsize)(b - a), NULL);
    }
    return NULL;
}
