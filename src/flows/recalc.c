/* recalc: the log of a clock is the truth, its row is what the log makes on the calendars of the day. It must never lose a breach that was
 * told, and never page somebody twice for one level: flows/deadlines sees to that when the row is stored. */
#include "flows/recalc.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"

#include "rules/phrase.h"

#include "store/tickets.h"

#include "flows/bulletin.h"
#include "flows/deadlines.h"
#include "flows/policies.h"
#include "flows/rescore.h"

#include "base/banned.h"

#define BATCH 200   /* clocks a transaction: some 20 ms */
#define PLANS "plans" /* the name on the list that stands for all targets; no calendar may be called so … */
#define POLICIES "policies" /* all ladders: deadlines stay, what fires before them may not */
#define CUSTOMERS "customers" /* what the directory says of people: rules rate by it, and plans are chosen by it */
#define LIST_PREFIX "calendar:" /* … since theirs have this before them */

/* ---- one clock ---- */

static ClockEventKind kind_of(const char *event)
{
    static const struct {
        const char *name;
        ClockEventKind kind;
    } kinds[] = {
        {"start", CLOCK_EVENT_START},   {"pause", CLOCK_EVENT_PAUSE},       {"resume", CLOCK_EVENT_RESUME},   {"met", CLOCK_EVENT_MET},
        {"stop", CLOCK_EVENT_STOP},     {"reopen", CLOCK_EVENT_REOPEN},     {"continue", CLOCK_EVENT_CONTINUE}, {"tighten", CLOCK_EVENT_TIGHTEN},
        {"retarget", CLOCK_EVENT_RETARGET},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].name, event) == 0)
            return kinds[i].kind;
    return CLOCK_EVENT_NOTHING;
}

/* Another calendar in the place of that of one name. */
typedef struct {
    const char *name;
    Calendar *calendar; /* NULL: as configured */
} Substitute;

static ClockCalendar calendar_by(const Desk *d, const char *name, const char *queue, const Substitute *s)
{
    ClockCalendar c = deadlines_clock_calendar(d, name, queue);
    if (s != NULL && s->calendar != NULL && strcmp(s->name, name) == 0)
        c.data = s->calendar;
    return c;
}

/* *ret_whole FALSE: the log is of a version that did not record enough; the clock is reckoned from its present segment on. */
static gboolean events_of(Desk *d, const ClockRow *c, const Substitute *s, GArray *events, gboolean *ret_whole, GError **err)
{
    g_autoptr(GArray) log = NULL;
    if (!clocks_log(d->db, c->clock.id, &log, err))
        return FALSE;
    *ret_whole = log->len > 0;
    for (guint i = 0; i < log->len; i++) {
        const ClockLogRow *l = &g_array_index(log, ClockLogRow, i);
        ClockEvent e = {.kind = kind_of(l->event), .at = l->at, .duration = l->duration};
        *ret_whole = *ret_whole && l->has_duration && l->calendar != NULL && (i > 0 || e.kind == CLOCK_EVENT_START);
        e.calendar = calendar_by(d, l->calendar != NULL ? l->calendar : c->calendar, c->queue, s);
        if (e.kind != CLOCK_EVENT_NOTHING)
            g_array_append_val(events, e);
    }
    return TRUE;
}

static gboolean from_segment(TicketClock *k, const ClockCalendar *cal, GError **err)
{
    Duration left = {MAX(k->total - k->consumed, 0), DURATION_OPEN_SECONDS};
    return k->state != CLOCK_RUNNING || cal->add(cal->data, k->segment_at, left, &k->due_at, err);
}

/* The clock as its log makes it today. */
static gboolean reckon(Desk *d, const ClockRow *c, const Substitute *s, TicketClock *ret, GError **err)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(ClockEvent));
    gboolean whole;
    TicketClock k = c->clock;
    ClockCalendar cal = calendar_by(d, c->calendar, c->queue, s);
    if (!events_of(d, c, s, events, &whole, err))
        return FALSE;
    if (!(whole ? ticketclock_replay(&k, (const ClockEvent *)(void *)events->data, events->len, err) : from_segment(&k, &cal, err)))
        return FALSE;
    if (k.state != c->clock.state) {
        log_event(LOGGING_ERROR, "event=recalc clock=%" G_GINT64_FORMAT " reason=\"its log makes it %s, its row says %s\"", c->clock.id,
                  ticketclock_state_name(k.state), ticketclock_state_name(c->clock.state));
        k = c->clock;
    }
    k.breached_at = c->clock.breached_at;
    *ret = k;
    return TRUE;
}

static gboolean is_same(const TicketClock *a, const TicketClock *b)
{
    return a->due_at == b->due_at && a->consumed == b->consumed && a->total == b->total && a->segment_at == b->segment_at;
}

static gboolean recalc_calendar(Desk *d, ClockRow *c, GError **err)
{
    TicketClock now;
    if (!reckon(d, c, NULL, &now, err))
        return FALSE;
    if (is_same(&now, &c->clock))
        return TRUE;
    Instant before = c->clock.due_at;
    c->clock = now;
    return deadlines_recalculated(d, c, before, err);
}

/* A clock that could not go on, as its calendar had no open time left when its ticket waited no more: perhaps now it can. */
static gboolean resume_late(Desk *d, const ClockRow *c, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    if (c->clock.state != CLOCK_PAUSED)
        return TRUE;
    if (!tickets_load(d->db, c->ticket_id, &t, err))
        return FALSE;
    return t->state >= TICKET_RESOLVED || tickets_pauses(t) || deadlines_resume(d, t, d->now, 0, err);
}

/* ---- plans ---- */

static gboolean recalc_plan(Desk *d, ClockRow *c, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    const ConfigQueue *queue = desk_queue(d, c->queue);
    if (queue == NULL)
        return TRUE;
    return tickets_load(d->db, c->ticket_id, &t, err) && deadlines_replanned(d, t, c, queue, err);
}

/* A ticket is rated once, with the first of its open clocks; that may have changed this one. */
static gboolean recalc_customer(Desk *d, ClockRow *c, GError **err)
{
    g_autoptr(Ticket) t = NULL;
    gint64 first;
    if (!tickets_load(d->db, c->ticket_id, &t, err)
        || !db_value(d->db, &first, err, "select min(id) from clock where ticket_id = $1 and state in (0, 1)", "i", c->ticket_id)
        || (first == c->clock.id && !rescore_again(d, t, err)))
        return FALSE;
    ClockRow *now = NULL;
    gboolean ok = clocks_load(d->db, c->clock.id, &now, err) && (now->clock.state == CLOCK_MET || now->clock.state == CLOCK_STOPPED || recalc_plan(d, now, err));
    if (ok)
        c->clock = now->clock;
    clocks_row_free(now);
    return ok;
}

static void add_targets(GChecksum *sum, const ConfigQueue *queue, const ConfigPlan *plan, int severity)
{
    const ConfigPlanSeverity *p = config_plan_severity(plan, severity);
    for (int k = 0; p != NULL && k < TARGET_COUNT; k++) {
        g_autofree char *duration = p->targets[k].given ? duration_format(p->targets[k].duration) : g_strdup("-");
        g_autofree char *line = g_strdup_printf("%s %d %d %s %s\n", plan->name, severity, k, duration, p->calendar != NULL ? p->calendar : queue->calendar);
        g_checksum_update(sum, (const guchar *)line, -1);
    }
}

/* All that queues make clocks of, as text. */
static char *plans_version(const Desk *d)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        g_checksum_update(sum, (const guchar *)queue->name, -1);
        for (guint k = 0; queue->plans[k] != NULL; k++) {
            const ConfigPlan *plan = g_hash_table_lookup(d->config->plans, queue->plans[k]);
            for (int severity = 0; plan != NULL && severity < SEVERITY_COUNT; severity++)
                add_targets(sum, queue, plan, severity);
        }
    }
    return g_strndup(g_checksum_get_string(sum), 12);
}

/* ---- the list ---- */

/* Puts `name` on the list where its version is not the one that is known; the first of all is only remembered. */
static gboolean compare(Desk *d, const char *name, const char *version, GError **err)
{
    g_autofree char *known = NULL;
    if (!db_text_value(d->db, &known, err, "select version from basis where name = $1", "s", name))
        return FALSE;
    if (known != NULL && strcmp(known, version) == 0)
        return TRUE;
    if (known != NULL) {
        log_event(LOGGING_INFO, "event=changed what=%s from=%s to=%s", name, known, version);
        if (!db_run(d->db, err,
                    "insert into recalc (name, after_id, begun_at, moved, past) values ($1, 0, $2, 0, 0)"
                    " on conflict (name) do update set after_id = 0",
                    "st", name, d->now))
            return FALSE;
    }
    return db_run(d->db, err, "insert into basis (name, version) values ($1, $2) on conflict (name) do update set version = excluded.version", "ss",
                  name, version);
}

static gboolean compare_all(Desk *d, GError **err)
{
    GHashTableIter it;
    gpointer name, value;
    g_autofree char *plans = plans_version(d), *policies = policies_version(d);
    g_hash_table_iter_init(&it, d->calendars);
    while (g_hash_table_iter_next(&it, &name, &value)) {
        g_autofree char *listed = g_strconcat(LIST_PREFIX, (const char *)name, NULL);
        if (!compare(d, listed, calendar_version(value), err))
            return FALSE;
    }
    return compare(d, PLANS, plans, err) && compare(d, POLICIES, policies, err)
           && compare(d, CUSTOMERS, d->customers_stamp != NULL ? d->customers_stamp : "-", err);
}

gboolean recalc_begin(Desk *d, GError **err)
{
    return db_begin(d->db, err) && db_end(d->db, compare_all(d, err), err);
}

typedef struct {
    char *name;
    gint64 after;
    Instant begun_at;
    gint64 moved, past; /* so far */
} Job;

static void job_clear(gpointer p) { g_free(((Job *)p)->name); }

/* What is on the list, in its order: at most `max` are appended to `jobs`, which then owns their names. */
static gboolean list_jobs(Desk *d, GArray *jobs, gint64 max, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    g_array_set_clear_func(jobs, job_clear);
    if (!db_select(d->db, &rows, err, "select name, after_id, begun_at, moved, past from recalc order by name limit $1", "i", max))
        return FALSE;
    while (db_next(rows, &local)) {
        Job job = {g_strdup(db_text(rows, 0)), db_int(rows, 1), db_instant(rows, 2), db_int(rows, 3), db_int(rows, 4)};
        g_array_append_val(jobs, job);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* ---- what moved ---- */

static void move_clear(gpointer p) { g_free(((RecalcMove *)p)->queue); }

static GArray *moves_new(void)
{
    GArray *moves = g_array_new(FALSE, FALSE, sizeof(RecalcMove));
    g_array_set_clear_func(moves, move_clear);
    return moves;
}

static char *time_text(const Zone *zone, Instant t)
{
    if (t == INSTANT_NONE)
        return g_strdup(PHRASE("paused"));
    Civil c = zone_civil(zone, t);
    static const char *const days[] = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    return g_strdup_printf("%s %04d-%02d-%02d %02d:%02d", days[zone_weekday(zone_day_number(c.year, c.month, c.day))], c.year, c.month, c.day, c.hour, c.minute);
}

char *recalc_describe(const Desk *d, const RecalcMove *m)
{
    const ConfigQueue *queue = desk_queue(d, m->queue);
    const Zone *zone = calendar_zone(desk_calendar(d, queue != NULL ? queue->calendar : NULL));
    g_autofree char *before = time_text(zone, m->before), *after = time_text(zone, m->after);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, m->ticket_id);
    gboolean is_past = m->after != INSTANT_NONE && m->after <= d->now;
    return phrase_make(is_past ? PHRASE("#{ticket} {target:phrase} in {queue}: {before:time} to {after:time} ({zone}), which is past")
                               : PHRASE("#{ticket} {target:phrase} in {queue}: {before:time} to {after:time} ({zone})"),
                       "ticket", id, "target", policy_target_name(m->target), "queue", m->queue, "before", before, "after", after, "zone", zone_name(zone), NULL);
}

gboolean recalc_impact(Desk *d, const char *name, Calendar *other, GArray **ret, GError **err)
{
    const Substitute s = {name, other};
    g_autoptr(GArray) moves = moves_new();
    g_autoptr(GPtrArray) clocks = NULL;
    for (gint64 after = 0; clocks == NULL || clocks->len > 0;) {
        g_clear_pointer(&clocks, g_ptr_array_unref);
        if (!clocks_open(d->db, name, after, BATCH, &clocks, err))
            return FALSE;
        for (guint i = 0; i < clocks->len; i++) {
            const ClockRow *c = g_ptr_array_index(clocks, i);
            TicketClock then;
            after = c->clock.id;
            if (!reckon(d, c, &s, &then, err))
                return FALSE;
            if (then.due_at == c->clock.due_at)
                continue;
            RecalcMove m = {c->clock.id, c->ticket_id, g_strdup(c->queue), c->clock.target, c->clock.due_at, then.due_at};
            g_array_append_val(moves, m);
        }
    }
    *ret = g_steal_pointer(&moves);
    return TRUE;
}

/* The newest moves since `begun_at`, at most as many as a mail shows, as lines. */
static gboolean newest(Desk *d, Instant begun_at, GPtrArray *lines, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select c.id, c.ticket_id, c.queue, c.target, e.due_at, (select b.due_at from clock_event b where b.clock_id = c.id and b.id < e.id"
                   " order by b.id desc limit 1) from clock_event e join clock c on c.id = e.clock_id where e.id in (select id from clock_event"
                   " where event = 'recalc' and at >= $1 order by id desc limit $2) order by e.id",
                   "ti", begun_at, (gint64)BULLETIN_LINES))
        return FALSE;
    while (db_next(rows, &local)) {
        RecalcMove m = {.clock_id = db_int(rows, 0), .ticket_id = db_int(rows, 1), .queue = (char *)db_text(rows, 2), .after = db_instant(rows, 4),
                        .before = db_instant(rows, 5)};
        if (policy_target_from_name(db_text(rows, 3), &m.target) && m.before != m.after)
            g_ptr_array_add(lines, recalc_describe(d, &m));
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* The report of a finished job. */
static gboolean report(Desk *d, const Job *job, GError **err)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    log_event(LOGGING_INFO, "event=recalculated what=%s moved=%" G_GINT64_FORMAT " past=%" G_GINT64_FORMAT, job->name, job->moved, job->past);
    if (job->moved == 0)
        return TRUE;
    if (!newest(d, job->begun_at, lines, err))
        return FALSE;
    g_autofree char *moved = g_strdup_printf("%" G_GINT64_FORMAT, job->moved), *past = g_strdup_printf("%" G_GINT64_FORMAT, job->past);
    g_autofree char *title = phrase_make("{moved} deadlines moved, {past} into the past: {what} changed", "moved", moved, "past", past, "what", job->name, NULL);
    if (job->moved > (gint64)lines->len)
        g_ptr_array_insert(lines, 0, phrase_make("The newest of them; the audit has all:", NULL));
    return bulletin_to_all_leads(d, title, lines, err);
}

/* ---- the pass ---- */

/* The calendar that changed; NULL: plans or policies did. */
static const char *calendar_of(const Job *job) { return g_str_has_prefix(job->name, LIST_PREFIX) ? job->name + strlen(LIST_PREFIX) : NULL; }

static gboolean redo_one(Desk *d, const Job *job, ClockRow *c, GError **err)
{
    if (strcmp(job->name, PLANS) == 0)
        return recalc_plan(d, c, err);
    if (strcmp(job->name, CUSTOMERS) == 0)
        return recalc_customer(d, c, err);
    if (strcmp(job->name, POLICIES) == 0)
        return deadlines_rescheduled(d, c, err);
    return recalc_calendar(d, c, err) && resume_late(d, c, err);
}

/* In a savepoint: a calendar that is never open any more must not stop mails, timers and the others. That deadline stays, loudly. */
static gboolean redo(Desk *d, Job *job, ClockRow *c, GError **err)
{
    const Instant before = c->clock.due_at;
    g_autoptr(GError) why = NULL;
    if (!db_savepoint(d->db, err))
        return FALSE;
    gboolean well = redo_one(d, job, c, &why);
    if (!db_savepoint_end(d->db, well, &why, err))
        return FALSE;
    if (why == NULL) {
        job->moved += c->clock.due_at != before ? 1 : 0;
        job->past += c->clock.due_at != before && c->clock.due_at != INSTANT_NONE && c->clock.due_at <= d->now ? 1 : 0;
        return TRUE;
    }
    g_autofree char *doing = g_strdup_printf("recalc of clock %" G_GINT64_FORMAT, c->clock.id);
    log_error(doing, why);
    return TRUE;
}

static gboolean save_job(Desk *d, const Job *job, GError **err)
{
    return db_run(d->db, err, "update recalc set after_id = $2, moved = $3, past = $4 where name = $1", "siii", job->name, job->after, job->moved, job->past);
}

static gboolean do_batch(Desk *d, Job *job, guint *did, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    if (!clocks_open(d->db, calendar_of(job), job->after, BATCH, &clocks, err))
        return FALSE;
    for (guint i = 0; i < clocks->len; i++, (*did)++) {
        ClockRow *c = g_ptr_array_index(clocks, i);
        job->after = c->clock.id;
        if (!redo(d, job, c, err))
            return FALSE;
    }
    if (clocks->len == BATCH)
        return save_job(d, job, err);
    return report(d, job, err) && db_run(d->db, err, "delete from recalc where name = $1", "s", job->name);
}

/* One clock for one job, whose turn has not come. */
static gboolean redo_early(Desk *d, Job *job, ClockRow *c, GError **err)
{
    gint64 counted = 0;
    gboolean is_open = c->clock.state == CLOCK_RUNNING || c->clock.state == CLOCK_PAUSED;
    if (!is_open || c->clock.id <= job->after)
        return TRUE;
    if (calendar_of(job) != NULL
        && !db_value(d->db, &counted, err, "select count(*) from clock_event where clock_id = $1 and calendar = $2", "is", c->clock.id, calendar_of(job)))
        return FALSE;
    if (calendar_of(job) != NULL && counted == 0 && strcmp(calendar_of(job), c->calendar) != 0)
        return TRUE;
    return redo(d, job, c, err) && save_job(d, job, err);
}

gboolean recalc_clock(Desk *d, gint64 clock, GError **err)
{
    g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(Job));
    ClockRow *c = NULL;
    if (!list_jobs(d, jobs, G_MAXINT, err))
        return FALSE;
    gboolean good = jobs->len == 0 || clocks_load(d->db, clock, &c, err);
    for (guint i = 0; i < jobs->len && good; i++)
        good = redo_early(d, &g_array_index(jobs, Job, i), c, err);
    clocks_row_free(c);
    return good;
}

gboolean recalc_revived(Desk *d, gint64 clock, GError **err)
{
    ClockRow *c = NULL;
    GError *local = NULL;
    if (!clocks_load(d->db, clock, &c, err))
        return FALSE;
    gboolean well = recalc_calendar(d, c, &local);
    clocks_row_free(c);
    if (well || local->code != ERROR_LIMIT) {
        if (local != NULL)
            g_propagate_error(err, local);
        return well;
    }
    log_error("recalc of a clock that goes on", local);
    g_error_free(local);
    return TRUE;
}

gboolean recalc_pass(Desk *d, guint *did, GError **err)
{
    g_autoptr(GArray) jobs = g_array_new(FALSE, FALSE, sizeof(Job));
    *did = 0;
    if (!list_jobs(d, jobs, 1, err))
        return FALSE;
    if (jobs->len == 0)
        return TRUE;
    if (!db_begin(d->db, err))
        return FALSE;
    gboolean well = do_batch(d, &g_array_index(jobs, Job, 0), did, err);
    (*did)++; /* the list itself: a round that took something off it did something */
    return db_end(d->db, well, err);
}
