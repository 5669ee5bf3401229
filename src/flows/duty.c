/* duty: compares what people know with what the rotas say. It must never tell somebody of a duty that was always so. */
#include "flows/duty.h"

#include <string.h>

#include "base/error.h"
#include "base/log.h"

#include "rules/phrase.h"

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/bulletin.h"
#include "flows/escalate.h"
#include "flows/people.h"
#include "flows/policies.h"
#include "flows/view.h"

#include "base/banned.h"

#define HORIZON ((Seconds)60 * 86400) /* of what is told beforehand */
#define CHANGES_MAX 1000       /* that one question follows */
#define STALE ((Seconds)12 * 3600)    /* a handoff that is known so late is nobody's news */

static Rota *rota_of(const Desk *d, const char *name) { return g_hash_table_lookup(d->rotas, name); }

static const Zone *reader_zone(const Desk *d, const char *contact) { return desk_contact_zone(d, desk_contact(d, contact), NULL); }

/* ---- handoffs ---- */

/* The next change of the rota becomes its row of `due`; one that is due already comes first. */
static gboolean plan_handoff(Desk *d, const char *name, GError **err)
{
    Instant next;
    gint64 waiting = 0;
    DueRow row = {.what = (char *)"shift", .policy = (char *)name};
    if (!db_value(d->db, &waiting, err, "select count(*) from due where what = 'shift' and policy = $1 and next_at <= $2", "st", name, d->now)
        || waiting > 0)
        return waiting > 0;
    if (!db_run(d->db, err, "delete from due where what = 'shift' and policy = $1", "s", name) || !rota_next_change(rota_of(d, name), d->now, &next, err))
        return FALSE;
    row.next_at = next;
    return next == INSTANT_MAX || clocks_due_add(d->db, &row, err);
}

/* "#42 S1 Checkout is down: level 2, held by bob until Tue 12:00" */
static gboolean add_run(Desk *d, gint64 id, const Zone *zone, GPtrArray *lines, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    g_autoptr(Ticket) t = NULL;
    if (!runs_load(d->db, id, &r, err) || !tickets_load(d->db, r->ticket_id, &t, err))
        return FALSE;
    const ConfigContact *acker = desk_contact(d, r->run->acker);
    g_autofree char *ticket = g_strdup_printf("#%" G_GINT64_FORMAT " S%d %s", t->id, t->severity + 1, t->subject), *level = g_strdup_printf("%d", r->run->level);
    g_autofree char *until = r->run->hold_until != INSTANT_NONE ? view_time(zone, r->run->hold_until, d->now) : g_strdup("");
    const char *english = r->run->state != RUN_HELD              ? PHRASE("{ticket}: level {level}, nobody has taken it")
                          : r->run->hold_until == INSTANT_NONE ? PHRASE("{ticket}: level {level}, held by {who:phrase} until further notice")
                                                               : PHRASE("{ticket}: level {level}, held by {who:phrase} until {until:time}");
    g_ptr_array_add(lines, phrase_make(english, "ticket", ticket, "level", level, "who", acker != NULL ? acker->full_name : PHRASE("somebody"), "until", until, NULL));
    return TRUE;
}

/* The live runs of policies that ask by that rota. */
static gboolean runs_by_rota(Desk *d, const char *rota, GArray *ids, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err, "select id, policy, policy_digest from run where ended_at is null order by id", ""))
        return FALSE;
    while (db_next(rows, &local)) {
        const Policy *policy = policies_begun(d, db_text(rows, 1), db_text(rows, 2));
        gint64 id = db_int(rows, 0);
        if (policy != NULL && policy_names_rota(policy, rota))
            g_array_append_val(ids, id);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static gboolean add_runs(Desk *d, const char *rota, const Zone *zone, GPtrArray *lines, GError **err)
{
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!runs_by_rota(d, rota, ids, err))
        return FALSE;
    for (guint i = 0; i < ids->len; i++)
        if (!add_run(d, g_array_index(ids, gint64, i), zone, lines, err))
            return FALSE;
    return TRUE;
}

/* What they hold who were on duty, and by the rota as it is now are not, or not as long. */
static gboolean end_holds(Desk *d, const char *rota, GError **err)
{
    g_autoptr(GPtrArray) now = NULL;
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (!rota_on_duty(rota_of(d, rota), d->now, &now, err) || !runs_by_rota(d, rota, ids, err))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        g_autoptr(RunRow) r = NULL;
        g_autoptr(Ticket) t = NULL;
        gint64 was_on = 0;
        if (!runs_load(d->db, g_array_index(ids, gint64, i), &r, err))
            return FALSE;
        if (r->run->state != RUN_HELD || r->run->acker == NULL)
            continue;
        if (!db_value(d->db, &was_on, err, "select count(*) from shift where rota = $1 and contact = $2 and start_at <= $3 and end_at > $3", "sst", rota,
                      r->run->acker, d->now))
            return FALSE;
        gboolean is_off = was_on > 0 && !g_ptr_array_find_with_equal_func(now, r->run->acker, g_str_equal, NULL);
        LadderEvent event = {.kind = LADDER_SHIFT, .contact = is_off ? r->run->acker : NULL};
        if (!tickets_load(d->db, r->ticket_id, &t, err) || !escalate_event(d, t, r->id, &event, NULL, err))
            return FALSE;
    }
    return TRUE;
}

static char *names_of(const Desk *d, const GPtrArray *contacts)
{
    GString *s = g_string_new(NULL);
    for (guint i = 0; i < contacts->len; i++) {
        const ConfigContact *c = desk_contact(d, g_ptr_array_index(contacts, i));
        g_string_append_printf(s, "%s%s", i > 0 ? ", " : "", c != NULL ? c->full_name : (char *)g_ptr_array_index(contacts, i));
    }
    return g_string_free(s, FALSE);
}

/* Until when the contact is on duty from now on without a break, whoever joins or leaves beside him; INSTANT_MAX: no end is in sight. */
static gboolean duty_end(Desk *d, const char *name, const char *contact, Instant *ret, GError **err)
{
    Rota *rota = rota_of(d, name);
    gboolean is_on = TRUE;
    Instant end = d->now;
    for (guint changes = 0; is_on && end != INSTANT_MAX; changes++) {
        g_autoptr(GPtrArray) names = NULL;
        if (!rota_next_change(rota, end, &end, err) || (end != INSTANT_MAX && !rota_on_duty(rota, end, &names, err)))
            return FALSE;
        if (changes == CHANGES_MAX)
            end = INSTANT_MAX;
        is_on = names != NULL && g_ptr_array_find_with_equal_func(names, contact, g_str_equal, NULL);
    }
    *ret = end;
    return TRUE;
}

/* One of those who leave or come. Nothing where nothing is open and the rota tells only of open escalations. */
static gboolean tell_one(Desk *d, const ConfigRota *rota, const char *contact, gboolean comes, const GPtrArray *others, GError **err)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    const ConfigQueue *queue = bulletin_queue(d, rota->name);
    const Zone *zone = reader_zone(d, contact);
    if (queue == NULL || !add_runs(d, rota->name, zone, lines, err))
        return queue == NULL;
    if (lines->len == 0 && rota->handoff != HANDOFF_ALWAYS)
        return TRUE;
    g_autofree char *names = names_of(d, others), *title = NULL;
    if (comes) {
        Instant end = INSTANT_MAX;
        if (!duty_end(d, rota->name, contact, &end, err))
            return FALSE;
        g_autofree char *until = end == INSTANT_MAX ? phrase_make("further notice", NULL) : view_date(zone, end);
        title = phrase_make("You are on duty now ({rota}), until {until}", "rota", rota->name, "until", until, NULL);
    } else {
        title = phrase_make("Your duty is over ({rota}): {who:phrase} now", "rota", rota->name, "who", others->len > 0 ? names : PHRASE("nobody is on duty"), NULL);
    }
    if (lines->len == 0)
        g_ptr_array_add(lines, phrase_make("No escalation is open.", NULL));
    return bulletin_send(d, queue, contact, title, lines, err);
}

static gboolean tell_difference(Desk *d, const ConfigRota *rota, const GPtrArray *of, GPtrArray *without, gboolean comes, const GPtrArray *others,
                                GError **err)
{
    for (guint i = 0; i < of->len; i++)
        if (!g_ptr_array_find(without, g_ptr_array_index(of, i), NULL)
            && !tell_one(d, rota, g_ptr_array_index(of, i), comes, others, err))
            return FALSE;
    return TRUE;
}

static gboolean keep_known(Desk *d, const char *name, GError **err);

/* After downtime several handoffs are past: those who were on duty before it and those who are now hear of one, who came and went meanwhile
 * of none. */
gboolean duty_handoff(Desk *d, const DueRow *due, GError **err)
{
    const ConfigRota *config = g_hash_table_lookup(d->config->rotas, due->policy);
    Rota *rota = rota_of(d, due->policy);
    g_autoptr(GPtrArray) before = NULL, after = NULL;
    if (rota == NULL || config == NULL)
        return TRUE;
    if (!rota_on_duty(rota, MAX(due->next_at, d->now - STALE) - 1, &before, err) || !rota_on_duty(rota, d->now, &after, err))
        return FALSE;
    gboolean is_news = config->handoff != HANDOFF_NO;
    if (is_news && (!tell_difference(d, config, before, after, FALSE, after, err) || !tell_difference(d, config, after, before, TRUE, before, err)))
        return FALSE;
    return plan_handoff(d, due->policy, err) && keep_known(d, due->policy, err);
}

/* ---- changed duties ---- */

typedef struct {
    char *contact;
    Instant start, end;
} Shift;

static void shift_clear(gpointer p) { g_free(((Shift *)p)->contact); }

static GArray *shifts_new(void)
{
    GArray *shifts = g_array_new(FALSE, FALSE, sizeof(Shift));
    g_array_set_clear_func(shifts, shift_clear);
    return shifts;
}

/* Times of one person that touch are one. */
static void add_shift(GArray *shifts, const char *contact, Instant start, Instant end)
{
    for (guint i = shifts->len; i-- > 0;) {
        Shift *s = &g_array_index(shifts, Shift, i);
        if (s->end == start && strcmp(s->contact, contact) == 0) {
            s->end = end;
            return;
        }
    }
    Shift s = {g_strdup(contact), start, end};
    g_array_append_val(shifts, s);
}

static gboolean planned(Desk *d, const char *name, Instant until, GArray *shifts, GError **err)
{
    g_autoptr(GArray) periods = NULL;
    if (!rota_periods(rota_of(d, name), d->now, until, &periods, err))
        return FALSE;
    for (guint i = 0; i < periods->len; i++) {
        const RotaPeriod *p = &g_array_index(periods, RotaPeriod, i);
        for (guint k = 0; k < p->names->len; k++)
            add_shift(shifts, g_ptr_array_index(p->names, k), p->start, p->end);
    }
    return TRUE;
}

static gboolean known(Desk *d, const char *name, GArray *shifts, Instant *ret_horizon, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    gint64 horizon;
    if (!db_value(d->db, &horizon, err, "select coalesce(max(until_at), 0) from shift_horizon where rota = $1", "s", name)
        || !db_select(d->db, &rows, err, "select contact, start_at, end_at from shift where rota = $1 and end_at > $2 order by start_at, contact", "st", name,
                      d->now))
        return FALSE;
    while (db_next(rows, &local))
        add_shift(shifts, db_text(rows, 0), MAX(db_instant(rows, 1), d->now), db_instant(rows, 2));
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret_horizon = horizon;
    return TRUE;
}

static gboolean has_shift(const GArray *shifts, const Shift *wanted, Instant horizon)
{
    for (guint i = 0; i < shifts->len; i++) {
        const Shift *s = &g_array_index(shifts, Shift, i);
        if (strcmp(s->contact, wanted->contact) == 0 && s->start == wanted->start && MIN(s->end, horizon) == MIN(wanted->end, horizon))
            return TRUE;
    }
    return FALSE;
}

/* Lines for `contact`: what of `of` is not in `other`, before the horizon up to which he was told. */
static void add_lines(const Desk *d, const GArray *of, const GArray *other, const char *contact, Instant horizon, const char *english, GPtrArray *lines)
{
    const Zone *zone = reader_zone(d, contact);
    for (guint i = 0; i < of->len; i++) {
        const Shift *s = &g_array_index(of, Shift, i);
        if (strcmp(s->contact, contact) != 0 || s->start >= horizon || has_shift(other, s, horizon))
            continue;
        g_autofree char *from = view_date(zone, s->start), *to = view_date(zone, s->end);
        g_ptr_array_add(lines, phrase_make(english, "from", from, "to", to, NULL));
    }
}

static gboolean tell_changes(Desk *d, const char *name, const GArray *before, const GArray *after, Instant horizon, GError **err)
{
    const ConfigQueue *queue = bulletin_queue(d, name);
    g_autofree char *title = phrase_make("Your duties changed ({rota})", "rota", name, NULL);
    for (guint i = 0; queue != NULL && i < d->config->contact_order->len; i++) {
        const ConfigContact *c = g_ptr_array_index(d->config->contact_order, i);
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
        add_lines(d, before, after, c->name, horizon, PHRASE("no longer {from} to {to}"), lines);
        add_lines(d, after, before, c->name, horizon, PHRASE("new {from} to {to}"), lines);
        if (lines->len > 0 && !bulletin_send(d, queue, c->name, title, lines, err))
            return FALSE;
    }
    return TRUE;
}

static gboolean remember(Desk *d, const char *name, const GArray *shifts, Instant horizon, GError **err)
{
    if (!db_run(d->db, err, "delete from shift where rota = $1", "s", name)
        || !db_run(d->db, err, "insert into shift_horizon (rota, until_at) values ($1, $2) on conflict (rota) do update set until_at = excluded.until_at", "st",
                   name, horizon))
        return FALSE;
    for (guint i = 0; i < shifts->len; i++) {
        const Shift *s = &g_array_index(shifts, Shift, i);
        if (!db_run(d->db, err, "insert into shift (rota, contact, start_at, end_at) values ($1, $2, $3, $4)", "sstt", name, s->contact, s->start, s->end))
            return FALSE;
    }
    return TRUE;
}

/* Who is told of changes up to a horizon is to be told of them next month too: it goes on while the files stay as they are. */
static gboolean keep_known(Desk *d, const char *name, GError **err)
{
    g_autoptr(GArray) shifts = shifts_new();
    gint64 horizon;
    Instant until = d->now + HORIZON;
    if (!db_value(d->db, &horizon, err, "select coalesce(max(until_at), 0) from shift_horizon where rota = $1", "s", name))
        return FALSE;
    return horizon > d->now + HORIZON / 2 || (planned(d, name, until, shifts, err) && remember(d, name, shifts, until, err));
}

static gboolean compare(Desk *d, const char *name, GError **err)
{
    g_autofree char *fact = g_strconcat("rota:", name, NULL), *version = NULL;
    g_autoptr(GArray) before = shifts_new(), after = shifts_new();
    Instant horizon, until = d->now + HORIZON;
    if (!plan_handoff(d, name, err) || !db_text_value(d->db, &version, err, "select version from basis where name = $1", "s", fact))
        return FALSE;
    if (version != NULL && strcmp(version, rota_version(rota_of(d, name))) == 0)
        return keep_known(d, name, err);
    if (!planned(d, name, until, after, err) || !known(d, name, before, &horizon, err))
        return FALSE;
    return (version == NULL || (end_holds(d, name, err) && tell_changes(d, name, before, after, horizon, err))) && remember(d, name, after, until, err)
           && db_run(d->db, err, "insert into basis (name, version) values ($1, $2) on conflict (name) do update set version = excluded.version", "ss", fact,
                     rota_version(rota_of(d, name)));
}

static gboolean compare_all(Desk *d, GError **err)
{
    GHashTableIter it;
    gpointer name;
    if (!db_run(d->db, err, "delete from due where what = 'shift' and next_at > $1", "t", d->now)) /* of rotas that are no more, too */
        return FALSE;
    g_hash_table_iter_init(&it, d->rotas);
    while (g_hash_table_iter_next(&it, &name, NULL))
        if (!compare(d, name, err))
            return FALSE;
    return TRUE;
}

gboolean duty_begin(Desk *d, GError **err)
{
    return db_begin(d->db, err) && db_end(d->db, compare_all(d, err), err);
}

/* ---- gaps ---- */

static void finding_clear(gpointer p)
{
    DutyFinding *f = p;
    g_free(f->what);
    g_free(f->who);
}

static void add_finding(GArray *findings, gboolean is_gap, const char *what, const PolicyLevel *level, Instant start, Instant end, const char *who)
{
    DutyFinding f = {is_gap, g_strdup(what), level, start, end, g_strdup(who)};
    g_array_append_val(findings, f);
}

static gboolean gaps_of_rota(Desk *d, const char *name, Instant from, Instant to, GArray *findings, GError **err)
{
    g_autoptr(GArray) periods = NULL;
    g_autofree char *what = g_strconcat("rota ", name, NULL);
    if (!rota_periods(rota_of(d, name), from, to, &periods, err))
        return FALSE;
    for (guint i = 0; i < periods->len; i++) {
        const RotaPeriod *p = &g_array_index(periods, RotaPeriod, i);
        g_autofree char *names = names_of(d, p->names);
        if (p->names->len == 0 || p->is_equal)
            add_finding(findings, p->names->len == 0, what, NULL, p->start, p->end, names);
    }
    return TRUE;
}

/* The rotas by which a level asks, or NULL where somebody is asked in any case. */
static GPtrArray *rotas_of_level(const Desk *d, const PolicyLevel *level)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < level->notify->len; i++) {
        const Who *who = g_ptr_array_index(level->notify, i);
        const ConfigRota *rota = who->kind == WHO_ROTA ? g_hash_table_lookup(d->config->rotas, who->name) : NULL;
        if (rota == NULL || rota->fallback != NULL)
            return NULL;
        g_ptr_array_add(names, who->name);
    }
    return names->len > 0 ? g_steal_pointer(&names) : NULL;
}

/* The first instant from t on, before `end`, at which one of the rotas has somebody, or at which none has. */
static gboolean next_of_level(Desk *d, const GPtrArray *rotas, Instant t, Instant end, gboolean wanted, Instant *ret, GError **err)
{
    while (t < end) {
        Instant next = end;
        gboolean any = FALSE;
        for (guint i = 0; i < rotas->len; i++) {
            Rota *rota = rota_of(d, g_ptr_array_index(rotas, i));
            g_autoptr(GPtrArray) names = NULL;
            Instant change;
            if (!rota_on_duty(rota, t, &names, err) || !rota_next_change(rota, t, &change, err))
                return FALSE;
            any = any || names->len > 0;
            next = MIN(next, change);
        }
        if (any == wanted)
            break;
        t = next;
    }
    *ret = MIN(t, end);
    return TRUE;
}

static gboolean gaps_of_level(Desk *d, const char *policy, int number, const PolicyLevel *level, Instant from, Instant to, GArray *findings, GError **err)
{
    g_autoptr(GPtrArray) rotas = rotas_of_level(d, level);
    g_autofree char *what = g_strdup_printf("policy %s level %d", policy, number);
    for (Instant t = from; rotas != NULL && t < to;) {
        Instant start, end;
        if (!next_of_level(d, rotas, t, to, FALSE, &start, err) || !next_of_level(d, rotas, start, to, TRUE, &end, err))
            return FALSE;
        if (start < end)
            add_finding(findings, TRUE, what, level, start, end, "");
        t = end;
    }
    return TRUE;
}

static int by_what(gconstpointer a, gconstpointer b)
{
    const DutyFinding *x = a, *y = b;
    int order = strcmp(x->what, y->what);
    return order != 0 ? order : x->start < y->start ? -1 : x->start > y->start;
}

gboolean duty_gaps(Desk *d, Instant from, Instant to, GArray **ret, GError **err)
{
    GHashTableIter it;
    gpointer name, value;
    g_autoptr(GArray) findings = g_array_new(FALSE, FALSE, sizeof(DutyFinding));
    g_array_set_clear_func(findings, finding_clear);
    g_hash_table_iter_init(&it, d->rotas);
    while (g_hash_table_iter_next(&it, &name, NULL))
        if (!gaps_of_rota(d, name, from, to, findings, err))
            return FALSE;
    g_hash_table_iter_init(&it, d->config->policies);
    while (g_hash_table_iter_next(&it, &name, &value)) {
        const Policy *policy = value;
        for (guint i = 0; i < policy->levels->len; i++)
            if (!gaps_of_level(d, policy->name, (int)i + 1, g_ptr_array_index(policy->levels, i), from, to, findings, err))
                return FALSE;
    }
    g_array_sort(findings, by_what);
    *ret = g_steal_pointer(&findings);
    return TRUE;
}
