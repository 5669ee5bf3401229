/* keyfile: where secrets come from. It must never print one. */
#include "base/keyfile.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"

#include "base/banned.h"

void keyfile_random(void *bytes, gsize length)
{
    for (char *p = bytes; length > 0;) {
        ssize_t n = getrandom(p, length, 0);
        if (n < 0 && errno != EINTR)
            g_error("getrandom failed: a key would not be secret");
        if (n > 0) {
            p += n;
            length -= (gsize)n;
        }
    }
}

static gboolean create(const char *path, GError **err)
{
    guint8 key[KEYFILE_BYTES];
    keyfile_random(key, sizeof key);
    g_autoptr(GString) text = g_string_new("# escalate: newest key first; keep this file secret and backed up\n");
    for (gsize i = 0; i < sizeof key; i++)
        g_string_append_printf(text, "%02x", key[i]);
    g_string_append_c(text, '\n');
    return files_replace(path, text->str, text->len, 0600, err);
}

static GBytes *key_of_line(const char *line)
{
    guint8 key[KEYFILE_BYTES];
    if (strlen(line) != 2 * sizeof key)
        return NULL;
    for (gsize i = 0; i < sizeof key; i++) {
        int hi = g_ascii_xdigit_value(line[2 * i]), lo = g_ascii_xdigit_value(line[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return NULL;
        key[i] = (guint8)(hi * 16 + lo);
    }
    return g_bytes_new(key, sizeof key);
}

static gboolean read_keys(const char *path, const char *text, GPtrArray *keys, GError **err)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", 100);
    for (guint i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        if (*line == '\0' || *line == '#')
            continue;
        GBytes *key = key_of_line(line);
        if (key == NULL)
            return error_set(err, ERROR_CONFIG, "%s:%u: expected a key of 64 hexadecimal digits", path, i + 1);
        g_ptr_array_add(keys, key);
    }
    return keys->len > 0 || error_set(err, ERROR_CONFIG, "key file '%s': holds no key", path);
}

gboolean keyfile_load(const char *path, GPtrArray **ret, GError **err)
{
    struct stat st;
    if (stat(path, &st) != 0 && errno == ENOENT && !create(path, err))
        return FALSE;
    if (stat(path, &st) != 0)
        return error_set_errno(err, ERROR_CONFIG, errno, "key file '%s'", path);
    if ((st.st_mode & 077) != 0)
        return error_set(err, ERROR_CONFIG, "key file '%s': mode is %04o, must be 0600: others could forge replies", path,
                         (unsigned)st.st_mode & 0777);
    g_autoptr(GString) text = NULL;
    if (!files_read(path, 65536, &text, err))
        return FALSE;
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    gboolean ok = read_keys(path, text->str, keys, err);
    memset(text->str, 0, text->len);
    if (ok)
        *ret = g_steal_pointer(&keys);
    return ok;
}
