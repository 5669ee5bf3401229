/* fsck: the order of the checks, and those of rows against rows. Each looks at a bounded number of rows at a time and holds no transaction while it
 * does; a repair is a transaction of its own, which asks again first: the daemon may have been there meanwhile. */
#include "flows/fsck.h"

#include "base/error.h"

#include "store/audit.h"
#include "store/clocks.h"
#include "store/runs.h"
#include "store/search.h"

#include "flows/fsckspool.h"

#include "base/banned.h"

#define PUT_OFF ((Seconds)300) /* flows/timers tries again then what it could not do */

void fsck_found(Fsck *f, FsckState state, const char *what, const char *detail, const char *subject, ...)
{
    va_list ap;
    va_start(ap, subject);
    g_autofree char *text = g_strdup_vprintf(subject, ap);
    va_end(ap);
    const FsckFinding found = {.what = what, .subject = text, .detail = detail, .state = state};
    f->counts[state]++;
    f->tell(f->data, &found);
}

/* ---- the database as such ---- */

static void integrity_line(void *data, const char *line) { fsck_found(data, FSCK_WRONG, "integrity", line, "database"); }

static gboolean integrity(Fsck *f, GError **err) { return db_verify(f->desk->db, integrity_line, f, err); }

static gboolean audit(Fsck *f, GError **err)
{
    GError *local = NULL;
    if (audit_verify(f->desk->db, f->desk->audit_key, NULL, &f->audited, &local))
        return TRUE;
    if (local->code != ERROR_DATA) {
        g_propagate_error(err, local);
        return FALSE;
    }
    fsck_found(f, FSCK_WRONG, "audit", local->message, "record");
    g_error_free(local);
    return TRUE;
}

static gboolean words(Fsck *f, GError **err)
{
    gboolean good;
    if (!search_check(f->desk->db, &good, err))
        return FALSE;
    if (!good && f->repair && !search_rebuild(f->desk->db, err))
        return FALSE;
    if (!good)
        fsck_found(f, f->repair ? FSCK_REPAIRED : FSCK_REPAIRABLE, "words", "does not fit the texts of the mails: list does not find all", "index");
    return TRUE;
}

/* ---- what is due ---- */

/* A row of the check, asked again and repaired in one transaction; FALSE in *ret_still: it is well by now. */
typedef gboolean Repair(Fsck *f, gint64 id, gboolean *ret_still, GError **err);

static gboolean settle(Fsck *f, gint64 id, Repair *repair, const char *what, const char *detail, const char *row, GError **err)
{
    gboolean still = TRUE;
    if (f->repair && (!db_begin(f->desk->db, err) || !db_end(f->desk->db, repair(f, id, &still, err), err)))
        return FALSE;
    if (still)
        fsck_found(f, f->repair ? FSCK_REPAIRED : FSCK_REPAIRABLE, what, detail, "%s %" G_GINT64_FORMAT, row, id);
    return TRUE;
}

/* A row that could not be handled is put off, and later than that it must not be. $1: now, and a little. */
#define CLOCK_IS_LATE                                                                                                                                  \
    " c.state = 0 and c.breached_at is null and c.due_at is not null and not exists (select 1 from due as d where d.ticket_id = c.ticket_id"          \
    " and d.what = 'breach' and d.clock_id = c.id and (d.next_at <= c.due_at or d.next_at <= $1))"
#define TICKET_IS_LATE                                                                                                                                 \
    " t.state = 'waiting' and t.wait_until_at is not null and not exists (select 1 from due as d where d.ticket_id = t.id and d.what = 'wait'"          \
    " and (d.next_at <= t.wait_until_at or d.next_at <= $1))"

static gboolean repair_clock(Fsck *f, gint64 id, gboolean *ret_still, GError **err)
{
    ClockRow *c = NULL;
    gint64 n;
    if (!db_value(f->desk->db, &n, err, "select count(*) from clock as c where" CLOCK_IS_LATE " and c.id = $2", "ti", f->desk->now + PUT_OFF, id))
        return FALSE;
    *ret_still = n > 0;
    if (n == 0)
        return TRUE;
    if (!clocks_load(f->desk->db, id, &c, err))
        return FALSE;
    DueRow row = {.what = (char *)"breach", .next_at = c->clock.due_at, .ticket_id = c->ticket_id, .clock_id = id};
    gboolean ok = clocks_due_clear(f->desk->db, c->ticket_id, "breach", id, err) && clocks_due_add(f->desk->db, &row, err);
    clocks_row_free(c);
    return ok;
}

static gboolean repair_wait(Fsck *f, gint64 id, gboolean *ret_still, GError **err)
{
    gint64 until;
    if (!db_value(f->desk->db, &until, err, "select coalesce((select t.wait_until_at from ticket as t where" TICKET_IS_LATE " and t.id = $2), 0)", "ti",
                  f->desk->now + PUT_OFF, id))
        return FALSE;
    *ret_still = until != 0;
    DueRow row = {.what = (char *)"wait", .next_at = until, .ticket_id = id};
    return until == 0 || (clocks_due_clear(f->desk->db, id, "wait", 0, err) && clocks_due_add(f->desk->db, &row, err));
}

static gboolean is_run_late(Fsck *f, const RunRow *r, gboolean *ret, GError **err)
{
    gint64 n;
    Instant next = ladder_next_at(r->run);
    if (!db_value(f->desk->db, &n, err, "select count(*) from due where ticket_id = $1 and what = 'run' and run_id = $2 and next_at <= $3", "iit", r->ticket_id, r->id,
                  MAX(next, f->desk->now + PUT_OFF)))
        return FALSE;
    *ret = n == 0 && next != INSTANT_NONE && r->ended_at == INSTANT_NONE;
    return TRUE;
}

static gboolean repair_run(Fsck *f, gint64 id, gboolean *ret_still, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    return runs_load(f->desk->db, id, &r, err) && is_run_late(f, r, ret_still, err)
           && (!*ret_still || clocks_due_run(f->desk->db, r->ticket_id, id, ladder_next_at(r->run), err));
}

static gboolean repair_outbox(Fsck *f, gint64 id, gboolean *ret_still, GError **err)
{
    gint64 n;
    if (!db_value(f->desk->db, &n, err, "select count(*) from outbox where id = $1 and state = 'queued' and next_at is null", "i", id))
        return FALSE;
    *ret_still = n > 0;
    return n == 0 || db_run(f->desk->db, err, "update outbox set next_at = $2 where id = $1", "it", id, f->desk->now);
}

static gboolean settle_all(Fsck *f, const GArray *ids, Repair *repair, const char *what, const char *detail, const char *row, GError **err)
{
    for (guint i = 0; i < ids->len; i++)
        if (!settle(f, g_array_index(ids, gint64, i), repair, what, detail, row, err))
            return FALSE;
    return TRUE;
}

static gboolean due_of_clocks(Fsck *f, GError **err)
{
    g_autoptr(GArray) clocks = NULL, tickets = NULL;
    return db_ids(f->desk->db, &clocks, err, "select c.id from clock as c where" CLOCK_IS_LATE " order by c.id", "t", f->desk->now + PUT_OFF)
           && settle_all(f, clocks, repair_clock, "due", "its deadline would pass unseen", "clock", err)
           && db_ids(f->desk->db, &tickets, err, "select t.id from ticket as t where" TICKET_IS_LATE " order by t.id", "t", f->desk->now + PUT_OFF)
           && settle_all(f, tickets, repair_wait, "due", "nobody would be reminded when its wait is over", "ticket", err);
}

static gboolean due_of_runs(Fsck *f, GError **err)
{
    g_autoptr(GArray) runs = NULL;
    if (!runs_all_live(f->desk->db, &runs, err))
        return FALSE;
    for (guint i = 0; i < runs->len; i++) {
        gint64 id = g_array_index(runs, gint64, i);
        g_autoptr(RunRow) r = NULL;
        gboolean late;
        if (!runs_load(f->desk->db, id, &r, err) || !is_run_late(f, r, &late, err))
            return FALSE;
        if (late && !settle(f, id, repair_run, "due", "it would stand still", "run", err))
            return FALSE;
    }
    return TRUE;
}

static gboolean outbox(Fsck *f, GError **err)
{
    g_autoptr(GArray) stuck = NULL, empty = NULL;
    if (!db_ids(f->desk->db, &stuck, err, "select id from outbox where state = 'queued' and next_at is null order by id", "")
        || !settle_all(f, stuck, repair_outbox, "outbox", "waits, but for no time: it would never be sent", "mail", err)
        || !db_ids(f->desk->db, &empty, err, "select id from outbox where state = 'queued' and copy_of is null and length(bytes) = 0 order by id", ""))
        return FALSE;
    for (guint i = 0; i < empty->len; i++)
        fsck_found(f, FSCK_WRONG, "outbox", "is to be sent, and has no bytes", "mail %" G_GINT64_FORMAT, g_array_index(empty, gint64, i));
    return TRUE;
}

gboolean fsck_run(Desk *d, gboolean repair, FsckTell *tell, void *data, Fsck *ret, GError **err)
{
    static gboolean (*const checks[])(Fsck *, GError **) = {integrity, audit, words, due_of_clocks, due_of_runs, outbox, fsckspool_rows, fsckspool_archive, fsckspool_waiting};
    *ret = (Fsck){.desk = d, .repair = repair, .tell = tell, .data = data};
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
        if (!checks[i](ret, err))
            return FALSE;
    return TRUE;
}
