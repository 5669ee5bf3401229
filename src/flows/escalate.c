/* escalate: between the pure ladder and the rows. It decides nothing about the ladder itself. */
#include "flows/escalate.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"

#include "rules/phrase.h"

#include "store/clocks.h"
#include "store/outbox.h"

#include "flows/cadence.h"
#include "flows/deadlines.h"
#include "flows/digest.h"
#include "flows/drill.h"
#include "flows/notify.h"
#include "flows/operations.h"
#include "flows/people.h"
#include "flows/policies.h"
#include "flows/vendors.h"

#include "base/banned.h"

typedef struct {
    Desk *desk;
    const Ticket *ticket;
    const ConfigQueue *queue;
    const Policy *policy;
    const RunRow *run; /* or NULL where only times are asked for */
} World;

/* ---- what the ladder asks ---- */

static const PolicyLevel *level_of(const Policy *policy, int level) { return g_ptr_array_index(policy->levels, (guint)level - 1); }

static GPtrArray *world_people(void *data, int level, Instant now)
{
    World *w = data;
    (void)now; /* is desk->now */
    return people_of(w->desk, w->ticket, w->queue, level_of(w->policy, level)->notify);
}

static const char *world_backup(void *data, const char *contact)
{
    const ConfigContact *c = desk_contact(((World *)data)->desk, contact);
    return c == NULL ? NULL : c->backup;
}

static gboolean is_there(World *w, const char *contact, int level, Instant now)
{
    return desk_contact(w->desk, contact) != NULL && people_is_available(w->desk, contact, level_of(w->policy, level)->respect_hours, now);
}

static gboolean was_asked(const RunRow *r, const char *contact)
{
    for (guint i = 0; i < r->run->pages->len; i++)
        if (strcmp(((LadderPage *)g_ptr_array_index(r->run->pages, i))->contact, contact) == 0)
            return TRUE;
    return FALSE;
}

/* Whether he has as many runs as the policy leaves to one person, and this one is new to him. */
static gboolean is_overloaded(World *w, const char *contact)
{
    gboolean ret = FALSE;
    g_autoptr(GError) err = NULL;
    if (w->run == NULL || was_asked(w->run, contact))
        return FALSE;
    if (!people_is_overloaded(w->desk, contact, w->policy, w->run->id, &ret, &err))
        log_error("open runs of a contact", err);
    return ret;
}

/* Somebody of his backups is there who has fewer. */
static gboolean has_relief(World *w, const char *contact, int level, Instant now)
{
    g_autoptr(GPtrArray) seen = g_ptr_array_new();
    g_ptr_array_add(seen, (gpointer)contact);
    for (const char *c = world_backup(w, contact); c != NULL && !g_ptr_array_find_with_equal_func(seen, c, g_str_equal, NULL); c = world_backup(w, c)) {
        if (is_there(w, c, level, now) && !is_overloaded(w, c) && !g_ptr_array_find_with_equal_func(w->run->run->out, c, g_str_equal, NULL))
            return TRUE;
        g_ptr_array_add(seen, (gpointer)c);
    }
    return FALSE;
}

static gboolean world_is_available(void *data, const char *contact, int level, Instant now)
{
    World *w = data;
    return is_there(w, contact, level, now) && (!is_overloaded(w, contact) || !has_relief(w, contact, level, now));
}

/* Level 0 means the clocks of the ticket. */
static Calendar *level_calendar(const World *w, int level)
{
    const ConfigPlanSeverity *targets = deadlines_targets(w->desk, w->queue, w->ticket);
    const char *name = level > 0 ? policies_calendar(w->policy, level_of(w->policy, level), w->queue)
                       : targets != NULL && targets->calendar != NULL ? targets->calendar : w->queue->calendar;
    return desk_calendar(w->desk, name);
}

static Instant world_shift_end(void *data, int level, const char *contact, Instant now)
{
    World *w = data;
    (void)now;
    return people_shift_end(w->desk, w->ticket, w->queue, level_of(w->policy, level), contact);
}

static Instant world_add(void *data, int level, Instant start, Duration d)
{
    Instant at;
    g_autoptr(GError) err = NULL;
    if (calendar_add(level_calendar(data, level), start, d, &at, &err))
        return at;
    log_error("ladder", err);
    return start + (d.unit == DURATION_BUSINESS_DAYS ? d.amount * 86400 : d.amount);
}

static Seconds world_between(void *data, int level, Instant a, Instant b)
{
    Seconds s;
    g_autoptr(GError) err = NULL;
    if (calendar_between(level_calendar(data, level), a, b, &s, &err))
        return s;
    log_error("ladder", err);
    return b - a;
}

/* ---- what the ladder wants ---- */

/* Pages of the run that have no row yet, in the order in which the actions name them. */
static LadderPage *next_new_page(LadderRun *run)
{
    for (guint i = 0; i < run->pages->len; i++) {
        LadderPage *p = g_ptr_array_index(run->pages, i);
        if (p->id == 0)
            return p;
    }
    return NULL;
}

/* Passed over for what he has to do already, not because he is away. */
static gboolean tell_overload(World *w, const RunRow *r, const LadderAction *a, GError **err)
{
    if (a->kind != LADDER_DO_PAGE || a->text == NULL || !is_overloaded(w, a->text) || !is_there(w, a->text, a->level, w->desk->now))
        return TRUE;
    return desk_audit(w->desk, r->ticket_id, err, "overloaded", "run=%" G_GINT64_FORMAT " level=%d contact=%s max=%d asked=%s", r->id, a->level, a->text,
                      w->policy->max_open, a->contact);
}

static gboolean do_page(World *w, RunRow *r, const LadderAction *a, GError **err)
{
    LadderPage *p = next_new_page(r->run);
    g_assert(p != NULL && strcmp(p->contact, a->contact) == 0);
    return runs_insert_page(w->desk->db, r, p, a->text, w->desk->now, err) && tell_overload(w, r, a, err)
           && digest_page(w->desk, w->ticket, r, p, a->text, err)
           && desk_audit(w->desk, r->ticket_id, err, a->kind == LADDER_DO_REMIND ? "remind" : a->kind == LADDER_DO_HANDOFF ? "handoff" : "page",
                         "run=%" G_GINT64_FORMAT " policy=%s level=%d try=%d contact=%s notification=%" G_GINT64_FORMAT, r->id, r->policy, a->level,
                         a->attempt, a->contact, p->id);
}

/* Of the house: how it goes on here is nothing for a vendor. */
static gboolean tell_people(World *w, const GPtrArray *whos, char *line, GError **err)
{
    g_autofree char *text = line;
    g_autoptr(GPtrArray) people = people_of(w->desk, w->ticket, w->queue, whos);
    for (guint i = 0; i < people->len; i++)
        if (!vendors_is(w->desk, g_ptr_array_index(people, i)) && !digest_line(w->desk, w->ticket, NULL, g_ptr_array_index(people, i), text, err))
            return FALSE;
    return TRUE;
}

static const char *full_name(const Desk *d, const char *contact) { return desk_contact(d, contact) == NULL ? contact : desk_contact(d, contact)->full_name; }

/* Whether any mail spoke to him of that run: whom a page was for that only waited to be told needs no word that it is over. */
static gboolean was_mailed(World *w, const RunRow *r, const char *contact, gboolean *ret, GError **err)
{
    gint64 n;
    if (!db_value(w->desk->db, &n, err,
                  "select count(*) from notification n where n.run_id = $1 and n.contact = $2 and n.kind <> $3 and (n.delivered_at is not null"
                  " or exists (select 1 from outbox o where o.notification_id = n.id) or exists (select 1 from beside b where b.notification_id = n.id))",
                  "isi", r->id, contact, (gint64)PAGE_DIGEST))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

static gboolean do_tell(World *w, const RunRow *r, const LadderAction *a, GError **err)
{
    g_autofree char *text = NULL, *until = NULL, *why = NULL;
    const ConfigContact *c = desk_contact(w->desk, a->contact);
    if (g_strcmp0(w->desk->acting, a->contact) == 0 && (a->kind != LADDER_DO_TELL_END || c == NULL || !c->rsvp)) /* his own doing: he gets a transcript */
        return TRUE;
    gboolean knows, is_vendor = vendors_is(w->desk, a->contact); /* it is asked all the same until it is solved, and who of us has it is not for it */
    if ((is_vendor && (a->kind == LADDER_DO_TELL_ACK || w->ticket->state < TICKET_RESOLVED)) || !was_mailed(w, r, a->contact, &knows, err) || !knows)
        return err == NULL || *err == NULL;
    if (a->kind == LADDER_DO_TELL_END) {
        gint64 said, asked;
        if (!runs_asks_else(w->desk->db, r, a->contact, &said, &asked, err) || said > 0)
            return err == NULL || *err == NULL;
        why = w->desk->acting != NULL ? phrase_make("{why:phrase} ({who})", "why", a->text, "who", full_name(w->desk, w->desk->acting), NULL) : g_strdup(a->text);
        text = is_vendor ? vendors_over_phrase(w->ticket)
               : w->ticket->state >= TICKET_RESOLVED ? phrase_make("It is over: {why:phrase}. You need do nothing.", "why", why, NULL)
               : asked > 0 ? phrase_make("It is over: {why:phrase}. What else you are asked about this ticket stays.", "why", why, NULL)
                           : phrase_make("It is over: {why:phrase}. You need do nothing now; the ticket is still open.", "why", why, NULL);
    } else {
        until = r->run->hold_until != INSTANT_NONE ? zone_format_human(desk_contact_zone(w->desk, c, w->queue), r->run->hold_until) : NULL;
        text = strcmp(a->contact, a->text) == 0 ? phrase_make("Nobody else of your level can take it: it is yours.", NULL)
               : until == NULL ? phrase_make("{who} has taken it, until it is resolved. You need do nothing.", "who", full_name(w->desk, a->text), NULL)
                             : phrase_make("{who} has taken it, until {until:time}. You need do nothing.", "who", full_name(w->desk, a->text), "until", until, NULL);
    }
    return digest_line(w->desk, w->ticket, r, a->contact, text, err);
}

static gboolean do_relieved(World *w, const RunRow *r, const LadderAction *a, GError **err)
{
    g_autofree char *text = a->text == NULL ? phrase_make("Your shift is over, and nobody else is on duty: the ladder goes on. You need do nothing.", NULL)
                                            : phrase_make("Your shift is over: {who} is asked to take it. You need do nothing.", "who", full_name(w->desk, a->text), NULL);
    return digest_line(w->desk, w->ticket, NULL, a->contact, text, err)
           && desk_audit(w->desk, r->ticket_id, err, "shift-end", "run=%" G_GINT64_FORMAT " contact=%s next=%s", r->id, a->contact, a->text != NULL ? a->text : "-");
}

static gboolean do_exhausted(World *w, RunRow *r, GError **err)
{
    return desk_audit(w->desk, r->ticket_id, err, "exhausted", "run=%" G_GINT64_FORMAT " policy=%s", r->id, r->policy)
           && (w->ticket->is_drill || operations_open(w->desk, w->ticket, w->queue, w->policy, err));
}

static gboolean apply(World *w, RunRow *r, const LadderAction *a, GError **err)
{
    static const char *const plain[] = {[LADDER_DO_ALSO] = "also-acked", [LADDER_DO_QUORUM] = "quorum",  [LADDER_DO_FULL] = "quorum-full", [LADDER_DO_LATE] = "late-ack",
                                        [LADDER_DO_LAPSED] = "lapsed",   [LADDER_DO_NOBODY] = "nobody",  [LADDER_DO_SPENT] = "spent"};
    switch (a->kind) {
    case LADDER_DO_PAGE:
    case LADDER_DO_REMIND:
    case LADDER_DO_HANDOFF:
        return do_page(w, r, a, err);
    case LADDER_DO_RELIEVED:
        return do_relieved(w, r, a, err);
    case LADDER_DO_WITHDRAW:
        return outbox_withdraw_notification(w->desk->db, a->page, err) && runs_set_outcome_if_none(w->desk->db, a->page, PHRASE("withdrawn"), w->desk->now, err);
    case LADDER_DO_INFORM:
        return tell_people(w, level_of(w->policy, a->level)->inform, people_asked(w->desk, w->ticket, w->queue, level_of(w->policy, a->level)), err);
    case LADDER_DO_SKIPPED:
        return tell_people(w, level_of(w->policy, a->level)->notify, phrase_make("For your information: this was escalated above you at once. You need do nothing.", NULL), err)
               && desk_audit(w->desk, r->ticket_id, err, "skipped", "run=%" G_GINT64_FORMAT " level=%d", r->id, a->level);
    case LADDER_DO_TELL_ACK:
    case LADDER_DO_TELL_END:
        return do_tell(w, r, a, err);
    case LADDER_DO_EXHAUSTED:
        return do_exhausted(w, r, err);
    default:
        return desk_audit(w->desk, r->ticket_id, err, plain[a->kind], "run=%" G_GINT64_FORMAT " level=%d contact=%s", r->id, a->level,
                          a->contact == NULL ? "-" : a->contact);
    }
}

/* ---- one event ---- */

/* A run that kept no text, of a policy that is gone or lost levels, stands still. */
static gboolean fits(const RunRow *r, const Policy *policy) { return policy != NULL && policy->levels->len >= r->run->levels->len; }

/* Whom a mail was wanted for that is not written, since the configuration has nobody of that name: the operator, who may hold a run,
 * or somebody who was taken out meanwhile; or because vendors take no part in exercises. Newly allocated, or NULL. */
static char *asked_in_vain(const Desk *d, const Ticket *t, const GPtrArray *actions)
{
    for (guint i = 0; i < actions->len; i++) {
        const LadderAction *a = g_ptr_array_index(actions, i);
        gboolean is_mail = a->kind == LADDER_DO_PAGE || a->kind == LADDER_DO_REMIND || a->kind == LADDER_DO_HANDOFF;
        const ConfigContact *c = desk_contact(d, a->contact);
        if (is_mail && (c == NULL || (t->is_drill && c->vendor != NULL)))
            return g_strdup(a->contact);
    }
    return NULL;
}

static gboolean step(Desk *d, const Ticket *t, RunRow *r, const LadderEvent *event, GPtrArray **ret_actions, GError **err)
{
    World w = {d, t, desk_queue(d, t->queue), policies_of_run(d, r), r};
    LadderWorld world = {w.policy, &w, world_people, world_backup, world_is_available, world_shift_end, world_add, world_between, t->contained_at != INSTANT_NONE,
                         r->run->quorum->len > 0 ? escalate_hold_until(d, t, r->policy, NULL, INSTANT_NONE, FALSE, NULL) : INSTANT_NONE};
    if (w.queue == NULL || !fits(r, w.policy)) { /* mail must go on flowing: the run stands still until the policy is back */
        log_event(LOGGING_ERROR, "ticket=%" G_GINT64_FORMAT " event=run-stuck run=%" G_GINT64_FORMAT " queue=%s policy=%s reason=\"not configured, or lost levels\"",
                  t->id, r->id, t->queue, r->policy);
        return TRUE;
    }
    g_autoptr(GPtrArray) actions = ladder_step(r->run, event, &world, d->now);
    for (guint i = 0; i < actions->len; i++)
        if (!apply(&w, r, g_ptr_array_index(actions, i), err))
            return FALSE;
    r->ended_at = r->run->state == RUN_ENDED && r->ended_at == INSTANT_NONE ? d->now : r->ended_at;
    if (!runs_save(d->db, r, event->kind == LADDER_END ? event->text : NULL, err) || (ladder_has_past_page(r->run) && !outbox_withdraw_stale(d->db, r->id, err))
        || !clocks_due_run(d->db, t->id, r->id, ladder_next_at(r->run), err) || !cadence_follow(d, t, err)
        || (t->is_drill && !drill_stepped(d, t, r, err)))
        return FALSE;
    g_autofree char *gone = asked_in_vain(d, t, actions);
    if (gone != NULL) { /* no answer can come, and no delivery that a deadline could count from */
        const char *why = desk_contact(d, gone) == NULL ? PHRASE("not in the configuration") : PHRASE("a vendor: not asked in an exercise");
        LadderEvent unreachable = {.kind = LADDER_UNREACHABLE, .contact = gone, .text = why};
        if (!step(d, t, r, &unreachable, NULL, err))
            return FALSE;
    }
    if (ret_actions != NULL)
        *ret_actions = g_steal_pointer(&actions);
    return TRUE;
}

gboolean escalate_event(Desk *d, const Ticket *t, gint64 run, const LadderEvent *event, GPtrArray **ret_actions, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    return runs_load(d->db, run, &r, err) && step(d, t, r, event, ret_actions, err);
}

gboolean escalate_each(Desk *d, const Ticket *t, const LadderEvent *event, guint *ret_runs, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    if (!runs_of_ticket(d->db, t->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++)
        if (!step(d, t, g_ptr_array_index(runs, i), event, NULL, err))
            return FALSE;
    if (ret_runs != NULL)
        *ret_runs = runs->len;
    return TRUE;
}

static gboolean start_run(Desk *d, const Ticket *t, const Policy *policy, RunRow **ret, GError **err)
{
    g_autoptr(RunRow) r = g_new0(RunRow, 1);
    r->ticket_id = t->id;
    r->policy = g_strdup(policy->name);
    r->config_version = g_strdup(d->config->version);
    r->started_at = d->now;
    r->ended_at = INSTANT_NONE;
    r->run = ladder_run_new((int)policy->levels->len);
    r->run->is_operational = t->is_operational;
    if (!policies_keep(d, policy, &r->policy_digest, err) || !policies_began(d, t, policy->name, err) || !runs_insert(d->db, r, err)
        || !desk_audit(d, t->id, err, "run", "run=%" G_GINT64_FORMAT " policy=%s config=%.12s", r->id, policy->name, d->config->version))
        return FALSE;
    *ret = g_steal_pointer(&r);
    return TRUE;
}

/* A run all of whose causes are paused clocks stands still. */
static gboolean check_paused(Desk *d, const Ticket *t, RunRow *r, gint64 open, gint64 paused, GError **err)
{
    LadderEvent event = {.kind = open > 0 && open == paused ? LADDER_SUSPEND : LADDER_RESUME, .why = SUSPENDED_PAUSED};
    return step(d, t, r, &event, NULL, err);
}

/* What runs goes by what it began with, though the configuration has lost it meanwhile; *ret NULL: neither has it. */
static gboolean live_or_new(Desk *d, const Ticket *t, const char *policy_name, RunRow **ret, GError **err)
{
    const Policy *policy = desk_policy(d, policy_name);
    return runs_live(d->db, t->id, policy_name, ret, err) && (*ret != NULL || policy == NULL || start_run(d, t, policy, ret, err));
}

gboolean escalate_cause(Desk *d, const Ticket *t, const char *policy_name, const char *cause, gint64 clock, int level, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    gboolean is_new = FALSE;
    gint64 open, paused;
    if (t->state >= TICKET_RESOLVED)
        return TRUE;
    if (!live_or_new(d, t, policy_name, &r, err) || (r != NULL && !runs_add_cause(d->db, r->id, cause, clock, d->now, &is_new, err)))
        return FALSE;
    if (r == NULL)
        return TRUE;
    if (is_new && !desk_audit(d, t->id, err, "cause", "run=%" G_GINT64_FORMAT " cause=%s level=%d", r->id, cause, level))
        return FALSE;
    if (is_new && (!runs_causes(d->db, r->id, &open, &paused, err) || !check_paused(d, t, r, open, paused, err)))
        return FALSE;
    if (level < 0)
        return TRUE;
    LadderEvent event = {.kind = level > 0 ? LADDER_LEVEL : LADDER_CAUSE, .level = level};
    return step(d, t, r, &event, NULL, err);
}

gboolean escalate_cause_all(Desk *d, const Ticket *t, const char *cause, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    if (!policies_names(d, t, t->queue, &names, err))
        return FALSE;
    for (guint i = 0; i < names->len; i++)
        if (!escalate_cause(d, t, g_ptr_array_index(names, i), cause, 0, 0, err))
            return FALSE;
    return TRUE;
}

/* Ends the run if no cause is left; those that are may all be paused. */
static gboolean end_if_idle(Desk *d, const Ticket *t, RunRow *r, const char *reason, GError **err)
{
    gint64 open, paused;
    LadderEvent event = {.kind = LADDER_END, .text = reason};
    if (!runs_causes(d->db, r->id, &open, &paused, err))
        return FALSE;
    if (open > 0)
        return check_paused(d, t, r, open, paused, err);
    return step(d, t, r, &event, NULL, err) && desk_audit(d, t->id, err, "run-end", "run=%" G_GINT64_FORMAT, r->id);
}

gboolean escalate_cause_ended(Desk *d, const Ticket *t, const char *cause, const char *reason, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    if (!runs_of_ticket(d->db, t->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        RunRow *r = g_ptr_array_index(runs, i);
        if (!runs_end_cause(d->db, r->id, cause, d->now, err) || !end_if_idle(d, t, r, reason, err))
            return FALSE;
    }
    return TRUE;
}

gboolean escalate_clock_ended(Desk *d, const Ticket *t, gint64 clock, const char *reason, GError **err)
{
    g_autofree char *cause = g_strdup_printf("clock:%" G_GINT64_FORMAT, clock);
    return escalate_cause_ended(d, t, cause, reason, err);
}

gboolean escalate_contained(Desk *d, const Ticket *t, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    LadderEvent event = {.kind = LADDER_CONTAINED, .hold_until = escalate_hold_until(d, t, NULL, NULL, INSTANT_NONE, FALSE, NULL)};
    if (!escalate_each(d, t, &event, NULL, err) || !runs_of_ticket(d->db, t->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        RunRow *r = g_ptr_array_index(runs, i);
        if (!db_run(d->db, err,
                    "update run_cause set ended_at = $2 where run_id = $1 and ended_at is null and (cause in ('manual', 'uncontained') or clock_id in"
                    " (select id from clock where ticket_id = $3 and target = 'respond'))",
                    "iti", r->id, d->now, t->id)
            || !end_if_idle(d, t, r, PHRASE("it is contained"), err))
            return FALSE;
    }
    return TRUE;
}

gboolean escalate_check_paused(Desk *d, const Ticket *t, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    if (!runs_of_ticket(d->db, t->id, TRUE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        RunRow *r = g_ptr_array_index(runs, i);
        gint64 open, paused;
        if (!runs_causes(d->db, r->id, &open, &paused, err) || !check_paused(d, t, r, open, paused, err))
            return FALSE;
    }
    return TRUE;
}

gboolean escalate_not_before(Desk *d, const Ticket *t, const char *policy_name, Instant *ret, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    *ret = INSTANT_NONE;
    if (!runs_live(d->db, t->id, policy_name, &r, err))
        return FALSE;
    World w = {d, t, desk_queue(d, t->queue), r != NULL ? policies_of_run(d, r) : NULL, r};
    if (r != NULL && w.queue != NULL && fits(r, w.policy) && r->run->state == RUN_CLIMBING && r->run->level > 0)
        *ret = world_add(&w, r->run->level, d->now, level_of(w.policy, r->run->level)->ack_within);
    return TRUE;
}

Instant escalate_hold_until(Desk *d, const Ticket *t, const char *policy_name, const Duration *wanted, Instant wanted_until, gboolean is_override,
                            gboolean *ret_is_cut)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    const Policy *policy = NULL;
    g_autoptr(GError) local = NULL;
    if (!policies_for(d, t, policy_name != NULL ? policy_name : queue != NULL ? queue->policy : "", &policy, &local))
        log_error("policy of a hold", local);
    Duration cap = d->config->severities[t->severity].ack_max;
    Duration hold = wanted != NULL ? *wanted : policy != NULL && policy->has_ack_holds ? policy->ack_holds : cap;
    if (queue == NULL)
        return d->now + 3600;
    World w = {d, t, queue, policy, NULL};
    Instant latest = world_add(&w, 0, d->now, cap);
    Instant until = wanted_until != INSTANT_NONE ? wanted_until : world_add(&w, 0, d->now, hold);
    if (is_override && (wanted != NULL || wanted_until != INSTANT_NONE))
        return until;
    if (ret_is_cut != NULL)
        *ret_is_cut = (wanted != NULL || wanted_until != INSTANT_NONE) && until > latest;
    return MIN(until, latest);
}

gboolean escalate_severity(Desk *d, const Ticket *t, GError **err)
{
    LadderEvent event = {.kind = LADDER_SEVERITY, .hold_until = INSTANT_NONE};
    World w = {d, t, desk_queue(d, t->queue), NULL, NULL};
    if (w.queue == NULL)
        return TRUE;
    event.hold_until = world_add(&w, 0, d->now, d->config->severities[t->severity].ack_max);
    return escalate_each(d, t, &event, NULL, err);
}
