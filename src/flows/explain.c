/* explain: reads the log of clocks and asks again, for each running segment, the calendar that it was counted on. It must never change
 * anything. */
#include "flows/explain.h"

#include <string.h>

#include "rules/policytext.h"

#include "store/clocks.h"
#include "store/outbox.h"

#include "store/clocks.h"
#include "store/runs.h"

#include "flows/causes.h"
#include "flows/deadlines.h"
#include "flows/localize.h"
#include "flows/outage.h"
#include "flows/policies.h"
#include "flows/risks.h"
#include "flows/upcoming.h"
#include "flows/view.h"

#include "base/banned.h"

#define UPCOMING 1000 /* more than a ticket has */

static void set_time(json_t *o, const char *key, const Zone *zone, Instant t)
{
    if (t == INSTANT_NONE)
        return;
    g_autofree char *text = zone_format_rfc3339(zone, t);
    json_object_set_new(o, key, json_string(text));
}

static void set_text(json_t *o, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(o, key, json_string(value));
}

/* What one clock ran, so far in its log. */
typedef struct {
    Desk *desk;
    const Zone *zone;
    const char *queue;
    Instant since;    /* when the running segment began; INSTANT_NONE: none runs */
    const char *on;   /* its calendar */
    json_t *pieces;
    Seconds sum;      /* their open seconds */
} Ran;

/* The pieces of the running segment, up to `to`. */
static gboolean add_segment(Ran *r, Instant to, GError **err)
{
    g_autoptr(GArray) list = NULL;
    if (r->since == INSTANT_NONE || to <= r->since)
        return TRUE;
    if (!calendar_pieces(deadlines_calendar(r->desk, r->on, r->queue), r->since, to, &list, err))
        return FALSE;
    for (guint i = 0; i < list->len; i++) {
        const CalendarPiece *p = &g_array_index(list, CalendarPiece, i);
        json_t *o = json_object();
        set_time(o, "start", r->zone, p->start);
        set_time(o, "end", r->zone, p->end);
        set_text(o, "calendar", r->on);
        json_object_set_new(o, "open", json_boolean(p->open));
        json_object_set_new(o, "seconds", json_integer(p->end - p->start));
        set_text(o, "file", p->file);
        set_text(o, "uid", p->uid);
        set_text(o, "summary", p->summary);
        json_array_append_new(r->pieces, o);
        if (p->open)
            r->sum += p->end - p->start;
    }
    return TRUE;
}

static gboolean starts(const char *event) { return strcmp(event, "start") == 0 || strcmp(event, "resume") == 0 || strcmp(event, "continue") == 0; }
static gboolean ends(const char *event) { return strcmp(event, "pause") == 0 || strcmp(event, "met") == 0 || strcmp(event, "stop") == 0; }

/* A target on another calendar: what ran until then stays with the old one, but where ticketclock_retarget_on starts afresh. */
static gboolean change_calendar(Ran *r, const ClockLogRow *l, Instant started_at, const char *calendar, GError **err)
{
    if (strcmp(calendar, r->on) == 0)
        return TRUE;
    if (r->since != INSTANT_NONE && (strcmp(l->event, "tighten") == 0 || r->since != started_at)) {
        if (!add_segment(r, l->at, err))
            return FALSE;
        r->since = l->at;
    }
    r->on = calendar;
    return TRUE;
}

static gboolean take_event(Ran *r, const ClockRow *c, const ClockLogRow *l, GError **err)
{
    const char *calendar = l->calendar != NULL ? l->calendar : c->calendar;
    if (strcmp(l->event, "tighten") == 0 || strcmp(l->event, "retarget") == 0)
        return change_calendar(r, l, c->clock.started_at, calendar, err);
    if (starts(l->event)) {
        r->since = l->at;
        r->on = calendar;
    } else if (ends(l->event)) {
        gboolean good = add_segment(r, l->at, err);
        r->since = INSTANT_NONE;
        return good;
    } else if (strcmp(l->event, "reopen") == 0) { /* as if it had never been met */
        r->since = c->clock.started_at;
        r->on = calendar;
        r->sum = 0;
        json_array_clear(r->pieces);
    }
    return TRUE;
}

static gboolean add_log(Desk *d, const ClockRow *c, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(GArray) events = NULL;
    json_t *log = json_array();
    Ran ran = {d, zone, c->queue, INSTANT_NONE, c->calendar, json_array(), 0};
    json_object_set_new(o, "events", log);
    json_object_set_new(o, "pieces", ran.pieces);
    if (!clocks_log(d->db, c->clock.id, &events, err))
        return FALSE;
    for (guint i = 0; i < events->len; i++) {
        const ClockLogRow *l = &g_array_index(events, ClockLogRow, i);
        json_t *one = json_object();
        set_time(one, "at", zone, l->at);
        set_text(one, "event", l->event);
        set_text(one, "calendar", l->calendar);
        if (l->message != 0)
            json_object_set_new(one, "message", json_integer(l->message));
        json_array_append_new(log, one);
        if (!take_event(&ran, c, l, err))
            return FALSE;
    }
    if (!add_segment(&ran, c->clock.due_at, err))
        return FALSE;
    json_object_set_new(o, "open_seconds", json_integer(ran.sum));
    return TRUE;
}

static json_t *explain_clock(Desk *d, const ClockRow *c, const Zone *zone, GError **err)
{
    json_t *o = json_object();
    g_autofree char *duration = duration_format(c->clock.duration);
    set_text(o, "target", policy_target_name(c->clock.target));
    set_text(o, "queue", c->queue);
    set_text(o, "calendar", c->calendar);
    set_text(o, "calendar_zone", zone_name(calendar_zone(deadlines_calendar(d, c->calendar, c->queue))));
    set_text(o, "duration", duration);
    set_text(o, "state", ticketclock_state_name(c->clock.state));
    set_text(o, "config_version", c->config_version);
    set_time(o, "due", zone, c->clock.due_at);
    set_time(o, "met", zone, c->clock.met_at);
    set_time(o, "breached", zone, c->clock.breached_at);
    if (add_log(d, c, zone, o, err))
        return o;
    json_decref(o);
    return NULL;
}

/* The sums of the mails that the rules gave points, newest last: [{at, message, score, rows: [{rule, axis, points}]}]. */
static gboolean add_scores(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    json_t *list = json_array(), *mail = NULL, *lines = NULL;
    ScoreSum sum = {{0}};
    gint64 message = -1;
    json_object_set_new(o, "scores", list);
    if (!db_select(d->db, &rows, err, "select coalesce(message_id, 0), at, rule, axis, points from score where ticket_id = $1 order by at, rowid", "i", t->id))
        return FALSE;
    while (db_next(rows, &local)) {
        if (mail == NULL || db_int(rows, 0) != message) {
            message = db_int(rows, 0);
            sum = (ScoreSum){{0}};
            mail = json_object();
            lines = json_array();
            set_time(mail, "at", zone, db_instant(rows, 1));
            json_object_set_new(mail, "message", json_integer(message));
            json_object_set_new(mail, "rows", lines);
            json_array_append_new(list, mail);
        }
        for (int a = 0; a < SCORE_AXES; a++)
            if (strcmp(score_axis_name((ScoreAxis)a), db_text(rows, 3)) == 0)
                sum.points[a] += (int)db_int(rows, 4);
        json_array_append_new(lines, json_pack("{s:s, s:s, s:I}", "rule", db_text(rows, 2), "axis", db_text(rows, 3), "points", (json_int_t)db_int(rows, 4)));
        json_object_set_new(mail, "score", json_integer(score_value(&sum, &d->config->score)));
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* ---- escalations ---- */

/* A run that began while no mail leaves waits for its page alone. */
static gboolean has_queued_page(const LadderRun *run)
{
    for (guint i = 0; i < run->pages->len; i++)
        if (((const LadderPage *)g_ptr_array_index(run->pages, i))->state == PAGE_QUEUED)
            return TRUE;
    return FALSE;
}

static void add_standstill(json_t *o, const RunRow *r, Instant down_since, const Zone *zone)
{
    const LadderRun *run = r->run;
    gboolean waits = run->suspended_at == INSTANT_NONE && down_since != INSTANT_NONE && run->state != RUN_ENDED && has_queued_page(run);
    if (run->suspended_at == INSTANT_NONE && !waits)
        return;
    json_t *why = json_array();
    set_time(o, "suspended", zone, waits ? MAX(r->started_at, down_since) : run->suspended_at);
    if (run->suspended_for & SUSPENDED_PAUSED)
        json_array_append_new(why, json_string("all that it is for is paused"));
    if (waits || (run->suspended_for & SUSPENDED_OFFLINE))
        json_array_append_new(why, json_string("no mail leaves"));
    json_object_set_new(o, "suspended_for", why);
}

/* Each run, why it began, and by which version of its policy it goes. */
static gboolean add_runs(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) runs = NULL;
    json_t *list = json_array(), *causes;
    g_auto(Outage) outage = {0};
    json_object_set_new(o, "runs", list);
    if (!outage_read(d->db, &outage, err) || !runs_of_ticket(d->db, t->id, FALSE, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        const RunRow *r = g_ptr_array_index(runs, i);
        const Policy *now = desk_policy(d, r->policy);
        g_autofree char *text = now != NULL ? policytext_digest(now) : NULL;
        json_t *one = json_pack("{s:I, s:s, s:s, s:i, s:s, s:s*, s:b}", "id", (json_int_t)r->id, "policy", r->policy, "state", ladder_state_name(r->run->state),
                                "level", r->run->level, "config_version", r->config_version, "policy_version", r->policy_digest, "is_present",
                                r->policy_digest == NULL || g_strcmp0(text, r->policy_digest) == 0);
        set_time(one, "started", zone, r->started_at);
        add_standstill(one, r, outage.since, zone);
        json_array_append_new(list, one);
        if (!causes_of_run(d, r->id, &causes, err))
            return FALSE;
        json_object_set_new(one, "causes", causes);
    }
    return TRUE;
}

static gboolean add_ladders(Desk *d, const Ticket *t, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) policies = NULL, risks = NULL;
    json_t *names = json_array(), *of_risks = json_array();
    json_object_set_new(o, "policies", names);
    json_object_set_new(o, "risks", of_risks);
    if (!policies_names(d, t, t->queue, &policies, err) || !risks_of(d, t->id, &risks, err))
        return FALSE;
    for (guint i = 0; i < policies->len; i++)
        json_array_append_new(names, json_string(g_ptr_array_index(policies, i)));
    for (guint i = 0; i < risks->len; i++)
        json_array_append_new(of_risks, json_string(g_ptr_array_index(risks, i)));
    return TRUE;
}

/* Whom it asked, by which channels that was handed over, and what became of it: [{at, contact, level, by, outcome, outcome_at}]; what is not is missing. */
static gboolean add_asked(Desk *d, const Ticket *t, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    json_t *list = json_array();
    json_object_set_new(o, "asked", list);
    if (!db_select(d->db, &rows, err, "select id, created_at, contact, level, outcome, outcome_at from notification where ticket_id = $1 order by id", "i", t->id))
        return FALSE;
    while (db_next(rows, &local)) {
        g_autofree char *channels = NULL;
        if (!outbox_channels(d->db, db_int(rows, 0), &channels, err))
            return FALSE;
        json_t *one = json_pack("{s:I, s:s, s:I, s:s*, s:s*}", "notification", (json_int_t)db_int(rows, 0), "contact", db_text(rows, 2), "level",
                                (json_int_t)db_int(rows, 3), "by", channels, "outcome", db_text(rows, 4));
        set_time(one, "at", zone, db_instant(rows, 1));
        if (db_instant(rows, 5) != INSTANT_NONE)
            set_time(one, "outcome_at", zone, db_instant(rows, 5));
        json_array_append_new(list, one);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* Which clocks could not be set, and why, as the audit has it. */
static gboolean add_impossible(Desk *d, const Ticket *t, json_t *o, GError **err)
{
    g_autoptr(GPtrArray) details = NULL;
    json_t *list = json_array();
    json_object_set_new(o, "impossible", list);
    if (!db_texts(d->db, &details, err, "select detail from audit where ticket_id = $1 and event = 'clock-impossible' order by number limit 20", "i", t->id))
        return FALSE;
    for (guint i = 0; i < details->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(details, i)));
    return TRUE;
}

json_t *explain_ticket(Desk *d, const Ticket *t, const Zone *zone, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    json_t *o = json_object(), *list = json_array(), *next = NULL, *ticket = view_ticket(d, t, zone, err);
    gboolean ok = ticket != NULL && clocks_of_ticket(d->db, t->id, &clocks, err);
    if (ticket != NULL)
        json_object_set_new(o, "ticket", ticket);
    json_object_set_new(o, "clocks", list);
    for (guint i = 0; ok && i < clocks->len; i++) {
        json_t *one = explain_clock(d, g_ptr_array_index(clocks, i), zone, err);
        ok = one != NULL;
        if (ok)
            json_array_append_new(list, one);
    }
    if (ok && add_impossible(d, t, o, err) && add_scores(d, t, zone, o, err) && add_ladders(d, t, o, err) && add_runs(d, t, zone, o, err) && add_asked(d, t, zone, o, err)
        && upcoming_list(d, t->id, UPCOMING, zone, &next, err)) {
        json_object_set_new(o, "next", next);
        localize_plain(o);
        return o;
    }
    json_decref(o);
    return NULL;
}
