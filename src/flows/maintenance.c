/* maintenance: a row a queue, and a row of `due` for its end. It must never stop a clock or a ladder: only mail waits. */
#include "flows/maintenance.h"

#include <string.h>

#include "flows/digest.h"

#include "base/banned.h"

gboolean maintenance_until(Desk *d, const char *queue, Instant *ret, GError **err)
{
    gint64 until;
    if (!db_value(d->db, &until, err, "select coalesce((select until_at from maintenance where queue = $1 and until_at > $2), -1)", "st", queue, d->now))
        return FALSE;
    *ret = until < 0 ? INSTANT_NONE : until;
    return TRUE;
}

static gboolean clear_due(Desk *d, const char *queue, GError **err)
{
    return db_run(d->db, err, "delete from due where what = 'maintenance' and ticket_id is null and policy = $1", "s", queue);
}

gboolean maintenance_begin(Desk *d, const char *queue, Instant until, GError **err)
{
    Instant before;
    DueRow row = {.what = (char *)"maintenance", .next_at = until, .policy = (char *)queue};
    g_autofree char *text = instant_format(until);
    return maintenance_until(d, queue, &before, err)
           && db_run(d->db, err,
                     "insert into maintenance (queue, since_at, until_at) values ($1, $2, $3) on conflict (queue) do update set until_at = excluded.until_at",
                     "stt", queue, d->now, until)
           && clear_due(d, queue, err) && clocks_due_add(d->db, &row, err)
           && desk_audit(d, 0, err, before != INSTANT_NONE ? "maintenance-moved" : "maintenance", "queue=%s until=%s", queue, text);
}

/* Who has something to be told of that queue (char *). */
static gboolean waiting_people(Desk *d, const char *queue, GPtrArray *names, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select f.contact from folded f join notification n on n.id = f.notification_id join ticket t on t.id = n.ticket_id where t.queue = $1"
                   " union select w.contact from waiting_line w join ticket t on t.id = w.ticket_id where t.queue = $1 order by 1",
                   "s", queue))
        return FALSE;
    while (db_next(rows, &local))
        g_ptr_array_add(names, g_strdup(db_text(rows, 0)));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean maintenance_end(Desk *d, const char *queue, const char *why, gboolean *ret_was, GError **err)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    gint64 n;
    if (!db_value(d->db, &n, err, "select count(*) from maintenance where queue = $1", "s", queue))
        return FALSE;
    *ret_was = n > 0;
    if (n == 0)
        return TRUE;
    if (!db_run(d->db, err, "delete from maintenance where queue = $1", "s", queue) || !clear_due(d, queue, err) || !waiting_people(d, queue, names, err)
        || !desk_audit(d, 0, err, "maintenance-end", "queue=%s why=%s told=%u", queue, why, names->len))
        return FALSE;
    for (guint i = 0; i < names->len; i++)
        if (!digest_send(d, g_ptr_array_index(names, i), TRUE, err))
            return FALSE;
    return TRUE;
}

gboolean maintenance_due(Desk *d, const DueRow *due, GError **err)
{
    gboolean was;
    return maintenance_end(d, due->policy, "time", &was, err);
}

static void row_free(gpointer p)
{
    g_free(((MaintenanceRow *)p)->queue);
    g_free(p);
}

gboolean maintenance_list(Desk *d, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(row_free);
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select m.queue, m.since_at, m.until_at, (select count(*) from folded f cross join notification n on n.id = f.notification_id"
                   " cross join ticket t on t.id = n.ticket_id where t.queue = m.queue and n.state = 0) from maintenance m where m.until_at > $1 order by 1",
                   "t", d->now))
        return FALSE;
    while (db_next(rows, &local)) {
        MaintenanceRow *m = g_new0(MaintenanceRow, 1);
        *m = (MaintenanceRow){g_strdup(db_text(rows, 0)), db_instant(rows, 1), db_instant(rows, 2), db_int(rows, 3)};
        g_ptr_array_add(list, m);
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}
