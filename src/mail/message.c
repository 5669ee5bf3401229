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
#include "mail/inlined.h"
#include "mail/mailbox.h"
#include "mail/opaque.h"
#include "mail/partdata.h"
#include "mail/parttype.h"
#include "mail/prescan.h"
#include "mail/salvage.h"
#include "mail/tnef.h"
#include "mail/words.h"

#include "base/banned.h"

#define PART_TEXT_BYTES (8 * 1024 * 1024) /* of one text part; the whole text has LIMIT_TEXT_BYTES */
#define RETURNED_TEXT_BYTES (64 * 1024)
#define OPENED_MAX 4 /* signatures with a mail inside */

typedef struct {
    GMimeObject *object;
    BodyPlace place;
    gboolean in_report, in_signed, sole; /* in_signed: beside what it signs; sole: the whole mail is this part */
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
    Tnef *tnef; /* the first one with a text */
    GPtrArray *other_calendars; /* application/ics: counts where there is no text/calendar */
    GPtrArray *opened;          /* GMimeMessage: what stood inside of signatures; NULL in a returned mail, where none is opened */
} Walk;

static Instant parse_date(const char *text)
{
    g_autoptr(GDateTime) date = g_mime_utils_header_decode_date(text);
    return date != NULL ? g_date_time_to_unix(date) : INSTANT_NONE;
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

static const HeadingParsers parsers = {mailbox_parse, parse_date};

void message_part_free(MessagePart *p)
{
    if (p == NULL)
        return;
    g_free(p->name);
    g_free(p->type);
    g_bytes_unref(p->bytes);
    g_free(p);
}

static gboolean takes_files(const Walk *w) { return !w->returned && w->letter->attachments->len < LIMIT_MIME_PARTS; }

static void add_file(Walk *w, const char *name, const char *type, GBytes *bytes)
{
    if (!takes_files(w))
        return;
    gsize n = g_bytes_get_size(bytes);
    letter_add_attachment(w->letter->attachments, name, type, n);
    w->over_room = w->over_room || (w->parts != NULL && n > w->room);
    if (w->parts == NULL || w->over_room)
        return;
    const MessagePart part = {g_strdup(name), g_strdup(type), g_bytes_ref(bytes)};
    w->room -= n;
    g_ptr_array_add(w->parts, g_memdup2(&part, sizeof part));
}

static void add_attachment(Walk *w, GMimeObject *object)
{
    if (!takes_files(w))
        return;
    g_autofree char *name = partdata_file_name(object), *type = partdata_media_type(object);
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(partdata_bytes(object));
    add_file(w, *name != '\0' ? name : parttype_file_name(type), type, bytes);
}

/* winmail.dat: its files stand for it, unless something of it may be missing. Its text counts where the mail has no other. */
static void add_tnef(Walk *w, GMimeObject *object)
{
    g_autoptr(GByteArray) bytes = partdata_bytes(object);
    g_autoptr(Tnef) t = tnef_read((const char *)bytes->data, bytes->len);
    if (t != NULL)
        for (guint i = 0; i < t->files->len; i++) {
            const TnefFile *f = t->files->pdata[i];
            g_autofree char *name = salvage_file_name(f->name);
            add_file(w, name, f->type, f->bytes);
        }
    if (t == NULL || t->damaged)
        heading_defect(w->letter, "mime: winmail.dat is damaged; what could be read is shown");
    if (t == NULL || t->damaged || (t->text == NULL && t->files->len == 0))
        add_attachment(w, object);
    if (t != NULL && t->text != NULL && w->tnef == NULL)
        w->tnef = g_steal_pointer(&t);
}

static void finish_tnef(Walk *w)
{
    if (w->tnef != NULL && body_is_empty(w->body)) {
        const BodyPlace place = {.html = w->tnef->html};
        body_add(w->body, &place, w->tnef->text, w->tnef->length);
    }
    g_clear_pointer(&w->tnef, tnef_free);
}

/* Files that stand in the text itself. */
static void take_inlined(Walk *w, GByteArray *bytes)
{
    g_autoptr(GPtrArray) files = inlined_take(bytes);
    for (guint i = 0; files != NULL && i < files->len; i++) {
        const InlinedFile *f = files->pdata[i];
        g_autofree char *valid = charset_mend(f->name, strlen(f->name), NULL), *name = salvage_file_name(valid);
        add_file(w, name, "application/octet-stream", f->bytes);
    }
}

static char *text_of(Walk *w, GMimePart *part, gboolean html, gboolean body, gsize *ret_length)
{
    g_autoptr(GByteArray) bytes = partdata_text_bytes(part);
    if (body && !html)
        take_inlined(w, bytes);
    g_autofree char *label = partdata_parameter(GMIME_OBJECT(part), "charset");
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
    g_autofree char *format = partdata_parameter(step->object, "format"), *delsp = partdata_parameter(step->object, "delsp");
    BodyPlace place = step->place;
    place.html = html;
    place.flowed = format != NULL && g_ascii_strcasecmp(format, "flowed") == 0;
    place.delsp = delsp != NULL && g_ascii_strcasecmp(delsp, "yes") == 0;
    gsize n;
    g_autofree char *text = text_of(w, part, html, TRUE, &n);
    body_add(w->body, &place, text, n);
}

static void keep_returned(Letter *l, const char *head, gsize length)
{
    l->returned = words_fields(head, MIN(length, (gsize)LIMIT_HEADER_BLOCK_BYTES), LIMIT_HEADER_FIELDS);
    for (guint i = 0; i < l->returned->len; i++) {
        LetterHeader *h = l->returned->pdata[i];
        heading_replace(&h->value, words_decode(h->value, strlen(h->value)));
    }
    const char *date = letter_find(l->returned, "Date");
    l->returned_date = date != NULL ? heading_date(&parsers, date) : INSTANT_NONE;
}

/* Once all parts are seen. */
static void take_text(Walk *w, gsize max_bytes)
{
    finish_tnef(w);
    if (body_finish(w->body, max_bytes, w->letter))
        heading_defect(w->letter, "text: too long or too deep; the rest was cut");
    body_free(w->body);
}

static void walk_tree(Walk *w, GMimeObject *root);
static char *text_of_returned(GMimeMessage *message)
{
    GMimeObject *root = g_mime_message_get_mime_part(message);
    g_autoptr(Letter) scratch = letter_new();
    Walk w = {.letter = scratch, .body = body_new(), .returned = TRUE};
    if (root != NULL)
        walk_tree(&w, root);
    take_text(&w, RETURNED_TEXT_BYTES);
    return salvage_beginning(scratch->text, RETURNED_TEXT_BYTES);
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

/* A message that came encoded, which GMime does not take apart. */
static void visit_encoded(Walk *w, GMimePart *part)
{
    if (w->returned || w->letter->returned != NULL)
        return;
    g_autoptr(GByteArray) bytes = partdata_text_bytes(part);
    Prescan scan;
    if (bytes->len == 0)
        return;
    prescan_init(&scan, (const char *)bytes->data, bytes->len);
    keep_returned(w->letter, scan.bytes, scan.header_length);
    GMimeMessage *inner = scan.has_header ? partdata_message(scan.bytes, scan.length) : NULL;
    if (inner != NULL)
        w->letter->returned_text = text_of_returned(inner);
    g_clear_object(&inner);
    prescan_clear(&scan);
}

/* text/rfc822-headers: some servers put the body there as well. */
static void visit_headers(Walk *w, GMimePart *part)
{
    if (w->returned || w->letter->returned != NULL)
        return;
    gsize n;
    g_autofree char *text = text_of(w, part, FALSE, FALSE, &n);
    keep_returned(w->letter, text, n);
    const char *body = salvage_body(text);
    if (body != NULL)
        w->letter->returned_text = salvage_beginning(body, RETURNED_TEXT_BYTES);
}

static gboolean is_attached(const Step *step)
{
    const char *disposition = g_mime_object_get_disposition(step->object);
    return disposition != NULL && g_ascii_strcasecmp(disposition, "attachment") == 0;
}

static gboolean is_text_to_read(const Walk *w, const Step *step)
{
    g_autofree char *name = partdata_file_name(step->object);
    return step->sole || salvage_is_text_name(name) || (!is_attached(step) && (*name == '\0' || body_count(w->body) == 0)); /* a named text beside the first one is a file */
}

static void visit_calendar(Walk *w, const Step *step, gboolean ics)
{
    if (!w->returned) {
        g_autofree char *method = partdata_parameter(step->object, "method");
        LetterCalendar c = {g_ascii_strup(method != NULL ? method : "", -1), text_of(w, GMIME_PART(step->object), FALSE, FALSE, NULL),
                            step->place.group == 0 && !step->sole && is_attached(step)};
        g_ptr_array_add(ics ? w->other_calendars : w->letter->calendars, g_memdup2(&c, sizeof c));
    }
    if (ics || g_mime_object_get_disposition(step->object) != NULL)
        add_attachment(w, step->object);
}

/* A piece of a mail that was sent in pieces: no mail program puts them together any more. Where it is all that came, it is shown. */
static void visit_partial(Walk *w, const Step *step)
{
    if (!step->sole) {
        add_attachment(w, step->object);
        return;
    }
    add_text(w, step, FALSE);
    w->letter->truncated = TRUE;
    heading_defect(w->letter, "mime: the mail is a piece of another one (message/partial)");
}

/* A mail inside of its signature: what was signed stands for the part. What is encrypted stays a file. */
static gboolean visit_opaque(Walk *w, const Step *step)
{
    gboolean may = !w->returned && w->opened->len < OPENED_MAX && step->depth < LIMIT_MIME_DEPTH * 2;
    GMimeMessage *message = may ? opaque_open(GMIME_PART(step->object)) : NULL;
    if (message == NULL)
        return FALSE;
    g_ptr_array_add(w->opened, message);
    Step inner = {g_mime_message_get_mime_part(message), step->place, step->in_report, step->in_signed, step->sole, step->depth + 1};
    if (inner.object == NULL)
        return FALSE;
    g_array_append_val(w->steps, inner);
    return TRUE;
}

static void visit_part(Walk *w, const Step *step)
{
    GMimePart *part = GMIME_PART(step->object);
    g_autofree char *media = partdata_media_type(step->object);
    PartType type = parttype_of(media);
    g_autofree char *name = type == PARTTYPE_FILE ? partdata_file_name(step->object) : NULL;
    if (name != NULL && g_ascii_strcasecmp(name, "winmail.dat") == 0)
        type = PARTTYPE_TNEF;
    if (type == PARTTYPE_FILE && step->sole && g_str_has_prefix(media, "text/"))
        type = PARTTYPE_TEXT;
    char **reports[] = {[PARTTYPE_STATUS] = &w->letter->delivery_status, [PARTTYPE_RECEIPT] = &w->letter->disposition,
                        [PARTTYPE_FEEDBACK] = &w->letter->feedback};
    if (type == PARTTYPE_STATUS || type == PARTTYPE_RECEIPT || type == PARTTYPE_FEEDBACK)
        *reports[type] = *reports[type] != NULL ? *reports[type] : text_of(w, part, FALSE, FALSE, NULL);
    else if (type == PARTTYPE_HEADERS)
        visit_headers(w, part);
    else if (type == PARTTYPE_MESSAGE)
        visit_encoded(w, part);
    else if (type == PARTTYPE_PARTIAL)
        visit_partial(w, step);
    else if (type == PARTTYPE_CALENDAR || type == PARTTYPE_ICS)
        visit_calendar(w, step, type == PARTTYPE_ICS);
    else if ((type == PARTTYPE_TEXT || type == PARTTYPE_HTML) && is_text_to_read(w, step))
        add_text(w, step, type == PARTTYPE_HTML);
    else if (type == PARTTYPE_TNEF)
        add_tnef(w, step->object);
    else if (type == PARTTYPE_OPAQUE ? !visit_opaque(w, step) : type != PARTTYPE_SIGNATURE || !step->in_signed) /* that of the mail is no file of its sender's */
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
    child.in_signed = g_mime_content_type_is_type(type, "multipart", "signed");
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
        g_autoptr(GString) whole = g_string_new(NULL);
        g_string_printf(whole, "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"%s\"\n\n", boundary);
        g_string_append_len(whole, body, (gssize)length);
        GMimeMessage *message = partdata_scanned(whole->str, whole->len);
        GMimeObject *root = message != NULL ? g_mime_message_get_mime_part(message) : NULL;
        if (root != NULL)
            walk_tree(w, root);
        w->letter->truncated = GMIME_IS_MULTIPART(root) && !GMIME_MULTIPART(root)->write_end_boundary;
        g_clear_object(&message);
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
    heading_replace(&l->content_type, partdata_media_type(root));
    g_autofree char *report = partdata_parameter(root, "report-type");
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
    gboolean is_silent = body_is_empty(w->body) && w->tnef == NULL && l->calendars->len == 0;
    const char *before = g_mime_multipart_get_prologue(GMIME_MULTIPART(root));
    if (is_silent && salvage_is_own_prologue(before)) {
        l->truncated = TRUE;
        add_raw(w, before, strlen(before), "mime: the text stands before the first part");
    }
}

static void finish_text(Walk *w)
{
    Letter *l = w->letter;
    take_text(w, LIMIT_TEXT_BYTES);
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
    w->opened = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < scan.defects->len; i++)
        heading_defect(w->letter, scan.defects->pdata[i]);
    if (scan.has_header)
        heading_read(w->letter, &parsers, scan.bytes, scan.header_length);
    GMimeMessage *message = scan.has_header ? partdata_message(scan.bytes, scan.length) : NULL;
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
    g_ptr_array_unref(w->opened);
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
