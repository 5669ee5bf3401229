/* backup: the database first, as one snapshot; then the files. A row of the snapshot had its file in incoming, or already in hold or the archive,
 * and files only move on from there: so incoming is read first, then the others. A mail that comes while this runs may be in it without a row;
 * who restores takes it in again. Anybody may put a file of any name into incoming: by its name alone none of another state is left out. It must
 * never change anything but its own files. */
#include "flows/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/program.h"
#include "base/spoolname.h"

#include "store/audit.h"
#include "store/spool.h"
#include "store/tar.h"

#include "flows/fsckspool.h"

#include "config.h"

#include "base/banned.h"

typedef struct {
    Desk *desk;
    TarWriter *tar;
    FILE *sums;           /* no name: a line a file, as many as there are */
    GHashTable *incoming; /* what was copied from there: name -> inode */
    uid_t own;            /* whom escalate runs as: the owner of its keys */
    uid_t last_owner;     /* who was asked about last: users are looked up in files */
    gboolean last_counts;
    gboolean requeued_only;
    BackupResult *result;
} Backup;

/* ---- what every part shares ---- */

static gboolean note_sum(Backup *b, const char *name, const char *digest, GError **err)
{
    return fprintf(b->sums, "%s  %s\n", digest, name) > 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "list of the backup's files");
}

static gboolean add_text(Backup *b, const char *name, const char *text, GError **err)
{
    g_autofree char *digest = NULL;
    return tar_add_text(b->tar, name, text, &digest, err) && note_sum(b, name, digest, err);
}

static gboolean add_open(Backup *b, const char *name, int fd, mode_t mode, gboolean *ret_shrank, GError **err)
{
    g_autofree char *digest = NULL;
    return tar_add_fd(b->tar, name, fd, mode, &digest, ret_shrank, err) && note_sum(b, name, digest, err);
}

static gboolean add_file(Backup *b, const char *name, const char *path, GError **err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "open '%s'", path);
    return add_open(b, name, fd, 0, NULL, err);
}

/* ---- the spool ---- */

/* Anybody may put such a one into incoming: it must not keep all others from being saved. */
static gboolean note_unread(BackupResult *r, const char *relative)
{
    if (r->unread++ == 0)
        r->first_unread = g_strdup(relative);
    return TRUE;
}

/* No mail is: a file with a hole of terabytes must not fill the disk. */
static gboolean is_too_long(const char *relative, off_t size)
{
    return !g_str_has_prefix(relative, "archive/") && size > (off_t)LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX;
}

static mode_t mark_of(Backup *b, const struct stat *st)
{
    if (st->st_uid != b->last_owner) {
        b->last_owner = st->st_uid;
        b->last_counts = config_counts_owner(b->desk->config, st->st_uid, b->own);
    }
    return b->last_counts ? st->st_mode & SPOOL_STRANGERS : SPOOL_STRANGERS;
}

/* Taken in since it was copied: restored as it was then, it is taken in once. What went to hold meanwhile comes twice, the second time with its reason,
 * and restore drops the first. */
static gboolean is_copied(const Backup *b, const char *relative, const char *name, const struct stat *st)
{
    return g_str_has_prefix(relative, "archive/") && g_hash_table_lookup(b->incoming, name) == GSIZE_TO_POINTER((gsize)st->st_ino);
}

/* What was moved on since it was listed comes again in the directory where it went. */
static gboolean add_mail(void *data, const char *relative, const char *name, GError **err)
{
    Backup *b = data;
    g_autofree char *path = g_build_filename(b->desk->config->spool, relative, NULL), *entry = g_strconcat(BACKUP_SPOOL, relative, NULL);
    AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    gboolean shrank = FALSE;
    if (fd < 0 && errno == ENOENT)
        return TRUE;
    if (fd < 0 && (errno == EACCES || errno == ELOOP || errno == ENXIO))
        return note_unread(b->result, relative);
    if (fd < 0 || fstat(fd, &st) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "open '%s'", path);
    if (!S_ISREG(st.st_mode) || is_too_long(relative, st.st_size))
        return note_unread(b->result, relative);
    if (is_copied(b, relative, name, &st))
        return TRUE;
    if (g_str_has_prefix(relative, "incoming/"))
        g_hash_table_insert(b->incoming, g_strdup(name), GSIZE_TO_POINTER((gsize)st.st_ino));
    b->result->mails++;
    return add_open(b, entry, fd, mark_of(b, &st), &shrank, err) && (!shrank || note_unread(b->result, relative));
}

static gboolean each_incoming(void *data, const char *relative, const char *name, GError **err)
{
    Backup *b = data;
    return g_hash_table_contains(b->incoming, name) || (b->requeued_only && strstr(name, ".requeue") == NULL) || add_mail(b, relative, name, err);
}

/* At last what an operator took back meanwhile: the one way in which a file moves against the order. */
static gboolean add_spool(Backup *b, GError **err)
{
    const char *spool = b->desk->config->spool;
    if (!spool_each(spool, "incoming", each_incoming, b, err) || !spool_each(spool, "hold", add_mail, b, err) || !spool_each(spool, "archive", add_mail, b, err))
        return FALSE;
    b->requeued_only = TRUE;
    return spool_each(spool, "incoming", each_incoming, b, err);
}

/* ---- the database ---- */

static void note_problem(void *data, const char *line)
{
    GString *first = data;
    if (first->len == 0)
        g_string_append(first, line);
}

/* A copy that cannot be restored is found tonight, not on the day when it is needed. */
static gboolean verify(Backup *b, const char *copy, char **ret_head, GError **err)
{
    Db *db = NULL;
    g_autoptr(GString) problem = g_string_new(NULL);
    gint64 rows;
    if (!db_open_to_read(copy, DB_PATIENCE, &db, err))
        return FALSE;
    gboolean ok = db_verify(db, note_problem, problem, err) && audit_verify(db, b->desk->audit_key, NULL, &rows, err) && audit_head(db, ret_head, err);
    db_close(db);
    if (ok && problem->len > 0)
        return error_set(err, ERROR_DATA, "database '%s': %s; see escalate check --database; no backup was written", b->desk->config->database, problem->str);
    return ok;
}

static gboolean add_note(Backup *b, const char *head, GError **err)
{
    const Config *c = b->desk->config;
    g_autofree char *taken = instant_format(b->desk->now);
    g_autofree char *text = g_strdup_printf("format: 1\nprogram: " PACKAGE_VERSION "\ntaken: %s\naudit-head: %s\nconfiguration: %s\nconfiguration-version: %s\n"
                                            "database: %s\nspool: %s\n" BACKUP_STRANGERS ": " BACKUP_ARE_MARKED "\n",
                                            taken, head, c->path, c->version, c->database, c->spool);
    return add_text(b, BACKUP_NOTE, text, err);
}

static gboolean add_facts(Backup *b, const char *copy, const char *head, GError **err)
{
    const Config *c = b->desk->config;
    return add_note(b, head, err) && add_file(b, BACKUP_DATABASE, copy, err) && add_file(b, BACKUP_KEY, c->key_file, err)
           && add_file(b, BACKUP_AUDIT_KEY, c->audit_key_file, err);
}

/* ---- the whole ---- */

static gboolean add_sums(Backup *b, GError **err)
{
    if (fflush(b->sums) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "list of the backup's files");
    return tar_add_fd(b->tar, BACKUP_SUMS, fileno(b->sums), 0, NULL, NULL, err);
}

static void note_missing(void *data, const FsckFinding *found)
{
    BackupResult *r = data;
    if (found->state == FSCK_WRONG && r->missing++ == 0)
        r->first_missing = g_strdup(found->detail);
}

static gboolean look_for_missing(Backup *b, GError **err)
{
    Fsck f = {.desk = b->desk, .tell = note_missing, .data = b->result};
    return fsckspool_rows(&f, err);
}

/* What is damaged is so tomorrow. */
static gboolean copy_database(Db *db, const char *copy, GError **err)
{
    GError *local = NULL;
    if (db_copy(db, copy, &local))
        return TRUE;
    if (db_is_damaged(db))
        local->code = ERROR_DATA;
    g_propagate_error(err, local);
    return FALSE;
}

static gboolean write_all(Backup *b, const char *half, const char *copy, char **ret_head, GError **err)
{
    if (!copy_database(b->desk->db, copy, err) || !verify(b, copy, ret_head, err) || !tar_create(half, &b->tar, err))
        return FALSE;
    gboolean ok = add_facts(b, copy, *ret_head, err);
    unlink(copy);
    ok = ok && add_spool(b, err) && look_for_missing(b, err) && add_sums(b, err);
    if (!ok) {
        tar_abandon(b->tar);
        return FALSE;
    }
    return tar_finish(b->tar, err);
}

/* What is there when this has failed was there before, or came in its place and is whole: a name that says "backup" must not come from a failure. */
static gboolean put_in_place(const char *half, const char *file, GError **err)
{
    g_autofree char *directory = g_path_get_dirname(file);
    gboolean was_there = access(file, F_OK) == 0;
    if (rename(half, file) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "rename '%s' to '%s'", half, file);
    if (files_sync_directory(directory, err))
        return TRUE;
    if (!was_there)
        unlink(file);
    return FALSE;
}

/* What SQLite keeps beside it goes too: it holds what the database does. */
static const char *const copy_ends[] = {"", "-journal", "-wal", "-shm", NULL};

static void remove_copy(const char *copy)
{
    for (gsize i = 0; copy_ends[i] != NULL; i++) {
        g_autofree char *path = g_strconcat(copy, copy_ends[i], NULL);
        unlink(path);
    }
}

/* The process that a name of one that is being made, or of its copy of the database, speaks of; 0: it is no such name. */
static pid_t maker_of(const char *name, const char *file)
{
    static const char *const kinds[] = {".new.", ".db."};
    guint64 pid = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *start = g_strconcat(file, kinds[i], NULL);
        if (!g_str_has_prefix(name, start))
            continue;
        const char *number = name + strlen(start), *end = number + strspn(number, "0123456789");
        g_autofree char *digits = g_strndup(number, (gsize)(end - number));
        if (g_strv_contains(copy_ends, end))
            g_ascii_string_to_unsigned(digits, 10, 1, G_MAXINT32, &pid, NULL);
    }
    return (pid_t)pid;
}

/* What a backup of that name left that was killed: it holds the keys. */
static void sweep(const char *file)
{
    g_autofree char *directory = g_path_get_dirname(file), *base = g_path_get_basename(file);
    GDir *dir = g_dir_open(directory, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        pid_t pid = maker_of(name, base);
        g_autofree char *path = g_build_filename(directory, name, NULL);
        struct stat st;
        gboolean is_gone = program_is_gone((guint64)pid);
        if (is_gone && lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 0777) == 0600)
            unlink(path);
    }
    g_clear_pointer(&dir, g_dir_close);
}

/* Said before SQLite says it in words of its own. */
static gboolean check_place(const char *file, GError **err)
{
    g_autofree char *directory = g_path_get_dirname(file);
    return access(directory, W_OK | X_OK) == 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "directory '%s': not writable", directory);
}

gboolean backup_write(Desk *d, const char *file, BackupResult *ret, GError **err)
{
    struct stat st;
    *ret = (BackupResult){0};
    if (!check_place(file, err))
        return FALSE;
    if (stat(d->config->key_file, &st) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "key file '%s'", d->config->key_file);
    Backup b = {.desk = d, .sums = tmpfile(), .own = st.st_uid, .last_owner = st.st_uid, .last_counts = TRUE, .result = ret};
    if (b.sums == NULL)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "temporary file");
    g_autofree char *half = g_strdup_printf("%s.new.%d", file, (int)getpid()), *copy = g_strdup_printf("%s.db.%d", file, (int)getpid());
    mode_t before = umask(077); /* SQLite makes the copy */
    b.incoming = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    sweep(file);
    gboolean ok = write_all(&b, half, copy, &ret->head, err) && put_in_place(half, file, err);
    umask(before);
    remove_copy(copy);
    if (!ok)
        unlink(half);
    g_hash_table_unref(b.incoming);
    fclose(b.sums);
    return ok;
}
