/* tar: one file of many (POSIX.1-2001 pax, read by any tar), written and read as a stream. The only file that knows libarchive.
 *
 * Names are relative, with "/" between; a name that leaves its directory ("..", "/…") is refused on both sides. */
#ifndef STORE_TAR_H
#define STORE_TAR_H

#include <sys/types.h>

#include "base/instant.h"

typedef struct TarWriter TarWriter;
typedef struct TarReader TarReader;

/* Creates `path`, which must not be there, with mode 0600. TEMPFAIL with the system's reason. */
gboolean tar_create(const char *path, TarWriter **ret, GError **err);
/* The whole of an open regular file, from its beginning, as `name`, with mode 0600 and the bits of `mode`. What grows meanwhile is cut at its
 * length of now; what shrinks is filled up with NUL, which *ret_shrank says; where that is NULL it is a TEMPFAIL. *ret_digest (or NULL) is the SHA-256 of what was written, in hexadecimal, newly
 * allocated. */
gboolean tar_add_fd(TarWriter *w, const char *name, int fd, mode_t mode, char **ret_digest, gboolean *ret_shrank, GError **err);
gboolean tar_add_text(TarWriter *w, const char *name, const char *text, char **ret_digest, GError **err);
/* Writes the end and syncs the file. Frees w in any case. */
gboolean tar_finish(TarWriter *w, GError **err);
/* Frees an unfinished one; the file stays where it is. */
void tar_abandon(TarWriter *w);

gboolean tar_open(const char *path, TarReader **ret, GError **err);
/* The next regular file: *ret_name lives until the next call. FALSE with *err untouched: the end. DATA: not a tar, cut off, or an entry that is
 * no regular file. */
gboolean tar_next(TarReader *r, const char **ret_name, GError **err);
/* Who owned the file that tar_next came to, and the mode that it was written with. */
uid_t tar_owner(const TarReader *r);
mode_t tar_mode(const TarReader *r);
/* Its bytes to an open descriptor (-1: nowhere), and their SHA-256. */
gboolean tar_extract(TarReader *r, int fd, const char *name, char **ret_digest, GError **err);
/* The same as text, at most `max` bytes; LIMIT where it is longer. */
gboolean tar_text(TarReader *r, gsize max, GString **ret, GError **err);
void tar_close(TarReader *r);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TarReader, tar_close)

#endif
