/* hold: what must hold after everything that happens. A row of `laws` is a query for the first row that breaks it; what cannot be asked of one
 * state of the database (changes, pairs, the ladder's own reckoning) has a function. */
#include "tests/model/model.h"

#include <string.h>

#include "store/audit.h"
#include "store/clocks.h"

#include "base/banned.h"

/* ---- of one state ---- */

#define OVER "('resolved', 'closed', 'merged')"

static const struct {
    const char *label, *types, *sql;
} laws[] = {
    {"a page waits though its ticket is over", "",
     "select coalesce(min(o.id), 0) from outbox o join ticket t on t.id = o.ticket_id where o.state = 'queued' and o.notification_id is not null"
     " and t.state in " OVER},
    /* one that is asked by another way already is still told by this one */
    {"a mail waits for a page that is none any more", "",
     "select coalesce(min(o.id), 0) from outbox o where o.state = 'queued' and o.notification_id is not null"
     " and not exists (select 1 from notification n join run r on r.id = n.run_id where n.state in (0, 1) and r.state <> 3"
     " and (n.id = o.notification_id or n.id in (select notification_id from beside where outbox_id = o.id)))"},
    {"a page waits and no mail does", "",
     "select coalesce(min(n.id), 0) from notification n join run r on r.id = n.run_id where n.state = 0 and r.ended_at is null"
     " and not exists (select 1 from outbox o where o.notification_id = n.id and o.state = 'queued')"
     " and not exists (select 1 from beside b join outbox o on o.id = b.outbox_id where b.notification_id = n.id and o.state = 'queued')"
     " and not exists (select 1 from folded f where f.notification_id = n.id)"},
    {"a page waits for a digest that does not come", "t",
     "select coalesce(min(n.id), 0) from folded f join notification n on n.id = f.notification_id join ticket t on t.id = n.ticket_id where n.state = 0"
     " and not exists (select 1 from maintenance m where m.queue = t.queue and m.until_at > $1)"
     " and not exists (select 1 from due d where d.what = 'digest' and d.policy = f.contact)"},
    {"a line waits for an end that does not come", "t",
     "select coalesce(min(w.id), 0) from waiting_line w join ticket t on t.id = w.ticket_id"
     " where not exists (select 1 from maintenance m where m.queue = t.queue and m.until_at > $1)"},
    {"a maintenance without an end", "",
     "select coalesce(min(m.rowid), 0) from maintenance m where not exists (select 1 from due d where d.what = 'maintenance' and d.policy = m.queue and d.next_at = m.until_at)"},
    {"somebody is asked by two mails at once for one ticket", "",
     "select coalesce(min(a.id), 0) from outbox a join outbox b on b.ticket_id = a.ticket_id and b.contact = a.contact and b.channel = a.channel and b.id > a.id"
     " join notification x on x.id = a.notification_id join notification y on y.id = b.notification_id"
     " where a.state = 'queued' and b.state = 'queued' and a.notification_id is not null and b.notification_id is not null and a.contact not like 'vendor:%'"
     " and abs(a.next_at - b.next_at) < 60"},
    {"the queue's ladder climbs where a rule's has its place", "",
     "select coalesce(min(r.id), 0) from run r join ticket_policy q on q.ticket_id = r.ticket_id and q.policy = r.policy and q.origin = 'queue'"
     " join ticket_policy x on x.ticket_id = r.ticket_id and x.origin like 'rule:%'"
     " join run y on y.ticket_id = r.ticket_id and y.policy = x.policy and y.ended_at is null and y.repeat_after = 0" /* never asked everybody */
     " where r.ended_at is null"},
    {"a containment waits for its word, and nothing ends it", "",
     "select coalesce(min(t.id), 0) from ticket t where t.state in ('new', 'open', 'waiting') and t.contained_at is not null and t.contained_confirmed = 0"
     " and not exists (select 1 from due d where d.ticket_id = t.id and d.what = 'confirm')"},
    {"two ends of one containment", "",
     "select coalesce(min(ticket_id), 0) from (select ticket_id from due where what = 'confirm' group by ticket_id having count(*) > 1)"},
    {"a run waits for a clock of a vendor", "",
     "select coalesce(min(u.run_id), 0) from run_cause u join clock c on c.id = u.clock_id where c.queue like 'vendor:%'"},
    {"a ticket has two live runs of one policy", "",
     "select coalesce(min(ticket_id), 0) from (select ticket_id from run where ended_at is null group by ticket_id, policy having count(*) > 1)"},
    {"a run lives and its ticket is over", "",
     "select coalesce(min(r.id), 0) from run r join ticket t on t.id = r.ticket_id where r.ended_at is null and t.state in " OVER},
    {"a run lives without a cause", "",
     "select coalesce(min(r.id), 0) from run r where r.ended_at is null"
     " and not exists (select 1 from run_cause c where c.run_id = r.id and c.ended_at is null)"},
    {"a run lives because of a clock that is over", "",
     "select coalesce(min(r.id), 0) from run r join run_cause u on u.run_id = r.id join clock c on c.id = u.clock_id where r.ended_at is null"
     " and u.ended_at is null and c.state in (2, 3)"},
    {"a run's state and its end differ", "", "select coalesce(min(id), 0) from run where (state = 3) <> (ended_at is not null)"},
    {"a run stands still though it has a cause that does not", "",
     "select coalesce(min(r.id), 0) from run r join run_cause u on u.run_id = r.id left join clock c on c.id = u.clock_id where r.ended_at is null"
     " and (r.suspended_for & 1) <> 0 and u.ended_at is null and (c.id is null or c.state <> 1)"},
    {"a run goes on though all its causes are paused", "",
     "select coalesce(min(r.id), 0) from run r where r.ended_at is null and (r.suspended_for & 1) = 0"
     " and not exists (select 1 from run_cause u left join clock c on c.id = u.clock_id where u.run_id = r.id and u.ended_at is null"
     " and (c.id is null or c.state <> 1))"},
    {"a run waits for the transport, which is there", "",
     "select coalesce(min(id), 0) from run where ended_at is null and (suspended_for & 2) <> 0"
     " and not exists (select 1 from fact where name = 'transport-down')"},
    {"a run is held by nobody, or one is asked that somebody holds", "",
     "select coalesce(min(id), 0) from run where ended_at is null and (state = 1) <> (acker is not null)"},
    {"a due row of a clock that does not run", "",
     "select coalesce(min(d.id), 0) from due d left join clock c on c.id = d.clock_id where d.what in ('at', 'breach')"
     " and (c.id is null or c.state <> 0 or c.ticket_id <> d.ticket_id or (d.what = 'breach' and c.breached_at is not null))"},
    {"a due row of a run that is over", "",
     "select coalesce(min(d.id), 0) from due d left join run r on r.id = d.run_id where d.what = 'run'"
     " and (r.id is null or r.ended_at is not null or r.ticket_id <> d.ticket_id)"},
    {"a due row closes what is not resolved", "",
     "select coalesce(min(d.id), 0) from due d join ticket t on t.id = d.ticket_id where d.what = 'close' and t.state <> 'resolved'"},
    {"a resolved ticket is never closed", "",
     "select coalesce(min(t.id), 0) from ticket t where t.state = 'resolved'"
     " and not exists (select 1 from due d where d.ticket_id = t.id and d.what = 'close')"},
    {"a due row ends the waiting of what does not wait", "",
     "select coalesce(min(d.id), 0) from due d join ticket t on t.id = d.ticket_id where d.what = 'wait'"
     " and (t.state <> 'waiting' or t.wait_until_at is null or t.wait_until_at <> d.next_at)"},
    {"what was due is still there", "t", "select coalesce(min(id), 0) from due where next_at <= $1"},
    {"a clock runs and its ticket is over", "",
     "select coalesce(min(c.id), 0) from clock c join ticket t on t.id = c.ticket_id where c.state in (0, 1) and t.state in " OVER},
    {"a clock is paused though nobody waits for the customer", "",
     "select coalesce(min(c.id), 0) from clock c join ticket t on t.id = c.ticket_id where c.state = 1"
     " and not (t.state = 'waiting' and t.waiting_for = 'customer')"},
    {"a clock runs that waits for the customer", "",
     "select coalesce(min(c.id), 0) from clock c join ticket t on t.id = c.ticket_id where c.state = 0 and c.target in ('update', 'resolve')"
     " and c.queue not like 'vendor:%' and t.state = 'waiting' and t.waiting_for = 'customer'"},
    {"two clocks of one kind run", "",
     "select coalesce(min(ticket_id), 0) from (select ticket_id from clock where state in (0, 1) group by ticket_id, queue, target having count(*) > 1)"},
    {"a clock runs to a breach that nothing finds", "",
     "select coalesce(min(c.id), 0) from clock c where c.state = 0 and c.breached_at is null"
     " and not exists (select 1 from due d where d.clock_id = c.id and d.what = 'breach' and d.next_at = c.due_at)"},
    {"a live ticket has no resolve clock", "",
     "select coalesce(min(t.id), 0) from ticket t where t.state in ('new', 'open', 'waiting')"
     " and not exists (select 1 from clock c where c.ticket_id = t.id and c.target = 'resolve' and c.state in (0, 1))"},
    {"a ticket that nobody answered has no respond clock", "",
     "select coalesce(min(t.id), 0) from ticket t where t.state in ('new', 'open', 'waiting') and t.answered_at is null"
     " and not exists (select 1 from clock c where c.ticket_id = t.id and c.queue = t.queue and c.target = 'respond' and c.state in (0, 1))"},
    /* each open breach is somebody's: asked now, later, or all were asked and operations have it */
    {"a breached ticket with nothing that comes next", "",
     "select coalesce(min(t.id), 0) from ticket t join clock c on c.ticket_id = t.id and c.state = 0 and c.breached_at is not null"
     " where t.state in ('new', 'open', 'waiting') and not (c.target = 'respond' and t.contained_at is not null)"
     " and not (c.target = 'assign' and c.queue = 'support')" /* no level of its policy names that target */
     " and not exists (select 1 from due d where d.ticket_id = t.id)"
     " and not exists (select 1 from outbox o where o.ticket_id = t.id and o.state = 'queued' and o.notification_id is not null)"
     " and not exists (select 1 from beside b join outbox o on o.id = b.outbox_id join notification n on n.id = b.notification_id"
     " where n.ticket_id = t.id and n.state = 0 and o.state = 'queued')" /* in a digest, which bears another ticket's number */
     " and not exists (select 1 from folded f join notification n on n.id = f.notification_id where n.ticket_id = t.id and n.state = 0)"
     " and c.queue not like 'vendor:%'"
     " and not exists (select 1 from run r where r.ticket_id = t.id and r.ended_at is null and (r.state = 2 or r.suspended_at is not null))"},
    {"nobody owns what nobody took, and nobody was told", "",
     "select coalesce(min(r.id), 0) from run r join ticket t on t.id = r.ticket_id where r.ended_at is null and r.state = 2 and r.is_operational = 0"
     " and t.owner is null and not exists (select 1 from ticket o where o.linked_id = t.id and o.is_operational = 1)"
     " and not exists (select 1 from outbox x where x.ticket_id = t.id and x.template = 'line')"},
};

static void check_laws(Model *m)
{
    for (gsize i = 0; i < G_N_ELEMENTS(laws) && m->failure == NULL; i++) {
        gint64 row = *laws[i].types == '\0' ? model_number(m, laws[i].sql, "") : model_number(m, laws[i].sql, "t", m->desk->now);
        if (row != 0)
            model_fail(m, "%s: %" G_GINT64_FORMAT, laws[i].label, row);
    }
}

/* ---- what the ladder reckons, and what it is asked for ---- */

static gboolean has_queued(const LadderRun *r)
{
    for (guint i = 0; i < r->pages->len; i++)
        if (((LadderPage *)g_ptr_array_index(r->pages, i))->state == PAGE_QUEUED)
            return TRUE;
    return FALSE;
}

static void check_run(Model *m, gint64 id)
{
    g_autoptr(RunRow) r = NULL;
    if (!runs_load(m->desk->db, id, &r, NULL))
        return model_fail(m, "run %" G_GINT64_FORMAT " is gone", id);
    Instant next = ladder_next_at(r->run);
    gint64 rows = model_number(m, "select count(*) from due where run_id = $1", "i", id);
    gint64 at = model_number(m, "select coalesce(min(next_at), 0) from due where run_id = $1", "i", id);
    if (rows != (next != INSTANT_NONE) || (rows == 1 && at != next))
        model_fail(m, "due row and next_at differ: run %" G_GINT64_FORMAT, id);
    gboolean waits = next != INSTANT_NONE || has_queued(r->run) || r->run->suspended_at != INSTANT_NONE;
    if (r->run->state == RUN_HELD && !waits)
        model_fail(m, "a hold without end: run %" G_GINT64_FORMAT, id);
    if (r->run->state == RUN_CLIMBING && r->run->level > 0 && !waits)
        model_fail(m, "a climbing run waits for nothing: run %" G_GINT64_FORMAT, id);
    if (r->run->state == RUN_EXHAUSTED && r->run->is_operational && !waits)
        model_fail(m, "an operations run is never repeated: run %" G_GINT64_FORMAT, id);
    if (r->run->state == RUN_HELD && desk_contact(m->desk, r->run->acker) == NULL && desk_contact(m->other, r->run->acker) == NULL
        && strcmp(r->run->acker, "operator") != 0)
        model_fail(m, "held by a stranger: run %" G_GINT64_FORMAT, id);
    /* by him, in words, at that instant */
    g_autofree char *by = g_strdup_printf("verb=ack by=%s %%", r->run->acker != NULL ? r->run->acker : "");
    g_autofree char *left = g_strdup_printf("run=%" G_GINT64_FORMAT " %%contact=%s", id, r->run->acker != NULL ? r->run->acker : "");
    /* or before it, where the others of his quorum fell away at that instant */
    gboolean is_left = model_number(m, "select count(*) from audit where event = 'quorum-full' and at = $1 and detail like $2", "ts", r->run->acked_at, left) > 0;
    if (r->run->state == RUN_HELD
        && model_number(m, "select count(*) from audit where event in ('verb', 'override') and (at = $1 or ($3 = 1 and at < $1)) and detail like $2", "tsi", r->run->acked_at, by,
                        (gint64)is_left) == 0)
        model_fail(m, "an ack without a person: run %" G_GINT64_FORMAT, id);
}

static void check_live_runs(Model *m)
{
    g_autoptr(GArray) ids = NULL;
    if (!runs_all_live(m->desk->db, &ids, NULL))
        return model_fail(m, "no runs");
    for (guint i = 0; i < ids->len && m->failure == NULL; i++)
        check_run(m, g_array_index(ids, gint64, i));
}

/* ---- changes ---- */

/* Whether the audit has, since the last look, a row with one of these events, and with `mark` in its detail; without a mark, of that ticket,
 * before or now. */
static gboolean is_audited(Model *m, gint64 before, gint64 now, const char *events, const char *mark)
{
    g_autofree char *with_blanks = g_strdup_printf(" %s ", events), *like = g_strdup_printf("%% %s %%", mark);
    return model_number(m,
                        "select count(*) from audit where number > $1 and instr($4, ' ' || event || ' ') > 0"
                        " and case when $5 = '%  %' then ticket_id in ($2, $3) else ' ' || detail || ' ' like $5 end",
                        "iiiss", m->audit_at, before, now, with_blanks, like)
           > 0;
}

typedef void Changed(Model *, gint64 id, const Known *before, const Known *now);

static void run_changed(Model *m, gint64 id, const Known *before, const Known *now)
{
    static const char *const by_run[] = {[RUN_CLIMBING] = "run page handoff nobody lapsed skipped", [RUN_HELD] = "quorum-full", [RUN_EXHAUSTED] = "exhausted spent nobody",
                                         [RUN_ENDED] = "run-end superseded"};
    static const char *const by_ticket[] = {[RUN_CLIMBING] = "", [RUN_HELD] = "verb", [RUN_EXHAUSTED] = "verb", [RUN_ENDED] = "resolved spam merged merge"};
    g_autofree char *mark = g_strdup_printf("run=%" G_GINT64_FORMAT, id);
    gint64 was = before != NULL ? before->ticket : now->ticket;
    if (!is_audited(m, was, now->ticket, by_run[now->state], mark) && !is_audited(m, was, now->ticket, by_ticket[now->state], ""))
        model_fail(m, "not audited: run %" G_GINT64_FORMAT " became %s", id, ladder_state_name((RunState)now->state));
}

static void clock_changed(Model *m, gint64 id, const Known *before, const Known *now)
{
    g_autofree char *mark = g_strdup_printf("clock=%" G_GINT64_FORMAT, id);
    if (!is_audited(m, before != NULL ? before->ticket : now->ticket, now->ticket, "clock", mark))
        model_fail(m, "not audited: clock %" G_GINT64_FORMAT " became %d", id, now->state);
}

static void ticket_changed(Model *m, gint64 id, const Known *before, const Known *now)
{
    static const char *const events[] = {[TICKET_NEW] = "open notspam", [TICKET_OPEN] = "owner answered verb reopened resumed merge", [TICKET_WAITING] = "wait",
                                         [TICKET_RESOLVED] = "resolved", [TICKET_CLOSED] = "closed spam", [TICKET_MERGED] = "merged"};
    (void)before;
    if (!is_audited(m, id, id, events[now->state], ""))
        model_fail(m, "not audited: ticket %" G_GINT64_FORMAT " became %s", id, tickets_state_name((TicketState)now->state));
}

static int state_of(DbRows *rows)
{
    TicketState s = TICKET_NEW;
    return tickets_state_from_name(db_text(rows, 2), &s) ? (int)s : (int)g_ascii_strtoll(db_text(rows, 2), NULL, 10);
}

static void compare(Model *m, GHashTable *known, const char *sql, Changed *changed)
{
    g_autoptr(DbRows) rows = NULL;
    if (!db_select(m->desk->db, &rows, NULL, sql, ""))
        return model_fail(m, "cannot ask: %s", sql);
    while (db_next(rows, NULL)) {
        gint64 id = db_int(rows, 0);
        Known now = {db_int(rows, 1), state_of(rows)};
        const Known *before = g_hash_table_lookup(known, GINT_TO_POINTER(id));
        if (before == NULL || before->state != now.state)
            changed(m, id, before, &now);
        g_hash_table_insert(known, GINT_TO_POINTER(id), g_memdup2(&now, sizeof now));
    }
}

/* ---- who was mailed ---- */

static void handed_clear(gpointer p)
{
    Handed *h = p;
    g_free(h->contact);
    g_free(h->way);
}

/* The same page twice, or what two ladders of one ticket want of somebody in two mails. */
static gboolean is_twice(const Handed *a, const Handed *b)
{
    if (a->run == b->run)
        return a->level == b->level && a->kind == b->kind && strcmp(a->contact, b->contact) == 0 && b->asked_at - a->asked_at < 60;
    return a->ticket == b->ticket && strcmp(a->way, b->way) == 0 && b->handed_at - a->handed_at < 60;
}

/* Such a level is asked beside who has it, and again when it fires in its turn, which may be at once. */
static gboolean is_even_acked(const Model *m, const char *policy, int level)
{
    const Policy *p = desk_policy(m->desk, policy);
    return p != NULL && (guint)level <= p->levels->len && ((PolicyLevel *)g_ptr_array_index(p->levels, (guint)level - 1))->even_acked;
}

/* It was withdrawn while it was being handed over, and who got it all the same was told so; but for who is no contact any more. */
static gboolean is_told(Model *m, gint64 outbox)
{
    g_autofree char *contact = NULL;
    if (db_text_value(m->desk->db, &contact, NULL, "select contact from outbox where id = $1", "i", outbox) && desk_contact(m->desk, contact) == NULL)
        return TRUE;
    return model_number(m,
                        "select count(*) from outbox o join outbox l on l.ticket_id = o.ticket_id and l.contact = o.contact and l.template = 'line'"
                        " and l.created_at >= o.handed_at where o.id = $1", "i", outbox)
               + model_number(m, "select count(*) from outbox o join waiting_line l on l.ticket_id = o.ticket_id and l.contact = o.contact where o.id = $1", "i", outbox)
           > 0;
}

/* Pages that were handed over since the last look: of a ticket that is not over, and no second one for the same thing within a minute, in which nobody
 * said anything. What several ladders of a ticket want of a person is one thing. */
static void check_handed(Model *m)
{
    g_autoptr(DbRows) rows = NULL;
    if (!db_select(m->desk->db, &rows, NULL,
                   "select n.run_id, n.level, n.kind, n.contact || ' by ' || o.channel || ' for ' || coalesce(n.instead_of, ''), n.created_at, o.id, t.state, o.state, r.policy,"
                   " exists (select 1 from maintenance x where x.queue = t.queue and x.since_at < o.created_at and x.until_at > o.handed_at)"
                   ", o.contact || ' by ' || o.channel, o.handed_at, o.ticket_id"
                   " from outbox o join notification n on n.id = o.notification_id join run r on r.id = n.run_id"
                   " join ticket t on t.id = o.ticket_id where o.handed_at is not null and o.is_archived = 0 order by o.id", ""))
        return model_fail(m, "no outbox");
    while (db_next(rows, NULL)) {
        Handed h = {.run = db_int(rows, 0), .ticket = db_int(rows, 12), .level = (int)db_int(rows, 1), .kind = (int)db_int(rows, 2),
                    .contact = g_strdup(db_text(rows, 3)), .way = g_strdup(db_text(rows, 10)), .asked_at = db_instant(rows, 4), .handed_at = db_instant(rows, 11)};
        /* What was tried and failed reached nobody: by its own failure the transport may be back, and the ticket about that resolved. */
        if (strstr(OVER, db_text(rows, 6)) != NULL && strcmp(db_text(rows, 7), "failed") != 0 && !is_told(m, db_int(rows, 5)))
            model_fail(m, "mailed though its ticket is over: mail %" G_GINT64_FORMAT, db_int(rows, 5));
        if (db_int(rows, 9) != 0)
            model_fail(m, "asked in a maintenance: mail %" G_GINT64_FORMAT, db_int(rows, 5));
        for (guint i = 0; i < m->handed->len; i++) {
            const Handed *o = &g_array_index(m->handed, Handed, i);
            if (is_twice(o, &h)
                && !is_even_acked(m, db_text(rows, 8), h.level)
                && model_number(m, "select count(*) from audit where event = 'verb' and at between $1 and $2", "tt", o->asked_at, h.asked_at) == 0)
                model_fail(m, "paged twice in a minute: mail %" G_GINT64_FORMAT " to %s", db_int(rows, 5), h.contact);
        }
        if (strcmp(db_text(rows, 7), "sent") == 0)
            g_array_append_val(m->handed, h);
        else
            handed_clear(&h);
    }
    g_clear_pointer(&rows, db_rows_free);
    if (!db_run(m->desk->db, NULL, "update outbox set is_archived = 1 where handed_at is not null", ""))
        model_fail(m, "no outbox");
}

/* Who has a ticket that nobody took, or leads its queue, hears of it when it comes to that. */
static void check_told(Model *m)
{
    g_autoptr(DbRows) rows = NULL;
    if (!db_select(m->desk->db, &rows, NULL, "select ticket_id from audit where number > $1 and event = 'exhausted'", "i", m->audit_at))
        return model_fail(m, "no audit");
    while (db_next(rows, NULL))
        if (model_number(m, "select count(*) from outbox where ticket_id = $1 and template = 'line' and id > $2", "ii", db_int(rows, 0), m->page_at) == 0)
            model_fail(m, "exhausted, and nobody was told: ticket %" G_GINT64_FORMAT, db_int(rows, 0));
}

/* ---- a sequence ---- */

void hold_begin(Model *m)
{
    m->runs = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    m->clocks = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    m->tickets = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    m->handed = g_array_new(FALSE, FALSE, sizeof(Handed));
    g_array_set_clear_func(m->handed, handed_clear);
}

void hold_check(Model *m)
{
    if (m->failure != NULL)
        return;
    check_laws(m);
    check_live_runs(m);
    compare(m, m->runs, "select id, ticket_id, cast(state as text) from run order by id", run_changed);
    compare(m, m->clocks, "select id, ticket_id, cast(state as text) from clock order by id", clock_changed);
    compare(m, m->tickets, "select id, id, state from ticket order by id", ticket_changed);
    check_handed(m);
    check_told(m);
    m->audit_at = model_number(m, "select coalesce(max(number), 0) from audit", "");
    m->page_at = model_number(m, "select coalesce(max(id), 0) from outbox", "");
}

void hold_finish(Model *m)
{
    gint64 rows;
    g_autoptr(GError) err = NULL;
    if (!audit_verify(m->desk->db, m->desk->audit_key, NULL, &rows, &err))
        model_fail(m, "%s", err->message);
}

void hold_clear(Model *m)
{
    g_hash_table_unref(m->runs);
    g_hash_table_unref(m->clocks);
    g_hash_table_unref(m->tickets);
    g_array_unref(m->handed);
}
