/* tickets: rows of ticket, ticket_queue, participant and work. What the states mean is decided in flows. */
#include "store/tickets.h"

#include <string.h>

#include "base/error.h"

#include "rules/phrase.h"

#include "base/banned.h"

static const char *const state_names[TICKET_STATE_COUNT] = {PHRASE("new"), PHRASE("open"), PHRASE("waiting"), PHRASE("resolved"), PHRASE("closed"), PHRASE("merged")};

const char *tickets_state_name(TicketState s) { return state_names[s]; }

gboolean tickets_pauses(const Ticket *t) { return t->state == TICKET_WAITING && g_strcmp0(t->waiting_for, "customer") == 0; }

gboolean tickets_state_from_name(const char *name, TicketState *ret)
{
    for (int s = 0; s < TICKET_STATE_COUNT; s++)
        if (g_strcmp0(name, state_names[s]) == 0) {
            *ret = (TicketState)s;
            return TRUE;
        }
    return FALSE;
}

Ticket *tickets_blank(void)
{
    Ticket *t = g_new0(Ticket, 1);
    t->opened_at = t->answered_at = t->resolved_at = t->closed_at = t->wait_until_at = t->next_until_at = t->contained_at = INSTANT_NONE;
    return t;
}

void tickets_free(Ticket *t)
{
    if (t == NULL)
        return;
    char *texts[] = {t->queue,  t->category,  t->subject, t->requester, t->requester_name,  t->language,           t->owner, t->waiting_for,
                     t->impact, t->next_text, t->cause,   t->resolution, t->root_message_id, t->last_from_requester, t->service, t->prevention};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(t);
}

const char *tickets_bare_subject(const Ticket *t)
{
    return t->is_drill && g_str_has_prefix(t->subject, TICKETS_DRILL_MARK) ? t->subject + strlen(TICKETS_DRILL_MARK) : t->subject;
}

/* What a ticket is written with, when it is new and ever after. */
#define COLUMNS \
    "queue, state, severity, severity_sticks, category, subject, owner, answered_at, resolved_at, closed_at, reopened, linked_id, merged_into_id, unsure," \
    " spam, is_operational, needless, waiting_for, wait_until_at, impact, next_text, cause, resolution, next_until_at, contained_at, root_message_id," \
    " last_from_requester, language, opened_at, service, contained_confirmed, prevention"
#define VALUES \
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, 0), nullif($13, 0), $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27," \
    " $28, $29, $30, $31, $32"
#define TYPES "ssiissstttiiiiiiistsssstt" "ssst" "sis"
#define FIELDS(t) \
    (t)->queue, state_names[(t)->state], (gint64)(t)->severity, (gint64)(t)->severity_sticks, (t)->category, (t)->subject, (t)->owner, (t)->answered_at, \
        (t)->resolved_at, (t)->closed_at, (gint64)(t)->reopened, (t)->linked_id, (t)->merged_into_id, (gint64)(t)->unsure, (gint64)(t)->spam, \
        (gint64)(t)->is_operational, (gint64)(t)->needless, (t)->waiting_for, (t)->wait_until_at, (t)->impact, (t)->next_text, (t)->cause, (t)->resolution, \
        (t)->next_until_at, (t)->contained_at, (t)->root_message_id, (t)->last_from_requester, (t)->language, (t)->opened_at, (t)->service, \
        (gint64)(t)->contained_confirmed, (t)->prevention

gboolean tickets_insert(Db *db, Ticket *t, GError **err)
{
    return db_insert(db, &t->id, err, "insert into ticket (" COLUMNS ", requester_id, is_drill) values (" VALUES ", $33, $34)", TYPES "ii", FIELDS(t),
                     t->requester_id, (gint64)t->is_drill);
}

gboolean tickets_save(Db *db, const Ticket *t, GError **err)
{
    return db_run(db, err, "update ticket set (" COLUMNS ") = (" VALUES ") where id = $33", TYPES "i", FIELDS(t), t->id);
}

static Ticket *ticket_of_row(DbRows *r)
{
    Ticket *t = tickets_blank();
    int c = 0;
    t->id = db_int(r, c++);
    t->queue = g_strdup(db_text(r, c++));
    tickets_state_from_name(db_text(r, c++), &t->state);
    t->severity = (int)db_int(r, c++);
    t->severity_sticks = (int)db_int(r, c++);
    t->category = g_strdup(db_text(r, c++));
    t->subject = g_strdup(db_text(r, c++));
    t->requester_id = db_int(r, c++);
    t->requester = g_strdup(db_text(r, c++));
    t->requester_name = g_strdup(db_text(r, c++));
    t->language = g_strdup(db_text(r, c++));
    t->owner = g_strdup(db_text(r, c++));
    t->opened_at = db_instant(r, c++);
    t->answered_at = db_instant(r, c++);
    t->resolved_at = db_instant(r, c++);
    t->closed_at = db_instant(r, c++);
    t->reopened = (int)db_int(r, c++);
    t->linked_id = db_int(r, c++);
    t->merged_into_id = db_int(r, c++);
    t->unsure = db_int(r, c++) != 0;
    t->spam = db_int(r, c++) != 0;
    t->is_operational = db_int(r, c++) != 0;
    t->needless = db_int(r, c++) != 0;
    t->waiting_for = g_strdup(db_text(r, c++));
    t->wait_until_at = db_instant(r, c++);
    t->impact = g_strdup(db_text(r, c++));
    t->next_text = g_strdup(db_text(r, c++));
    t->cause = g_strdup(db_text(r, c++));
    t->resolution = g_strdup(db_text(r, c++));
    t->next_until_at = db_instant(r, c++);
    t->contained_at = db_instant(r, c++);
    t->root_message_id = g_strdup(db_text(r, c++));
    t->last_from_requester = g_strdup(db_text(r, c++));
    t->service = g_strdup(db_text(r, c++));
    t->contained_confirmed = db_int(r, c++) != 0;
    t->is_drill = db_int(r, c++) != 0;
    t->prevention = g_strdup(db_text(r, c++));
    return t;
}

gboolean tickets_load(Db *db, gint64 id, Ticket **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(db, &rows, err,
                   "select t.id, queue, state, severity, severity_sticks, category, subject, requester_id, p.address, p.name, language, owner,"
                   " opened_at, answered_at, resolved_at, closed_at, reopened, coalesce(linked_id, 0), coalesce(merged_into_id, 0), unsure, spam,"
                   " is_operational, needless, waiting_for, wait_until_at, impact, next_text, cause, resolution, next_until_at, contained_at,"
                   " root_message_id, last_from_requester, service, contained_confirmed, is_drill, prevention from ticket t join person p on p.id = t.requester_id where t.id = $1",
                   "i", id))
        return FALSE;
    if (!db_next(rows, &local)) {
        if (local != NULL)
            g_propagate_error(err, local);
        else
            error_set(err, ERROR_NOTFOUND, "ticket %" G_GINT64_FORMAT ": there is none of that number", id);
        return FALSE;
    }
    *ret = ticket_of_row(rows);
    return TRUE;
}

gboolean tickets_add_queue(Db *db, gint64 ticket, const char *queue, gboolean is_home, GError **err)
{
    return db_run(db, err, "insert into ticket_queue (ticket_id, queue, is_home) values ($1, $2, $3) on conflict do nothing", "isi", ticket,
                  queue, (gint64)is_home);
}

gboolean tickets_queues(Db *db, gint64 ticket, GPtrArray **ret, GError **err)
{
    return db_texts(db, ret, err, "select queue from ticket_queue where ticket_id = $1 order by is_home desc, queue", "i", ticket);
}

gboolean tickets_add_participant(Db *db, gint64 ticket, const char *address, GError **err)
{
    return db_run(db, err, "insert into participant (ticket_id, address) values ($1, lower($2)) on conflict do nothing", "is", ticket, address);
}

gboolean tickets_has_participant(Db *db, gint64 ticket, const char *address, gboolean *ret, GError **err)
{
    gint64 n;
    if (!db_value(db, &n, err, "select count(*) from participant where ticket_id = $1 and address = lower($2)", "is", ticket, address))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

gboolean tickets_work(Db *db, gint64 ticket, const char *contact, gint64 *ret, GError **err)
{
    return db_run(db, err, "insert into work (ticket_id, contact) values ($1, $2) on conflict do nothing", "is", ticket, contact)
           && db_value(db, ret, err, "select id from work where ticket_id = $1 and contact = $2", "is", ticket, contact);
}

/* ---- watchers ---- */

gboolean tickets_watchers(Db *db, gint64 ticket, GPtrArray **ret, GError **err)
{
    return db_texts(db, ret, err, "select address from watcher where ticket_id = $1 order by n", "i", ticket);
}

gboolean tickets_add_watcher(Db *db, gint64 ticket, const char *address, gint64 max, GError **err)
{
    return db_run(db, err,
                  "insert into watcher (ticket_id, address, n) select $1, lower($2), coalesce(max(n), 0) + 1 from watcher where ticket_id = $1"
                  " having count(*) < $3 on conflict do nothing",
                  "isi", ticket, address, max);
}

gboolean tickets_remove_watcher(Db *db, gint64 ticket, const char *address, GError **err)
{
    return db_run(db, err, "delete from watcher where ticket_id = $1 and ($2 is null or address = lower($2))", "is", ticket, address);
}
