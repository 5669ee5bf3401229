/* spool: the only code of the daemon that touches message files. It must never remove a mail. */
#include "store/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "base/spoolname.h"
#include "base/zone.h"

#include "base/banned.h"

void spool_file_free(SpoolFile *f)
{
    if (f == NULL)
        return;
    g_free(f->name);
    g_free(f->path);
    if (f->bytes != NULL)
        g_string_free(f->bytes, TRUE);
    files_close_fd(&f->fd);
    g_free(f);
}

gboolean spool_prepare(const char *spool, GError **err)
{
    static const struct {
        const char *name;
        mode_t mode;
    } states[] = {{"tmp", 03777}, {"incoming", 03777}, {"hold", 0750}, {"outgoing", 0750}, {"archive", 0750}};
    for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
        g_autofree char *path = g_build_filename(spool, states[i].name, NULL);
        struct stat st;
        if (stat(path, &st) == 0)
            continue; /* as the operator made it */
        if (!files_make_directory(path, 0750, err))
            return FALSE;
        if (chmod(path, states[i].mode) != 0)
            return error_set_errno(err, ERROR_TEMPFAIL, errno, "set mode of '%s'", path);
    }
    return TRUE;
}

/* By the seconds that they begin with. (Zeros before them nobody writes who wants to be early.) */
static int by_name(gconstpointer a, gconstpointer b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    size_t n = strcspn(x, "."), m = strcspn(y, ".");
    return n != m ? (n < m ? -1 : 1) : strcmp(x, y);
}

static gboolean list_directory(const char *path, GPtrArray *names, gboolean (*wanted)(const char *), GError **err)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "read directory '%s'", path);
    struct dirent *e;
    while (errno = 0, (e = readdir(dir)) != NULL)
        if (wanted(e->d_name))
            g_ptr_array_add(names, g_strdup(e->d_name));
    int saved = errno; /* a part of the names would let later mails go before earlier ones */
    closedir(dir);
    if (saved != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, saved, "read directory '%s'", path);
    g_ptr_array_sort(names, by_name);
    return TRUE;
}

static gboolean is_message_name(const char *name) { return spoolname_is_valid(name) != 0 && !g_str_has_suffix(name, ".reason"); }

gboolean spool_incoming(const char *spool, guint max, GPtrArray **ret, GError **err)
{
    g_autofree char *path = g_build_filename(spool, "incoming", NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!list_directory(path, names, is_message_name, err))
        return FALSE;
    if (max != 0 && names->len > max)
        g_ptr_array_set_size(names, (int)max);
    *ret = g_steal_pointer(&names);
    return TRUE;
}

/* The bytes of an open file in an anonymous one of our own. */
static int private_copy(const GString *bytes, const char *name, GError **err)
{
    int fd = memfd_create("message", MFD_CLOEXEC);
    if (fd < 0 || !files_write_fd(fd, name, bytes->str, bytes->len, err) || lseek(fd, 0, SEEK_SET) != 0) {
        if (err != NULL && *err == NULL)
            error_set_errno(err, ERROR_TEMPFAIL, errno, "copy '%s'", name);
        files_close_fd(&fd);
    }
    return fd;
}

gboolean spool_open(const char *spool, const char *name, SpoolFile **ret, GError **err)
{
    g_autoptr(SpoolFile) f = g_new0(SpoolFile, 1);
    struct stat st;
    f->name = g_strdup(name);
    f->path = g_build_filename(spool, "incoming", name, NULL);
    f->fd = open(f->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (f->fd < 0) {
        int saved = errno;
        return error_set_errno(err, saved == ENOENT                                        ? ERROR_NOTFOUND
                               : saved == EMFILE || saved == ENFILE || saved == ENOMEM ? ERROR_TEMPFAIL
                                                                                       : ERROR_DATA /* this file's own: EACCES, ELOOP, EIO … */, saved, "open '%s'", f->path);
    }
    if (fstat(f->fd, &st) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "stat '%s'", f->path);
    if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
        return error_set(err, ERROR_DATA, "'%s': is not a regular file with one link", f->path);
    f->owner = st.st_uid;
    f->is_strangers = (st.st_mode & SPOOL_STRANGERS) != 0;
    f->changed_at = st.st_ctime;
    GError *local = NULL;
    if (!files_read_fd(f->fd, f->path, LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX, &f->bytes, &local)) {
        local->code = ERROR_DATA; /* too long, or a sector that cannot be read: this file's own, the others go on */
        g_propagate_error(err, local);
        return FALSE;
    }
    if (f->owner != geteuid()) {
        int copy = private_copy(f->bytes, f->path, err);
        if (copy < 0)
            return FALSE;
        files_close_fd(&f->fd);
        f->fd = copy;
    } else if (lseek(f->fd, 0, SEEK_SET) != 0) {
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "seek '%s'", f->path);
    }
    *ret = g_steal_pointer(&f);
    return TRUE;
}

gboolean spool_has(const char *spool, const char *relative)
{
    g_autofree char *path = g_build_filename(spool, relative, NULL);
    struct stat st;
    return lstat(path, &st) == 0;
}

char *spool_archive_path(const char *name, Instant day)
{
    Civil c = zone_civil(zone_utc(), day);
    return g_strdup_printf("archive/%04d/%02d/%02d/%s", c.year, c.month, c.day, name);
}

gboolean spool_to_archive(const char *spool, const char *name, const char *relative, GError **err)
{
    g_autofree char *from = g_build_filename(spool, "incoming", name, NULL), *to = g_build_filename(spool, relative, NULL);
    g_autofree char *directory = g_path_get_dirname(to);
    if (!files_make_directory(directory, 0750, err))
        return FALSE;
    GError *local = NULL;
    gboolean same = FALSE;
    /* unsynced: a rename that a crash undoes is done again, since the name is known by its row */
    if (files_move(from, to, &local))
        return TRUE;
    /* it is there already (by a restore, say): a second copy of the same bytes is no mail */
    if (local->code == ERROR_REFUSED && files_are_same(from, to, &same, NULL) && same && unlink(from) == 0) {
        g_error_free(local);
        return TRUE;
    }
    g_propagate_error(err, local);
    return FALSE;
}

gboolean spool_digest(const char *spool, const char *relative, char **ret, GError **err)
{
    g_autofree char *path = g_build_filename(spool, relative, NULL);
    g_autoptr(GString) bytes = NULL;
    if (!files_read(path, LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX, &bytes, err))
        return FALSE;
    *ret = sha256_hex(bytes->str, bytes->len);
    return TRUE;
}

gboolean spool_may_archive(const char *spool, const char *relative, const char *digest, GError **err)
{
    g_autofree char *there = NULL;
    g_autoptr(GError) local = NULL;
    if (!spool_has(spool, relative))
        return TRUE;
    if (!spool_digest(spool, relative, &there, &local) && local->code == ERROR_TEMPFAIL) { /* else it is none of ours */
        g_propagate_error(err, g_steal_pointer(&local));
        return FALSE;
    }
    return g_strcmp0(there, digest) == 0 || error_set(err, ERROR_DATA, SPOOL_NAME_TAKEN ": '%s'", relative);
}

#define HELD_MAX 200 /* bytes of a name, so that its reason has one too, and the half-written reason */

char *spool_hold_name(const char *spool, const char *from)
{
    g_autofree char *path = g_build_filename(spool, from, NULL), *name = g_path_get_basename(from);
    struct stat st = {0};
    (void)!lstat(path, &st); /* gone: then it is not moved either */
    gboolean is_long = strlen(name) > HELD_MAX;
    for (guint n = 0;; n++) {
        char number[64] = "";
        if (n > 0 || is_long) /* by its inode it is found again after a crash */
            g_snprintf(number, sizeof number, n > 1 ? ".%ju-%u" : ".%ju", (uintmax_t)st.st_ino, n);
        g_autofree char *held = g_strdup_printf("%.*s%s", *number == '\0' ? HELD_MAX : (int)(HELD_MAX - strlen(number)), name, number);
        g_autofree char *there = g_build_filename("hold", held, NULL);
        if (!spool_has(spool, there))
            return g_steal_pointer(&held);
    }
}

gboolean spool_to_hold(const char *spool, const char *from, const char *held, const char *reason, GError **err)
{
    g_autofree char *old = g_build_filename(spool, from, NULL), *to = g_build_filename(spool, "hold", held, NULL);
    g_autofree char *beside = g_strconcat(to, ".reason", NULL), *directory = g_path_get_dirname(to);
    g_autofree char *line = g_strconcat(reason, "\n", NULL);
    /* the reason first: a file in hold always has one */
    return files_replace(beside, line, strlen(line), 0640, err) && files_move(old, to, err) && files_sync_directory(directory, err);
}

gboolean spool_holding(const char *spool, GPtrArray **ret, GError **err)
{
    g_autofree char *path = g_build_filename(spool, "hold", NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func(g_free);
    if (!list_directory(path, names, is_message_name, err))
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *file = g_strdup_printf("%s/%s.reason", path, name);
        g_autoptr(GString) reason = NULL;
        gboolean has = files_read(file, 65536, &reason, NULL);
        g_ptr_array_add(pairs, g_strdup(name));
        g_ptr_array_add(pairs, has ? g_strstrip(g_strdup(reason->str)) : g_strdup("no reason is beside it"));
    }
    *ret = g_steal_pointer(&pairs);
    return TRUE;
}

gboolean spool_requeue(const char *spool, const char *from, Instant now, const char *mark, char **ret_name, GError **err)
{
    static unsigned counter;
    g_autofree char *old = g_build_filename(spool, from, NULL), *reason = g_strconcat(old, ".reason", NULL);
    g_autofree char *to = NULL, *directory = g_build_filename(spool, "incoming", NULL);
    char name[SPOOLNAME_MAX];
    struct stat st;
    if (stat(old, &st) != 0)
        return error_set_errno(err, ERROR_NOTFOUND, errno, "'%s'", old);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_REFUSED, "'%s': is no message file", old);
    if (spoolname_make(name, now, 0, (long)getpid(), ++counter, (uint64_t)st.st_ino, mark) != 0)
        return error_set(err, ERROR_INTERNAL, "requeue '%s': name too long", from);
    to = g_build_filename(directory, name, NULL);
    if (!files_move(old, to, err) || !files_sync_directory(directory, err))
        return FALSE;
    unlink(reason);
    *ret_name = g_strdup(name);
    return TRUE;
}

static gboolean each_below(const char *spool, const char *relative, int depth, SpoolEach *each, void *data, GError **err)
{
    g_autofree char *path = g_build_filename(spool, relative, NULL);
    DIR *dir = opendir(path);
    struct dirent *e;
    gboolean ok = TRUE;
    if (dir == NULL) /* a day's directory may go while its parent is read */
        return errno == ENOENT || error_set_errno(err, ERROR_TEMPFAIL, errno, "read directory '%s'", path);
    while (ok && (e = readdir(dir)) != NULL) {
        struct stat st;
        if (e->d_name[0] == '.' || fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        g_autofree char *below = g_build_filename(relative, e->d_name, NULL);
        if (S_ISDIR(st.st_mode) && depth > 0)
            ok = each_below(spool, below, depth - 1, each, data, err);
        else if (S_ISREG(st.st_mode) && (strcmp(relative, "incoming") != 0 || is_message_name(e->d_name)))
            ok = each(data, below, e->d_name, err);
    }
    closedir(dir);
    return ok;
}

gboolean spool_each(const char *spool, const char *state, SpoolEach *each, void *data, GError **err)
{
    return each_below(spool, state, strcmp(state, "archive") == 0 ? 3 : 0, each, data, err); /* archive/YYYY/MM/DD */
}

char *spool_find(const char *spool, const char *name, const char *archive)
{
    g_autofree char *waiting = g_build_filename("incoming", name, NULL);
    /* the archive is looked at again: it may have been moved there in between */
    if (spool_has(spool, archive))
        return g_strdup(archive);
    if (spool_has(spool, waiting))
        return g_steal_pointer(&waiting);
    return spool_has(spool, archive) ? g_strdup(archive) : NULL;
}

static gboolean is_any_file(const char *name) { return name[0] != '.'; }

void spool_sweep(const char *spool, Instant now)
{
    g_autofree char *path = g_build_filename(spool, "tmp", NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    if (!list_directory(path, names, is_any_file, NULL))
        return;
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *file = g_build_filename(path, g_ptr_array_index(names, i), NULL);
        struct stat st;
        if (lstat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_mtime < now - 86400)
            unlink(file);
    }
}
