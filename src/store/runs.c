/* runs: rows of run, run_cause, run_name and notification, to and from LadderRun. */
#include "store/runs.h"

#include <string.h>

#include "base/error.h"

#include "rules/ticketclock.h"

#include "base/banned.h"

void runs_row_free(RunRow *r)
{
    if (r == NULL)
        return;
    g_free(r->policy);
    g_free(r->config_version);
    g_free(r->policy_digest);
    ladder_run_free(r->run);
    g_free(r);
}

/* States of levels as a digit each: "3310" */
static char *levels_text(const LadderRun *run)
{
    GString *s = g_string_new(NULL);
    for (guint i = 0; i < run->levels->len; i++)
        g_string_append_c(s, (char)('0' + g_array_index(run->levels, LevelState, i)));
    return g_string_free(s, FALSE);
}

static LadderRun *run_of_levels(const char *text)
{
    LadderRun *run = ladder_run_new((int)strlen(text));
    for (guint i = 0; i < run->levels->len; i++)
        g_array_index(run->levels, LevelState, i) = (LevelState)CLAMP(text[i] - '0', 0, LEVEL_SKIPPED);
    return run;
}

static gboolean load_pages(Db *db, RunRow *r, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(db, &rows, err,
                   "select id, level, attempt, kind, contact, state, delivered_at, deadline_at from notification where run_id = $1 and kind <> $2 order by id",
                   "ii", r->id, (gint64)PAGE_DIGEST))
        return FALSE;
    while (db_next(rows, &local)) {
        LadderPage *p = ladder_add_page(r->run, db_int(rows, 0), (int)db_int(rows, 1), (int)db_int(rows, 2), db_text(rows, 4),
                                        (PageKind)CLAMP(db_int(rows, 3), 0, PAGE_HANDOFF));
        p->state = (PageState)db_int(rows, 5);
        p->delivered_at = db_instant(rows, 6);
        p->deadline_at = db_instant(rows, 7);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static gboolean load_names(Db *db, RunRow *r, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(db, &rows, err, "select role, contact from run_name where run_id = $1 order by contact", "i", r->id))
        return FALSE;
    while (db_next(rows, &local))
        g_ptr_array_add(strcmp(db_text(rows, 0), "out") == 0 ? r->run->out : r->run->quorum, g_strdup(db_text(rows, 1)));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean runs_load(Db *db, gint64 id, RunRow **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(RunRow) r = NULL;
    GError *local = NULL;
    if (!db_select(db, &rows, err,
                   "select id, ticket_id, policy, state, level, levels, acker, acked_at, hold_until, resolve_by, next_level_at, repeat_at,"
                   " repeat_after, suspended_at, is_operational, started_at, ended_at, config_version, suspended_for, is_shift_bound, policy_digest, is_overridden from run where id = $1",
                   "i", id))
        return FALSE;
    if (!db_next(rows, &local)) {
        if (local == NULL)
            return error_set(err, ERROR_NOTFOUND, "run %" G_GINT64_FORMAT ": there is none", id);
        g_propagate_error(err, local);
        return FALSE;
    }
    r = g_new0(RunRow, 1);
    r->id = db_int(rows, 0);
    r->ticket_id = db_int(rows, 1);
    r->policy = g_strdup(db_text(rows, 2));
    r->run = run_of_levels(db_text(rows, 5));
    r->run->state = (RunState)db_int(rows, 3);
    r->run->level = (int)db_int(rows, 4);
    r->run->acker = g_strdup(db_text(rows, 6));
    r->run->acked_at = db_instant(rows, 7);
    r->run->hold_until = db_instant(rows, 8);
    r->run->resolve_by = db_instant(rows, 9);
    r->run->next_level_at = db_instant(rows, 10);
    r->run->repeat_at = db_instant(rows, 11);
    r->run->repeat_after = db_int(rows, 12);
    r->run->suspended_at = db_instant(rows, 13);
    r->run->is_operational = db_int(rows, 14) != 0;
    r->started_at = db_instant(rows, 15);
    r->ended_at = db_instant(rows, 16);
    r->config_version = g_strdup(db_text(rows, 17));
    r->run->suspended_for = (guint)db_int(rows, 18);
    r->run->is_shift_bound = db_int(rows, 19) != 0;
    r->policy_digest = g_strdup(db_text(rows, 20));
    r->run->is_overridden = db_int(rows, 21) != 0;
    if (!load_pages(db, r, err) || !load_names(db, r, err))
        return FALSE;
    *ret = g_steal_pointer(&r);
    return TRUE;
}

gboolean runs_live(Db *db, gint64 ticket, const char *policy, RunRow **ret, GError **err)
{
    gint64 id;
    if (!db_value(db, &id, err, "select coalesce((select id from run where ticket_id = $1 and policy = $2 and ended_at is null), 0)", "is", ticket,
                  policy))
        return FALSE;
    *ret = NULL;
    return id == 0 || runs_load(db, id, ret, err);
}

gboolean runs_of_ticket(Db *db, gint64 ticket, gboolean only_live, GPtrArray **ret, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)runs_row_free);
    if (!db_ids(db, &ids, err, "select id from run where ticket_id = $1 and ($2 = 0 or ended_at is null) order by id", "ii", ticket,
                (gint64)only_live))
        return FALSE;
    for (guint i = 0; i < ids->len; i++) {
        RunRow *r;
        if (!runs_load(db, g_array_index(ids, gint64, i), &r, err))
            return FALSE;
        g_ptr_array_add(list, r);
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}

gboolean runs_all_live(Db *db, GArray **ret, GError **err)
{
    return db_ids(db, ret, err, "select id from run where ended_at is null order by +id", "") /* by the index of those, not through all that ever were */;
}

gboolean runs_insert(Db *db, RunRow *r, GError **err)
{
    g_autofree char *levels = levels_text(r->run);
    return db_insert(db, &r->id, err,
                     "insert into run (ticket_id, policy, state, level, levels, is_operational, started_at, config_version, policy_digest)"
                     " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                     "isiisitss", r->ticket_id, r->policy, (gint64)r->run->state, (gint64)r->run->level, levels, (gint64)r->run->is_operational,
                     r->started_at, r->config_version, r->policy_digest);
}

gboolean runs_rebase(Db *db, RunRow *r, const char *policy_digest, guint levels, const char *config_version, GError **err)
{
    g_array_set_size(r->run->levels, levels);
    g_autofree char *text = levels_text(r->run);
    return db_run(db, err, "update run set policy_digest = $2, levels = $3, config_version = $4 where id = $1", "isss", r->id, policy_digest, text,
                  config_version);
}

gboolean runs_answered(Db *db, gint64 notification, GArray **ret, GError **err)
{
    return db_ids(db, ret, err,
                  "with recursive answered (run_id) as (select run_id from notification where id = $1 union select n.run_id from outbox o join beside b on b.outbox_id = o.id"
                  " join notification n on n.id = b.notification_id where o.notification_id = $1"
                  /* in a digest a ticket has one line, whatever ladders of it ask */
                  " union select other.run_id from beside b join outbox o on o.id = b.outbox_id join notification d on d.id = o.notification_id and d.kind = $2"
                  " join beside c on c.outbox_id = o.id join notification other on other.id = c.notification_id"
                  " join notification n on n.id = b.notification_id and n.ticket_id = other.ticket_id where b.notification_id = $1"
                  " union select s.by_run_id from successor s join answered a on a.run_id = s.run_id)"
                  " select run_id from answered where not exists (select 1 from successor s where s.run_id = answered.run_id) order by 1",
                  "ii", notification, (gint64)PAGE_DIGEST);
}

gboolean runs_succeed(Db *db, gint64 run, gint64 by_run, GError **err)
{
    return db_run(db, err, "insert into successor (run_id, by_run_id) values ($1, $2) on conflict do nothing", "ii", run, by_run);
}

gboolean runs_asked(Db *db, gint64 notification, GArray **ret, GError **err)
{
    return db_ids(db, ret, err,
                  "select id from notification where id = $1 and kind <> $2 union select b.notification_id from outbox o"
                  " join beside b on b.outbox_id = o.id where o.notification_id = $1 order by 1",
                  "ii", notification, (gint64)PAGE_DIGEST);
}

gboolean runs_carried(Db *db, gint64 outbox, GArray **ret, GError **err)
{
    return db_ids(db, ret, err,
                  "select n.id from outbox o join notification n on n.id = o.notification_id where o.id = $1 and n.kind <> $2 union"
                  " select notification_id from beside where outbox_id = $1 order by 1",
                  "ii", outbox, (gint64)PAGE_DIGEST);
}

static gboolean save_names(Db *db, gint64 run, const char *role, const GPtrArray *names, GError **err)
{
    for (guint i = 0; i < names->len; i++)
        if (!db_run(db, err, "insert into run_name (run_id, role, contact) values ($1, $2, $3) on conflict do nothing", "iss", run, role,
                    (const char *)g_ptr_array_index(names, i)))
            return FALSE;
    return TRUE;
}

static gboolean save_pages(Db *db, const RunRow *r, GError **err)
{
    for (guint i = 0; i < r->run->pages->len; i++) {
        const LadderPage *p = g_ptr_array_index(r->run->pages, i);
        if (!db_run(db, err, "update notification set state = $2, delivered_at = $3, deadline_at = $4 where id = $1", "iitt", p->id,
                    (gint64)p->state, p->delivered_at, p->deadline_at))
            return FALSE;
    }
    return TRUE;
}

gboolean runs_save(Db *db, const RunRow *r, const char *end_reason, GError **err)
{
    const LadderRun *run = r->run;
    g_autofree char *levels = levels_text(run);
    return db_run(db, err,
                  "update run set state = $2, level = $3, levels = $4, acker = $5, acked_at = $6, hold_until = $7, resolve_by = $8,"
                  " next_level_at = $9, repeat_at = $10, repeat_after = $11, suspended_at = $12, ended_at = $13, end_reason = coalesce($14, end_reason), suspended_for = $15,"
                  " is_shift_bound = $16, is_overridden = $17 where id = $1",
                  "iiisstttttittsiii", r->id, (gint64)run->state, (gint64)run->level, levels, run->acker, run->acked_at, run->hold_until,
                  run->resolve_by, run->next_level_at, run->repeat_at, run->repeat_after, run->suspended_at, r->ended_at, end_reason,
                  (gint64)run->suspended_for, (gint64)run->is_shift_bound, (gint64)run->is_overridden)
           && save_pages(db, r, err) && db_run(db, err, "delete from run_name where run_id = $1", "i", r->id)
           && save_names(db, r->id, "out", run->out, err) && save_names(db, r->id, "quorum", run->quorum, err);
}

gboolean runs_insert_page(Db *db, const RunRow *r, LadderPage *p, const char *instead_of, Instant now, GError **err)
{
    return db_insert(db, &p->id, err,
                     "insert into notification (run_id, ticket_id, level, attempt, kind, contact, state, created_at, instead_of)"
                     " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                     "iiiiisits", r->id, r->ticket_id, (gint64)p->level, (gint64)p->attempt, (gint64)p->kind, p->contact, (gint64)p->state,
                     now, instead_of);
}

gboolean runs_asks_else(Db *db, const RunRow *r, const char *contact, gint64 *ret_with, gint64 *ret_else, GError **err)
{
    return db_value(db, ret_with, err,
                    "select count(*) from beside b join notification n on n.id = b.notification_id join outbox o on o.id = b.outbox_id"
                    " where n.run_id = $1 and n.contact = $2 and o.state = 'queued'",
                    "is", r->id, contact)
           && db_value(db, ret_else, err,
                       "select count(*) from notification n join run l on l.id = n.run_id where n.ticket_id = $1 and n.contact = $2 and n.run_id <> $3"
                       " and n.state = $4 and l.ended_at is null",
                       "isii", r->ticket_id, contact, r->id, (gint64)PAGE_QUEUED);
}

gboolean runs_insert_digest(Db *db, gint64 first, Instant now, gint64 *ret, GError **err)
{
    return db_insert(db, ret, err,
                     "insert into notification (run_id, ticket_id, level, attempt, kind, contact, state, created_at)"
                     " select run_id, ticket_id, 0, 1, $2, contact, $3, $4 from notification where id = $1",
                     "iiit", first, (gint64)PAGE_DIGEST, (gint64)PAGE_OUT, now);
}

gboolean runs_digest_delivered(Db *db, gint64 outbox, Instant now, GError **err)
{
    return db_run(db, err,
                  "update notification set delivered_at = $2 where kind = $3 and delivered_at is null"
                  " and id = (select notification_id from outbox where id = $1)",
                  "iti", outbox, now, (gint64)PAGE_DIGEST);
}

gboolean runs_open_of(Db *db, const char *contact, gint64 but, gint64 *ret, GError **err)
{
    return db_value(db, ret, err,
                    "select count(*) from (select r.id from notification n join run r on r.id = n.run_id"
                    " where n.contact = $1 and n.state in (0, 1) and r.ended_at is null union select id from run where acker = $1 and ended_at is null) as open"
                    " where open.id <> $2",
                    "si", contact, but);
}

gboolean runs_add_cause(Db *db, gint64 run, const char *cause, gint64 clock, Instant now, gboolean *ret_is_new, GError **err)
{
    gint64 n;
    if (!db_value(db, &n, err, "select count(*) from run_cause where run_id = $1 and cause = $2 and ended_at is null", "is", run, cause))
        return FALSE;
    *ret_is_new = n == 0;
    return db_run(db, err,
                  "insert into run_cause (run_id, cause, clock_id, since_at) values ($1, $2, nullif($3, 0), $4)"
                  " on conflict (run_id, cause) do update set ended_at = null",
                  "isit", run, cause, clock, now);
}

gboolean runs_end_cause(Db *db, gint64 run, const char *cause, Instant now, GError **err)
{
    return db_run(db, err, "update run_cause set ended_at = $3 where run_id = $1 and cause = $2 and ended_at is null", "ist", run, cause, now);
}

gboolean runs_causes(Db *db, gint64 run, gint64 *ret_open, gint64 *ret_paused, GError **err)
{
    return db_value(db, ret_open, err, "select count(*) from run_cause where run_id = $1 and ended_at is null", "i", run)
           && db_value(db, ret_paused, err,
                       "select count(*) from run_cause r join clock c on c.id = r.clock_id where r.run_id = $1 and r.ended_at is null"
                       " and c.state = $2",
                       "ii", run, (gint64)CLOCK_PAUSED);
}

void runs_notification_free(NotificationRow *n)
{
    if (n == NULL)
        return;
    g_free(n->contact);
    g_free(n);
}

gboolean runs_notification(Db *db, gint64 id, NotificationRow **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(db, &rows, err, "select id, run_id, ticket_id, level, attempt, contact, state, delivered_at, kind from notification where id = $1", "i",
                   id))
        return FALSE;
    if (!db_next(rows, &local)) {
        if (local == NULL)
            return error_set(err, ERROR_NOTFOUND, "notification %" G_GINT64_FORMAT ": there is none", id);
        g_propagate_error(err, local);
        return FALSE;
    }
    NotificationRow *n = g_new0(NotificationRow, 1);
    *n = (NotificationRow){.id = db_int(rows, 0), .run_id = db_int(rows, 1), .ticket_id = db_int(rows, 2), .level = (int)db_int(rows, 3),
                           .attempt = (int)db_int(rows, 4), .contact = g_strdup(db_text(rows, 5)), .state = (PageState)db_int(rows, 6),
                           .delivered_at = db_instant(rows, 7), .is_digest = db_int(rows, 8) == PAGE_DIGEST};
    *ret = n;
    return TRUE;
}

gboolean runs_set_outcome(Db *db, gint64 notification, const char *outcome, Instant now, GError **err)
{
    return db_run(db, err, "update notification set outcome = $2, outcome_at = $3 where id = $1", "ist", notification, outcome, now);
}

gboolean runs_set_outcome_if_none(Db *db, gint64 notification, const char *outcome, Instant now, GError **err)
{
    return db_run(db, err, "update notification set outcome = $2, outcome_at = $3 where id = $1 and outcome is null", "ist", notification, outcome, now);
}
