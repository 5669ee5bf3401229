/* compose: outgoing mail. Header fields are written here, each value checked first, so that nothing from a ticket can end a line;
 * bodies, their encodings and parameters are GMime's. The same draft gives the same bytes: boundaries are digests of the
 * Message-ID, and nothing is read from clock, host or chance. It must never send, nor write an address that the draft has not. */
#include "mail/compose.h"

#include <string.h>

#include <gmime/gmime.h>

#include "base/error.h"
#include "base/sha256.h"
#include "rules/letter.h"

#include "base/banned.h"

#define LINE_WANTED 76         /* RFC 2047 2: of lines with encoded words */
#define LINE_LONGEST 998       /* RFC 5322 2.1.1 */
#define WORD_MAX 75            /* of an encoded word, RFC 2047 2; longer words of others are encoded, so that they can be cut */
#define WORD_FRAME 12          /* of it what is not text: =?utf-8?B? and ?= */
#define ADDRESS_MAX 500
#define MESSAGE_ID_MAX 900
#define REFERENCES_MAX 20

static void unref_object(void *object) { g_object_unref(object); }
typedef GMimeObject MimeObject;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MimeObject, unref_object)
typedef GMimeStream MimeStream;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MimeStream, unref_object)

/* ---- checks ---- */

static gboolean refuse(GError **err, const char *field, const char *reason)
{
    return error_set(err, ERROR_DATA, "compose '%s': %s", field, reason);
}

static gboolean check_value(const char *field, const char *value, GError **err)
{
    if (value != NULL && strpbrk(value, "\r\n") != NULL)
        return refuse(err, field, "a line end in a header value");
    return TRUE;
}

/* An address as it may stand between angle brackets: RFC 5321 without quoted local parts, whose specials could begin another. */
static gboolean check_address(const char *field, const char *address, GError **err)
{
    if (!check_value(field, address, err))
        return FALSE;
    const char *at = address != NULL ? strrchr(address, '@') : NULL;
    if (at == NULL || at == address || at[1] == '\0')
        return refuse(err, field, "no address");
    for (const char *p = address; *p != '\0'; p++)
        if ((guchar)*p <= ' ' || *p == 0x7f || strchr("<>()[],;:\\\"", *p) != NULL)
            return refuse(err, field, "a character that no address has");
    if (strlen(address) > ADDRESS_MAX || !g_utf8_validate(address, -1, NULL))
        return refuse(err, field, "no address");
    return TRUE;
}

gboolean compose_is_address(const char *address) { return check_address("To", address, NULL); }

static gboolean is_message_id(const char *id)
{
    gsize n = strlen(id);
    if (n < 3 || n > MESSAGE_ID_MAX || id[0] != '<' || id[n - 1] != '>')
        return FALSE;
    for (gsize i = 1; i < n - 1; i++)
        if ((guchar)id[i] <= ' ' || (guchar)id[i] >= 0x7f || id[i] == '<' || id[i] == '>')
            return FALSE;
    return TRUE;
}

static gboolean check_lists(const ComposeDraft *d, GError **err)
{
    for (guint i = 0; d->cc != NULL && i < d->cc->len; i++) {
        const LetterAddress *a = g_ptr_array_index(d->cc, i);
        if (!check_value("Cc", a->name, err) || !check_address("Cc", a->address, err))
            return FALSE;
    }
    for (guint i = 0; d->references != NULL && i < d->references->len; i++)
        if (!check_value("References", g_ptr_array_index(d->references, i), err))
            return FALSE;
    for (guint i = 0; d->parts != NULL && i < d->parts->len; i++) {
        const MessagePart *part = g_ptr_array_index(d->parts, i);
        if (!check_value("part's name", part->name, err) || !check_value("part's type", part->type, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean check_draft(const ComposeDraft *d, GError **err)
{
    const struct {
        const char *field, *value;
    } values[] = {{"From", d->from_name}, {"To", d->to_name}, {"Subject", d->subject}, {"In-Reply-To", d->in_reply_to},
                  {"Message-ID", d->message_id}};
    for (guint i = 0; i < G_N_ELEMENTS(values); i++)
        if (!check_value(values[i].field, values[i].value, err))
            return FALSE;
    if (!check_address("From", d->from_address, err) || !check_address("To", d->to_address, err)
        || (d->reply_to != NULL && !check_address("Reply-To", d->reply_to, err)))
        return FALSE;
    if (d->message_id == NULL || !is_message_id(d->message_id))
        return refuse(err, "Message-ID", "expected <local@domain>");
    if (d->date == INSTANT_NONE || d->date > INSTANT_MAX || d->date < 0)
        return refuse(err, "Date", "no date of a mail");
    for (const char *p = d->calendar_method; p != NULL && *p != '\0'; p++)
        if (!g_ascii_isalpha(*p) && *p != '-')
            return refuse(err, "calendar method", "expected a word");
    return check_lists(d, err);
}

/* ---- header fields ---- */

/* One field being written; words are put behind each other and folded between (RFC 5322 2.2.3). */
typedef struct {
    GString *out;
    gsize column;
    gboolean is_first; /* never folded before: a field's first line is not empty */
} Field;

static Field field_begin(GString *out, const char *name)
{
    g_string_append_printf(out, "%s:", name);
    return (Field){out, strlen(name) + 1, TRUE};
}

static void field_word(Field *f, const char *word)
{
    gsize n = strlen(word);
    if (!f->is_first && f->column + 1 + n > LINE_WANTED) {
        g_string_append(f->out, "\r\n");
        f->column = 0;
    }
    g_string_append_c(f->out, ' ');
    g_string_append(f->out, word);
    f->column += n + 1;
    f->is_first = FALSE;
}

static void field_end(Field *f) { g_string_append(f->out, "\r\n"); }

static void write_field(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    Field f = field_begin(out, name);
    g_string_append_printf(out, " %s", value);
    field_end(&f);
}

/* Valid UTF-8 in which blanks and control characters are single spaces. */
static char *clean(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    GString *out = g_string_new(NULL);
    for (const char *p = valid; *p != '\0'; p++) {
        gboolean blank = (guchar)*p <= ' ' || *p == 0x7f;
        if (!blank)
            g_string_append_c(out, *p);
        else if (out->len > 0 && out->str[out->len - 1] != ' ')
            g_string_append_c(out, ' ');
    }
    return g_strchomp(g_string_free(out, FALSE));
}

/* Encoded words of `text`, each whole characters (RFC 2047 5): always base64, which is safe in phrases too. */
static void field_encoded(Field *f, const char *text)
{
    while (*text != '\0') {
        gsize room = LINE_WANTED - 1 - (f->column < LINE_WANTED / 2 ? f->column : 0); /* left of this line, else of the next */
        gsize bytes = (room - WORD_FRAME) / 4 * 3, n = 0;
        for (gsize next = 0; next <= bytes; next = (gsize)(g_utf8_next_char(text + n) - text)) {
            n = next;
            if (text[n] == '\0')
                break;
        }
        g_autofree char *coded = g_base64_encode((const guchar *)text, n);
        g_autofree char *word = g_strdup_printf("=?utf-8?B?%s?=", coded);
        field_word(f, word);
        text += n;
    }
}

/* What needs no encoding: printable ASCII that is not long and cannot be taken for an encoded word. */
static gboolean is_plain(const char *word)
{
    for (const char *p = word; *p != '\0'; p++)
        if (*p <= ' ' || *p >= 0x7f)
            return FALSE;
    return strlen(word) <= WORD_MAX && strstr(word, "=?") == NULL;
}

/* Unstructured text: plain words as they are, runs of others encoded together with the spaces inside the run. */
static void field_text(Field *f, const char *text)
{
    g_autofree char *cleaned = clean(text);
    g_auto(GStrv) words = g_strsplit(cleaned, " ", -1);
    for (guint i = 0; words[i] != NULL;) {
        if (is_plain(words[i])) {
            field_word(f, words[i++]);
            continue;
        }
        g_autoptr(GString) run = g_string_new(words[i++]);
        while (words[i] != NULL && !is_plain(words[i]))
            g_string_append_printf(run, " %s", words[i++]);
        field_encoded(f, run->str);
    }
}

/* RFC 5322 3.2.3: characters of an atom, and the space between two of them. */
static gboolean is_phrase(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && strchr(" !#$%&'*+-/=?^_`{|}~", *p) == NULL)
            return FALSE;
    return strlen(text) <= WORD_MAX && strstr(text, "=?") == NULL;
}

static char *quoted(const char *text)
{
    GString *out = g_string_new("\"");
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(out, '\\');
        g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
    return g_string_free(out, FALSE);
}

static void field_mailbox(Field *f, const char *name, const char *address, const char *after)
{
    g_autofree char *cleaned = clean(name);
    g_autofree char *bracketed = g_strdup_printf(*cleaned != '\0' ? "<%s>%s" : "%s%s", address, after);
    g_autofree char *quote = quoted(cleaned);
    if (is_phrase(cleaned)) {
        if (*cleaned != '\0')
            field_word(f, cleaned);
    } else if (g_str_is_ascii(cleaned) && strlen(quote) <= WORD_MAX && strstr(cleaned, "=?") == NULL) {
        field_word(f, quote);
    } else {
        field_encoded(f, cleaned);
    }
    field_word(f, bracketed);
}

static void write_mailbox(GString *out, const char *name, const char *display, const char *address)
{
    Field f = field_begin(out, name);
    field_mailbox(&f, display, address, "");
    field_end(&f);
}

static void write_cc(GString *out, const GPtrArray *cc)
{
    if (cc == NULL || cc->len == 0)
        return;
    Field f = field_begin(out, "Cc");
    for (guint i = 0; i < cc->len; i++) {
        const LetterAddress *a = g_ptr_array_index(cc, i);
        field_mailbox(&f, a->name, a->address, i + 1 < cc->len ? "," : "");
    }
    field_end(&f);
}

static void write_subject(GString *out, const char *subject)
{
    Field f = field_begin(out, "Subject");
    field_text(&f, subject);
    field_end(&f);
}

/* The first, which names the thread, and the last. What is no message-id (they are strangers' words) is left out. */
static void write_references(GString *out, const GPtrArray *references)
{
    g_autoptr(GPtrArray) good = g_ptr_array_new();
    for (guint i = 0; references != NULL && i < references->len; i++)
        if (is_message_id(g_ptr_array_index(references, i)))
            g_ptr_array_add(good, g_ptr_array_index(references, i));
    if (good->len == 0)
        return;
    Field f = field_begin(out, "References");
    field_word(&f, g_ptr_array_index(good, 0));
    for (guint i = good->len > REFERENCES_MAX ? good->len - REFERENCES_MAX + 1 : 1; i < good->len; i++)
        field_word(&f, g_ptr_array_index(good, i));
    field_end(&f);
}

/* What each class says of itself (contracts, "Automatic mail"; RFC 3834 5, MS-OXCMAIL 2.1.3.2.20). */
static const struct {
    const char *auto_submitted, *suppress;
} classes[] = {
    [COMPOSE_PAGE] = {NULL, "DR, RN, NRN, AutoReply"},
    [COMPOSE_AUTO_REPLIED] = {"auto-replied", "All"},
    [COMPOSE_AUTO_GENERATED] = {"auto-generated", "All"},
    [COMPOSE_RELAYED] = {NULL, "DR, RN, NRN, AutoReply"},
};

static void write_fields(GString *out, const ComposeDraft *d)
{
    g_autofree char *date = instant_format_mail(d->date);
    write_field(out, "Date", date);
    write_mailbox(out, "From", d->from_name, d->from_address);
    write_mailbox(out, "To", d->to_name, d->to_address);
    write_cc(out, d->cc);
    write_subject(out, d->subject);
    write_field(out, "Message-ID", d->message_id);
    write_field(out, "In-Reply-To", d->in_reply_to != NULL && is_message_id(d->in_reply_to) ? d->in_reply_to : NULL);
    write_references(out, d->references);
    write_field(out, "Reply-To", d->reply_to);
    write_field(out, "Auto-Submitted", classes[d->mail_class].auto_submitted);
    write_field(out, "X-Auto-Response-Suppress", classes[d->mail_class].suppress);
    write_field(out, "MIME-Version", "1.0");
}

/* ---- bodies ---- */

/* Valid UTF-8 with \n alone at line ends, and one at the end. */
static char *plain_lines(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    GString *out = g_string_sized_new(strlen(valid) + 1);
    for (const char *p = valid; *p != '\0';) {
        gsize n = strcspn(p, "\r");
        g_string_append_len(out, p, (gssize)n);
        if (p[n] == '\r' && p[n + 1] != '\n')
            g_string_append_c(out, '\n');
        p += n + (p[n] == '\r');
    }
    if (out->len == 0 || out->str[out->len - 1] != '\n')
        g_string_append_c(out, '\n');
    return g_string_free(out, FALSE);
}

/* Whether it may travel as it is: ASCII, short lines, nothing that could be taken for a boundary of ours ("=_" is never seen in
 * quoted-printable or base64). */
static gboolean is_7bit(const char *text, gsize length)
{
    gsize column = 0;
    for (gsize i = 0; i < length; i++) {
        column = text[i] == '\n' ? 0 : column + 1;
        if ((guchar)text[i] >= 0x80 || text[i] == '\0' || text[i] == '\r' || column > LINE_LONGEST)
            return FALSE;
    }
    return strstr(text, "--=_") == NULL;
}

/* Lines to CRLF. */
static void write_lines(GString *out, const char *text, gsize length)
{
    for (const char *p = text, *end = text + length; p < end;) {
        const char *eol = memchr(p, '\n', (gsize)(end - p));
        gsize n = (gsize)((eol != NULL ? eol : end) - p);
        g_string_append_len(out, p, (gssize)n);
        g_string_append(out, "\r\n");
        p += n + 1;
    }
}

/* A text as a part: its fields, an empty line, its lines. By hand but for the encoder, for it stands in every mail: as objects of GMime the
 * same cost five times as much. */
static void write_text(GString *out, const char *subtype, const char *text, const char *method)
{
    g_autofree char *lines = plain_lines(text);
    gsize length = strlen(lines);
    GMimeContentEncoding encoding = is_7bit(lines, length) ? GMIME_CONTENT_ENCODING_7BIT : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
    GMimeEncoding coder;
    g_mime_encoding_init_encode(&coder, encoding);
    g_autofree char *coded = g_malloc(g_mime_encoding_outlen(&coder, length) + 1);
    g_string_append_printf(out, "Content-Type: text/%s; charset=utf-8", subtype);
    if (method != NULL && *method != '\0')
        g_string_append_printf(out, "; method=%s", method);
    g_string_append_printf(out, "\r\nContent-Transfer-Encoding: %s\r\n\r\n", g_mime_content_encoding_to_string(encoding));
    write_lines(out, coded, g_mime_encoding_flush(&coder, lines, length, coded));
}

/* RFC 2045 5.1 `type "/" subtype`. Composite types are no leaves, and message/ may not be encoded (RFC 2046 5.2.1): both travel
 * as plain bytes. */
static GMimeContentType *leaf_type(const char *type)
{
    gsize slash = type != NULL ? strcspn(type, "/") : 0;
    gboolean good = slash > 0 && type[slash] == '/' && type[slash + 1] != '\0' && strlen(type) <= 127;
    for (gsize i = 0; good && type[i] != '\0'; i++)
        good = g_ascii_isalnum(type[i]) || strchr("!#$&-^_.+", type[i]) != NULL || i == slash;
    good = good && g_ascii_strncasecmp(type, "multipart/", 10) != 0 && g_ascii_strncasecmp(type, "message/", 8) != 0;
    if (!good)
        return g_mime_content_type_new("application", "octet-stream");
    g_autofree char *head = g_strndup(type, slash);
    return g_mime_content_type_new(head, type + slash + 1);
}

static GMimeObject *attachment(const MessagePart *part)
{
    gsize length = 0;
    const void *bytes = part->bytes != NULL ? g_bytes_get_data(part->bytes, &length) : NULL;
    GMimePart *p = g_mime_part_new();
    GMimeContentType *type = leaf_type(part->type);
    g_autofree char *name = clean(part->name);
    g_mime_object_set_content_type(GMIME_OBJECT(p), type);
    g_object_unref(type);
    g_mime_object_set_disposition(GMIME_OBJECT(p), "attachment");
    if (*name != '\0') {
        g_mime_object_set_content_disposition_parameter(GMIME_OBJECT(p), "filename", name);
        GMimeParamList *list = g_mime_content_disposition_get_parameters(g_mime_object_get_content_disposition(GMIME_OBJECT(p)));
        g_mime_param_set_charset(g_mime_param_list_get_parameter(list, "filename"), "utf-8"); /* else Latin-1 where that does */
    }
    g_autoptr(MimeStream) stream = g_mime_stream_mem_new_with_buffer(bytes, length);
    GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(p, content);
    g_object_unref(content);
    g_mime_part_set_content_encoding(p, GMIME_CONTENT_ENCODING_BASE64);
    return GMIME_OBJECT(p);
}

/* Its fields, the empty line and its base64. */
static gboolean write_attachment(GString *out, const MessagePart *part, GError **err)
{
    g_autoptr(MimeObject) object = attachment(part);
    g_autoptr(MimeStream) stream = g_mime_stream_mem_new();
    const GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    GMimeFormatOptions *format = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    g_mime_format_options_set_param_encoding_method(format, GMIME_PARAM_ENCODING_METHOD_RFC2231);
    gssize n = g_mime_object_write_to_stream(object, format, stream);
    g_mime_format_options_free(format);
    if (n < 0)
        return error_set(err, ERROR_INTERNAL, "compose 'attachment': cannot be written");
    g_string_append_len(out, (const char *)bytes->data, bytes->len);
    if (out->len < 2 || memcmp(out->str + out->len - 2, "\r\n", 2) != 0)
        g_string_append(out, "\r\n");
    return TRUE;
}

/* The field of a multipart, and its boundary (RFC 2046 5.1.1), newly allocated. */
static char *begin_multipart(GString *out, const char *subtype, const ComposeDraft *d)
{
    g_autofree char *seed = g_strdup_printf("%s %s", subtype, d->message_id);
    g_autofree char *digest = sha256_hex(seed, strlen(seed));
    char *boundary = g_strdup_printf("=_%.32s", digest);
    g_string_append_printf(out, "Content-Type: multipart/%s;\r\n\tboundary=\"%s\"\r\n", subtype, boundary);
    return boundary;
}

/* `after`: "" before a part, "--" after the last. */
static void delimit(GString *out, const char *boundary, const char *after) { g_string_append_printf(out, "\r\n--%s%s\r\n", boundary, after); }

/* The least preferred first (RFC 2046 5.1.4); a calendar that can be answered stands last (RFC 6047 2.4). */
static void write_readable(GString *out, const ComposeDraft *d)
{
    const char *const texts[][3] = {{"plain", d->text, NULL}, {"html", d->html, NULL}, {"calendar", d->calendar, d->calendar_method}};
    if (d->html == NULL && d->calendar == NULL) {
        write_text(out, "plain", d->text, NULL);
        return;
    }
    g_autofree char *boundary = begin_multipart(out, "alternative", d);
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (i == 0 || texts[i][1] != NULL) {
            delimit(out, boundary, "");
            write_text(out, texts[i][0], texts[i][1], texts[i][2]);
        }
    delimit(out, boundary, "--");
}

/* Content-* fields, the empty line and the body. */
static gboolean write_body(GString *out, const ComposeDraft *d, GError **err)
{
    if (d->parts == NULL || d->parts->len == 0) {
        write_readable(out, d);
        return TRUE;
    }
    g_autofree char *boundary = begin_multipart(out, "mixed", d);
    delimit(out, boundary, "");
    write_readable(out, d);
    for (guint i = 0; i < d->parts->len; i++) {
        delimit(out, boundary, "");
        if (!write_attachment(out, g_ptr_array_index(d->parts, i), err))
            return FALSE;
    }
    delimit(out, boundary, "--");
    return TRUE;
}

gboolean compose_mail(const ComposeDraft *draft, GBytes **ret, GError **err)
{
    static gsize once;
    if (g_once_init_enter(&once)) {
        g_mime_init();
        g_once_init_leave(&once, 1);
    }
    if (!check_draft(draft, err))
        return FALSE;
    g_autoptr(GString) out = g_string_new(NULL);
    write_fields(out, draft);
    if (!write_body(out, draft, err))
        return FALSE;
    *ret = g_string_free_to_bytes(g_steal_pointer(&out));
    return TRUE;
}
