/* roundcall: see the header. An address that nobody confirmed is a page that nobody may get, so silence is told to a person. It must never
 * page, and never put what somebody wrote into the audit. */
#include "flows/roundcall.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"
#include "rules/signoff.h"

#include "store/messages.h"

#include "flows/bulletin.h"
#include "flows/heard.h"
#include "flows/notify.h"
#include "flows/people.h"
#include "flows/view.h"

#include "base/banned.h"

#define DUE "roundcall"
#define NOTE_LINES 5
enum { STEP_REMIND = 1, STEP_END = 2 }; /* level of the due row */
static const Duration patience[] = {[STEP_REMIND] = {3, DURATION_BUSINESS_DAYS}, [STEP_END] = {5, DURATION_BUSINESS_DAYS}};

typedef struct {
    gint64 id, round, message_id;
    char *contact, *queue, *state, *reason, *note;
    Instant begun_at, reminded_at, answered_at;
} Question;

static void question_free(gpointer p)
{
    Question *q = p;
    char *texts[] = {q->contact, q->queue, q->state, q->reason, q->note};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(q);
}

/* Those of a round, of one queue (NULL: of all); or that one (`id`). Question *, with free func. */
static gboolean read_questions(Desk *d, gint64 round, const char *queue, gint64 id, GPtrArray **ret, GError **err)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(question_free);
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select q.id, q.roundcall_id, coalesce(q.message_id, 0), q.contact, q.queue, q.state, q.reason, m.new_text, r.begun_at, q.reminded_at,"
                   " q.answered_at from roundcall_asked q join roundcall r on r.id = q.roundcall_id left join message m on m.id = q.message_id"
                   " where (q.roundcall_id = $1 or q.id = $3) and ($2 is null or q.queue = $2) order by q.id",
                   "isi", round, queue, id))
        return FALSE;
    while (db_next(rows, &local)) {
        Question *q = g_new0(Question, 1);
        *q = (Question){.id = db_int(rows, 0), .round = db_int(rows, 1), .message_id = db_int(rows, 2), .contact = g_strdup(db_text(rows, 3)),
                        .queue = g_strdup(db_text(rows, 4)), .state = g_strdup(db_text(rows, 5)), .reason = g_strdup(db_text(rows, 6)),
                        .note = g_strdup(db_text(rows, 7)), .begun_at = db_instant(rows, 8), .reminded_at = db_instant(rows, 9),
                        .answered_at = db_instant(rows, 10)};
        g_ptr_array_add(list, q);
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}

static const char *name_of(const Desk *d, const char *contact)
{
    const ConfigContact *c = desk_contact(d, contact);
    return c != NULL ? c->full_name : contact;
}

static gboolean is_state(const Question *q, const char *state) { return strcmp(q->state, state) == 0; }

/* ---- asking ---- */

static Instant due_at(const Desk *d, const ConfigQueue *queue, Instant begun, int step)
{
    Instant at;
    if (calendar_add(desk_calendar(d, queue->calendar), begun, patience[step], &at, NULL))
        return at;
    return begun + patience[step].amount * 86400;
}

/* The mail, at `begun` or as a reminder. *ret_outbox: its row. */
static gboolean ask(Desk *d, const ConfigContact *c, const ConfigQueue *queue, Instant begun, gboolean again, gint64 *ret_outbox, GError **err)
{
    const Zone *zone = desk_contact_zone(d, c, queue);
    json_t *view = roundcard_view(d, c);
    view_set_time(view, "answer_by", zone, due_at(d, queue, begun, STEP_END), d->now);
    if (again)
        view_set_time(view, "again", zone, begun, d->now);
    else
        view_set_time(view, "remind_at", zone, due_at(d, queue, begun, STEP_REMIND), d->now);
    json_object_set_new(view, "zone", json_string(zone_abbreviation(zone, d->now)));
    g_autofree char *subject = phrase_make("[{queue}] Please confirm how we reach you", "queue", queue->name, NULL);
    gboolean ok = notify_question(d, queue, c, "roundcall", subject, view, ret_outbox, err);
    json_decref(view);
    return ok;
}

static gboolean schedule(Desk *d, gint64 round, const ConfigQueue *queue, GError **err)
{
    for (int step = STEP_REMIND; step <= STEP_END; step++) {
        DueRow row = {.what = (char *)DUE, .run_id = round, .policy = queue->name, .level = step, .next_at = due_at(d, queue, d->now, step)};
        if (!clocks_due_add(d->db, &row, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean ask_one(Desk *d, gint64 *round, const ConfigContact *c, GHashTable *queues, GError **err)
{
    const ConfigQueue *queue = roundcard_queue(d, c);
    gint64 outbox;
    if (*round == 0 && !db_insert(d->db, round, err, "insert into roundcall (begun_at) values ($1)", "t", d->now))
        return FALSE;
    if (!g_hash_table_contains(queues, queue->name) && !schedule(d, *round, queue, err))
        return FALSE;
    g_hash_table_add(queues, queue->name);
    return ask(d, c, queue, d->now, FALSE, &outbox, err)
           && db_run(d->db, err, "insert into roundcall_asked (roundcall_id, contact, queue, state, outbox_id) values ($1, $2, $3, 'asked', $4)", "issi", *round, c->name,
                     queue->name, outbox);
}

gboolean roundcall_begin(Desk *d, const GPtrArray *contacts, GPtrArray *left_out, gint64 *ret_round, GError **err)
{
    g_autoptr(GHashTable) queues = g_hash_table_new(g_str_hash, g_str_equal);
    guint asked = 0;
    *ret_round = 0;
    for (guint i = 0; i < contacts->len; i++) {
        const ConfigContact *c = g_ptr_array_index(contacts, i);
        gint64 open;
        if (!db_value(d->db, &open, err,
                      "select count(*) from roundcall_asked q join roundcall r on r.id = q.roundcall_id where q.contact = $1 and r.ended_at is null", "s", c->name))
            return FALSE;
        if (c->vendor != NULL || open > 0 || roundcard_queue(d, c) == NULL) {
            g_ptr_array_add(left_out, g_strdup_printf("%s: %s", c->name, c->vendor != NULL ? "a vendor's, who is not asked" : open > 0 ? "is asked in an open round" : "no queue"));
            continue;
        }
        if (!ask_one(d, ret_round, c, queues, err))
            return FALSE;
        asked++;
    }
    return asked == 0 || desk_audit(d, 0, err, "roundcall", "round=%" G_GINT64_FORMAT " asked=%u", *ret_round, asked);
}

/* ---- what comes back ---- */

/* Which question an outgoing mail was (its row; 0: none), or 0. */
static gboolean question_of(Desk *d, gint64 outbox, gint64 *ret, GError **err)
{
    return db_value(d->db, ret, err, "select coalesce(max(id), 0) from roundcall_asked where outbox_id = $1 or reminder_id = $1", "i", outbox);
}

static gboolean set_state(Desk *d, const Question *q, const char *state, const char *reason, gint64 message, GError **err)
{
    return db_run(d->db, err, "update roundcall_asked set state = $2, reason = $3, message_id = nullif($4, 0), answered_at = $5 where id = $1", "issit", q->id, state, reason,
                  message, d->now)
           && desk_audit(d, 0, err, "roundcall-answer", "round=%" G_GINT64_FORMAT " contact=%s state=%s message=%" G_GINT64_FORMAT, q->round, q->contact, state, message);
}

/* Nobody of the queue is waited for: its end comes at once. */
static gboolean hasten(Desk *d, const Question *q, GError **err)
{
    gint64 open;
    if (!db_value(d->db, &open, err, "select count(*) from roundcall_asked where roundcall_id = $1 and queue = $2 and state in ('asked', 'failed')", "is", q->round, q->queue))
        return FALSE;
    return open > 0
           || (db_run(d->db, err, "delete from due where what = 'roundcall' and run_id = $1 and policy = $2 and level = 1", "is", q->round, q->queue)
               && db_run(d->db, err, "update due set next_at = $3 where what = 'roundcall' and run_id = $1 and policy = $2", "ist", q->round, q->queue, d->now));
}

gboolean roundcall_failed(Desk *d, gint64 outbox, const char *reason, GError **err)
{
    g_autoptr(GPtrArray) list = NULL;
    gint64 id;
    if (!question_of(d, outbox, &id, err) || id == 0)
        return id == 0;
    if (!read_questions(d, 0, NULL, id, &list, err) || list->len == 0)
        return FALSE;
    const Question *q = g_ptr_array_index(list, 0);
    return !is_state(q, "asked") || set_state(d, q, "failed", reason, 0, err);
}

/* Only "OK", alone or with thanks, says that all is right. */
static gboolean is_confirmation(const IntakeCase *c)
{
    const CommandReply *said = c->reading->commands;
    if (intake_doubt(c) != NULL || heard_takes_back(c) || said->commands->len != 1)
        return FALSE;
    const Command *first = g_ptr_array_index(said->commands, 0);
    return first->verb == VERB_ACK && !first->has_hold && !first->until.given && (*said->rest == '\0' || signoff_is_only_thanks(said->rest, NULL));
}

static void add_note(const Desk *d, const char *contact, const char *text, const char *reason, GPtrArray *lines)
{
    json_t *quoted = view_lines(text != NULL ? text : "", NOTE_LINES, 64);
    g_ptr_array_add(lines, phrase_make(reason != NULL ? PHRASE("{who}, {how:phrase} wrote:") : PHRASE("{who} wrote:"), "who", name_of(d, contact), "how", reason, NULL));
    for (size_t i = 0; i < json_array_size(quoted); i++)
        g_ptr_array_add(lines, g_strdup_printf("> %s", json_string_value(json_array_get(quoted, i))));
    json_decref(quoted);
}

/* After the end nobody looks there any more. */
static gboolean tell_late(Desk *d, const Question *q, const char *text, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, q->queue);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    gint64 ended;
    if (!db_value(d->db, &ended, err, "select count(*) from roundcall where id = $1 and ended_at is not null", "i", q->round))
        return FALSE;
    if (ended == 0 || queue == NULL || queue->lead == NULL)
        return TRUE;
    add_note(d, q->contact, text, NULL, lines);
    return bulletin_send(d, queue, queue->lead, PHRASE("An answer about how somebody is reached"), lines, err);
}

static gboolean take_answer(IntakeCase *c, const Question *q, GError **err)
{
    const ConfigContact *addressed = desk_contact(c->desk, q->contact);
    gboolean is_his = c->sender != NULL && c->auth != AUTHRES_FAIL && (c->sender == addressed || people_is_member(addressed, c->sender));
    gboolean is_ok = is_his && is_confirmation(c);
    intake_note(c, "answers round %" G_GINT64_FORMAT " for %s: %s", q->round, q->contact,
                is_ok ? "confirmed" : is_his ? "something else, which his lead reads" : "from no address of his, or failed authentication");
    if (!is_his && is_state(q, "confirmed"))
        return TRUE;
    const char *reason = is_his ? NULL : c->auth == AUTHRES_FAIL ? PHRASE("maybe forged (authentication failed)") : PHRASE("from an address that is not registered");
    return set_state(c->desk, q, is_ok ? "confirmed" : "other", reason, c->row->id, err) && hasten(c->desk, q, err)
           && (is_ok || tell_late(c->desk, q, c->reading->new_text, err));
}

gboolean roundcall_answer(IntakeCase *c, GError **err)
{
    g_autoptr(GPtrArray) list = NULL;
    gint64 question = 0;
    if (c->envelope_row != NULL && !question_of(c->desk, c->envelope_row->id, &question, err))
        return FALSE;
    c->row->filed = g_strdup(question != 0 ? PHRASE("roundcall") : PHRASE("sent to an envelope address"));
    if (question == 0) {
        intake_note(c, "filed under other: %s", c->row->filed);
        return intake_store_row(c, err);
    }
    c->row->is_note = TRUE;
    c->row->contact = c->sender != NULL ? g_strdup(c->sender->name) : NULL;
    return intake_store_row(c, err) && read_questions(c->desk, 0, NULL, question, &list, err) && list->len > 0 && take_answer(c, g_ptr_array_index(list, 0), err);
}

/* ---- time passes ---- */

static gboolean remind(Desk *d, const Question *q, const ConfigQueue *queue, GError **err)
{
    const ConfigContact *c = desk_contact(d, q->contact);
    gint64 outbox;
    return c == NULL || !is_state(q, "asked")
           || (ask(d, c, queue, q->begun_at, TRUE, &outbox, err)
               && db_run(d->db, err, "update roundcall_asked set reminder_id = $2, reminded_at = $3 where id = $1", "iit", q->id, outbox, d->now)
               && desk_audit(d, 0, err, "roundcall-reminder", "round=%" G_GINT64_FORMAT " contact=%s", q->round, q->contact));
}

static void add_line(json_t *o, const char *key, char *line)
{
    json_array_append_new(json_object_get(o, key), json_string(line));
    g_free(line);
}

/* What the lead of a queue is told; NULL: all have confirmed. */
static json_t *end_view(const Desk *d, const GPtrArray *list, const ConfigQueue *queue)
{
    json_t *o = json_pack("{s:s, s:[], s:[], s:[]}", "queue", queue->name, "silent", "failed", "other");
    guint confirmed = 0;
    for (guint i = 0; i < list->len; i++) {
        const Question *q = g_ptr_array_index(list, i);
        const ConfigContact *c = desk_contact(d, q->contact);
        const char *name = name_of(d, q->contact), *address = c != NULL ? c->email[0] : "-";
        if (is_state(q, "confirmed")) {
            confirmed++;
        } else if (is_state(q, "other")) {
            g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
            add_note(d, q->contact, q->note, q->reason, lines);
            for (guint k = 0; k < lines->len; k++)
                add_line(o, "other", g_strdup(g_ptr_array_index(lines, k)));
        } else {
            gboolean failed = is_state(q, "failed");
            add_line(o, failed ? "failed" : "silent", g_strdup_printf("%s <%s>%s%s", name, address, failed ? ": " : "", failed ? q->reason : ""));
        }
    }
    json_object_set_new(o, "asked", json_integer(list->len));
    json_object_set_new(o, "confirmed", json_integer(confirmed));
    json_object_set_new(o, "has_silent", json_boolean(json_array_size(json_object_get(o, "silent")) > 0));
    json_object_set_new(o, "has_failed", json_boolean(json_array_size(json_object_get(o, "failed")) > 0));
    json_object_set_new(o, "has_other", json_boolean(json_array_size(json_object_get(o, "other")) > 0));
    if (confirmed < list->len)
        return o;
    json_decref(o);
    return NULL;
}

static gboolean tell_lead(Desk *d, const GPtrArray *list, const ConfigQueue *queue, GError **err)
{
    json_t *view = queue->lead != NULL ? end_view(d, list, queue) : NULL;
    if (view == NULL)
        return TRUE;
    g_autofree char *all = g_strdup_printf("%u", list->len);
    g_autofree char *count = g_strdup_printf("%" JSON_INTEGER_FORMAT, (json_int_t)list->len - json_integer_value(json_object_get(view, "confirmed")));
    g_autofree char *subject = phrase_make("[{queue}] {count} of {all} have not confirmed how they are reached", "queue", queue->name, "count", count, "all", all, NULL);
    gboolean ok = notify_report(d, queue, queue->lead, "roundcall-end", subject, view, err);
    json_decref(view);
    return ok;
}

static gboolean end_round(Desk *d, gint64 round, GError **err)
{
    gint64 left;
    if (!db_value(d->db, &left, err, "select count(*) from due where what = 'roundcall' and run_id = $1 and level = 2", "i", round))
        return FALSE;
    return left > 0
           || (db_run(d->db, err, "update roundcall set ended_at = $2 where id = $1", "it", round, d->now)
               && desk_audit(d, 0, err, "roundcall-end", "round=%" G_GINT64_FORMAT, round));
}

gboolean roundcall_fire(Desk *d, const DueRow *due, GError **err)
{
    g_autoptr(GPtrArray) list = NULL;
    const ConfigQueue *queue = desk_queue(d, due->policy);
    if (queue == NULL) /* taken out of the configuration meanwhile */
        return due->level != STEP_END || end_round(d, due->run_id, err);
    if (!read_questions(d, due->run_id, due->policy, 0, &list, err))
        return FALSE;
    for (guint i = 0; due->level == STEP_REMIND && i < list->len; i++)
        if (!remind(d, g_ptr_array_index(list, i), queue, err))
            return FALSE;
    return due->level != STEP_END || (tell_lead(d, list, queue, err) && end_round(d, due->run_id, err));
}

/* ---- how it stands ---- */

static void set_time(json_t *o, const char *key, const Zone *zone, Instant t)
{
    g_autofree char *at = t != INSTANT_NONE ? zone_format_rfc3339(zone, t) : NULL;
    json_object_set_new(o, key, at != NULL ? json_string(at) : json_null());
}

static json_t *question_view(const Desk *d, const Question *q, const Zone *zone)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "contact", q->contact, "name", name_of(d, q->contact), "queue", q->queue, "state",
                          is_state(q, "asked") ? "unanswered" : q->state);
    set_time(o, "reminded", zone, q->reminded_at);
    set_time(o, "answered", zone, is_state(q, "failed") ? INSTANT_NONE : q->answered_at);
    json_object_set_new(o, "reason", q->reason != NULL ? json_string(q->reason) : json_null());
    json_object_set_new(o, "note", is_state(q, "other") && q->note != NULL ? json_string(q->note) : json_null());
    return o;
}

static gboolean add_round(Desk *d, gint64 round, json_t *rounds, GError **err)
{
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    const Zone *zone = desk_contact_zone(d, NULL, NULL);
    if (!read_questions(d, round, NULL, 0, &list, err) || !db_select(d->db, &rows, err, "select begun_at, ended_at from roundcall where id = $1", "i", round))
        return FALSE;
    json_t *o = json_pack("{s:I, s:[]}", "round", (json_int_t)round, "asked");
    if (db_next(rows, &local)) {
        set_time(o, "begun", zone, db_instant(rows, 0));
        set_time(o, "ended", zone, db_instant(rows, 1));
    }
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(json_object_get(o, "asked"), question_view(d, g_ptr_array_index(list, i), zone));
    json_array_append_new(rounds, o);
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean roundcall_state(Desk *d, json_t **ret, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    if (!db_ids(d->db, &ids, err, "select id from roundcall where ended_at is null or (id = (select max(id) from roundcall) and not exists"
                                  " (select 1 from roundcall where ended_at is null)) order by id", ""))
        return FALSE;
    json_t *rounds = json_array();
    for (guint i = 0; i < ids->len; i++)
        if (!add_round(d, g_array_index(ids, gint64, i), rounds, err)) {
            json_decref(rounds);
            return FALSE;
        }
    *ret = rounds;
    return TRUE;
}
