/* partdata: what GMime's objects hold. It must never answer text that is not valid UTF-8. */
#include "mail/partdata.h"

#include <string.h>

#include "mail/parttype.h"
#include "mail/prescan.h"
#include "mail/salvage.h"
#include "mail/words.h"

#include "base/banned.h"

/* "base64;" and "\"base64\"" are sent, and mean what they say. */
static void mend_encoding(GMimeObject *object, GMimeDataWrapper *content)
{
    const char *field = g_mime_object_get_header(object, "Content-Transfer-Encoding");
    if (field == NULL || g_mime_data_wrapper_get_encoding(content) != GMIME_CONTENT_ENCODING_DEFAULT)
        return;
    field += strspn(field, " \t\"'");
    g_autofree char *word = g_strndup(field, strcspn(field, " \t\r\n\"';,"));
    g_mime_data_wrapper_set_encoding(content, g_mime_content_encoding_from_string(word));
}

/* The decoded content of a part, or the bytes of a message inside a mail. */
GByteArray *partdata_bytes(GMimeObject *object)
{
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream), bytes); /* frees the stream's own, as long as it is the owner */
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    GMimeDataWrapper *content = GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL;
    GMimeMessage *inner = GMIME_IS_MESSAGE_PART(object) ? g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)) : NULL;
    if (content != NULL) {
        mend_encoding(object, content);
        g_mime_data_wrapper_write_to_stream(content, stream);
    }
    else if (inner != NULL)
        g_mime_object_write_to_stream(GMIME_OBJECT(inner), NULL, stream);
    g_object_unref(stream);
    return bytes;
}

/* The same where a list put its footer, as it is, behind base64; NULL: nothing stands there, or before it what is none. */
static GByteArray *bytes_before_footer(GMimeStream *raw)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    char chunk[4096];
    g_mime_stream_reset(raw);
    for (ssize_t n; (n = g_mime_stream_read(raw, chunk, sizeof chunk)) > 0;)
        g_byte_array_append(all, (const guint8 *)chunk, (guint)n);
    g_mime_stream_reset(raw);
    gsize coded = salvage_base64_length((const char *)all->data, all->len);
    if (coded == 0 || coded == all->len)
        return NULL;
    GByteArray *bytes = g_byte_array_sized_new(all->len);
    gint state = 0;
    guint save = 0;
    g_byte_array_set_size(bytes, (guint)coded);
    g_byte_array_set_size(bytes, (guint)g_base64_decode_step((const char *)all->data, coded, bytes->data, &state, &save));
    g_byte_array_append(bytes, (const guint8 *)"\n", 1);
    g_byte_array_append(bytes, all->data + coded, (guint)(all->len - coded));
    return bytes;
}

/* The same, but plain text that is only labelled base64 stays as it is. */
GByteArray *partdata_text_bytes(GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *raw = content != NULL ? g_mime_data_wrapper_get_stream(content) : NULL;
    if (content != NULL)
        mend_encoding(GMIME_OBJECT(part), content);
    if (raw == NULL || g_mime_data_wrapper_get_encoding(content) != GMIME_CONTENT_ENCODING_BASE64)
        return partdata_bytes(GMIME_OBJECT(part));
    char head[1024];
    g_mime_stream_reset(raw);
    ssize_t n = g_mime_stream_read(raw, head, sizeof head);
    GByteArray *coded = bytes_before_footer(raw);
    if (coded != NULL)
        return coded;
    if (n > 0 && salvage_is_plain(head, (gsize)n))
        g_mime_data_wrapper_set_encoding(content, GMIME_CONTENT_ENCODING_8BIT);
    return partdata_bytes(GMIME_OBJECT(part));
}

/* A Content-Type field that holds no type. RFC 2045 5.2 takes it for text, GMime for a file; text is what we know to be meant so. */
static char *bare_type(GMimeObject *object)
{
    const char *field = g_mime_object_get_header(object, "Content-Type");
    if (field == NULL)
        return NULL;
    field += strspn(field, " \t\r\n");
    if (*field == '\0')
        return g_strdup("text/plain");
    g_autofree char *word = g_strndup(field, strcspn(field, " \t\r\n;/")), *low = g_ascii_strdown(word, -1);
    PartType type = field[strlen(word)] == '/' ? PARTTYPE_FILE : parttype_of(low);
    return type == PARTTYPE_HTML ? g_strdup("text/html") : type == PARTTYPE_TEXT ? g_strdup("text/plain") : NULL;
}

char *partdata_media_type(GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    g_autofree char *text = type != NULL ? g_mime_content_type_get_mime_type(type) : NULL;
    if (text == NULL || strcmp(text, "application/octet-stream") == 0) {
        char *bare = bare_type(object);
        return bare != NULL ? bare : g_strdup("application/octet-stream");
    }
    g_autofree char *valid = words_decode(text, strlen(text));
    return g_ascii_strdown(valid, -1);
}

char *partdata_parameter(GMimeObject *object, const char *name)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    const char *value = type != NULL ? g_mime_content_type_get_parameter(type, name) : NULL;
    return value != NULL ? words_decode(value, strlen(value)) : NULL;
}

char *partdata_file_name(GMimeObject *object)
{
    const char *disposed = g_mime_object_get_content_disposition_parameter(object, "filename");
    g_autofree char *name = disposed != NULL ? words_decode(disposed, strlen(disposed)) : partdata_parameter(object, "name");
    return salvage_file_name(name != NULL ? name : "");
}

GMimeMessage *partdata_message(const char *bytes, gsize length)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

GMimeMessage *partdata_scanned(const char *bytes, gsize length)
{
    Prescan scan;
    prescan_init(&scan, bytes, length);
    GMimeMessage *message = scan.has_header ? partdata_message(scan.bytes, scan.length) : NULL;
    prescan_clear(&scan);
    return message;
}
