/* digest: which pages wait, and when what waits goes out. It must never drop a page: each is mailed, listed, or of a run that no longer asks. */
#include "flows/digest.h"

#include <string.h>

#include "rules/phrase.h"

#include "store/outbox.h"

#include "flows/bulletin.h"
#include "flows/digestmail.h"
#include "flows/escalate.h"
#include "flows/maintenance.h"
#include "flows/notify.h"
#include "flows/outgoing.h"
#include "flows/pagemail.h"
#include "flows/people.h"
#include "flows/policies.h"
#include "flows/tidings.h"

#include "base/banned.h"

#define SPACING(window) ((window) / 6) /* between digests, and of the first from the first page that waits */

/* ---- which wait ---- */

static gboolean schedule(Desk *d, const char *contact, Instant at, GError **err)
{
    DueRow row = {.what = (char *)"digest", .next_at = at, .policy = (char *)contact};
    gint64 n;
    if (!db_run(d->db, err, "update due set next_at = $2 where what = 'digest' and ticket_id is null and policy = $1 and next_at > $2", "st", contact, at)
        || !db_value(d->db, &n, err, "select count(*) from due where what = 'digest' and ticket_id is null and policy = $1", "s", contact))
        return FALSE;
    return n > 0 || clocks_due_add(d->db, &row, err);
}

/* More than the person is to be mailed in that time. */
static gboolean is_beyond(Desk *d, const Ticket *t, const char *contact, gboolean *ret, GError **err)
{
    const ConfigLimits *limits = &d->config->limits;
    g_autofree char *severity = g_strdup_printf("S%d", t->severity + 1);
    gint64 n;
    *ret = FALSE;
    if (limits->per_person.count == 0 || g_strv_contains((const char *const *)limits->immune, severity))
        return TRUE;
    if (!outbox_pages(d->db, contact, d->now - limits->per_person.within, &n, err))
        return FALSE;
    *ret = n >= limits->per_person.count;
    return TRUE;
}

gboolean digest_page(Desk *d, const Ticket *t, const RunRow *r, const LadderPage *p, const char *instead_of, GError **err)
{
    const ConfigContact *c = desk_contact(d, p->contact);
    const PolicyLevel *level = g_ptr_array_index(policies_of_run(d, r)->levels, (guint)p->level - 1);
    Instant until = INSTANT_NONE, opening = c != NULL && c->vendor == NULL ? pagemail_opening(d, level) : INSTANT_NONE;
    gboolean beyond = FALSE, waits = opening > d->now;
    if (!maintenance_until(d, t->queue, &until, err) || (c != NULL && c->vendor == NULL && !is_beyond(d, t, p->contact, &beyond, err)))
        return FALSE;
    if (c == NULL || (until == INSTANT_NONE && !beyond && !waits))
        return pagemail_send(d, t, r, p, instead_of, err);
    return outbox_fold(d->db, p->id, p->contact, d->now, err)
           && (until != INSTANT_NONE || schedule(d, p->contact, waits ? opening : d->now + SPACING(d->config->limits.per_person.within), err))
           && desk_audit(d, t->id, err, "folded", "notification=%" G_GINT64_FORMAT " contact=%s why=%s", p->id, p->contact,
                         until != INSTANT_NONE ? "maintenance" : waits ? "closed" : "limit");
}

gboolean digest_line(Desk *d, const Ticket *t, const RunRow *r, const char *contact, const char *line, GError **err)
{
    const ConfigContact *c = desk_contact(d, contact);
    Instant until;
    if (!maintenance_until(d, t->queue, &until, err))
        return FALSE;
    /* what takes an appointment out of his calendar does not wait */
    if (until == INSTANT_NONE || (r != NULL && c != NULL && c->rsvp))
        return notify_over(d, t, r, contact, line, err);
    return outgoing_is_missing(d, t, contact)
           || db_run(d->db, err, "insert into waiting_line (contact, ticket_id, line, created_at) values ($1, $2, $3, $4)", "sist", contact, t->id, line, d->now);
}

/* ---- what goes out ---- */

static void entry_free(gpointer p)
{
    DigestEntry *e = p;
    tickets_free(e->ticket);
    runs_row_free(e->run);
    g_free(e->instead_of);
    g_free(e);
}

static gboolean load_entry(Desk *d, gint64 notification, DigestEntry **ret, GError **err)
{
    g_autoptr(NotificationRow) n = NULL;
    DigestEntry *e = g_new0(DigestEntry, 1);
    if (!runs_notification(d->db, notification, &n, err) || !tickets_load(d->db, n->ticket_id, &e->ticket, err) || !runs_load(d->db, n->run_id, &e->run, err)
        || !db_text_value(d->db, &e->instead_of, err, "select instead_of from notification where id = $1", "i", notification)
        || !db_value(d->db, &e->since_at, err, "select created_at from notification where id = $1", "i", notification)) {
        entry_free(e);
        return FALSE;
    }
    for (guint i = 0; i < e->run->run->pages->len; i++)
        if (((LadderPage *)g_ptr_array_index(e->run->run->pages, i))->id == notification)
            e->page = g_ptr_array_index(e->run->run->pages, i);
    *ret = e;
    return TRUE;
}

/* What waits for him and is still asked, the worst first; not what a maintenance keeps. */
static gboolean waiting(Desk *d, const char *contact, GArray **ret, GError **err)
{
    return db_run(d->db, err, "delete from folded where contact = $1"
                  " and exists (select 1 from notification n where n.id = folded.notification_id and n.state <> 0)", "s", contact)
           && db_ids(d->db, ret, err,
                     "select n.id from folded f join notification n on n.id = f.notification_id join ticket t on t.id = n.ticket_id where f.contact = $1"
                     " and not exists (select 1 from maintenance m where m.queue = t.queue and m.until_at > $2) order by t.severity,"
                     " coalesce((select min(c.due_at) from clock c where c.ticket_id = t.id and c.state = 0), 9223372036854775807), n.id",
                     "st", contact, d->now);
}

/* Taken out of the line, as it can never be mailed; of a person who is gone the ladder hears. */
static gboolean drop_missing(Desk *d, const DigestEntry *e, GError **err)
{
    return outbox_unfold(d->db, e->page->id, err)
           && (desk_contact(d, e->page->contact) != NULL || tidings_unreachable(d, e->page->id, PHRASE("not in the configuration"), err));
}

static gboolean holds_name(GPtrArray *names, const char *name)
{
    return name != NULL && g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL);
}

/* People are as they are when they are mailed: who went away meanwhile is not reached, and where others stand at the level by now it is theirs.
 * Where nobody could be asked he was asked all the same, and that stays so. *ret_moved: the ladder asks somebody else. */
static gboolean move_on(Desk *d, const DigestEntry *e, const PolicyLevel *level, gboolean *ret_moved, GError **err)
{
    const char *contact = e->page->contact;
    LadderEvent event = {.kind = LADDER_PASS, .contact = contact};
    *ret_moved = TRUE;
    if (e->run->run->state == RUN_CLIMBING && !people_is_available(d, contact, level->respect_hours, d->now))
        return tidings_unreachable(d, e->page->id, "away", err);
    g_autoptr(GPtrArray) people = people_of(d, e->ticket, desk_queue(d, e->ticket->queue), level->notify);
    *ret_moved = e->run->run->state == RUN_CLIMBING && e->page->kind == PAGE_ESCALATION && people->len > 0 && !holds_name(people, contact)
                 && !holds_name(people, e->instead_of);
    event.other = *ret_moved ? g_ptr_array_index(people, 0) : NULL;
    return !*ret_moved || escalate_event(d, e->ticket, e->run->id, &event, NULL, err);
}

static gboolean send_alone(Desk *d, const DigestEntry *e, GError **err)
{
    return outbox_unfold(d->db, e->page->id, err) && pagemail_send(d, e->ticket, e->run, e->page, e->instead_of, err);
}

/* What waited only until its level opened is a mail of its own now, as it would have been, unless it is more than the person is to be mailed. */
static gboolean send_opened(Desk *d, const DigestEntry *e, gboolean *ret, GError **err)
{
    gboolean beyond;
    *ret = FALSE;
    if (!is_beyond(d, e->ticket, e->page->contact, &beyond, err))
        return FALSE;
    *ret = !beyond;
    return beyond || send_alone(d, e, err);
}

/* Appends it to what can go out now, by whether it is of a queue that only rehearses; else *ret_next is when it can. */
static gboolean sort_entry(Desk *d, DigestEntry *e, gboolean is_list, GPtrArray *const parts[2], Instant *ret_next, GError **err)
{
    const Policy *policy = policies_of_run(d, e->run);
    const ConfigQueue *queue = desk_queue(d, e->ticket->queue);
    if (e->page == NULL || policy == NULL || (guint)e->page->level > policy->levels->len || outgoing_is_missing(d, e->ticket, e->page->contact)) {
        gboolean ok = e->page == NULL || drop_missing(d, e, err);
        entry_free(e);
        return ok;
    }
    const PolicyLevel *level = g_ptr_array_index(policy->levels, (guint)e->page->level - 1);
    Instant opening = pagemail_opening(d, level);
    gboolean is_open = opening <= d->now, is_done = FALSE; /* INSTANT_NONE is the smallest */
    if (is_open && (!move_on(d, e, level, &is_done, err) || is_done || (level->send_open && !is_list && !send_opened(d, e, &is_done, err)) || is_done)) {
        entry_free(e);
        return err == NULL || *err == NULL;
    }
    if (is_open) {
        g_ptr_array_add(parts[queue->mode == MODE_SHADOW], e);
        return TRUE;
    }
    *ret_next = *ret_next == INSTANT_NONE ? opening : MIN(*ret_next, opening);
    entry_free(e);
    return TRUE;
}

typedef struct {
    gint64 ticket;
    char *queue, *text;
} WaitingLine;

static void line_clear(gpointer p)
{
    WaitingLine *l = p;
    g_free(l->queue);
    g_free(l->text);
}

/* The lines that waited: they are told with this. */
static gboolean take_lines(Desk *d, const char *contact, GArray *lines, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select t.id, t.queue, w.line from waiting_line w join ticket t on t.id = w.ticket_id where w.contact = $1"
                   " and not exists (select 1 from maintenance m where m.queue = t.queue and m.until_at > $2) order by w.id",
                   "st", contact, d->now))
        return FALSE;
    while (db_next(rows, &local)) {
        WaitingLine one = {db_int(rows, 0), g_strdup(db_text(rows, 1)), g_strdup(db_text(rows, 2))};
        g_array_append_val(lines, one);
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    return db_run(d->db, err,
                  "delete from waiting_line where contact = $1 and not exists (select 1 from ticket t join maintenance m on m.queue = t.queue"
                  " where t.id = waiting_line.ticket_id and m.until_at > $2)",
                  "st", contact, d->now);
}

static gboolean send_part(Desk *d, const GPtrArray *entries, const GPtrArray *lines, GError **err)
{
    if (entries->len == 0)
        return TRUE;
    return entries->len > 1 ? digestmail_send(d, entries, lines, err) : send_alone(d, g_ptr_array_index(entries, 0), err);
}

/* Of the house: several pages and what was to be told are one list, a single page is the mail that it would have been. */
static gboolean send_listed(Desk *d, const char *contact, GPtrArray *const parts[2], const GArray *lines, GError **err)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free), none = g_ptr_array_new();
    const ConfigQueue *queue = lines->len > 0 ? desk_queue(d, g_array_index(lines, WaitingLine, 0).queue) : NULL;
    gboolean is_listed = parts[0]->len > 1;
    for (guint i = 0; i < lines->len; i++) { /* "[support #12] …" */
        const WaitingLine *l = &g_array_index(lines, WaitingLine, i);
        g_ptr_array_add(texts, g_strdup_printf("[%s #%" G_GINT64_FORMAT "] %s", l->queue, l->ticket, l->text));
    }
    return send_part(d, parts[0], is_listed ? texts : none, err) && send_part(d, parts[1], none, err)
           && (is_listed || queue == NULL || bulletin_send(d, queue, contact, PHRASE("The maintenance is over: this happened meanwhile"), texts, err));
}

/* No list goes out of the house: of a vendor each mail stands alone. */
static gboolean send_each(Desk *d, const char *contact, GPtrArray *const parts[2], const GArray *lines, GError **err)
{
    for (int part = 0; part < 2; part++)
        for (guint i = 0; i < parts[part]->len; i++)
            if (!send_alone(d, g_ptr_array_index(parts[part], i), err))
                return FALSE;
    for (guint i = 0; i < lines->len; i++) {
        const WaitingLine *l = &g_array_index(lines, WaitingLine, i);
        g_autoptr(Ticket) t = NULL;
        if (!tickets_load(d->db, l->ticket, &t, err) || !notify_line(d, t, contact, l->text, err))
            return FALSE;
    }
    return TRUE;
}

gboolean digest_send(Desk *d, const char *contact, gboolean is_list, GError **err)
{
    g_autoptr(GPtrArray) live = g_ptr_array_new_with_free_func(entry_free), shadow = g_ptr_array_new_with_free_func(entry_free);
    g_autoptr(GArray) ids = NULL, lines = g_array_new(FALSE, FALSE, sizeof(WaitingLine));
    const ConfigContact *c = desk_contact(d, contact);
    GPtrArray *const parts[2] = {live, shadow};
    Instant next = INSTANT_NONE;
    g_array_set_clear_func(lines, line_clear);
    if (!waiting(d, contact, &ids, err) || !take_lines(d, contact, lines, err))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        DigestEntry *e;
        if (!load_entry(d, g_array_index(ids, gint64, i), &e, err) || !sort_entry(d, e, is_list, parts, &next, err))
            return FALSE;
    }
    return (c != NULL && c->vendor != NULL ? send_each : send_listed)(d, contact, parts, lines, err)
           && (next == INSTANT_NONE || schedule(d, contact, next, err));
}

/* The newest of the pages that wait for hand-over, of each contact who has several of this ticket (gint64). */
static gboolean newest_of_several(Desk *d, gint64 ticket, GArray **ret, GError **err)
{
    return db_ids(d->db, ret, err,
                  "select max(n.id) from outbox o join notification n on n.id = o.notification_id where o.ticket_id = $1 and o.state = 'queued'"
                  " and o.channel = 'mail' and n.state = 0 and n.kind <> $2 and n.contact not like 'vendor:%' group by n.contact having count(*) > 1",
                  "ii", ticket, (gint64)PAGE_DIGEST);
}

static gboolean send_anew(Desk *d, gint64 notification, GError **err)
{
    DigestEntry *e;
    if (!load_entry(d, notification, &e, err))
        return FALSE;
    gboolean ok = e->page == NULL || policies_of_run(d, e->run) == NULL
                  || (db_run(d->db, err, "update outbox set state = 'withdrawn', next_at = null where notification_id = $1 and state = 'queued'", "i", notification)
                      && send_alone(d, e, err));
    entry_free(e);
    return ok;
}

gboolean digest_join(Desk *d, const Ticket *t, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    if (!newest_of_several(d, t->id, &ids, err))
        return FALSE;
    for (guint i = 0; i < ids->len; i++)
        if (!send_anew(d, g_array_index(ids, gint64, i), err))
            return FALSE;
    return TRUE;
}

gboolean digest_due(Desk *d, const DueRow *due, GError **err) { return digest_send(d, due->policy, FALSE, err); }
