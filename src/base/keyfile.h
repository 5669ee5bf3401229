/* keyfile: secrets in files of mode 0600, and random bytes. A key is 32 bytes, written as 64 hexadecimal digits on a line of its own;
 * `#` begins a comment; the newest key stands first. */
#ifndef BASE_KEYFILE_H
#define BASE_KEYFILE_H

#include <glib.h>

#define KEYFILE_BYTES 32

/* The keys of the file (GBytes *, newest first). An absent file is created with one new key. CONFIG error where others may read it, or
 * where a line is no key. */
gboolean keyfile_load(const char *path, GPtrArray **ret, GError **err);
/* Fills with random bytes of the kernel. Cannot fail. */
void keyfile_random(void *bytes, gsize length);

#endif
