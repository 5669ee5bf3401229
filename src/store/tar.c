/* tar: libarchive behind tar.h. It must never hold a file in memory, nor let a name lead out of the place where it is put. */
#include "store/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"

#include "base/banned.h"

#define BLOCK (64 * 1024)

struct TarWriter {
    struct archive *archive;
    char *path;
    int fd;
};

struct TarReader {
    struct archive *archive;
    uid_t owner;
    mode_t mode;
    char *path;
    int fd;
};

static gboolean is_safe(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    for (guint i = 0; parts[i] != NULL; i++)
        if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0 || strcmp(parts[i], "..") == 0)
            return FALSE;
    return *name != '\0';
}

/* ---- writing ---- */

static gboolean fail_to_write(const TarWriter *w, GError **err)
{
    return error_set(err, ERROR_TEMPFAIL, "write '%s': %s", w->path, archive_error_string(w->archive));
}

void tar_abandon(TarWriter *w)
{
    if (w == NULL)
        return;
    archive_write_free(w->archive);
    files_close_fd(&w->fd);
    g_free(w->path);
    g_free(w);
}

gboolean tar_create(const char *path, TarWriter **ret, GError **err)
{
    TarWriter *w = g_new0(TarWriter, 1);
    w->path = g_strdup(path);
    w->archive = archive_write_new();
    w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    gboolean ok = w->fd >= 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "create '%s'", path);
    /* names are bytes: one that is no text of this locale is as good as another */
    if (ok && (archive_write_set_format_pax_restricted(w->archive) != ARCHIVE_OK || archive_write_set_format_option(w->archive, "pax", "hdrcharset", "BINARY") != ARCHIVE_OK
               || archive_write_open_fd(w->archive, w->fd) != ARCHIVE_OK))
        ok = fail_to_write(w, err);
    if (ok)
        *ret = w;
    else
        tar_abandon(w);
    return ok;
}

static gboolean begin(TarWriter *w, const char *name, gint64 size, mode_t mode, const struct stat *st, GError **err)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0600 | mode);
    archive_entry_set_size(e, size);
    archive_entry_set_mtime(e, st != NULL ? st->st_mtim.tv_sec : 0, 0);
    archive_entry_set_uid(e, st != NULL ? st->st_uid : geteuid());
    gboolean ok = is_safe(name) || error_set(err, ERROR_INTERNAL, "'%s': no name for an archive", name);
    ok = ok && (archive_write_header(w->archive, e) == ARCHIVE_OK || fail_to_write(w, err));
    archive_entry_free(e);
    return ok;
}

static gboolean put(TarWriter *w, const void *bytes, gsize n, GChecksum *sum, GError **err)
{
    g_checksum_update(sum, bytes, (gssize)n);
    return archive_write_data(w->archive, bytes, n) == (la_ssize_t)n || fail_to_write(w, err);
}

static void give_digest(GChecksum *sum, char **ret)
{
    if (ret != NULL)
        *ret = g_strdup(g_checksum_get_string(sum));
}

gboolean tar_add_text(TarWriter *w, const char *name, const char *text, char **ret_digest, GError **err)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize n = strlen(text);
    if (!begin(w, name, (gint64)n, 0, NULL, err) || !put(w, text, n, sum, err))
        return FALSE;
    give_digest(sum, ret_digest);
    return TRUE;
}

gboolean tar_add_fd(TarWriter *w, const char *name, int fd, mode_t mode, char **ret_digest, gboolean *ret_shrank, GError **err)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    char buffer[BLOCK];
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "stat '%s'", name);
    gboolean shrank = FALSE;
    if (!begin(w, name, st.st_size, mode, &st, err))
        return FALSE;
    for (off_t at = 0; at < st.st_size;) {
        gsize wanted = (gsize)MIN(st.st_size - at, BLOCK);
        ssize_t n = shrank ? 0 : pread(fd, buffer, wanted, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (n == 0 && ret_shrank == NULL))
            return error_set_errno(err, ERROR_TEMPFAIL, n < 0 ? errno : EIO, "read '%s'", name);
        if (n == 0) {
            shrank = TRUE;
            memset(buffer, 0, wanted);
            n = (ssize_t)wanted;
        }
        if (!put(w, buffer, (gsize)n, sum, err))
            return FALSE;
        at += n;
    }
    if (ret_shrank != NULL)
        *ret_shrank = shrank;
    give_digest(sum, ret_digest);
    return TRUE;
}

gboolean tar_finish(TarWriter *w, GError **err)
{
    gboolean ok = archive_write_close(w->archive) == ARCHIVE_OK || fail_to_write(w, err);
    ok = ok && (fsync(w->fd) == 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "sync '%s'", w->path));
    tar_abandon(w);
    return ok;
}

/* ---- reading ---- */

static gboolean fail_to_read(const TarReader *r, GError **err)
{
    const char *why = archive_error_string(r->archive);
    return error_set(err, ERROR_DATA, "'%s': %s", r->path, why != NULL ? why : "cannot be read");
}

void tar_close(TarReader *r)
{
    if (r == NULL)
        return;
    archive_read_free(r->archive);
    files_close_fd(&r->fd);
    g_free(r->path);
    g_free(r);
}

gboolean tar_open(const char *path, TarReader **ret, GError **err)
{
    g_autoptr(TarReader) r = g_new0(TarReader, 1);
    r->path = g_strdup(path);
    r->archive = archive_read_new();
    r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (r->fd < 0) {
        int saved = errno;
        return error_set_errno(err, saved == ENOENT ? ERROR_NOTFOUND : ERROR_TEMPFAIL, saved, "open '%s'", path);
    }
    archive_read_support_format_tar(r->archive);
    if (archive_read_open_fd(r->archive, r->fd, BLOCK) != ARCHIVE_OK)
        return fail_to_read(r, err);
    *ret = g_steal_pointer(&r);
    return TRUE;
}

gboolean tar_next(TarReader *r, const char **ret_name, GError **err)
{
    struct archive_entry *e = NULL;
    int rc = archive_read_next_header(r->archive, &e);
    if (rc == ARCHIVE_EOF)
        return FALSE;
    if (rc != ARCHIVE_OK)
        return fail_to_read(r, err);
    const char *name = archive_entry_pathname(e);
    if (name == NULL || !is_safe(name) || archive_entry_filetype(e) != AE_IFREG)
        return error_set(err, ERROR_DATA, "'%s': holds '%s', which is no file of a backup", r->path, name != NULL ? name : "");
    r->owner = (uid_t)archive_entry_uid(e);
    r->mode = archive_entry_perm(e);
    *ret_name = name;
    return TRUE;
}

uid_t tar_owner(const TarReader *r) { return r->owner; }
mode_t tar_mode(const TarReader *r) { return r->mode; }

gboolean tar_extract(TarReader *r, int fd, const char *name, char **ret_digest, GError **err)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    char buffer[BLOCK];
    la_ssize_t n;
    while ((n = archive_read_data(r->archive, buffer, sizeof buffer)) > 0) {
        g_checksum_update(sum, (const guchar *)buffer, (gssize)n);
        if (fd >= 0 && !files_write_fd(fd, name, buffer, (gsize)n, err))
            return FALSE;
    }
    if (n < 0)
        return fail_to_read(r, err);
    *ret_digest = g_strdup(g_checksum_get_string(sum));
    return TRUE;
}

gboolean tar_text(TarReader *r, gsize max, GString **ret, GError **err)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char buffer[4096];
    la_ssize_t n;
    while ((n = archive_read_data(r->archive, buffer, sizeof buffer)) > 0) {
        if (text->len + (gsize)n > max)
            return error_set(err, ERROR_LIMIT, "'%s': a text in it is longer than %" G_GSIZE_FORMAT " bytes", r->path, max);
        g_string_append_len(text, buffer, n);
    }
    if (n < 0)
        return fail_to_read(r, err);
    *ret = g_steal_pointer(&text);
    return TRUE;
}
