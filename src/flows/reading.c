/* reading: what core knows of a mail, and that as JSON both ways. One table names the plain fields, so that writer and
 * reader cannot differ. It must never trust the JSON that it reads, nor do anything with the mail. */
#include "flows/reading.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "mail/message.h"
#include "flows/jsoncommand.h"
#include "flows/jsonin.h"
#include "flows/jsonout.h"
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
    {"from_doubtful", AT(from_doubtful), FIELD_FLAG, 0, 0},
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
    {"signature", AT(signature), FIELD_TEXT, READING_TEXT_BYTES * 2, 0},
    {"guessed_quote", AT(guessed_quote), FIELD_TEXT, READING_TEXT_BYTES * 2, 0},
    {"guessed_signature", AT(guessed_signature), FIELD_TEXT, READING_TEXT_BYTES * 2, 0},
    {"doubtful", AT(doubtful), FIELD_FLAG, 0, 0},
    {"tells_absence", AT(tells_absence), FIELD_FLAG, 0, 0},
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

Reading *reading_unread(void)
{
    Reading *r = reading_new();
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (fields[i].type == FIELD_LINE || fields[i].type == FIELD_TEXT)
            *(char **)member(r, &fields[i]) = g_strdup("");
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

static void write_instant(GString *s, const char *key, Instant t)
{
    g_autofree char *text = t != INSTANT_NONE ? instant_format(t) : NULL;
    jsonout_text(s, key, text);
}

static void write_bounce(GString *s, const Reading *r)
{
    if (r->kind != KIND_BOUNCE && r->bounced->len == 0) {
        jsonout_null(s, "bounce");
        return;
    }
    jsonout_open(s, "bounce", '{');
    jsonout_open(s, "recipients", '[');
    for (guint i = 0; i < r->bounced->len; i++) {
        const KindRecipient *k = r->bounced->pdata[i];
        jsonout_open(s, NULL, '{');
        jsonout_text(s, "address", k->address);
        jsonout_text(s, "action", k->action);
        jsonout_text(s, "status", k->status);
        jsonout_text(s, "diagnostic", k->diagnostic);
        jsonout_close(s, '}');
    }
    jsonout_close(s, ']');
    jsonout_text(s, "original_message_id", r->original_message_id);
    jsonout_close(s, '}');
}

static void write_auto_reply(GString *s, const Reading *r)
{
    if (r->kind != KIND_AUTO_REPLY && r->until == NULL) {
        jsonout_null(s, "auto_reply");
        return;
    }
    jsonout_open(s, "auto_reply", '{');
    jsonout_text(s, "until", r->until);
    jsonout_close(s, '}');
}

static void write_invite(GString *s, const InviteReply *c)
{
    if (c == NULL) {
        jsonout_null(s, "calendar_reply");
        return;
    }
    jsonout_open(s, "calendar_reply", '{');
    jsonout_text(s, "uid", c->uid);
    jsonout_text(s, "partstat", c->partstat);
    jsonout_text(s, "attendee", c->attendee);
    jsonout_text(s, "sent_by", c->sent_by);
    jsonout_text(s, "delegated_to", c->delegated_to);
    jsonout_text(s, "comment", c->comment);
    jsonout_integer(s, "sequence", c->sequence);
    jsonout_text(s, "method", c->method);
    write_instant(s, "dtstamp", c->dtstamp);
    jsonout_close(s, '}');
}

static void write_attachments(GString *s, const Reading *r)
{
    jsonout_open(s, "attachments", '[');
    for (guint i = 0; i < r->attachments->len; i++) {
        const LetterAttachment *a = r->attachments->pdata[i];
        jsonout_open(s, NULL, '{');
        jsonout_text(s, "name", a->name);
        jsonout_text(s, "type", a->type);
        jsonout_integer(s, "size", (gint64)a->size);
        jsonout_close(s, '}');
    }
    jsonout_close(s, ']');
}

/* Behind the JSON, each with its NUL. */
static void put_beside(GString *beside, const char *text) { g_string_append_len(beside, text != NULL ? text : "", text != NULL ? (gssize)strlen(text) + 1 : 1); }

static void put_headers(GString *beside, const Reading *r)
{
    for (guint i = 0; i < r->headers->len; i++) {
        const LetterHeader *h = g_ptr_array_index(r->headers, i);
        put_beside(beside, h->name);
        put_beside(beside, h->value);
    }
}

static void write_headers(GString *s, const Reading *r)
{
    jsonout_open(s, "headers", '[');
    for (guint i = 0; i < r->headers->len; i++) {
        const LetterHeader *h = r->headers->pdata[i];
        jsonout_open(s, NULL, '{');
        jsonout_text(s, "name", h->name);
        jsonout_text(s, "value", h->value);
        jsonout_close(s, '}');
    }
    jsonout_close(s, ']');
}

static void write_field(GString *s, GString *beside, const Reading *r, const Field *f)
{
    void *m = member(r, f);
    if (beside != NULL && f->type == FIELD_TEXT) {
        put_beside(beside, *(char **)m);
        return;
    }
    switch (f->type) {
    case FIELD_LINES: jsonout_texts(s, f->name, *(GPtrArray **)m); break;
    case FIELD_FLAG: jsonout_flag(s, f->name, *(gboolean *)m); break;
    case FIELD_LINE:
    case FIELD_TEXT: jsonout_text(s, f->name, *(char **)m); break;
    }
}

/* `beside`: gets texts and headers, or NULL. */
static void write_all(const Reading *r, GString *s, GString *beside)
{
    jsonout_open(s, NULL, '{');
    jsonout_text(s, "kind", kind_name(r->kind));
    jsonout_text(s, "unlisted", kind_name(r->unlisted));
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        write_field(s, beside, r, &fields[i]);
    write_instant(s, "date", r->date);
    write_instant(s, "returned_date", r->returned_date);
    jsoncommand_write_first(s, "command", r->commands);
    jsoncommand_write(s, "commands", r->commands, r->new_text);
    jsoncommand_write(s, "work", r->work, r->new_text);
    write_bounce(s, r);
    write_auto_reply(s, r);
    write_invite(s, r->calendar_reply);
    write_attachments(s, r);
    if (beside != NULL)
        put_headers(beside, r);
    else
        write_headers(s, r);
    jsonout_close(s, '}');
}

void reading_to_json(const Reading *r, GString *s) { write_all(r, s, NULL); }

void reading_to_channel(const Reading *r, GString *s)
{
    g_autoptr(GString) beside = g_string_new(NULL);
    write_all(r, s, beside);
    g_string_append_c(s, '\0');
    g_string_append_len(s, beside->str, (gssize)beside->len);
}

/* ---- from JSON ---- */

/* What stands behind the JSON. `at` NULL: nothing does, all is in it. */
typedef struct {
    const char *at, *end;
} Beside;

static gboolean take(Beside *b, const char *field, JsoninKind kind, gsize max, char **ret, GError **err)
{
    const char *text = b->at, *nul = memchr(text, '\0', (gsize)(b->end - text));
    if (nul == NULL)
        return error_set(err, ERROR_DATA, "reading, field '%s': is cut off", field);
    b->at = nul + 1;
    return jsonin_bytes(text, (gsize)(nul - text), field, kind, max, ret, err);
}

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

static gboolean read_field(const json_t *o, Beside *beside, Reading *r, const Field *f, GError **err)
{
    void *m = member(r, f);
    switch (f->type) {
    case FIELD_LINES:
        return jsonin_lines(o, f->name, f->max_count, f->max, *(GPtrArray **)m, err);
    case FIELD_FLAG:
        return jsonin_flag(o, f->name, m, err);
    case FIELD_TEXT:
        return beside->at != NULL ? take(beside, f->name, JSONIN_TEXT, f->max, m, err) : jsonin_text(o, f->name, JSONIN_TEXT, f->max, m, err);
    case FIELD_LINE:
    default:
        return jsonin_text(o, f->name, JSONIN_LINE, f->max, m, err);
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

static gboolean take_headers(Beside *b, Reading *r, GError **err)
{
    while (b->at < b->end) {
        g_autofree char *name = NULL, *value = NULL;
        if (r->headers->len >= READING_HEADERS)
            return error_set(err, ERROR_DATA, "reading, field 'headers': expected fewer elements");
        if (!take(b, "name", JSONIN_LINE, READING_NAME_BYTES, &name, err) || !take(b, "value", JSONIN_LINE, READING_HEADER_BYTES, &value, err))
            return FALSE;
        letter_add_header(r->headers, name, value);
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

static gboolean read_all(const json_t *o, Beside *beside, Reading *r, GError **err)
{
    if (!read_kind(o, "kind", &r->kind, err) || !read_kind(o, "unlisted", &r->unlisted, err))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (!read_field(o, beside, r, &fields[i], err))
            return FALSE;
    return jsonin_instant(o, "date", &r->date, err) && jsonin_instant(o, "returned_date", &r->returned_date, err)
           && jsoncommand_read(o, "commands", r->new_text, &r->commands, err)
           && jsoncommand_read(o, "work", r->new_text, &r->work, err) && read_bounce(o, r, err) && read_until(o, r, err)
           && read_invite(o, r, err) && read_attachments(o, r, err) && (beside->at != NULL ? take_headers(beside, r, err) : read_headers(o, r, err));
}

gboolean reading_from_json(const char *json, gsize length, Reading **ret, GError **err)
{
    if (length > LIMIT_READING_BYTES)
        return error_set(err, ERROR_LIMIT, "reading: longer than %d bytes", LIMIT_READING_BYTES);
    json_error_t why;
    const char *nul = length > 0 ? memchr(json, '\0', length) : NULL;
    Beside beside = {.at = nul != NULL ? nul + 1 : NULL, .end = json + length};
    json_t *o = json_loadb(json, nul != NULL ? (gsize)(nul - json) : length, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(o)) {
        json_decref(o);
        return error_set(err, ERROR_DATA, "reading: not a JSON object");
    }
    g_autoptr(Reading) r = reading_new();
    gboolean good = read_all(o, &beside, r, err);
    json_decref(o);
    if (!good)
        return FALSE;
    *ret = g_steal_pointer(&r);
    return TRUE;
}
