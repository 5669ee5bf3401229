/* strikes: counted in the database, known here, so that no mail costs a question. What is in hand stands in a small file of the spool: a process
 * that dies leaves it there, since the system keeps what was written. It must never cost a sync. */
#include "programs/strikes.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/program.h"
#include "base/spoolname.h"

#include "rules/wrap.h"

#include "store/spool.h"

#include "flows/holding.h"
#include "flows/intake.h"
#include "flows/timers.h"

#include "programs/supervise.h"

#include "base/banned.h"

#define IN_HAND "in-hand" /* in the spool */
#define LOOK_AGAIN_US 50000
#define DUE "due " /* and the number of the row that was to fire */
#define AGAIN "again " /* in its place: core died over that one before */
#define SEVERAL "several" /* files at once */
#define HEADING 60 /* bytes of a sender and of a subject */

struct Strikes {
    Desk *desk;
    GHashTable *counts; /* name -> number of strikes */
    int fd;             /* of the file in hand; -1: it cannot be made */
    gboolean is_set;
    gboolean is_one_by_one; /* core died over files: until each was tried, several at once would hide which */
    gint64 suspect; /* the row over which core died, once; 0: none */
};

/* ---- the file in hand ---- */

/* One that is ending may still have it. */
static gboolean lock_in_hand(int fd)
{
    gint64 until = instant_monotonic_us() + LIMIT_TAKEN_SECONDS * (gint64)G_USEC_PER_SEC;
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return TRUE; /* a file system without locks */
        if (instant_monotonic_us() >= until)
            return FALSE;
        g_usleep(LOOK_AGAIN_US);
    }
    return TRUE;
}

/* Locked as long as this process lives: two that decide would send each mail twice. -1: it cannot be had, and the work goes on without. */
static gboolean open_in_hand(const Desk *d, int *ret_fd, GError **err)
{
    g_autofree char *path = g_build_filename(d->config->spool, IN_HAND, NULL);
    *ret_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (*ret_fd < 0)
        log_event(LOGGING_WARNING, "event=no-in-hand path=%s reason=\"%s\"", path, g_strerror(errno));
    return *ret_fd < 0 || lock_in_hand(*ret_fd)
           || error_set(err, ERROR_REFUSED, "spool '%s': another escalated works on it", d->config->spool);
}

/* A name of incoming, "several", "due NUMBER", "again NUMBER", or NULL. */
static void set_in_hand(Strikes *s, const char *what)
{
    char record[SPOOLNAME_MAX + 1] = "\n";
    if (s->fd < 0 || (what == NULL && !s->is_set))
        return;
    if (what != NULL && strlen(what) < SPOOLNAME_MAX)
        *stpcpy(record, what) = '\n';
    s->is_set = what != NULL;
    (void)!pwrite(s->fd, record, sizeof record, 0); /* without it a death over it costs nothing */
}

void strikes_in_hand(Strikes *s, const char *name) { set_in_hand(s, name); }

gboolean strikes_in_hand_several(Strikes *s)
{
    set_in_hand(s, s->is_one_by_one ? NULL : SEVERAL);
    return !s->is_one_by_one;
}

void strikes_all_tried(Strikes *s) { s->is_one_by_one = FALSE; }

static void due_in_hand(void *data, gint64 due)
{
    Strikes *s = data;
    char text[32];
    supervise_beat();
    g_snprintf(text, sizeof text, "%s%" G_GINT64_FORMAT, due == s->suspect ? AGAIN : DUE, due);
    set_in_hand(s, due == 0 ? NULL : text);
}

/* From the disk: what is in memory says nothing of it. Where nothing else can be opened either, it is no file's fault. */
gboolean strikes_can_read(const Strikes *s)
{
    char c;
    AUTO_FD spool = open(s->desk->config->spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return spool >= 0 && (s->fd < 0 || (fdatasync(s->fd) == 0 && posix_fadvise(s->fd, 0, 0, POSIX_FADV_DONTNEED) == 0 && pread(s->fd, &c, 1, 0) >= 0));
}

/* What was left there, or NULL. */
static char *left_in_hand(int fd)
{
    char record[SPOOLNAME_MAX + 1] = "";
    ssize_t n = fd < 0 ? 0 : pread(fd, record, sizeof record - 1, 0);
    record[MAX(n, 0)] = '\0';
    record[strcspn(record, "\n")] = '\0';
    return *record != '\0' ? g_strdup(record) : NULL;
}

/* ---- strikes ---- */

static int count_of(const Strikes *s, const char *name) { return GPOINTER_TO_INT(g_hash_table_lookup(s->counts, name)); }

gboolean strikes_is_last_chance(const Strikes *s, const char *name) { return count_of(s, name) >= LIMIT_STRIKES - 1; }

gboolean strikes_has_last_chance(const Strikes *s)
{
    GHashTableIter it;
    gpointer name;
    g_hash_table_iter_init(&it, s->counts);
    while (g_hash_table_iter_next(&it, &name, NULL))
        if (strikes_is_last_chance(s, name))
            return TRUE;
    return FALSE;
}

static gboolean load(Strikes *s, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(s->desk->db, &rows, err, "select spool_name, count from strike", ""))
        return FALSE;
    while (db_next(rows, &local))
        g_hash_table_insert(s->counts, g_strdup(db_text(rows, 0)), GINT_TO_POINTER((int)db_int(rows, 1)));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* Once: what comes to its last strike again was on its way to hold when the process ended. */
static gboolean audit_held(Strikes *s, const char *name, const char *held, GError **err)
{
    return count_of(s, name) >= LIMIT_STRIKES || desk_audit(s->desk, 0, err, "held", "file=%s", held);
}

/* `held`: its name in hold, or NULL. */
static gboolean record(Strikes *s, const char *name, const char *reason, int count, const char *held, GError **err)
{
    Db *db = s->desk->db;
    gboolean well = db_begin(db, err);
    return well
           && db_end(db,
                     db_run(db, err,
                            "insert into strike (spool_name, count, reason) values ($1, $2, $3) on conflict (spool_name) do update set count = excluded.count,"
                            " reason = excluded.reason",
                            "sis", name, (gint64)count, reason)
                         && (held == NULL || (holding_note(s->desk, held, reason, err) && audit_held(s, name, held, err))),
                     err);
}

static gboolean strike(Strikes *s, const char *name, const char *reason, int count, GError **err)
{
    const char *spool = s->desk->config->spool;
    gboolean is_hold = count >= LIMIT_STRIKES;
    g_autofree char *quoted = log_quote(reason), *from = g_build_filename("incoming", name, NULL);
    g_autofree char *held = is_hold ? spool_hold_name(spool, from) : NULL;
    if (!record(s, name, reason, count, held, err))
        return FALSE;
    g_hash_table_insert(s->counts, g_strdup(name), GINT_TO_POINTER(count));
    log_event(LOGGING_WARNING, "event=strike file=%s count=%d reason=%s", name, count, quoted);
    if (!is_hold)
        return TRUE;
    log_event(LOGGING_ERROR, "event=hold file=%s reason=%s", held, quoted);
    if (!spool_to_hold(spool, from, held, reason, err) || !db_run(s->desk->db, err, "delete from strike where spool_name = $1", "s", name))
        return FALSE;
    g_hash_table_remove(s->counts, name);
    return TRUE;
}

/* ---- files that failed ---- */

typedef struct {
    char *name;
    GError *why;
} Failed;

static void failed_free(gpointer p)
{
    Failed *f = p;
    g_free(f->name);
    g_error_free(f->why);
    g_free(f);
}

GPtrArray *strikes_list_new(void) { return g_ptr_array_new_with_free_func(failed_free); }

void strikes_list_add(GPtrArray *list, const char *name, GError *why)
{
    Failed *f = g_new0(Failed, 1);
    f->name = g_strdup(name);
    f->why = why;
    g_ptr_array_add(list, f);
}

void strikes_list_add_read(GPtrArray *list, const char *name, const Reading *r, GError *why)
{
    g_autofree char *subject = wrap_clip(r->subject, HEADING), *from = wrap_clip(r->from, HEADING);
    g_autofree char *said = g_steal_pointer(&why->message);
    why->message = g_strdup_printf("%s (from <%s>: %s)", said, from, subject);
    strikes_list_add(list, name, why);
}

/* The same will be so tomorrow. */
static gboolean is_final(const char *reason) { return g_str_has_prefix(reason, INTAKE_NO_QUEUE) || g_str_has_prefix(reason, SPOOL_NAME_TAKEN); }

gboolean strikes_give(Strikes *s, const GPtrArray *list, guint *did, GError **err)
{
    GError *first = NULL;
    for (guint i = 0; i < list->len; i++, (*did)++) {
        const Failed *f = g_ptr_array_index(list, i);
        int count = count_of(s, f->name) + 1;
        strike(s, f->name, f->why->message, is_final(f->why->message) ? MAX(count, LIMIT_STRIKES) : count, first == NULL ? &first : NULL);
    }
    if (first != NULL)
        g_propagate_error(err, first);
    return first == NULL;
}

/* ---- what is left of a core that died ---- */

static gboolean is_waiting(const Desk *d, const char *name)
{
    g_autofree char *relative = g_build_filename("incoming", name, NULL);
    return spool_has(d->config->spool, relative);
}

static gboolean blame_due(Strikes *s, gint64 due, const char *reason, GError **err)
{
    return db_begin(s->desk->db, err) && db_end(s->desk->db, timers_blame(s->desk, due, reason, err), err);
}

/* Minutes without a step have cost all others too: then a file has one more chance, not two. One that had its last strike was on its way to hold when
 * the power went, for the reason that it had then. */
static gboolean blame_file(Strikes *s, const char *name, const char *reason, gboolean is_stall, GError **err)
{
    int count = count_of(s, name) + 1;
    g_autofree char *known = NULL;
    if (!is_waiting(s->desk, name))
        return TRUE;
    if (count > LIMIT_STRIKES && !db_text_value(s->desk->db, &known, err, "select reason from strike where spool_name = $1", "s", name))
        return FALSE;
    return strike(s, name, known != NULL ? known : reason, is_stall ? MAX(count, LIMIT_STRIKES - 1) : count, err);
}

static gboolean is_due(const char *left, const char *word, gint64 *ret)
{
    guint64 number;
    gboolean is = g_str_has_prefix(left, word) && g_ascii_string_to_unsigned(left + strlen(word), 10, 1, G_MAXINT64, &number, NULL);
    if (is)
        *ret = (gint64)number;
    return is;
}

static gboolean blame(Strikes *s, const char *left, GError **err)
{
    const SupervisePast *past = supervise_past();
    gboolean is_stall = past->deaths > 0 && past->last[0].is_stall;
    g_autofree char *how = is_stall ? g_strdup("it did not go on") : past->deaths > 0 ? program_status_text(past->last[0].status) : g_strdup("no end");
    g_autofree char *reason = g_strdup_printf("core died over it: %s", how);
    gint64 due;
    s->is_one_by_one = strcmp(left, SEVERAL) == 0 || spoolname_is_valid(left);
    if (spoolname_is_valid(left))
        return blame_file(s, left, reason, is_stall, err);
    if (is_due(left, AGAIN, &due) || (is_stall && is_due(left, DUE, &due)))
        return blame_due(s, due, reason, err);
    if (s->is_one_by_one)
        log_event(LOGGING_WARNING, "event=died-over files=several reason=\"%s\"", reason);
    /* An escalation must not come an hour later because somebody killed us, or the power went: once is no proof. */
    if (is_due(left, DUE, &s->suspect))
        log_event(LOGGING_WARNING, "event=died-over due=%" G_GINT64_FORMAT " reason=\"%s\"", s->suspect, reason);
    return TRUE; /* nonsense is nobody */
}

Strikes *strikes_open(Desk *d, GError **err)
{
    Strikes *s = g_new0(Strikes, 1);
    s->desk = d;
    s->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    s->fd = -1;
    gboolean ours = open_in_hand(d, &s->fd, err);
    g_autofree char *left = ours ? left_in_hand(s->fd) : NULL;
    if (!ours || !load(s, err) || (left != NULL && !blame(s, left, err))) {
        strikes_close(s); /* nothing was set here: what was left stands there still */
        return NULL;
    }
    s->is_set = left != NULL;
    set_in_hand(s, NULL);
    d->in_hand = due_in_hand;
    d->in_hand_data = s;
    return s;
}

void strikes_close(Strikes *s)
{
    if (s == NULL)
        return;
    s->desk->in_hand = NULL;
    set_in_hand(s, NULL); /* an orderly end is no death over anything */
    files_close_fd(&s->fd);
    g_hash_table_unref(s->counts);
    g_free(s);
}

gboolean strikes_tidy(Strikes *s, GError **err)
{
    GHashTableIter it;
    gpointer name;
    g_hash_table_iter_init(&it, s->counts);
    while (g_hash_table_iter_next(&it, &name, NULL)) {
        if (is_waiting(s->desk, name))
            continue;
        if (!db_run(s->desk->db, err, "delete from strike where spool_name = $1", "s", (const char *)name))
            return FALSE;
        g_hash_table_iter_remove(&it);
    }
    return TRUE;
}
