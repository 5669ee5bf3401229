/* core: the rounds. Files first, then timers, then mail out: an acknowledgment that was received before a deadline wins, whenever it
 * is parsed. Each step commits by itself; running again after a crash at any point is harmless. */
#include "programs/core.h"

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/spoolname.h"

#include "store/audit.h"
#include "store/outbox.h"
#include "store/search.h"
#include "store/spool.h"

#include "flows/bulletin.h"
#include "flows/daily.h"
#include "flows/deliver.h"
#include "flows/duty.h"
#include "flows/holding.h"
#include "flows/recalc.h"
#include "flows/timers.h"

#include "programs/alive.h"
#include "programs/handover.h"
#include "programs/incoming.h"
#include "programs/parse_worker.h"
#include "programs/strikes.h"
#include "programs/supervise.h"

#include "base/banned.h"

struct Core {
    Desk *desk;
    ParseWorker *parse;
    Handover *handover;
    Strikes *strikes;
    Alive *alive;
    Instant tidied_at;    /* the last hourly chores */
    guint handed;         /* mails that this round began or finished to hand over */
    gint64 waiting_since; /* real time, when files in incoming first could not be taken in; 0: they can */
};

Core *core_new(Desk *d, GError **err)
{
    Core *c = g_new0(Core, 1);
    c->desk = d;
    c->parse = parse_worker_new(d, err);
    c->handover = handover_new(d);
    if (c->parse != NULL && desk_open_store(d, err) && (c->strikes = strikes_open(d, err)) != NULL && recalc_begin(d, err) && duty_begin(d, err)) {
        c->alive = alive_open(d->config->spool, "core", d->is_pinned, d->now);
        alive_config(c->alive, d->config->version);
        return c;
    }
    c->desk = NULL; /* stays the caller's */
    core_free(c);
    return NULL;
}

void core_free(Core *c)
{
    if (c == NULL)
        return;
    parse_worker_free(c->parse);
    handover_free(c->handover);
    strikes_close(c->strikes);
    alive_close(c->alive);
    desk_free(c->desk);
    g_free(c);
}

Desk *core_desk(Core *c) { return c->desk; }

gboolean core_reload(Core *c, Desk *fresh, GError **err)
{
    desk_adopt(c->desk, fresh);
    alive_config(c->alive, c->desk->config->version);
    c->desk->now = instant_now();
    parse_worker_reset(c->parse);
    handover_reset(c->handover);
    return recalc_begin(c->desk, err) && duty_begin(c->desk, err) && deliver_try_now(c->desk, err);
}

/* ---- a batch ---- */

static void free_file(gpointer p) { incoming_free(p); }

/* Takes `why`. A file's own fault goes on the list, and one that was taken away is forgotten; any other is *err, and FALSE. */
static gboolean note_failure(GPtrArray *bad, const char *name, GError *why, GError **err)
{
    if (why->code == ERROR_TEMPFAIL || why->code == ERROR_INTERNAL) {
        g_propagate_error(err, why);
        return FALSE;
    }
    if (why->code == ERROR_NOTFOUND)
        g_error_free(why);
    else
        strikes_list_add(bad, name, why);
    return TRUE;
}

/* Opens the next from *at, bounded by number and bytes. */
static gboolean open_batch(Core *c, const GPtrArray *names, guint *at, Instant now, GPtrArray *opened, GPtrArray *bad, GError **err)
{
    gsize bytes = 0;
    for (guint end = MIN(*at + LIMIT_BATCH, names->len); *at < end && bytes < LIMIT_BATCH_BYTES; (*at)++) {
        const char *name = g_ptr_array_index(names, *at);
        IncomingFile *f = NULL;
        GError *why = NULL;
        supervise_beat();
        strikes_in_hand(c->strikes, name);
        if (incoming_open(c->desk, c->parse, c->strikes, name, now, &f, &why)) {
            bytes += f->file->bytes->len;
            g_ptr_array_add(opened, f);
        } else if (!note_failure(bad, name, why, err)) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The group that begins at `from`. */
static void read_together(Core *c, const GPtrArray *opened, guint from)
{
    if (opened->len - from < 2 || !strikes_in_hand_several(c->strikes))
        return;
    incoming_read_together((IncomingFile *const *)opened->pdata + from, opened->len - from);
    supervise_beat();
}

/* In groups, since each file alone would cost two switches between processes. What its group could not read is read alone, which gives the reason. */
static gboolean read_batch(Core *c, GPtrArray *opened, GPtrArray *files, GPtrArray *bad, GError **err)
{
    for (guint i = 0; i < opened->len; i++) {
        IncomingFile *f = g_ptr_array_index(opened, i);
        GError *why = NULL;
        supervise_beat();
        if (i % PARSE_TOGETHER == 0)
            read_together(c, opened, i);
        if (f->reading == NULL)
            strikes_in_hand(c->strikes, f->file->name);
        gboolean ok = incoming_read(f, &why);
        strikes_in_hand(c->strikes, NULL);
        if (ok)
            g_ptr_array_add(files, g_steal_pointer(&opened->pdata[i]));
        else if (!note_failure(bad, f->file->name, why, err))
            return FALSE;
    }
    return TRUE;
}

typedef struct {
    Core *core;
    GPtrArray *files, *bad;
} Batch;

static gboolean take_in_one(void *data, guint i, GError **err)
{
    const Batch *b = data;
    IncomingFile *f = g_ptr_array_index(b->files, i);
    supervise_beat();
    strikes_in_hand(b->core->strikes, f->file->name);
    return incoming_take_in(f, err);
}

static gboolean take_in_failed(void *data, guint i, GError *why, GError **err)
{
    const Batch *b = data;
    IncomingFile *f = g_steal_pointer(&b->files->pdata[i]);
    (void)err;
    strikes_list_add_read(b->bad, f->file->name, f->reading, why);
    incoming_free(f);
    return TRUE;
}

static void none_in_hand(void *data) { strikes_in_hand(((Batch *)data)->core->strikes, NULL); }

static gboolean commit_batch(Core *c, GPtrArray *files, GPtrArray *bad, GError **err)
{
    Batch b = {c, files, bad};
    return files->len == 0 || db_batch(c->desk->db, files->len, &(DbBatch){take_in_one, take_in_failed, none_in_hand, &b}, err);
}

/* The files to be taken in now, oldest first: those that are not on their last chance, or the oldest of those that are. */
static gboolean next_names(Core *c, gboolean last_chance, GPtrArray **ret, GError **err)
{
    g_autoptr(GPtrArray) all = NULL, names = g_ptr_array_new_with_free_func(g_free);
    if (!spool_incoming(c->desk->config->spool, 0, &all, err))
        return FALSE;
    for (guint i = 0; i < all->len && !(last_chance && names->len == 1); i++)
        if (strikes_is_last_chance(c->strikes, g_ptr_array_index(all, i)) == last_chance)
            g_ptr_array_add(names, g_steal_pointer(&g_ptr_array_index(all, i)));
    *ret = g_steal_pointer(&names);
    return TRUE;
}

/* One that cannot be moved does not keep the others from being moved: FALSE at the end, with the first failure. */
static gboolean archive_all(const char *spool, const GPtrArray *files, guint *did, GError **err)
{
    GError *first = NULL;
    for (guint i = 0; i < files->len; i++) {
        const IncomingFile *f = g_ptr_array_index(files, i);
        if (f == NULL) /* it failed, and gets a strike */
            continue;
        (*did)++;
        spool_to_archive(spool, f->file->name, f->archive, first == NULL ? &first : NULL);
    }
    if (first != NULL)
        g_propagate_error(err, first);
    return first == NULL;
}

/* One batch of them, from *at. *did counts files that left incoming, or have a strike more. */
static gboolean intake_batch(Core *c, Instant now, const GPtrArray *names, guint *at, guint *did, GError **err)
{
    g_autoptr(GPtrArray) opened = g_ptr_array_new_with_free_func(free_file), files = g_ptr_array_new_with_free_func(free_file), bad = strikes_list_new();
    gboolean well = open_batch(c, names, at, now, opened, bad, err) && read_batch(c, opened, files, bad, err);
    strikes_in_hand(c->strikes, NULL); /* where nothing can be read, that is not the doing of the file that was to be read */
    if (!well || !commit_batch(c, files, bad, err))
        return FALSE;
    gboolean all_moved = archive_all(c->desk->config->spool, files, did, err);
    return strikes_give(c->strikes, bad, did, all_moved ? err : NULL) && all_moved;
}

/* All that are listed now: to list them for each batch would cost a long queue more than its mails. */
static gboolean intake_listed(Core *c, Instant now, gboolean last_chance, guint *ret_did, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    *ret_did = 0;
    if (!next_names(c, last_chance, &names, err))
        return FALSE;
    for (guint at = 0; at < names->len; alive_step(c->alive, c->desk->is_pinned ? now : instant_now()))
        if (!intake_batch(c, now, names, &at, ret_did, err))
            return FALSE;
    return TRUE;
}

/* ---- a round ---- */

/* No timer fires later than received-at of the oldest file that waits, for at most a minute of real time. */
static gboolean timer_limit(Core *c, Instant now, Instant *ret, GError **err)
{
    g_autoptr(GPtrArray) names = NULL;
    *ret = now;
    if (!next_names(c, FALSE, &names, err)) /* what is on its last chance holds nobody up */
        return FALSE;
    if (names->len == 0) {
        c->waiting_since = 0;
        return TRUE;
    }
    gint64 real = instant_monotonic_us() / G_USEC_PER_SEC;
    if (c->waiting_since == 0)
        c->waiting_since = real;
    if (!c->desk->is_pinned && real - c->waiting_since < LIMIT_WAIT_FOR_INTAKE_SECONDS)
        *ret = MIN(now, spoolname_seconds(g_ptr_array_index(names, 0)));
    return TRUE;
}

void core_delivery_fds(const Core *c, int ret_fds[CORE_DELIVERY_FDS]) { handover_fds(c->handover, ret_fds); }

/* Every hour: half-written files of yesterday go, and the head of the audit stands in the log, where the database cannot reach it. */
static gboolean chores(Core *c, Instant now, GError **err)
{
    g_autofree char *head = NULL;
    if (c->tidied_at != 0 && now >= c->tidied_at && now - c->tidied_at < 3600)
        return TRUE;
    spool_sweep(c->desk->config->spool, instant_now()); /* file times are the system's */
    if (!audit_head(c->desk->db, &head, err))
        return FALSE;
    log_event(LOGGING_INFO, "event=audit-head head=%s", head);
    c->tidied_at = now;
    return strikes_tidy(c->strikes, err) && bulletin_dry_pass(c->desk, err);
}

/* Of less weight than any mail: what fails is said, and tried again in the next round. */
static guint index_texts(Core *c)
{
    g_autoptr(GError) err = NULL;
    guint did;
    if (!search_catch_up(c->desk->db, &did, &err))
        log_error("search", err);
    return did;
}

gboolean core_intake(Core *c, Instant now, guint *ret_did, GError **err)
{
    guint files;
    *ret_did = 0;
    do { /* what came meanwhile */
        gboolean ok = intake_listed(c, now, FALSE, &files, err);
        *ret_did += files;
        if (!ok)
            return FALSE;
    } while (files > 0);
    strikes_all_tried(c->strikes);
    return TRUE;
}

/* What comes after the files. */
static gboolean work(Core *c, Instant now, gboolean wait, guint *did, GError **err)
{
    guint fired, moved, reports, held;
    Instant limit;
    c->desk->now = now;
    c->desk->acting = NULL;
    if (!chores(c, now, err) || !timer_limit(c, now, &limit, err) || !timers_pass(c->desk, limit, &fired, err)
        || !daily_pass(c->desk, &reports, err) || !holding_pass(c->desk, &held, err)
        || !handover_pass(c->handover, wait, &c->handed, err) || !deliver_archive(c->desk, &moved, err))
        return FALSE;
    *did += fired + c->handed + moved + reports + held + index_texts(c);
    return TRUE;
}

static gboolean is_under_way(const Core *c)
{
    int fds[CORE_DELIVERY_FDS];
    core_delivery_fds(c, fds);
    for (gsize i = 0; i < G_N_ELEMENTS(fds); i++)
        if (fds[i] >= 0)
            return TRUE;
    return FALSE;
}

static gboolean do_round(Core *c, Instant now, gboolean wait, guint *ret_did, GError **err)
{
    guint reckoned, files, last;
    g_autoptr(GError) waits = NULL;
    *ret_did = c->handed = 0;
    c->desk->now = now;
    c->desk->acting = NULL;
    /* First, so that a mail is late or in time by the calendars of today. */
    if ((desk_refresh(c->desk) && !recalc_begin(c->desk, err)) || !recalc_pass(c->desk, &reckoned, err))
        return FALSE;
    /* Where no file can be taken in, timers wait for a minute, and then they do not: who has to be told is told. */
    gboolean ok = core_intake(c, now, &files, &waits);
    *ret_did = reckoned + files;
    if (!ok && wait) {
        g_propagate_error(err, g_steal_pointer(&waits));
        return FALSE;
    }
    if (!work(c, now, wait, ret_did, err))
        return FALSE;
    if (waits != NULL) {
        g_propagate_error(err, g_steal_pointer(&waits));
        return FALSE;
    }
    if (*ret_did > 0 || is_under_way(c) || !strikes_has_last_chance(c->strikes)) /* such a file waits until nothing else is to be done */
        return TRUE;
    if (!intake_listed(c, now, TRUE, &last, err))
        return FALSE;
    *ret_did += last;
    return TRUE;
}

gboolean core_round(Core *c, Instant now, gboolean wait, guint *ret_did, GError **err)
{
    GError *failure = NULL;
    do_round(c, now, wait, ret_did, &failure);
    alive_round(c->alive, c->desk->is_pinned ? now : instant_now(), failure, is_under_way(c) && c->handed == 0);
    if (failure != NULL)
        g_propagate_error(err, failure);
    return failure == NULL;
}

gboolean core_next(Core *c, Instant *ret, GError **err) { return timers_next(c->desk, ret, err); }
