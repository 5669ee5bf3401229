/* files: the few ways in which this program touches files outside the database. A write that is reported done is on disk. */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#include "base/banned.h"

void files_close_fd(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = saved;
}

/* At most `max` bytes, and whether there are more. */
static gboolean read_some(int fd, const char *name, gsize max, GString **ret, gboolean *ret_more, GError **err)
{
    g_autoptr(GString) all = g_string_new(NULL);
    char buffer[65536];
    *ret_more = FALSE;
    for (;;) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set_errno(err, ERROR_TEMPFAIL, errno, "read '%s'", name);
        *ret_more = (gsize)n > max - all->len;
        g_string_append_len(all, buffer, (gssize)MIN((gsize)n, max - all->len));
        if (n == 0 || *ret_more)
            break;
    }
    *ret = g_steal_pointer(&all);
    return TRUE;
}

gboolean files_read_fd(int fd, const char *name, gsize max, GString **ret, GError **err)
{
    g_autoptr(GString) all = NULL;
    gboolean more;
    if (!read_some(fd, name, max, &all, &more, err))
        return FALSE;
    if (more)
        return error_set(err, ERROR_LIMIT, "read '%s': longer than %" G_GSIZE_FORMAT " bytes", name, max);
    *ret = g_steal_pointer(&all);
    return TRUE;
}

static int open_to_read(const char *path, GError **err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        error_set_errno(err, errno == ENOENT ? ERROR_NOTFOUND : ERROR_TEMPFAIL, errno, "open '%s'", path);
    return fd;
}

gboolean files_read(const char *path, gsize max, GString **ret, GError **err)
{
    AUTO_FD fd = open_to_read(path, err);
    return fd >= 0 && files_read_fd(fd, path, max, ret, err);
}

gboolean files_read_begin(const char *path, gsize max, GString **ret, GError **err)
{
    gboolean more;
    AUTO_FD fd = open_to_read(path, err);
    return fd >= 0 && read_some(fd, path, max, ret, &more, err);
}

gboolean files_write_fd(int fd, const char *name, const void *bytes, gsize length, GError **err)
{
    for (const char *p = bytes; length > 0;) {
        ssize_t n = write(fd, p, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set_errno(err, ERROR_TEMPFAIL, errno, "write '%s'", name);
        p += n;
        length -= (gsize)n;
    }
    return TRUE;
}

gboolean files_sync_directory(const char *path, GError **err)
{
    AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "sync directory '%s'", path);
    return TRUE;
}

gboolean files_sync_all(const char *directory, GError **err)
{
    AUTO_FD fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || syncfs(fd) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "sync '%s'", directory);
    return TRUE;
}

/* Whose a new file or directory is that root makes: of who has the directory that it comes into, who could not use it else. */
static gboolean owner_of_new(const char *path, struct stat *ret)
{
    g_autofree char *directory = g_path_get_dirname(path);
    return geteuid() == 0 && stat(directory, ret) == 0 && ret->st_uid != 0;
}

/* What root writes anew for somebody must stay his. */
static gboolean keep_owner(int fd, const char *old, GError **err)
{
    struct stat st;
    if (geteuid() != 0)
        return TRUE;
    const gboolean is_new = lstat(old, &st) != 0; /* where root may give nothing away, a new one is its own */
    if (is_new ? !owner_of_new(old, &st) : !S_ISREG(st.st_mode))
        return TRUE;
    return fchown(fd, st.st_uid, st.st_gid) == 0 || (is_new && errno == EPERM) || error_set_errno(err, ERROR_TEMPFAIL, errno, "set the owner of '%s'", old);
}

/* `old`: the file whose place it will take. */
static gboolean write_new(const char *path, const char *old, const void *bytes, gsize length, int mode, GError **err)
{
    AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "create '%s'", path);
    if (!keep_owner(fd, old, err) || !files_write_fd(fd, path, bytes, length, err))
        return FALSE;
    if (fsync(fd) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "sync '%s'", path);
    return TRUE;
}

gboolean files_replace(const char *path, const void *bytes, gsize length, int mode, GError **err)
{
    g_autofree char *directory = g_path_get_dirname(path), *name = g_path_get_basename(path);
    g_autofree char *half = g_strdup_printf("%s/.%s.new.%d", directory, name, (int)getpid()); /* hidden: a crash may leave it, and nobody takes it for a message */
    unlink(half); /* left by a process of this number that died */
    if (!write_new(half, path, bytes, length, mode, err)) {
        unlink(half);
        return FALSE;
    }
    if (rename(half, path) != 0) {
        int saved = errno;
        unlink(half);
        return error_set_errno(err, ERROR_TEMPFAIL, saved, "rename '%s' to '%s'", half, path);
    }
    return files_sync_directory(directory, err);
}

gboolean files_move(const char *from, const char *to, GError **err)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return TRUE;
    if (errno == EINVAL || errno == ENOSYS) { /* a file system without it */
        if (link(from, to) == 0) {
            if (unlink(from) == 0)
                return TRUE;
            int saved = errno;
            return error_set_errno(err, ERROR_TEMPFAIL, saved, "unlink '%s'", from);
        }
    }
    int saved = errno;
    ErrorCode code = saved == EEXIST ? ERROR_REFUSED : saved == ENOENT ? ERROR_NOTFOUND : ERROR_TEMPFAIL;
    return error_set_errno(err, code, saved, "move '%s' to '%s'", from, to);
}

/* As many bytes as there are, at most `length`; -1: an error. */
static ssize_t read_full(int fd, char *buffer, gsize length)
{
    gsize got = 0;
    while (got < length) {
        ssize_t n = read(fd, buffer + got, length - got);
        if (n < 0 && errno != EINTR)
            return -1;
        if (n == 0)
            break;
        got += n > 0 ? (gsize)n : 0;
    }
    return (ssize_t)got;
}

/* Read, not mapped: a file of somebody else may become shorter meanwhile. */
gboolean files_are_same(const char *a, const char *b, gboolean *ret, GError **err)
{
    char one[16384], other[16384];
    ssize_t n, m;
    AUTO_FD fd_a = open(a, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY), fd_b = open(b, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd_a < 0 || fd_b < 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "open '%s'", fd_a < 0 ? a : b);
    do {
        n = read_full(fd_a, one, sizeof one);
        m = read_full(fd_b, other, sizeof other);
        if (n < 0 || m < 0)
            return error_set_errno(err, ERROR_TEMPFAIL, errno, "read '%s'", n < 0 ? a : b);
        *ret = n == m && memcmp(one, other, (gsize)n) == 0;
    } while (*ret && n > 0);
    return TRUE;
}

/* A name is on disk when the directory that has it was synced; what lies below a directory without a name is lost with it. */
static gboolean make_one(const char *path, int mode, GError **err)
{
    g_autofree char *parent = g_path_get_dirname(path);
    struct stat st;
    if (mkdir(path, (mode_t)mode & 0777) != 0)
        return errno == EEXIST || error_set_errno(err, ERROR_TEMPFAIL, errno, "create directory '%s'", path);
    if (owner_of_new(path, &st) && lchown(path, st.st_uid, st.st_gid) != 0 && errno != EPERM)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "set the owner of '%s'", path);
    return files_sync_directory(parent, err);
}

gboolean files_make_directory(const char *path, int mode, GError **err)
{
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return TRUE;
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        g_autofree char *parent = g_strndup(path, (gsize)(slash - path));
        if ((stat(parent, &st) != 0 || !S_ISDIR(st.st_mode)) && !make_one(parent, 0755, err))
            return FALSE;
    }
    return make_one(path, mode, err);
}

char *files_resolve(const char *beside, const char *name)
{
    if (g_path_is_absolute(name) || beside == NULL)
        return g_strdup(name);
    g_autofree char *directory = g_path_get_dirname(beside);
    return g_build_filename(directory, name, NULL);
}

char *files_stamp(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return g_strdup("");
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%09ld", (guint64)st.st_ino, (gint64)st.st_size,
                           (gint64)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}
