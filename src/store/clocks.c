/* clocks: rows of clock, clock_event and due. */
#include "store/clocks.h"

#include "base/error.h"

#include "base/banned.h"

#define COLUMNS "id, ticket_id, queue, target, calendar, duration, state, started_at, segment_at, consumed, total, due_at, met_at, breached_at, config_version"

void clocks_row_free(ClockRow *r)
{
    if (r == NULL)
        return;
    g_free(r->queue);
    g_free(r->calendar);
    g_free(r->config_version);
    g_free(r);
}

static gboolean row_of(DbRows *rows, ClockRow **ret, GError **err)
{
    ClockRow *r = g_new0(ClockRow, 1);
    TicketClock *c = &r->clock;
    c->id = db_int(rows, 0);
    r->ticket_id = db_int(rows, 1);
    r->queue = g_strdup(db_text(rows, 2));
    r->calendar = g_strdup(db_text(rows, 4));
    c->state = (ClockState)db_int(rows, 6);
    c->started_at = db_instant(rows, 7);
    c->segment_at = db_instant(rows, 8);
    c->consumed = db_int(rows, 9);
    c->total = db_int(rows, 10);
    c->due_at = db_instant(rows, 11);
    c->met_at = db_instant(rows, 12);
    c->breached_at = db_instant(rows, 13);
    r->config_version = g_strdup(db_text(rows, 14));
    if (!policy_target_from_name(db_text(rows, 3), &c->target) || !duration_parse(db_text(rows, 5), &c->duration, NULL)) {
        clocks_row_free(r);
        return error_set(err, ERROR_INTERNAL, "clock %" G_GINT64_FORMAT ": row is damaged", db_int(rows, 0));
    }
    *ret = r;
    return TRUE;
}

static gboolean read_rows(DbRows *rows, GPtrArray *list, GError **err)
{
    GError *local = NULL;
    while (db_next(rows, &local)) {
        ClockRow *r = NULL;
        if (!row_of(rows, &r, err))
            return FALSE;
        g_ptr_array_add(list, r);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean clocks_of_ticket(Db *db, gint64 ticket, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)clocks_row_free);
    if (!db_select(db, &rows, err, "select " COLUMNS " from clock where ticket_id = $1 order by id", "i", ticket) || !read_rows(rows, list, err))
        return FALSE;
    *ret = g_steal_pointer(&list);
    return TRUE;
}

gboolean clocks_open(Db *db, const char *calendar, gint64 after, gint64 max, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)clocks_row_free);
    gboolean ok = calendar != NULL ? db_select(db, &rows, err,
                                               "select " COLUMNS " from clock where id in (select id from (select id from clock where state in (0, 1)"
                                               " and calendar = $1 and id > $2 order by id limit $3) union"
                                               " select id from (select distinct c.id from clock_event t join clock c on c.id = t.clock_id where t.event in ('tighten', 'retarget')"
                                               " and t.clock_id > $2 and c.state in (0, 1) and exists (select 1 from clock_event e where e.clock_id = c.id"
                                               " and e.calendar = $1) order by t.clock_id limit $3)) order by id limit $3",
                                               "sii", calendar, after, max)
                                   : db_select(db, &rows, err, "select " COLUMNS " from clock where state in (0, 1) and id > $1 order by id limit $2", "ii",
                                               after, max);
    if (!ok || !read_rows(rows, list, err))
        return FALSE;
    *ret = g_steal_pointer(&list);
    return TRUE;
}

static void log_row_clear(gpointer p)
{
    ClockLogRow *l = p;
    g_free(l->event);
    g_free(l->calendar);
}

gboolean clocks_log(Db *db, gint64 clock, GArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GArray) log = g_array_new(FALSE, FALSE, sizeof(ClockLogRow));
    GError *local = NULL;
    g_array_set_clear_func(log, log_row_clear);
    if (!db_select(db, &rows, err,
                   "select at, event, coalesce(message_id, 0), calendar, duration, due_at from clock_event where clock_id = $1 order by id", "i", clock))
        return FALSE;
    while (db_next(rows, &local)) {
        ClockLogRow l = {.at = db_instant(rows, 0), .event = g_strdup(db_text(rows, 1)), .message = db_int(rows, 2), .calendar = g_strdup(db_text(rows, 3)),
                         .due_at = db_instant(rows, 5)};
        l.has_duration = db_text(rows, 4) != NULL && duration_parse(db_text(rows, 4), &l.duration, NULL);
        g_array_append_val(log, l);
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&log);
    return TRUE;
}

gboolean clocks_load(Db *db, gint64 id, ClockRow **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    if (!db_select(db, &rows, err, "select " COLUMNS " from clock where id = $1", "i", id) || !read_rows(rows, list, err))
        return FALSE;
    if (list->len == 0)
        return error_set(err, ERROR_NOTFOUND, "clock %" G_GINT64_FORMAT ": there is none", id);
    *ret = g_ptr_array_index(list, 0);
    return TRUE;
}

gboolean clocks_save(Db *db, ClockRow *r, Instant at, const char *event, gint64 message, GError **err)
{
    TicketClock *c = &r->clock;
    g_autofree char *duration = duration_format(c->duration);
    gboolean ok;
    if (c->id == 0)
        ok = db_insert(db, &c->id, err,
                       "insert into clock (ticket_id, queue, target, calendar, duration, state, started_at, segment_at, consumed, total, due_at,"
                       " config_version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                       "issssittiits", r->ticket_id, r->queue, policy_target_name(c->target), r->calendar, duration, (gint64)c->state,
                       c->started_at, c->segment_at, c->consumed, c->total, c->due_at, r->config_version);
    else
        ok = db_run(db, err,
                    "update clock set calendar = $2, duration = $3, state = $4, started_at = $5, segment_at = $6, consumed = $7, total = $8,"
                    " due_at = $9, met_at = $10, breached_at = $11 where id = $1",
                    "issittiittt", c->id, r->calendar, duration, (gint64)c->state, c->started_at, c->segment_at, c->consumed, c->total, c->due_at,
                    c->met_at, c->breached_at);
    return ok
           && db_run(db, err,
                     "insert into clock_event (clock_id, at, event, due_at, message_id, calendar, duration, calendar_version)"
                     " values ($1, $2, $3, $4, nullif($5, 0), $6, $7, $8)",
                     "itstisss", c->id, at, event, c->due_at, message, r->calendar, duration, r->calendar_version);
}

void clocks_due_free(DueRow *d)
{
    if (d == NULL)
        return;
    g_free(d->what);
    g_free(d->policy);
    g_free(d);
}

gboolean clocks_due_add(Db *db, const DueRow *d, GError **err)
{
    return db_run(db, err,
                  "insert into due (what, next_at, ticket_id, clock_id, run_id, policy, level)"
                  " values ($1, $2, nullif($3, 0), nullif($4, 0), nullif($5, 0), $6, $7)",
                  "stiiisi", d->what, d->next_at, d->ticket_id, d->clock_id, d->run_id, d->policy, (gint64)d->level);
}

gboolean clocks_due_read(DbRows *rows, GPtrArray *list, GError **err)
{
    GError *local = NULL;
    while (db_next(rows, &local)) {
        DueRow *d = g_new0(DueRow, 1);
        *d = (DueRow){.id = db_int(rows, 0), .what = g_strdup(db_text(rows, 1)), .next_at = db_instant(rows, 2), .ticket_id = db_int(rows, 3),
                      .clock_id = db_int(rows, 4), .run_id = db_int(rows, 5), .policy = g_strdup(db_text(rows, 6)), .level = (int)db_int(rows, 7)};
        g_ptr_array_add(list, d);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean clocks_due_list(Db *db, Instant until, gint64 max, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)clocks_due_free);
    if (!db_select(db, &rows, err,
                   "select id, what, next_at, coalesce(ticket_id, 0), coalesce(clock_id, 0), coalesce(run_id, 0), policy, coalesce(level, 0)"
                   " from due where next_at <= $1 order by next_at, id limit $2",
                   "ti", until, max)
        || !clocks_due_read(rows, list, err))
        return FALSE;
    *ret = g_steal_pointer(&list);
    return TRUE;
}

gboolean clocks_due_delete(Db *db, gint64 id, GError **err) { return db_run(db, err, "delete from due where id = $1", "i", id); }

gboolean clocks_due_clear(Db *db, gint64 ticket, const char *what, gint64 clock, GError **err)
{
    return db_run(db, err, "delete from due where ticket_id = $1 and what = $2 and ($3 = 0 or clock_id = $3)", "isi", ticket, what, clock);
}

gboolean clocks_due_run(Db *db, gint64 ticket, gint64 run, Instant at, GError **err)
{
    DueRow d = {.what = (char *)"run", .next_at = at, .ticket_id = ticket, .run_id = run};
    return db_run(db, err, "delete from due where ticket_id = $1 and what = 'run' and run_id = $2", "ii", ticket, run)
           && (at == INSTANT_NONE || clocks_due_add(db, &d, err));
}
