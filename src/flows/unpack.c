/* unpack: a tar to two directories. It must never write outside of them, nor believe a byte that the list does not confirm. */
#include "flows/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"

#include "store/spool.h"
#include "store/tar.h"

#include "flows/backup.h"

#include "base/banned.h"

#define NOTE_BYTES 65536

typedef struct {
    const Desk *desk;
    const char *file;
    TarReader *tar;
    FILE *sums; /* as they are found; no name */
    Unpacked *out;
    GHashTable *places; /* of mails that are not kept: what could not be put in place must be found then too; NULL: the directories say it */
    uid_t own;          /* whom escalate ran as: the owner of its keys */
    gboolean is_marked, is_complete;
} Unpack;

/* ---- the note ---- */

static char *value_of(const char *note, const char *key)
{
    g_auto(GStrv) lines = g_strsplit(note, "\n", -1);
    gsize n = strlen(key);
    for (guint i = 0; lines[i] != NULL; i++)
        if (strncmp(lines[i], key, n) == 0 && strncmp(lines[i] + n, ": ", 2) == 0)
            return g_strdup(lines[i] + n + 2);
    return NULL;
}

static gboolean read_note(Unpack *u, char **ret_digest, GError **err)
{
    g_autoptr(GString) note = NULL;
    if (!tar_text(u->tar, NOTE_BYTES, &note, err))
        return FALSE;
    g_autofree char *format = value_of(note->str, "format"), *strangers = value_of(note->str, BACKUP_STRANGERS);
    u->is_marked = g_strcmp0(strangers, BACKUP_ARE_MARKED) == 0;
    u->out->taken = value_of(note->str, "taken");
    u->out->head = value_of(note->str, "audit-head");
    u->out->configuration = value_of(note->str, "configuration-version");
    if (g_strcmp0(format, "1") != 0 || u->out->taken == NULL || u->out->head == NULL)
        return error_set(err, ERROR_DATA, "'%s': is a backup of format '%s', this program reads 1", u->file, format != NULL ? format : "");
    *ret_digest = sha256_hex(note->str, note->len);
    return TRUE;
}

/* ---- the files ---- */

/* A backup without marks tells by owners. */
static gboolean is_strangers(const Unpack *u)
{
    return (tar_mode(u->tar) & SPOOL_STRANGERS) != 0 || (!u->is_marked && !config_counts_owner(u->desk->config, tar_owner(u->tar), u->own));
}

/* Where an entry goes; NULL: it is none of a backup. */
static char *place_of(const Unpack *u, const char *name)
{
    static const char *const facts[] = {BACKUP_DATABASE, BACKUP_KEY, BACKUP_AUDIT_KEY};
    static const char *const states[] = {"incoming/", "hold/", "archive/"};
    for (gsize i = 0; i < G_N_ELEMENTS(facts); i++)
        if (strcmp(name, facts[i]) == 0)
            return g_build_filename(u->out->facts, name, NULL);
    const char *below = g_str_has_prefix(name, BACKUP_SPOOL) ? name + strlen(BACKUP_SPOOL) : "";
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++)
        if (g_str_has_prefix(below, states[i]))
            return g_build_filename(u->out->mails, below, NULL);
    return NULL;
}

static gboolean fail_twice(const Unpack *u, const char *name, GError **err) { return error_set(err, ERROR_DATA, "'%s': holds '%s' twice", u->file, name); }

/* Every file becomes ours, and wherever it lies it may be taken in again. A file system that drops the mark would make a stranger's envelope count. */
static gboolean mark(int fd, const char *path, GError **err)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || fchmod(fd, (st.st_mode & 07777) | SPOOL_STRANGERS) != 0 || fstat(fd, &st) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "set mode of '%s'", path);
    return (st.st_mode & SPOOL_STRANGERS) != 0 || error_set(err, ERROR_TEMPFAIL, "set mode of '%s': its file system has no sticky bit of files", path);
}

static gboolean look_only(Unpack *u, const char *name, const char *path, char **ret_digest, GError **err)
{
    return (g_hash_table_add(u->places, g_strdup(path)) || fail_twice(u, name, err)) && tar_extract(u->tar, -1, path, ret_digest, err);
}

static gboolean write_entry(Unpack *u, const char *name, char **ret_digest, GError **err)
{
    g_autofree char *path = place_of(u, name);
    if (path == NULL)
        return error_set(err, ERROR_DATA, "'%s': holds '%s', which is no file of a backup", u->file, name);
    gboolean is_mail = g_str_has_prefix(name, BACKUP_SPOOL);
    if (is_mail && u->places != NULL)
        return look_only(u, name, path, ret_digest, err);
    if (strcmp(name, BACKUP_KEY) == 0)
        u->own = tar_owner(u->tar);
    g_autofree char *directory = g_path_get_dirname(path);
    if (g_mkdir_with_parents(directory, 0700) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "create directory '%s'", directory);
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, is_mail ? 0640 : 0600);
    if (fd < 0 && errno == EEXIST)
        return fail_twice(u, name, err);
    if (fd < 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "create '%s'", path);
    return (!is_mail || !is_strangers(u) || mark(fd, path, err)) && tar_extract(u->tar, fd, path, ret_digest, err);
}

/* ---- the list ---- */

static gboolean are_same(FILE *a, FILE *b)
{
    char one[4096], other[4096];
    gsize n;
    rewind(a);
    rewind(b);
    do {
        n = fread(one, 1, sizeof one, a);
        if (fread(other, 1, sizeof other, b) != n || memcmp(one, other, n) != 0)
            return FALSE;
    } while (n > 0);
    return TRUE;
}

static gboolean compare_sums(Unpack *u, GError **err)
{
    FILE *list = tmpfile();
    g_autofree char *digest = NULL;
    if (list == NULL)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "temporary file");
    gboolean ok = tar_extract(u->tar, fileno(list), BACKUP_SUMS, &digest, err);
    if (ok && (fflush(u->sums) != 0 || !are_same(u->sums, list)))
        ok = error_set(err, ERROR_DATA, "'%s': a file in it is not as it was written (its " BACKUP_SUMS " does not fit): the backup is damaged", u->file);
    fclose(list);
    u->is_complete = ok;
    return ok;
}

/* ---- the whole ---- */

static gboolean entry(Unpack *u, const char *name, guint number, GError **err)
{
    g_autofree char *digest = NULL, *kept = g_strdup(name);
    if (u->is_complete)
        return error_set(err, ERROR_DATA, "'%s': something stands behind its end", u->file);
    if (number == 0 && strcmp(kept, BACKUP_NOTE) != 0)
        return error_set(err, ERROR_DATA, "'%s': is no backup of escalate", u->file);
    if (strcmp(kept, BACKUP_SUMS) == 0)
        return compare_sums(u, err);
    if (!(number == 0 ? read_note(u, &digest, err) : write_entry(u, kept, &digest, err)))
        return FALSE;
    return fprintf(u->sums, "%s  %s\n", digest, kept) > 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "list of the backup's files");
}

static gboolean all_entries(Unpack *u, GError **err)
{
    GError *local = NULL;
    const char *name;
    for (guint number = 0; tar_next(u->tar, &name, &local); number++)
        if (!entry(u, name, number, err))
            return FALSE;
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    return u->is_complete || error_set(err, ERROR_DATA, "'%s': is no whole backup: its end is missing", u->file);
}

gboolean unpack_run(const Desk *d, const char *file, const char *facts, const char *mails, gboolean keeps_mails, Unpacked *ret, GError **err)
{
    *ret = (Unpacked){.facts = g_strdup(facts), .mails = g_strdup(mails)};
    Unpack u = {.desk = d, .file = file, .out = ret, .own = geteuid(), .sums = tmpfile()};
    if (u.sums == NULL)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "temporary file");
    u.places = keeps_mails ? NULL : g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gboolean ok = tar_open(file, &u.tar, err);
    if (ok && (mkdir(facts, 0700) != 0 || mkdir(mails, 0700) != 0))
        ok = error_set_errno(err, ERROR_TEMPFAIL, errno, "create directory '%s' or '%s'", facts, mails);
    ok = ok && all_entries(&u, err) && files_sync_all(facts, err) && files_sync_all(mails, err);
    tar_close(u.tar);
    g_clear_pointer(&u.places, g_hash_table_unref);
    fclose(u.sums);
    return ok;
}

void unpack_clear(Unpacked *u)
{
    char *texts[] = {u->facts, u->mails, u->taken, u->head, u->configuration};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    *u = (Unpacked){0};
}

static void remove_below(const char *path, int depth)
{
    DIR *dir = opendir(path);
    struct dirent *e;
    while (dir != NULL && (e = readdir(dir)) != NULL) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        g_autofree char *below = g_build_filename(path, e->d_name, NULL);
        if (unlink(below) != 0 && depth > 0)
            remove_below(below, depth - 1);
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(path);
}

void unpack_remove(const char *directory) { remove_below(directory, 5); /* mails/archive/YYYY/MM/DD */ }
