/* core: the rounds. Files first, then timers, then mail out: an acknowledgment that was received before a deadline wins, whenever it
 * is parsed. Each step commits by itself; running again after a crash at any point is harmless. */
#include "programs/core.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sha256.h"
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
#include "flows/intake.h"
#include "flows/recalc.h"
#include "flows/timers.h"

#include "programs/alive.h"
#include "programs/handover.h"
#include "programs/parse_worker.h"
#include "programs/sign_worker.h"
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

/* ---- one file of incoming ---- */

typedef struct {
    SpoolFile *file;
    SpoolEnvelope envelope;
    gsize offset;
    Reading *reading;
    Instant at;
    char *archive, *digest;
    ParseWorker *parse;
    const Desk *desk;
    const char *spool;
    gboolean is_ours; /* written by a user whose envelope lines and marks count */
    gboolean is_bad;  /* it failed, and costs itself a strike */
} Arrival;

static void arrival_free(gpointer p)
{
    Arrival *a = p;
    spool_file_free(a->file);
    reading_free(a->reading);
    g_free(a->archive);
    g_free(a->digest);
    g_free(a);
}

static void read_envelope(const Desk *d, Arrival *a)
{
    const char *problem;
    SpoolEnvelope *e = &a->envelope;
    if (spoolname_envelope_read(a->file->bytes->str, a->file->bytes->len, e, &problem) != 0) {
        *e = (SpoolEnvelope){.received_at = -1, .uid = -1};
        log_event(LOGGING_WARNING, "event=envelope file=%s reason=\"%s\"", a->file->name, problem);
    }
    a->offset = e->mail_offset;
    a->is_ours = !a->file->is_strangers && config_counts_owner(d->config, a->file->owner, geteuid());
    if (!a->is_ours) {
        e->sender = e->queue = NULL;
        e->recipient_count = 0;
        e->received_at = -1;
    }
}

/* What fails once may be a fault of the moment: a second try at once, since the file lost its place before later ones if it came to its strike first.
 * Where nothing else can be read either, it is the disk. */
static gboolean open_file(Core *c, const char *name, SpoolFile **ret, GError **err)
{
    const char *spool = c->desk->config->spool;
    GError *why = NULL;
    if (spool_open(spool, name, ret, &why))
        return TRUE;
    if (why->code == ERROR_DATA) {
        g_clear_error(&why);
        if (spool_open(spool, name, ret, &why))
            return TRUE;
        why->code = why->code == ERROR_DATA && !strikes_can_read(c->strikes) ? ERROR_TEMPFAIL : why->code;
    }
    g_propagate_error(err, why);
    return FALSE;
}

static gboolean open_arrival(Core *c, const char *name, Instant now, Arrival **ret, GError **err)
{
    Arrival *a = g_new0(Arrival, 1);
    a->parse = c->parse;
    a->desk = c->desk;
    a->spool = c->desk->config->spool;
    if (!open_file(c, name, &a->file, err)) {
        arrival_free(a);
        return FALSE;
    }
    a->digest = sha256_hex(a->file->bytes->str, a->file->bytes->len);
    read_envelope(c->desk, a);
    /* A name of another user's making may say any time. */
    Instant received = a->envelope.received_at >= 0 ? a->envelope.received_at : a->is_ours ? spoolname_seconds(name) : a->file->changed_at;
    a->at = c->desk->is_pinned ? now : MIN(received, now); /* a clock that was ahead must not move deadlines into the future */
    a->archive = spool_archive_path(name, a->at);
    gboolean null_sender = a->envelope.sender != NULL && *a->envelope.sender == '\0';
    if (!parse_worker_read(c->parse, a->file->fd, a->offset, null_sender, &a->reading, err)) {
        arrival_free(a);
        return FALSE;
    }
    *ret = a;
    return TRUE;
}

/* ---- a batch ---- */

static gboolean parts_of(void *data, GPtrArray **ret, GError **err)
{
    Arrival *a = data;
    return parse_worker_parts(a->parse, a->file->fd, a->offset, ret, err);
}

/* What follows the first empty line. */
static const char *raw_body(const char *mail, gsize length, gsize *ret_length)
{
    const char *lf = g_strstr_len(mail, (gssize)length, "\n\n"), *crlf = g_strstr_len(mail, (gssize)length, "\n\r\n");
    const char *body = lf != NULL && (crlf == NULL || lf < crlf) ? lf + 2 : crlf != NULL ? crlf + 3 : mail + length;
    *ret_length = length - (gsize)(body - mail);
    return body;
}

static IntakeCopy compare_with(void *data, const char *archive)
{
    const Arrival *a = data;
    g_autofree char *path = g_build_filename(a->spool, archive, NULL), *name = g_path_get_basename(archive);
    g_autofree char *waiting = g_build_filename(a->spool, "incoming", name, NULL); /* of the same batch */
    g_autoptr(GString) other = NULL;
    SpoolEnvelope envelope;
    const char *problem;
    gsize n, m;
    if ((!files_read(path, LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX, &other, NULL)
         && !files_read(waiting, LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX, &other, NULL))
        || spoolname_envelope_read(other->str, other->len, &envelope, &problem) != 0)
        return INTAKE_OTHER; /* gone: they are two mails then */
    const char *mine = raw_body(a->file->bytes->str + a->offset, a->file->bytes->len - a->offset, &n);
    const char *theirs = raw_body(other->str + envelope.mail_offset, other->len - envelope.mail_offset, &m);
    if (memcmp(mine, theirs, MIN(n, m)) != 0)
        return INTAKE_OTHER;
    return n <= m ? INTAKE_SHORTER : INTAKE_LONGER;
}

/* What the verified bytes say, read in the sandbox as a mail of their own: nothing outside them can speak. */
static gboolean read_signed(Arrival *a, const GString *text, Reading **ret, GError **err)
{
    AUTO_FD fd = memfd_create("signed", MFD_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_TEMPFAIL, "no memory file for what was signed");
    return files_write_fd(fd, "what was signed", text->str, text->len, err) && parse_worker_read(a->parse, fd, 0, FALSE, ret, err);
}

static gboolean verify(void *data, char *const *keys, Reading **ret_said, char **ret_digest, Instant *ret_made_at, GError **err)
{
    Arrival *a = data;
    Signedpart part;
    g_autoptr(GString) text = NULL;
    const GString *file = a->file->bytes;
    if (!parse_worker_signed(a->parse, a->file->fd, a->offset, &part, err)
        || !sign_worker_verify(a->desk, file->str + a->offset, file->len - a->offset, &part, keys, a->at, &text, ret_made_at, err)
        || !read_signed(a, text, ret_said, err))
        return FALSE;
    *ret_digest = signedpart_digest(text);
    return TRUE;
}

static gboolean apply(Core *c, Arrival *a, GError **err)
{
    const char *name = a->file->name;
    IntakeMail mail = {.name = name, .digest = a->digest, .archive = a->archive, .sender = a->envelope.sender, .queue = a->envelope.queue,
                       .recipients = a->envelope.recipients, .recipient_count = a->envelope.recipient_count, .reading = a->reading,
                       .as_human = a->is_ours && g_str_has_suffix(name, ".requeue-as-human"),
                       .again = a->is_ours && strstr(name, ".requeue") != NULL, .parts = parts_of,
                       .compare = compare_with, .verify = verify, .data = a};
    c->desk->now = a->at;
    c->desk->acting = NULL;
    return spool_may_archive(a->spool, a->archive, a->digest, err) && intake_mail(c->desk, &mail, err);
}

/* Reads the next files from *at, bounded by number and bytes. */
static gboolean read_batch(Core *c, const GPtrArray *names, guint *at, Instant now, GPtrArray *arrivals, GPtrArray *bad, GError **err)
{
    gsize bytes = 0;
    for (guint end = MIN(*at + LIMIT_BATCH, names->len); *at < end && bytes < LIMIT_READING_BYTES; (*at)++) {
        const char *name = g_ptr_array_index(names, *at);
        Arrival *a = NULL;
        GError *local = NULL;
        supervise_beat();
        strikes_in_hand(c->strikes, name);
        if (open_arrival(c, name, now, &a, &local)) {
            bytes += a->file->bytes->len;
            g_ptr_array_add(arrivals, a);
        } else if (local->code == ERROR_TEMPFAIL || local->code == ERROR_INTERNAL) {
            g_propagate_error(err, local);
            return FALSE;
        } else if (local->code == ERROR_NOTFOUND) {
            g_error_free(local); /* somebody took it away */
        } else {
            strikes_list_add(bad, name, local);
        }
    }
    strikes_in_hand(c->strikes, NULL);
    return TRUE;
}

typedef struct {
    Core *core;
    GPtrArray *arrivals, *bad;
} Batch;

static gboolean apply_one(void *data, guint i, GError **err)
{
    const Batch *b = data;
    Arrival *a = g_ptr_array_index(b->arrivals, i);
    supervise_beat();
    strikes_in_hand(b->core->strikes, a->file->name);
    return apply(b->core, a, err);
}

static gboolean apply_failed(void *data, guint i, GError *why, GError **err)
{
    const Batch *b = data;
    Arrival *a = g_ptr_array_index(b->arrivals, i);
    (void)err;
    a->is_bad = TRUE;
    strikes_list_add_read(b->bad, a->file->name, a->reading, why);
    return TRUE;
}

static void apply_ended(void *data) { strikes_in_hand(((Batch *)data)->core->strikes, NULL); }

static gboolean commit_batch(Core *c, GPtrArray *arrivals, GPtrArray *bad, GError **err)
{
    Batch b = {c, arrivals, bad};
    return arrivals->len == 0 || db_batch(c->desk->db, arrivals->len, &(DbBatch){apply_one, apply_failed, apply_ended, &b}, err);
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

/* One that cannot be moved keeps no other from it, nor from its strike: FALSE at the end, with the first failure. */
static gboolean archive_all(const char *spool, const GPtrArray *arrivals, guint *did, GError **err)
{
    GError *first = NULL;
    for (guint i = 0; i < arrivals->len; i++) {
        const Arrival *a = g_ptr_array_index(arrivals, i);
        if (a->is_bad)
            continue;
        (*did)++;
        spool_to_archive(spool, a->file->name, a->archive, first == NULL ? &first : NULL);
    }
    if (first != NULL)
        g_propagate_error(err, first);
    return first == NULL;
}

/* One batch of them, from *at. *did counts files that left incoming, or have a strike more. */
static gboolean intake_batch(Core *c, Instant now, const GPtrArray *names, guint *at, guint *did, GError **err)
{
    g_autoptr(GPtrArray) arrivals = g_ptr_array_new_with_free_func(arrival_free), bad = strikes_list_new();
    if (!read_batch(c, names, at, now, arrivals, bad, err) || !commit_batch(c, arrivals, bad, err))
        return FALSE;
    gboolean all_moved = archive_all(c->desk->config->spool, arrivals, did, err);
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
    if ((desk_refresh(c->desk) && !recalc_begin(c->desk, err)) || !recalc_pass(c->desk, &reckoned, err)) /* first, so that a mail is late or in time by the calendars of today */
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
