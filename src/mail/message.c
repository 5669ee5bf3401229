/* message: GMime's tree of a mail to a Letter. GMime finds the structure and decodes transfer encodings, addresses and dates;
 * charsets, header words and the choice of text are ours (mail/charset, mail/words, mail/body). It must never hand GMime bytes
 * that the pre-scan has not seen, never recurse over the tree, and never answer nothing. message_init keeps iconv converters of
 * the common charsets open: a sandbox without open(2) then still converts them; any other charset is mended like an unlabelled
 * one. */
#include "mail/message.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "mail/body.h"
#include "mail/charset.h"
#include "mail/heading.h"
#include "mail/html.h"
#include "mail/parttype.h"
#include "mail/prescan.h"
#include "mail/salvage.h"
#include "mail/words.h"

#include "base/banned.h"

#define PART_TEXT_BYTES (8 * 1024 * 1024) /* of one text part; the whole text has LIMIT_TEXT_BYTES */
#define RETURNED_TEXT_BYTES (64 * 1024)

typedef struct {
    GMimeObject *object;
    BodyPlace place;
    gboolean in_report, sole; /* sole: the whole mail is this part */
    int depth;
} Step;

typedef struct {
    Letter *letter;
    Body *body;
    GArray *steps;      /* Step: what is still to be visited, the next one last */
    GPtrArray *parts;   /* MessagePart * wanted, or NULL */
    gsize room;         /* for their bytes */
    gboolean over_room;
    gboolean returned;  /* inside a returned mail: only its text counts */
    int groups;
    GPtrArray *other_calendars; /* application/ics: counts where there is no text/calendar */
} Walk;

static void add_mailbox(GPtrArray *list, InternetAddress *a)
{
    const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a));
    const char *name = internet_address_get_name(a);
    if (address == NULL || *address == '\0')
        return;
    g_autofree char *clean = words_decode(address, strlen(address));
    g_autofree char *display = name != NULL ? words_decode(name, strlen(name)) : NULL;
    letter_add_address(list, display, clean);
}

/* Groups hold groups; the pre-scan bounds how deep. */
static void add_list(GPtrArray *list, InternetAddressList *all)
{
    struct {
        InternetAddressList *list;
        int next;
    } stack[LIMIT_ADDRESS_NESTING + 2] = {{all, 0}};
    int top = 0;
    while (top >= 0 && list->len < LIMIT_ADDRESSES) {
        if (stack[top].next >= internet_address_list_length(stack[top].list)) {
            top--;
            continue;
        }
        InternetAddress *a = internet_address_list_get_address(stack[top].list, stack[top].next++);
        if (INTERNET_ADDRESS_IS_MAILBOX(a)) {
            add_mailbox(list, a);
        } else if (INTERNET_ADDRESS_IS_GROUP(a) && top + 1 < (int)G_N_ELEMENTS(stack)) {
            top++;
            stack[top].list = internet_address_group_get_members(INTERNET_ADDRESS_GROUP(a));
            stack[top].next = 0;
            if (stack[top].list == NULL)
                top--;
        }
    }
}

static void parse_addresses(const char *text, GPtrArray *list)
{
    InternetAddressList *all = internet_address_list_parse(NULL, text);
    if (all == NULL)
        return;
    add_list(list, all);
    g_object_unref(all);
}

static Instant parse_date(const char *text)
{
    GDateTime *date = g_mime_utils_header_decode_date(text);
    if (date == NULL)
        return INSTANT_NONE;
    Instant t = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return t;
}

void message_init(void)
{
    static gboolean done;
    if (done)
        return;
    done = TRUE;
    g_mime_init();
    charset_warm_up();
    html_init();
    parse_date("Sun, 22 Nov 2026 09:00:00 +0100"); /* reads the zone files that it wants, once */
}

static const HeadingParsers parsers = {parse_addresses, parse_date};

/* The decoded content of a part, or the bytes of a message inside a mail. */
static GByteArray *bytes_of(GMimeObject *object)
{
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream), bytes); /* frees the stream's own, as long as it is the owner */
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    GMimeDataWrapper *content = GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL;
    GMimeMessage *inner = GMIME_IS_MESSAGE_PART(object) ? g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)) : NULL;
    if (content != NULL)
        g_mime_data_wrapper_write_to_stream(content, stream);
    else if (inner != NULL)
        g_mime_object_write_to_stream(GMIME_OBJECT(inner), NULL, stream);
    g_object_unref(stream);
    return bytes;
}

/* The same, but plain text that is only labelled base64 stays as it is. */
static GByteArray *text_bytes_of(GMimePart *part)
{
    GMimeDataWrapper *content = g_mime_part_get_content(part);
    GMimeStream *raw = content != NULL ? g_mime_data_wrapper_get_stream(content) : NULL;
    if (raw == NULL || g_mime_data_wrapper_get_encoding(content) != GMIME_CONTENT_ENCODING_BASE64)
        return bytes_of(GMIME_OBJECT(part));
    char head[1024];
    g_mime_stream_reset(raw);
    ssize_t n = g_mime_stream_read(raw, head, sizeof head);
    g_mime_stream_reset(raw);
    if (n > 0 && salvage_is_plain(head, (gsize)n))
        g_mime_data_wrapper_set_encoding(content, GMIME_CONTENT_ENCODING_8BIT);
    return bytes_of(GMIME_OBJECT(part));
}

static char *media_type(GMimeObject *object)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    g_autofree char *text = type != NULL ? g_mime_content_type_get_mime_type(type) : NULL;
    if (text == NULL)
        return g_strdup("application/octet-stream");
    g_autofree char *valid = words_decode(text, strlen(text));
    return g_ascii_strdown(valid, -1);
}

static char *parameter(GMimeObject *object, const char *name)
{
    GMimeContentType *type = g_mime_object_get_content_type(object);
    const char *value = type != NULL ? g_mime_content_type_get_parameter(type, name) : NULL;
    return value != NULL ? words_decode(value, strlen(value)) : NULL;
}

static char *file_name(GMimeObject *object)
{
    const char *disposed = g_mime_object_get_content_disposition_parameter(object, "filename");
    g_autofree char *name = disposed != NULL ? words_decode(disposed, strlen(disposed)) : parameter(object, "name");
    return salvage_file_name(name != NULL ? name : "");
}

void message_part_free(MessagePart *p)
{
    if (p == NULL)
        return;
    g_free(p->name);
    g_free(p->type);
    g_bytes_unref(p->bytes);
    g_free(p);
}

static void add_attachment(Walk *w, GMimeObject *object)
{
    if (w->returned || w->letter->attachments->len >= LIMIT_MIME_PARTS)
        return;
    GByteArray *bytes = bytes_of(object);
    g_autofree char *name = file_name(object), *type = media_type(object);
    letter_add_attachment(w->letter->attachments, name, type, bytes->len);
    if (w->parts != NULL && !w->over_room && bytes->len <= w->room) {
        MessagePart *p = g_new0(MessagePart, 1);
        p->name = g_steal_pointer(&name);
        p->type = g_steal_pointer(&type);
        w->room -= bytes->len;
        p->bytes = g_byte_array_free_to_bytes(bytes);
        g_ptr_array_add(w->parts, p);
        return;
    }
    w->over_room = w->over_room || w->parts != NULL;
    g_byte_array_unref(bytes);
}

static char *text_of(Walk *w, GMimePart *part, gboolean html, gsize *ret_length)
{
    g_autoptr(GByteArray) bytes = text_bytes_of(part);
    g_autofree char *label = parameter(GMIME_OBJECT(part), "charset");
    if (bytes->len > PART_TEXT_BYTES) {
        g_byte_array_set_size(bytes, PART_TEXT_BYTES);
        heading_defect(w->letter, "text: a part was too long; its rest was cut");
    }
    if (label == NULL && bytes->len > 0 && html)
        label = salvage_charset((const char *)bytes->data, bytes->len);
    gboolean mended = FALSE;
    char *text = charset_decode((const char *)bytes->data, bytes->len, label, ret_length, &mended);
    if (mended)
        heading_defect(w->letter, "text: the charset was not what its label says");
    return text;
}

static void add_text(Walk *w, const Step *step, gboolean html)
{
    GMimePart *part = GMIME_PART(step->object);
    g_autofree char *format = parameter(step->object, "format"), *delsp = parameter(step->object, "delsp");
    BodyPlace place = step->place;
    place.html = html;
    place.flowed = format != NULL && g_ascii_strcasecmp(format, "flowed") == 0;
    place.delsp = delsp != NULL && g_ascii_strcasecmp(delsp, "yes") == 0;
    gsize n;
    g_autofree char *text = text_of(w, part, html, &n);
    body_add(w->body, &place, text, n);
}

static void keep_returned(Letter *l, const char *head, gsize length)
{
    l->returned = words_fields(head, MIN(length, (gsize)LIMIT_HEADER_BLOCK_BYTES), LIMIT_HEADER_FIELDS);
    for (guint i = 0; i < l->returned->len; i++) {
        LetterHeader *h = l->returned->pdata[i];
        heading_replace(&h->value, words_decode(h->value, strlen(h->value)));
    }
}

static void walk_tree(Walk *w, GMimeObject *root);
static char *text_of_returned(GMimeMessage *message)
{
    GMimeObject *root = g_mime_message_get_mime_part(message);
    g_autoptr(Letter) scratch = letter_new();
    Walk w = {.letter = scratch, .body = body_new(), .returned = TRUE};
    if (root != NULL)
        walk_tree(&w, root);
    g_autoptr(GByteArray) marks = NULL;
    gboolean html, cut;
    g_autofree char *text = body_finish(w.body, RETURNED_TEXT_BYTES, &marks, &html, &cut);
    body_free(w.body);
    return salvage_beginning(text, RETURNED_TEXT_BYTES);
}

static void visit_message(Walk *w, const Step *step)
{
    GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(step->object));
    if (!step->in_report)
        add_attachment(w, step->object);
    if (w->returned || inner == NULL || w->letter->returned != NULL)
        return;
    g_autofree char *head = g_mime_object_get_headers(GMIME_OBJECT(inner), NULL);
    keep_returned(w->letter, head != NULL ? head : "", head != NULL ? strlen(head) : 0);
    w->letter->returned_text = text_of_returned(inner);
}

/* text/rfc822-headers, or a message that came base64-encoded, which GMime does not take apart. */
static void visit_headers(Walk *w, GMimePart *part)
{
    if (w->returned || w->letter->returned != NULL)
        return;
    gsize n;
    g_autofree char *text = text_of(w, part, FALSE, &n);
    keep_returned(w->letter, text, n);
    const char *body = salvage_body(text);
    if (body != NULL)
        w->letter->returned_text = salvage_beginning(body, RETURNED_TEXT_BYTES);
}

static gboolean is_text_to_read(const Walk *w, const Step *step)
{
    const char *disposition = g_mime_object_get_disposition(step->object);
    g_autofree char *name = file_name(step->object);
    gboolean file = disposition != NULL && g_ascii_strcasecmp(disposition, "attachment") == 0;
    return step->sole || (!file && (*name == '\0' || body_count(w->body) == 0)); /* a named text beside the first one is a file */
}

static void visit_calendar(Walk *w, const Step *step, gboolean ics)
{
    if (!w->returned) {
        g_autofree char *method = parameter(step->object, "method");
        LetterCalendar *c = g_new0(LetterCalendar, 1);
        c->method = g_ascii_strup(method != NULL ? method : "", -1);
        c->text = text_of(w, GMIME_PART(step->object), FALSE, NULL);
        g_ptr_array_add(ics ? w->other_calendars : w->letter->calendars, c);
    }
    if (ics || g_mime_object_get_disposition(step->object) != NULL)
        add_attachment(w, step->object);
}

static void visit_part(Walk *w, const Step *step)
{
    GMimePart *part = GMIME_PART(step->object);
    g_autofree char *media = media_type(step->object);
    PartType type = parttype_of(media);
    if (type == PARTTYPE_FILE && step->sole && g_str_has_prefix(media, "text/"))
        type = PARTTYPE_TEXT;
    char **reports[] = {[PARTTYPE_STATUS] = &w->letter->delivery_status, [PARTTYPE_RECEIPT] = &w->letter->disposition,
                        [PARTTYPE_FEEDBACK] = &w->letter->feedback};
    if (type == PARTTYPE_STATUS || type == PARTTYPE_RECEIPT || type == PARTTYPE_FEEDBACK)
        *reports[type] = *reports[type] != NULL ? *reports[type] : text_of(w, part, FALSE, NULL);
    else if (type == PARTTYPE_HEADERS || type == PARTTYPE_MESSAGE)
        visit_headers(w, part);
    else if (type == PARTTYPE_CALENDAR || type == PARTTYPE_ICS)
        visit_calendar(w, step, type == PARTTYPE_ICS);
    else if ((type == PARTTYPE_TEXT || type == PARTTYPE_HTML) && is_text_to_read(w, step))
        add_text(w, step, type == PARTTYPE_HTML);
    else
        add_attachment(w, step->object);
    if (type == PARTTYPE_MESSAGE && !step->in_report)
        add_attachment(w, step->object);
}

static void visit_multipart(Walk *w, const Step *step)
{
    GMimeMultipart *m = GMIME_MULTIPART(step->object);
    GMimeContentType *type = g_mime_object_get_content_type(step->object);
    int n = g_mime_multipart_get_count(m);
    if (step->depth >= LIMIT_MIME_DEPTH * 2) { /* a level of ours may be two of GMime's: a message and its multipart */
        heading_defect(w->letter, "mime: parts nested too deep were left out");
        return;
    }
    Step child = {.place = step->place, .depth = step->depth + 1};
    child.in_report = step->in_report || g_mime_content_type_is_type(type, "multipart", "report");
    gboolean alternative = g_mime_content_type_is_type(type, "multipart", "alternative");
    if (alternative) {
        child.place.inner = ++w->groups;
        if (child.place.group == 0)
            child.place.group = child.place.inner;
    }
    for (int i = n; i-- > 0;) { /* the first child comes to lie on top */
        child.object = g_mime_multipart_get_part(m, i);
        if (alternative && step->place.group == 0)
            child.place.choice = i;
        g_array_append_val(w->steps, child);
    }
    const char *prologue = n == 0 ? g_mime_multipart_get_prologue(m) : NULL;
    if (prologue != NULL && step->depth > 0) {
        gsize length;
        g_autofree char *text = charset_mend(prologue, strlen(prologue), &length);
        body_add(w->body, &step->place, text, length);
        heading_defect(w->letter, "mime: a multipart without parts is shown as text");
    }
}

static void walk_tree(Walk *w, GMimeObject *root)
{
    w->steps = g_array_new(FALSE, TRUE, sizeof(Step));
    Step first = {.object = root, .sole = TRUE};
    g_array_append_val(w->steps, first);
    while (w->steps->len > 0) {
        Step step = g_array_index(w->steps, Step, w->steps->len - 1);
        g_array_set_size(w->steps, w->steps->len - 1);
        if (GMIME_IS_MULTIPART(step.object))
            visit_multipart(w, &step);
        else if (GMIME_IS_MESSAGE_PART(step.object))
            visit_message(w, &step);
        else if (GMIME_IS_PART(step.object))
            visit_part(w, &step);
    }
    g_array_unref(w->steps);
}

static GMimeMessage *parse_bytes(const char *bytes, gsize length)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_persist_stream(parser, TRUE);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

static void add_raw(Walk *w, const char *bytes, gsize length, const char *why)
{
    gsize n;
    g_autofree char *text = charset_mend(bytes, MIN(length, (gsize)PART_TEXT_BYTES), &n);
    BodyPlace place = {0};
    body_add(w->body, &place, text, n);
    heading_defect(w->letter, why);
}

/* A multipart in which GMime found no part. */
static void salvage_parts(Walk *w, const char *body, gsize length)
{
    g_autofree char *boundary = salvage_boundary(body, length);
    if (boundary != NULL) {
        GString *whole = g_string_new(NULL);
        g_string_printf(whole, "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"%s\"\n\n", boundary);
        g_string_append_len(whole, body, (gssize)length);
        Prescan again;
        prescan_init(&again, whole->str, whole->len);
        GMimeMessage *message = parse_bytes(again.bytes, again.length);
        if (message != NULL && g_mime_message_get_mime_part(message) != NULL)
            walk_tree(w, g_mime_message_get_mime_part(message));
        if (message != NULL)
            g_object_unref(message);
        prescan_clear(&again);
        g_string_free(whole, TRUE);
        heading_defect(w->letter, "mime: the boundary is not the one that the header names");
    }
    if (body_count(w->body) == 0 && w->letter->attachments->len == 0)
        add_raw(w, body, length, "mime: a multipart without parts is shown as text");
}

static void walk_message(Walk *w, const Prescan *scan, GMimeMessage *message)
{
    Letter *l = w->letter;
    GMimeObject *root = g_mime_message_get_mime_part(message);
    if (root == NULL)
        return;
    heading_replace(&l->content_type, media_type(root));
    g_autofree char *report = parameter(root, "report-type");
    heading_replace(&l->report_type, g_ascii_strdown(report != NULL ? report : "", -1));
    walk_tree(w, root);
    if (!GMIME_IS_MULTIPART(root))
        return;
    if (g_mime_multipart_get_count(GMIME_MULTIPART(root)) == 0)
        salvage_parts(w, scan->bytes + scan->header_length, scan->length - scan->header_length);
    else
        l->truncated = !GMIME_MULTIPART(root)->write_end_boundary;
    if (l->truncated)
        heading_defect(l, "mime: the closing boundary is missing");
}

static void finish_text(Walk *w)
{
    Letter *l = w->letter;
    gboolean cut;
    GByteArray *marks;
    heading_replace(&l->text, body_finish(w->body, LIMIT_TEXT_BYTES, &marks, &l->text_from_html, &cut));
    g_byte_array_unref(l->marks);
    l->marks = marks;
    if (cut)
        heading_defect(l, "text: too long or too deep; the rest was cut");
    body_free(w->body);
    if (l->calendars->len == 0 && w->other_calendars->len > 0) /* one stands for the mail */
        g_ptr_array_add(l->calendars, g_ptr_array_steal_index(w->other_calendars, 0));
}

/* Fills w->letter. What w->parts asks for is kept beside it. */
static void read_mail(Walk *w, const char *bytes, gsize length)
{
    Prescan scan;
    prescan_init(&scan, bytes, length);
    w->body = body_new();
    w->other_calendars = letter_new_calendars();
    for (guint i = 0; i < scan.defects->len; i++)
        heading_defect(w->letter, scan.defects->pdata[i]);
    if (scan.has_header)
        heading_read(w->letter, &parsers, scan.bytes, scan.header_length);
    GMimeMessage *message = scan.has_header ? parse_bytes(scan.bytes, scan.length) : NULL;
    if (message != NULL) {
        walk_message(w, &scan, message);
        g_object_unref(message);
    } else if (scan.length == 0) {
        heading_defect(w->letter, "mail: empty");
    } else {
        gsize skip = scan.has_header ? scan.header_length : 0;
        add_raw(w, scan.bytes + skip, scan.length - skip, "mail: no header; all is shown as text");
    }
    finish_text(w);
    g_ptr_array_unref(w->other_calendars);
    prescan_clear(&scan);
}

Letter *message_parse(const char *bytes, gsize length)
{
    Walk w = {.letter = letter_new()};
    gsize n = MIN(length, (gsize)LIMIT_MAIL_BYTES);
    if (n < length)
        heading_defect(w.letter, "mail: too long; the rest was cut");
    read_mail(&w, bytes, n);
    return w.letter;
}

gboolean message_parts(const char *bytes, gsize length, gsize max_bytes, GPtrArray **ret, GError **err)
{
    g_autoptr(Letter) l = letter_new();
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)message_part_free);
    Walk w = {.letter = l, .parts = parts, .room = max_bytes};
    read_mail(&w, bytes, MIN(length, (gsize)LIMIT_MAIL_BYTES));
    if (w.over_room)
        return error_set(err, ERROR_LIMIT, "parts of a mail: more than %" G_GSIZE_FORMAT " bytes", max_bytes);
    *ret = g_steal_pointer(&parts);
    return TRUE;
}
