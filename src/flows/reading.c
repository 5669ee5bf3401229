/* reading: what core knows of a mail, and that as JSON both ways. One table names the plain fields, so that writer and
 * reader cannot differ. It must never trust the JSON that it reads, nor do anything with the mail. */
#include "flows/reading.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "mail/message.h"
#include "flows/jsoncommand.h"
#include "flows/jsonin.h"
#include "flows/readingfill.h"

#include "base/banned.h"

typedef enum { FIELD_LINE, FIELD_TEXT, FIELD_LINES, FIELD_FLAG } FieldType;

typedef struct {
    const char *name;
    gsize offset;
    FieldType type;
    gsize max, max_count;
} Field;

#define AT(member) offsetof(Reading, member)
static const Field fields[] = {
    {"by_words_only", AT(by_words_only), FIELD_FLAG, 0, 0},
    {"unlisted_by_words_only", AT(unlisted_by_words_only), FIELD_FLAG, 0, 0},
    {"evidence", AT(evidence), FIELD_LINES, READING_NAME_BYTES, 100},
    {"from", AT(from), FIELD_LINE, READING_ADDRESS_BYTES, 0},
    {"from_name", AT(from_name), FIELD_LINE, READING_NAME_BYTES, 0},
    {"sender", AT(sender), FIELD_LINE, READING_ADDRESS_BYTES, 0},
    {"reply_to", AT(reply_to), FIELD_LINES, READING_ADDRESS_BYTES, LIMIT_ADDRESSES},
    {"to", AT(to), FIELD_LINES, READING_ADDRESS_BYTES, LIMIT_ADDRESSES},
    {"cc", AT(cc), FIELD_LINES, READING_ADDRESS_BYTES, LIMIT_ADDRESSES},
    {"recipients", AT(recipients), FIELD_LINES, READING_ADDRESS_BYTES, 100},
    {"subject", AT(subject), FIELD_LINE, LIMIT_SUBJECT_BYTES, 0},
    {"message_id", AT(message_id), FIELD_LINE, READING_ID_BYTES, 0},
    {"in_reply_to", AT(in_reply_to), FIELD_LINES, READING_ID_BYTES, LIMIT_REFERENCES},
    {"references", AT(references), FIELD_LINES, READING_ID_BYTES, LIMIT_REFERENCES},
    {"text", AT(text), FIELD_TEXT, READING_TEXT_BYTES, 0},
    {"new_text", AT(new_text), FIELD_TEXT, READING_TEXT_BYTES * 2, 0},
    {"elided", AT(elided), FIELD_TEXT, READING_TEXT_BYTES * 2, 0},
    {"doubtful", AT(doubtful), FIELD_FLAG, 0, 0},
    {"text_from_html", AT(text_from_html), FIELD_FLAG, 0, 0},
    {"calendar_method", AT(calendar_method), FIELD_LINE, READING_NAME_BYTES, 0},
    {"defects", AT(defects), FIELD_LINES, READING_NAME_BYTES, READING_LISTED_MAX},
    {"truncated", AT(truncated), FIELD_FLAG, 0, 0},
    {"content_digest", AT(content_digest), FIELD_LINE, 64, 0},
    {"authentication_results", AT(authentication_results), FIELD_LINES, READING_RESULT_BYTES, READING_RESULTS_MAX},
    {"list_id", AT(list_id), FIELD_LINE, READING_HEADER_BYTES, 0},
    {"precedence", AT(precedence), FIELD_LINE, READING_HEADER_BYTES, 0},
    {"auto_submitted", AT(auto_submitted), FIELD_LINE, READING_HEADER_BYTES, 0},
    {"thread_index", AT(thread_index), FIELD_LINE, READING_HEADER_BYTES, 0},
    {"returned_from", AT(returned_from), FIELD_LINE, READING_HEADER_BYTES, 0},
    {"returned_subject", AT(returned_subject), FIELD_LINE, READING_HEADER_BYTES, 0},
    {"returned_message_id", AT(returned_message_id), FIELD_LINE, READING_HEADER_BYTES, 0},
    {"returned_text", AT(returned_text), FIELD_TEXT, READING_RETURNED_BYTES, 0},
};

static void *member(const Reading *r, const Field *f) { return (char *)r + f->offset; }

static void recipient_free(gpointer p)
{
    KindRecipient *k = p;
    g_free(k->address);
    g_free(k->action);
    g_free(k->status);
    g_free(k->diagnostic);
    g_free(k);
}

static Reading *reading_new(void)
{
    Reading *r = g_new0(Reading, 1);
    r->date = r->returned_date = INSTANT_NONE;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (fields[i].type == FIELD_LINES)
            *(GPtrArray **)member(r, &fields[i]) = g_ptr_array_new_with_free_func(g_free);
    r->bounced = g_ptr_array_new_with_free_func(recipient_free);
    r->attachments = letter_new_attachments();
    r->headers = letter_new_headers();
    return r;
}

void reading_free(Reading *r)
{
    if (r == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        void *m = member(r, &fields[i]);
        if (fields[i].type == FIELD_LINES)
            g_ptr_array_unref(*(GPtrArray **)m);
        else if (fields[i].type != FIELD_FLAG)
            g_free(*(char **)m);
    }
    command_reply_free(r->commands);
    command_reply_free(r->work);
    g_ptr_array_unref(r->bounced);
    g_free(r->original_message_id);
    g_free(r->until);
    invite_reply_free(r->calendar_reply);
    g_ptr_array_unref(r->attachments);
    g_ptr_array_unref(r->headers);
    g_free(r);
}

Reading *reading_of_mail(const char *bytes, gsize length, gboolean null_sender, const KindWords *words)
{
    g_autoptr(Letter) l = message_parse(bytes, length);
    Reading *r = reading_new();
    readingfill_from_letter(r, l, null_sender, words);
    return r;
}

/* ---- to JSON ---- */

static json_t *text_or_null(const char *text) { return text != NULL ? json_string(text) : json_null(); }

static json_t *lines_of(const GPtrArray *lines)
{
    json_t *array = json_array();
    for (guint i = 0; i < lines->len; i++)
        json_array_append_new(array, json_string(lines->pdata[i]));
    return array;
}

static json_t *instant_or_null(Instant t)
{
    if (t == INSTANT_NONE)
        return json_null();
    g_autofree char *text = instant_format(t);
    return json_string(text);
}

static json_t *write_bounce(const Reading *r)
{
    if (r->kind != KIND_BOUNCE && r->bounced->len == 0)
        return json_null();
    json_t *list = json_array();
    for (guint i = 0; i < r->bounced->len; i++) {
        const KindRecipient *k = r->bounced->pdata[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "address", k->address, "action", k->action, "status",
                                              k->status, "diagnostic", k->diagnostic));
    }
    json_t *o = json_object();
    json_object_set_new(o, "recipients", list);
    json_object_set_new(o, "original_message_id", text_or_null(r->original_message_id));
    return o;
}

static json_t *write_invite(const InviteReply *c)
{
    if (c == NULL)
        return json_null();
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s}", "uid", c->uid, "partstat", c->partstat, "attendee", c->attendee,
                          "sent_by", c->sent_by, "delegated_to", c->delegated_to, "comment", c->comment, "sequence", c->sequence, "method", c->method);
    json_object_set_new(o, "dtstamp", instant_or_null(c->dtstamp));
    return o;
}

static json_t *write_attachments(const Reading *r)
{
    json_t *list = json_array();
    for (guint i = 0; i < r->attachments->len; i++) {
        const LetterAttachment *a = r->attachments->pdata[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "name", a->name, "type", a->type, "size", (json_int_t)a->size));
    }
    return list;
}

static json_t *write_headers(const Reading *r)
{
    json_t *list = json_array();
    for (guint i = 0; i < r->headers->len; i++) {
        const LetterHeader *h = r->headers->pdata[i];
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", h->name, "value", h->value));
    }
    return list;
}

static json_t *write_field(const Reading *r, const Field *f)
{
    void *m = member(r, f);
    switch (f->type) {
    case FIELD_LINES:
        return lines_of(*(GPtrArray **)m);
    case FIELD_FLAG:
        return json_boolean(*(gboolean *)m);
    case FIELD_LINE:
    case FIELD_TEXT:
    default:
        return json_string(*(char **)m);
    }
}

json_t *reading_to_json(const Reading *r)
{
    json_t *o = json_object();
    json_object_set_new(o, "kind", json_string(kind_name(r->kind)));
    json_object_set_new(o, "unlisted", json_string(kind_name(r->unlisted)));
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        json_object_set_new(o, fields[i].name, write_field(r, &fields[i]));
    json_object_set_new(o, "date", instant_or_null(r->date));
    json_object_set_new(o, "returned_date", instant_or_null(r->returned_date));
    json_object_set_new(o, "command", jsoncommand_write_first(r->commands));
    json_object_set_new(o, "commands", jsoncommand_write(r->commands));
    json_object_set_new(o, "work", jsoncommand_write(r->work));
    json_object_set_new(o, "bounce", write_bounce(r));
    json_t *until = r->kind == KIND_AUTO_REPLY || r->until != NULL ? json_object() : json_null();
    if (json_is_object(until))
        json_object_set_new(until, "until", text_or_null(r->until));
    json_object_set_new(o, "auto_reply", until);
    json_object_set_new(o, "calendar_reply", write_invite(r->calendar_reply));
    json_object_set_new(o, "attachments", write_attachments(r));
    json_object_set_new(o, "headers", write_headers(r));
    return o;
}

/* ---- from JSON ---- */

static gboolean read_kind(const json_t *o, const char *name, Kind *ret, GError **err)
{
    const char *names[KIND_COUNT];
    guint kind;
    for (int i = 0; i < KIND_COUNT; i++)
        names[i] = kind_name((Kind)i);
    if (!jsonin_choice(o, name, names, G_N_ELEMENTS(names), &kind, err))
        return FALSE;
    *ret = (Kind)kind;
    return TRUE;
}

static gboolean read_field(const json_t *o, Reading *r, const Field *f, GError **err)
{
    void *m = member(r, f);
    switch (f->type) {
    case FIELD_LINES:
        return jsonin_lines(o, f->name, f->max_count, f->max, *(GPtrArray **)m, err);
    case FIELD_FLAG:
        return jsonin_flag(o, f->name, m, err);
    case FIELD_LINE:
    case FIELD_TEXT:
    default:
        return jsonin_text(o, f->name, f->type == FIELD_TEXT ? JSONIN_TEXT : JSONIN_LINE, f->max, m, err);
    }
}

static gboolean read_bounce(const json_t *o, Reading *r, GError **err)
{
    json_t *in, *list;
    if (!jsonin_object_or_null(o, "bounce", &in, err))
        return FALSE;
    if (in == NULL)
        return TRUE;
    if (!jsonin_objects(in, "recipients", READING_LISTED_MAX, &list, err)
        || !jsonin_text_or_null(in, "original_message_id", JSONIN_LINE, READING_ID_BYTES, &r->original_message_id, err))
        return FALSE;
    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *from = json_array_get(list, i);
        KindRecipient *k = g_new0(KindRecipient, 1);
        g_ptr_array_add(r->bounced, k);
        if (!jsonin_text(from, "address", JSONIN_LINE, READING_ADDRESS_BYTES, &k->address, err)
            || !jsonin_text(from, "action", JSONIN_LINE, READING_NAME_BYTES, &k->action, err)
            || !jsonin_text(from, "status", JSONIN_LINE, READING_NAME_BYTES, &k->status, err)
            || !jsonin_text(from, "diagnostic", JSONIN_LINE, READING_DIAGNOSTIC_BYTES, &k->diagnostic, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_invite(const json_t *o, Reading *r, GError **err)
{
    json_t *in;
    gint64 sequence;
    if (!jsonin_object_or_null(o, "calendar_reply", &in, err))
        return FALSE;
    if (in == NULL)
        return TRUE;
    InviteReply *c = r->calendar_reply = g_new0(InviteReply, 1);
    c->dtstamp = INSTANT_NONE;
    if (!jsonin_text(in, "uid", JSONIN_LINE, READING_ID_BYTES, &c->uid, err)
        || !jsonin_text(in, "partstat", JSONIN_LINE, READING_NAME_BYTES, &c->partstat, err)
        || !jsonin_text(in, "attendee", JSONIN_LINE, READING_NAME_BYTES, &c->attendee, err)
        || !jsonin_text(in, "sent_by", JSONIN_LINE, READING_NAME_BYTES, &c->sent_by, err)
        || !jsonin_text(in, "delegated_to", JSONIN_LINE, READING_NAME_BYTES, &c->delegated_to, err)
        || !jsonin_text(in, "comment", JSONIN_TEXT, READING_RESULT_BYTES * 2, &c->comment, err)
        || !jsonin_text(in, "method", JSONIN_LINE, READING_NAME_BYTES, &c->method, err)
        || !jsonin_number(in, "sequence", 0, G_MAXINT, &sequence, err) || !jsonin_instant(in, "dtstamp", &c->dtstamp, err))
        return FALSE;
    c->sequence = (int)sequence;
    return TRUE;
}

static gboolean read_attachments(const json_t *o, Reading *r, GError **err)
{
    json_t *list;
    if (!jsonin_objects(o, "attachments", READING_LISTED_MAX, &list, err))
        return FALSE;
    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *from = json_array_get(list, i);
        g_autofree char *name = NULL, *type = NULL;
        gint64 size;
        if (!jsonin_text(from, "name", JSONIN_LINE, READING_NAME_BYTES, &name, err)
            || !jsonin_text(from, "type", JSONIN_LINE, READING_NAME_BYTES, &type, err)
            || !jsonin_number(from, "size", 0, LIMIT_MAIL_BYTES, &size, err))
            return FALSE;
        letter_add_attachment(r->attachments, name, type, (gsize)size);
    }
    return TRUE;
}

static gboolean read_headers(const json_t *o, Reading *r, GError **err)
{
    json_t *list;
    if (!jsonin_objects(o, "headers", READING_HEADERS, &list, err))
        return FALSE;
    for (gsize i = 0; i < json_array_size(list); i++) {
        const json_t *from = json_array_get(list, i);
        g_autofree char *name = NULL, *value = NULL;
        if (!jsonin_text(from, "name", JSONIN_LINE, READING_NAME_BYTES, &name, err)
            || !jsonin_text(from, "value", JSONIN_LINE, READING_HEADER_BYTES, &value, err))
            return FALSE;
        letter_add_header(r->headers, name, value);
    }
    return TRUE;
}

static gboolean read_until(const json_t *o, Reading *r, GError **err)
{
    json_t *in;
    return jsonin_object_or_null(o, "auto_reply", &in, err)
           && (in == NULL || jsonin_text_or_null(in, "until", JSONIN_LINE, 40, &r->until, err));
}

static gboolean read_all(const json_t *o, Reading *r, GError **err)
{
    if (!read_kind(o, "kind", &r->kind, err) || !read_kind(o, "unlisted", &r->unlisted, err))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (!read_field(o, r, &fields[i], err))
            return FALSE;
    return jsonin_instant(o, "date", &r->date, err) && jsonin_instant(o, "returned_date", &r->returned_date, err)
           && jsoncommand_read(o, "commands", &r->commands, err)
           && jsoncommand_read(o, "work", &r->work, err) && read_bounce(o, r, err) && read_until(o, r, err)
           && read_invite(o, r, err) && read_attachments(o, r, err) && read_headers(o, r, err);
}

gboolean reading_from_json(const char *json, gsize length, Reading **ret, GError **err)
{
    if (length > LIMIT_READING_BYTES)
        return error_set(err, ERROR_LIMIT, "reading: longer than %d bytes", LIMIT_READING_BYTES);
    json_error_t why;
    json_t *o = json_loadb(json, length, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(o)) {
        json_decref(o);
        return error_set(err, ERROR_DATA, "reading: not a JSON object");
    }
    g_autoptr(Reading) r = reading_new();
    gboolean good = read_all(o, r, err);
    json_decref(o);
    if (!good)
        return FALSE;
    *ret = g_steal_pointer(&r);
    return TRUE;
}
