/* restore: first all is unpacked and verified beside the place where it goes; then the mails are moved, then the keys, and the database last: a
 * restore that was interrupted has none, and is called again. It must never write over what is there. */
#include "flows/restore.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/keyfile.h"
#include "base/program.h"
#include "base/spoolname.h"

#include "store/audit.h"
#include "store/facts.h"
#include "store/messages.h"
#include "store/spool.h"

#include "flows/backup.h"
#include "flows/outage.h"
#include "flows/unpack.h"

#include "base/banned.h"

#define ASIDE ".aside-"
#define BESIDE ".escalate-restore." /* and the number of the process: where it unpacks, beside the database and in the spool; nobody else's name */
#define NUMBERS_APART ((gint64)1000000)

typedef struct {
    Desk *desk;
    const RestoreOptions *options;
    RestoreTell *tell;
    void *data;
    RestoreResult *result;
    Unpacked unpacked;
    gint64 highest_there; /* of the database that is set aside, where it can be read */
    Db *db;               /* the backup's, beside its place */
} Restore;

typedef enum { THERE_NONE, THERE_SAME, THERE_OTHER } There;

/* What cannot be looked at just now must not count as absent: numbers would be given again, mails taken in twice. */
static gboolean look(const char *path, struct stat *ret_st, gboolean *ret, GError **err)
{
    *ret = lstat(path, ret_st) == 0;
    return *ret || errno == ENOENT || error_set_errno(err, ERROR_TEMPFAIL, errno, "look at '%s'", path);
}

static gboolean is_there(const char *path, gboolean *ret, GError **err)
{
    struct stat st;
    return look(path, &st, ret, err);
}

/* The same bytes, not only the same name: that may be another user's choice, as a link is, or a file that we may not read. */
static gboolean compare(const char *file, const char *there, There *ret, GError **err)
{
    struct stat st;
    gboolean is, same = FALSE;
    if (!look(there, &st, &is, err))
        return FALSE;
    *ret = is ? THERE_OTHER : THERE_NONE;
    if (!is || !S_ISREG(st.st_mode) || (access(there, R_OK) != 0 && errno == EACCES))
        return TRUE;
    if (!files_are_same(file, there, &same, err))
        return FALSE;
    *ret = same ? THERE_SAME : THERE_OTHER;
    return TRUE;
}

/* ---- may it begin? ---- */

static gboolean has_right_user(const char *database, GError **err)
{
    g_autofree char *directory = g_path_get_dirname(database);
    struct stat st;
    if (stat(directory, &st) != 0)
        return files_make_directory(directory, 0750, err);
    return st.st_uid == geteuid()
           || error_set(err, ERROR_REFUSED, "restore: '%s' belongs to user %lu: run it as that user, else the daemon could not use the files", directory,
                        (unsigned long)st.st_uid);
}

/* *ret 0: it has another schema, or is damaged. TEMPFAIL: it cannot be read just now. */
static gboolean read_highest(const char *path, gint64 *ret, GError **err)
{
    Db *there = NULL;
    GError *local = NULL;
    gboolean is_read = db_open_to_read(path, DB_PATIENCE, &there, &local) && db_highest(there, ret, &local);
    gboolean is_unknown = !is_read && (local->code != ERROR_TEMPFAIL || (there != NULL && db_is_damaged(there)));
    db_close(there);
    if (is_read)
        return TRUE;
    *ret = 0;
    if (is_unknown)
        g_error_free(local);
    else
        g_propagate_error(err, local);
    return is_unknown;
}

/* The numbers of a damaged database are unknown: --above is for that. One that cannot be read just now must not count as such: they would be given
 * again. SQLite says of a page that the disk does not give that it is damaged: so the bytes are read without it, and it is asked once more. */
static gboolean note_highest(Restore *r, const char *path, GError **err)
{
    gint64 highest = 0;
    gboolean same;
    g_autoptr(GError) why = NULL;
    gboolean is_known = read_highest(path, &highest, &why) && (highest > 0 || (files_are_same(path, path, &same, &why) && read_highest(path, &highest, &why)));
    r->highest_there = MAX(r->highest_there, highest);
    return is_known || r->options->above > 0 || error_set(err, ERROR_TEMPFAIL, "restore: its highest number: %s; call it again, or with --above", why->message);
}

/* A restore that was interrupted had set the database aside. */
static gboolean note_highest_aside(Restore *r, const char *database, GError **err)
{
    g_autofree char *directory = g_path_get_dirname(database), *base = g_path_get_basename(database), *begin = g_strconcat(base, ASIDE, NULL);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL); /* may_begin made it, or has looked at it */
    const char *name;
    gboolean ok = TRUE;
    if (dir == NULL)
        return error_set(err, ERROR_TEMPFAIL, "restore: directory '%s' cannot be read", directory);
    while (ok && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        if (g_str_has_prefix(name, begin) && !g_str_has_suffix(name, "-wal") && !g_str_has_suffix(name, "-shm"))
            ok = note_highest(r, path, err);
    }
    return ok;
}

static gboolean may_begin(Restore *r, GError **err)
{
    const char *database = r->desk->config->database;
    gboolean there;
    if (!has_right_user(database, err) || !is_there(database, &there, err))
        return FALSE;
    if (!there)
        return note_highest_aside(r, database, err);
    if (!r->options->aside)
        return error_set(err, ERROR_REFUSED, "restore: the database '%s' is there: --aside gives it another name", database);
    if (!db_is_free(database, err))
        return FALSE;
    return note_highest(r, database, err);
}

/* ---- the database of the backup ---- */

static void note_problem(void *data, const char *line)
{
    GString *first = data;
    if (first->len == 0)
        g_string_append(first, line);
}

/* One that is missing must not be made. */
static gboolean must_have(const Restore *r, const char *path, const char *name, GError **err)
{
    gboolean there;
    return is_there(path, &there, err) && (there || error_set(err, ERROR_DATA, "'%s': has no file '%s'", r->options->file, name));
}

static gboolean load_keys(const Restore *r, const char *name, GPtrArray **ret, GError **err)
{
    g_autofree char *path = g_build_filename(r->unpacked.facts, name, NULL);
    return must_have(r, path, name, err) && keyfile_load(path, ret, err);
}

static gboolean verify(Restore *r, GError **err)
{
    g_autoptr(GString) problem = g_string_new(NULL);
    g_autoptr(GPtrArray) keys = NULL, tokens = NULL;
    gint64 rows;
    if (!load_keys(r, BACKUP_KEY, &tokens, err) || !load_keys(r, BACKUP_AUDIT_KEY, &keys, err) || !db_verify(r->db, note_problem, problem, err))
        return FALSE;
    if (problem->len > 0)
        return error_set(err, ERROR_DATA, "'%s': the database in it: %s", r->options->file, problem->str);
    g_clear_pointer(&r->desk->audit_key, g_bytes_unref);
    r->desk->audit_key = g_bytes_ref(((const KeyfileKey *)g_ptr_array_index(keys, 0))->bytes);
    return audit_verify(r->db, r->desk->audit_key, r->unpacked.head, &rows, err);
}

/* What was made after the backup had the numbers behind the backup's; nobody knows how many. */
static gboolean number_above(Restore *r, GError **err)
{
    gint64 highest;
    if (!db_highest(r->db, &highest, err))
        return FALSE;
    highest = MAX(MAX(highest, r->highest_there), r->options->above);
    gint64 above = ((highest + NUMBERS_APART / 2) / NUMBERS_APART + 1) * NUMBERS_APART;
    r->result->above = above;
    return db_jump(r->db, above, err) && facts_set_number(r->db, FACTS_RESTORED, above, err);
}

/* Somebody may have taken it out of use because others know it. */
static gboolean record_keys(Restore *r, GError **err)
{
    for (guint i = 0; i < r->result->keys->len; i++) {
        const KeyfileKey *k = g_ptr_array_index(r->result->keys, i);
        g_autofree char *name = keyfile_name(k->bytes), *until = instant_format(k->retired_at + r->desk->config->key_life.amount);
        if (!desk_audit(r->desk, 0, err, "key-restored", "key=%s until=%s", name, until))
            return FALSE;
    }
    return TRUE;
}

static gboolean record(Restore *r, GError **err)
{
    if (!db_begin(r->db, err))
        return FALSE;
    r->desk->db = r->db; /* for the record alone */
    gboolean ok = number_above(r, err) && db_value(r->db, &r->result->waiting, err, "select count(*) from outbox where state = 'queued'", "")
                  && desk_audit(r->desk, 0, err, "restored", "taken=%s head=%s above=%" G_GINT64_FORMAT, r->unpacked.taken, r->unpacked.head, r->result->above)
                  && record_keys(r, err) && outage_restored(r->desk, err);
    r->desk->db = NULL;
    return db_end(r->db, ok, err);
}

static gboolean open_unpacked(Restore *r, GError **err)
{
    g_autofree char *path = g_build_filename(r->unpacked.facts, BACKUP_DATABASE, NULL);
    return must_have(r, path, BACKUP_DATABASE, err) && db_open(path, &r->db, err) && verify(r, err);
}

/* ---- mails ---- */

/* A mail that waited when the backup was taken, or was moved while it was, may be in the archive of its day by now, or in hold. */
static gboolean was_taken_in(const Restore *r, const char *file, const char *name, gboolean *ret, GError **err)
{
    const char *spool = r->desk->config->spool;
    g_autofree char *relative = spool_archive_path(name, spoolname_seconds(name)), *day = g_build_filename(spool, relative, NULL);
    g_autofree char *held = g_build_filename(spool, "hold", name, NULL);
    There of_day, of_hold;
    if (!compare(file, day, &of_day, err) || !compare(file, held, &of_hold, err))
        return FALSE;
    *ret = of_day == THERE_SAME || of_hold == THERE_SAME;
    return TRUE;
}

static gboolean put_back(void *data, const char *relative, const char *name, GError **err)
{
    Restore *r = data;
    g_autofree char *from = g_build_filename(r->unpacked.mails, relative, NULL), *to = g_build_filename(r->desk->config->spool, relative, NULL);
    g_autofree char *directory = g_path_get_dirname(to);
    gboolean is_in = FALSE;
    There there;
    if ((g_str_has_prefix(relative, "incoming/") && !was_taken_in(r, from, name, &is_in, err)) || !compare(from, to, &there, err))
        return FALSE;
    if (is_in || there == THERE_SAME)
        return TRUE;
    if (there == THERE_OTHER) {
        r->result->differs++;
        r->tell(r->data, RESTORE_DIFFERS, relative);
        return TRUE;
    }
    if (g_mkdir_with_parents(directory, 0750) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "create directory '%s'", directory);
    r->result->mails++;
    return files_move(from, to, err);
}

/* incoming last: what the others have does not wait any more. */
static gboolean put_mails_back(Restore *r, GError **err)
{
    static const char *const states[] = {"archive", "hold", "incoming"};
    if (!spool_prepare(r->desk->config->spool, err))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++)
        if (!spool_each(r->unpacked.mails, states[i], put_back, r, err))
            return FALSE;
    return TRUE;
}

/* ---- what is newer than the backup ---- */

/* out-N.eml: a mail that was sent. */
static gint64 sent_number(const char *name)
{
    char *end = NULL;
    gint64 n = g_str_has_prefix(name, "out-") ? g_ascii_strtoll(name + 4, &end, 10) : 0;
    return n > 0 && strcmp(end, ".eml") == 0 ? n : 0;
}

static gboolean has_row(Restore *r, const char *name, gint64 number, gboolean *ret, GError **err)
{
    gint64 n;
    if (number > 0 ? !db_value(r->db, &n, err, "select count(*) from outbox where id = $1", "i", number) : !messages_by_spool_name(r->db, name, NULL, &n, err))
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

static gboolean take_in_again(Restore *r, const char *relative, const char *name, GError **err)
{
    const char *spool = r->desk->config->spool;
    g_autofree char *from = g_build_filename(spool, relative, NULL), *to = g_build_filename(spool, "incoming", name, NULL);
    GError *local = NULL;
    r->result->again++;
    r->tell(r->data, RESTORE_AGAIN, relative);
    if (r->options->leave || files_move(from, to, &local))
        return TRUE;
    if (local->code != ERROR_REFUSED) {
        g_propagate_error(err, local);
        return FALSE;
    }
    g_error_free(local);
    g_autofree char *fresh = NULL;
    There there;
    return compare(from, to, &there, err)
           && (there == THERE_SAME /* it waits there already */ || spool_requeue(spool, relative, r->desk->now, "restored", &fresh, err));
}

static gboolean each_archived(void *data, const char *relative, const char *name, GError **err)
{
    Restore *r = data;
    gint64 number = sent_number(name);
    gboolean known;
    if (number == 0 && !spoolname_is_valid(name))
        return TRUE;
    if (!has_row(r, name, number, &known, err))
        return FALSE;
    if (known)
        return TRUE;
    if (number == 0)
        return take_in_again(r, relative, name, err);
    r->result->sent++;
    r->tell(r->data, RESTORE_SENT, relative);
    return TRUE;
}

/* ---- keys and database ---- */

static char *aside_name(const Restore *r, const char *path)
{
    g_autofree char *at = instant_format(r->desk->now);
    return g_strdup_printf("%s" ASIDE "%s", path, at);
}

static gboolean set_aside(const Restore *r, const char *path, const char *end, GError **err)
{
    g_autofree char *from = g_strconcat(path, end, NULL), *fresh = aside_name(r, path), *to = g_strconcat(fresh, end, NULL);
    gboolean there;
    return is_there(from, &there, err) && (!there || files_move(from, to, err));
}

/* Keys of tokens are added to those that are there: mails that the newer one signed can be answered too. The chain has one key, the backup's. */
static gboolean put_keys(Restore *r, GError **err)
{
    const Config *c = r->desk->config;
    g_autofree char *key = g_build_filename(r->unpacked.facts, BACKUP_KEY, NULL), *audit = g_build_filename(r->unpacked.facts, BACKUP_AUDIT_KEY, NULL);
    g_autofree char *directory = g_path_get_dirname(c->audit_key_file);
    There there;
    if (!keyfile_merge(c->key_file, key, r->desk->now, c->key_life.amount, err) || !compare(audit, c->audit_key_file, &there, err)
        || (there == THERE_OTHER && !set_aside(r, c->audit_key_file, "", err)))
        return FALSE;
    return there == THERE_SAME || (files_move(audit, c->audit_key_file, err) && files_sync_directory(directory, err));
}

/* Before anything is changed: it is refused where the keys have no room. */
static gboolean ask_keys(Restore *r, GError **err)
{
    const Config *c = r->desk->config;
    g_autofree char *key = g_build_filename(r->unpacked.facts, BACKUP_KEY, NULL);
    return keyfile_returning(c->key_file, key, r->desk->now, c->key_life.amount, &r->result->keys, err);
}

/* Its log is in it then, with what was recorded; else it would be moved without that. */
static gboolean close_unpacked(Restore *r, const char *path, GError **err)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    gboolean there;
    g_clear_pointer(&r->db, db_close);
    return is_there(log, &there, err) && (!there || error_set(err, ERROR_TEMPFAIL, "database '%s': its log could not be written into it", path));
}

static gboolean put_database(Restore *r, GError **err)
{
    static const char *const ends[] = {"-wal", "-shm", ""};
    const char *database = r->desk->config->database;
    g_autofree char *from = g_build_filename(r->unpacked.facts, BACKUP_DATABASE, NULL), *directory = g_path_get_dirname(database);
    gboolean there;
    if (!close_unpacked(r, from, err) || !is_there(database, &there, err))
        return FALSE;
    if (there)
        r->result->aside = aside_name(r, database);
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
        if (!set_aside(r, database, ends[i], err))
            return FALSE;
    return files_move(from, database, err) && files_sync_directory(directory, err);
}

/* All is on disk before the database is there, with which it could not be called again. */
static gboolean put_in_place(Restore *r, GError **err)
{
    const char *spool = r->desk->config->spool;
    return ask_keys(r, err) && record(r, err) && put_mails_back(r, err) && spool_each(spool, "archive", each_archived, r, err) && files_sync_all(spool, err)
           && put_keys(r, err) && put_database(r, err);
}

/* ---- where it is unpacked ---- */

static gboolean is_left(const char *name)
{
    guint64 pid;
    return g_str_has_prefix(name, BESIDE) && g_ascii_string_to_unsigned(name + strlen(BESIDE), 10, 1, G_MAXINT32, &pid, NULL) && program_is_gone(pid);
}

/* What a restore left that was killed: copies of the keys are in it. */
static void sweep(const char *parent)
{
    GDir *dir = g_dir_open(parent, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(parent, name, NULL);
        struct stat st;
        if (is_left(name) && lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid())
            unpack_remove(path);
    }
    g_clear_pointer(&dir, g_dir_close);
}

/* On disk: a loss of power must not bring the keys back. */
static void clear_away(const char *parent, const char *directory)
{
    unpack_remove(directory);
    files_sync_directory(parent, NULL);
}

gboolean restore_run(Desk *d, const RestoreOptions *o, RestoreTell *tell, void *data, RestoreResult *ret, GError **err)
{
    Restore r = {.desk = d, .options = o, .tell = tell, .data = data, .result = ret};
    g_autofree char *beside = g_path_get_dirname(d->config->database), *own = g_strdup_printf(BESIDE "%d", (int)getpid());
    const char *spool = d->config->spool;
    g_autofree char *facts = g_build_filename(beside, own, NULL), *mails = g_build_filename(spool, own, NULL);
    *ret = (RestoreResult){0};
    if (!o->verify && !may_begin(&r, err))
        return FALSE;
    if (g_mkdir_with_parents(beside, 0750) != 0 || g_mkdir_with_parents(spool, 0755) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "create directory '%s' or '%s'", beside, spool);
    if (!o->verify) {
        sweep(beside);
        sweep(spool);
    }
    gboolean ok = unpack_run(d, o->file, facts, mails, !o->verify, &r.unpacked, err) && open_unpacked(&r, err);
    ret->taken = g_strdup(r.unpacked.taken);
    ret->head = g_strdup(r.unpacked.head);
    ret->configuration = g_strdup(r.unpacked.configuration);
    ok = ok && (o->verify || put_in_place(&r, err));
    db_close(r.db);
    clear_away(beside, facts);
    clear_away(spool, mails);
    unpack_clear(&r.unpacked);
    return ok;
}
