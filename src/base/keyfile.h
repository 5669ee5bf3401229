/* keyfile: secrets in files of mode 0600, and random bytes. A key is 32 bytes, written as 64 hexadecimal digits on a line of its own;
 * `#` begins a comment; the newest key stands first. The comment `# retired TIME` above a key says since when it only verifies, `# restored TIME`
 * that a merge brought it back. */
#ifndef BASE_KEYFILE_H
#define BASE_KEYFILE_H

#include "base/instant.h"

#define KEYFILE_BYTES 32
#define KEYFILE_KEYS 64 /* that one file may hold */

typedef struct {
    GBytes *bytes;
    Instant retired_at;  /* INSTANT_NONE: it is in use, or nobody wrote down when it was taken out of use */
    Instant restored_at; /* INSTANT_NONE, or when a merge brought it back */
} KeyfileKey;

/* The keys of the file (KeyfileKey *, newest first, with free func). An absent file is created with one new key. CONFIG error where others
 * than the owner may read it, where the owner is not who runs this (root may read anybody's), or where a line is no key. */
gboolean keyfile_load(const char *path, GPtrArray **ret, GError **err);
/* Those (GBytes *, newest first) that still prove something at `now`: in use, or retired less than `life` ago. Never empty. */
GPtrArray *keyfile_valid(const GPtrArray *keys, Instant now, Seconds life);
/* Writes a new key before the others; what was in use is retired at `now`, and what was retired longer than `life` ago is dropped: *ret_dropped
 * counts it. The file is there whole, the old or the new, at any moment. REFUSED where it would hold more than KEYFILE_KEYS. */
gboolean keyfile_rotate(const char *path, Instant now, Seconds life, guint *ret_dropped, GError **err);
/* Adds the keys that `other` holds and `path` does not, and whose life is not over: as retired at `now` where they were not yet, and restored then.
 * An absent `path` becomes a copy, with its first key in any case. REFUSED where it would hold more than KEYFILE_KEYS. */
gboolean keyfile_merge(const char *path, const char *other, Instant now, Seconds life, GError **err);
/* Changes nothing: the keys (KeyfileKey *, with free func) that such a merge brings back, or did already, if that was cut off behind it. Errors as
 * of the merge. */
gboolean keyfile_returning(const char *path, const char *other, Instant now, Seconds life, GPtrArray **ret, GError **err);
/* The first eight digits of the SHA-256 of a key, by which people may name it. Newly allocated. */
char *keyfile_name(GBytes *key);
/* Fills with random bytes of the kernel. Cannot fail. */
void keyfile_random(void *bytes, gsize length);

#endif
