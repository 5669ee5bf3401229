/* files: reading whole, writing durably, moving without overwriting. */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <glib.h>

/* A descriptor that closes itself at the end of its scope; -1 is none. */
void files_close_fd(int *fd);
#define AUTO_FD __attribute__((cleanup(files_close_fd))) int

/* The whole file, NUL-terminated beyond its length. LIMIT when longer than max bytes, NOTFOUND when absent, else TEMPFAIL. */
gboolean files_read(const char *path, gsize max, GString **ret, GError **err);
/* The first `max` bytes of it. NOTFOUND, TEMPFAIL as above. */
gboolean files_read_begin(const char *path, gsize max, GString **ret, GError **err);
/* The same of an open descriptor, from its present offset; `name` is for messages. */
gboolean files_read_fd(int fd, const char *name, gsize max, GString **ret, GError **err);
/* Writes all bytes. TEMPFAIL with the system's reason. */
gboolean files_write_fd(int fd, const char *name, const void *bytes, gsize length, GError **err);
/* Writes a hidden file beside path, fsync, rename over path, fsync of the directory. Mode as given; for root the owner
 * stays who it was, and is that of the directory where there was none. */
gboolean files_replace(const char *path, const void *bytes, gsize length, int mode, GError **err);
/* Moves without overwriting (renameat2 RENAME_NOREPLACE, else link and unlink). REFUSED when `to` exists. No fsync. */
gboolean files_move(const char *from, const char *to, GError **err);
/* Whether two files hold the same bytes. */
gboolean files_are_same(const char *a, const char *b, gboolean *ret, GError **err);
gboolean files_sync_directory(const char *path, GError **err);
/* All that was written or moved on the file system of that directory: one call for a million files. */
gboolean files_sync_all(const char *directory, GError **err);
/* mkdir -p; parents 0755, the last with mode; those that were made are on disk, and, where root makes them, the owner's of what they stand in. */
gboolean files_make_directory(const char *path, int mode, GError **err);
/* Changes when the file does: of its inode, size and time of change; "" where there is none. Newly allocated. Take it before you read. */
char *files_stamp(const char *path);
/* `name` as it is if absolute, else beside the file `beside`; newly allocated. */
char *files_resolve(const char *beside, const char *name);

#endif
