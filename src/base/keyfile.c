/* keyfile: where secrets come from. It must never print one. */
#include "base/keyfile.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"

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

static void key_free(gpointer p)
{
    KeyfileKey *k = p;
    g_bytes_unref(k->bytes);
    g_free(k);
}

static void add_key(GPtrArray *keys, gint position, const guint8 *bytes, Instant retired_at, Instant restored_at)
{
    KeyfileKey *k = g_new0(KeyfileKey, 1);
    k->bytes = g_bytes_new(bytes, KEYFILE_BYTES);
    k->retired_at = retired_at;
    k->restored_at = restored_at;
    g_ptr_array_insert(keys, position, k);
}

static GPtrArray *new_list(void) { return g_ptr_array_new_with_free_func(key_free); }

/* ---- writing ---- */

static const char retired_mark[] = "# retired ", restored_mark[] = "# restored ";

static void write_mark(GString *text, const char *mark, Instant at)
{
    g_autofree char *time = at != INSTANT_NONE ? instant_format(at) : NULL;
    if (time != NULL)
        g_string_append_printf(text, "%s%s\n", mark, time);
}

static gboolean write_keys(const char *path, const GPtrArray *keys, GError **err)
{
    g_autoptr(GString) text = g_string_new("# escalate: newest key first; keep this file secret and backed up\n");
    for (guint i = 0; i < keys->len; i++) {
        const KeyfileKey *k = g_ptr_array_index(keys, i);
        const guint8 *bytes = g_bytes_get_data(k->bytes, NULL);
        write_mark(text, retired_mark, k->retired_at);
        write_mark(text, restored_mark, k->restored_at);
        for (gsize b = 0; b < KEYFILE_BYTES; b++)
            g_string_append_printf(text, "%02x", bytes[b]);
        g_string_append_c(text, '\n');
    }
    gboolean ok = files_replace(path, text->str, text->len, 0600, err);
    explicit_bzero(text->str, text->len);
    return ok;
}

static void add_new(GPtrArray *keys)
{
    guint8 key[KEYFILE_BYTES];
    keyfile_random(key, sizeof key);
    add_key(keys, 0, key, INSTANT_NONE, INSTANT_NONE);
    explicit_bzero(key, sizeof key);
}

static gboolean create(const char *path, GError **err)
{
    g_autoptr(GPtrArray) keys = new_list();
    add_new(keys);
    return write_keys(path, keys, err);
}

/* ---- reading ---- */

static gboolean key_of_line(const char *line, guint8 key[KEYFILE_BYTES])
{
    if (strlen(line) != 2 * KEYFILE_BYTES)
        return FALSE;
    for (gsize i = 0; i < KEYFILE_BYTES; i++) {
        int hi = g_ascii_xdigit_value(line[2 * i]), lo = g_ascii_xdigit_value(line[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return FALSE;
        key[i] = (guint8)(hi * 16 + lo);
    }
    return TRUE;
}

/* TRUE too where the line is not that mark. */
static gboolean read_mark(const char *line, const char *mark, Instant *at) { return !g_str_has_prefix(line, mark) || instant_parse(line + strlen(mark), at, NULL); }

static gboolean read_keys(const char *path, const char *text, GPtrArray *keys, GError **err)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Instant retired_at = INSTANT_NONE, restored_at = INSTANT_NONE;
    for (guint i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        guint8 key[KEYFILE_BYTES];
        if (!read_mark(line, retired_mark, &retired_at) || !read_mark(line, restored_mark, &restored_at))
            return error_set(err, ERROR_CONFIG, "%s:%u: expected a time like 2026-11-23T09:00:00Z behind '# retired' and '# restored'", path, i + 1);
        if (*line == '\0' || *line == '#')
            continue;
        if (!key_of_line(line, key))
            return error_set(err, ERROR_CONFIG, "%s:%u: expected a key of 64 hexadecimal digits", path, i + 1);
        add_key(keys, -1, key, retired_at, restored_at);
        explicit_bzero(key, sizeof key);
        explicit_bzero(line, 2 * KEYFILE_BYTES);
        retired_at = restored_at = INSTANT_NONE;
    }
    if (keys->len == 0)
        return error_set(err, ERROR_CONFIG, "key file '%s': holds no key", path);
    if (keys->len > KEYFILE_KEYS)
        return error_set(err, ERROR_CONFIG, "key file '%s': holds %u keys, expected at most %d", path, keys->len, KEYFILE_KEYS);
    return TRUE;
}

static gboolean is_private(const char *path, GError **err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return error_set_errno(err, ERROR_CONFIG, errno, "key file '%s'", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_CONFIG, "key file '%s': is not a regular file", path);
    if ((st.st_mode & 077) != 0)
        return error_set(err, ERROR_CONFIG, "key file '%s': mode is %04o, must be 0600: others could forge replies", path,
                         (unsigned)st.st_mode & 0777);
    if (geteuid() != 0 && st.st_uid != geteuid())
        return error_set(err, ERROR_CONFIG, "key file '%s': belongs to user %lu, this runs as user %lu: its owner could change it", path,
                         (unsigned long)st.st_uid, (unsigned long)geteuid());
    return TRUE;
}

static gboolean read_file(const char *path, GPtrArray **ret, GError **err)
{
    g_autoptr(GString) text = NULL;
    g_autoptr(GPtrArray) keys = new_list();
    if (!is_private(path, err) || !files_read(path, 65536, &text, err))
        return FALSE;
    gboolean ok = read_keys(path, text->str, keys, err);
    explicit_bzero(text->str, text->len);
    if (ok)
        *ret = g_steal_pointer(&keys);
    return ok;
}

gboolean keyfile_load(const char *path, GPtrArray **ret, GError **err)
{
    struct stat st;
    if (stat(path, &st) != 0 && errno == ENOENT && !create(path, err))
        return FALSE;
    return read_file(path, ret, err);
}

static gboolean is_spent(const KeyfileKey *k, Instant now, Seconds life) { return k->retired_at != INSTANT_NONE && now - k->retired_at >= life; }

GPtrArray *keyfile_valid(const GPtrArray *keys, Instant now, Seconds life)
{
    GPtrArray *valid = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < keys->len; i++) {
        const KeyfileKey *k = g_ptr_array_index(keys, i);
        if (i == 0 || !is_spent(k, now, life)) /* the first one signs, whatever is written above it */
            g_ptr_array_add(valid, g_bytes_ref(k->bytes));
    }
    return valid;
}

/* ---- changing ---- */

gboolean keyfile_rotate(const char *path, Instant now, Seconds life, guint *ret_dropped, GError **err)
{
    g_autoptr(GPtrArray) keys = NULL;
    if (!read_file(path, &keys, err))
        return FALSE;
    *ret_dropped = 0;
    for (guint i = 0; i < keys->len; i++) {
        KeyfileKey *k = g_ptr_array_index(keys, i);
        if (is_spent(k, now, life)) {
            g_ptr_array_remove_index(keys, i--);
            ++*ret_dropped;
        } else if (k->retired_at == INSTANT_NONE) {
            k->retired_at = now;
        }
    }
    if (keys->len >= KEYFILE_KEYS)
        return error_set(err, ERROR_REFUSED, "key file '%s': holds %u keys that still verify, no more than %d may: wait, or make key-life shorter", path,
                         keys->len, KEYFILE_KEYS);
    add_new(keys);
    return write_keys(path, keys, err);
}

static KeyfileKey *find_key(const GPtrArray *keys, GBytes *bytes)
{
    for (guint i = 0; i < keys->len; i++) {
        KeyfileKey *k = g_ptr_array_index(keys, i);
        if (g_bytes_equal(k->bytes, bytes))
            return k;
    }
    return NULL;
}

/* Nobody knows when a key that was in use then was taken out of use: it verifies for a life from now. */
static void add_again(GPtrArray *keys, const KeyfileKey *k, gboolean is_copy, Instant now, Seconds life)
{
    Instant retired_at = is_copy || k->retired_at != INSTANT_NONE ? k->retired_at : now;
    if ((is_copy && keys->len == 0) || !is_spent(k, now, life))
        add_key(keys, -1, g_bytes_get_data(k->bytes, NULL), retired_at, is_copy ? k->restored_at : now);
}

/* The keys of both. *ret_changed: `path` does not hold all of them. */
static gboolean read_both(const char *path, const char *other, Instant now, Seconds life, GPtrArray **ret, GPtrArray **ret_other, gboolean *ret_changed, GError **err)
{
    g_autoptr(GPtrArray) keys = NULL, more = NULL;
    struct stat st;
    if (!read_file(other, &more, err))
        return FALSE;
    gboolean is_new = stat(path, &st) != 0 && errno == ENOENT;
    if (!is_new && !read_file(path, &keys, err))
        return FALSE;
    if (is_new)
        keys = new_list();
    guint before = keys->len;
    for (guint i = 0; i < more->len; i++) {
        const KeyfileKey *k = g_ptr_array_index(more, i);
        if (find_key(keys, k->bytes) == NULL)
            add_again(keys, k, is_new, now, life);
    }
    if (keys->len > KEYFILE_KEYS)
        return error_set(err, ERROR_REFUSED, "key file '%s': would hold %u keys with those of the backup, no more than %d may: take out lines of old ones", path,
                         keys->len, KEYFILE_KEYS);
    *ret_changed = keys->len != before;
    *ret = g_steal_pointer(&keys);
    *ret_other = g_steal_pointer(&more);
    return TRUE;
}

gboolean keyfile_merge(const char *path, const char *other, Instant now, Seconds life, GError **err)
{
    g_autoptr(GPtrArray) keys = NULL, more = NULL;
    gboolean changed;
    return read_both(path, other, now, life, &keys, &more, &changed, err) && (!changed || write_keys(path, keys, err));
}

gboolean keyfile_returning(const char *path, const char *other, Instant now, Seconds life, GPtrArray **ret, GError **err)
{
    g_autoptr(GPtrArray) keys = NULL, more = NULL, back = new_list();
    gboolean changed;
    if (!read_both(path, other, now, life, &keys, &more, &changed, err))
        return FALSE;
    for (guint i = 0; i < keys->len; i++) {
        const KeyfileKey *k = g_ptr_array_index(keys, i), *then = find_key(more, k->bytes);
        if (then != NULL && k->restored_at != then->restored_at && !is_spent(k, now, life))
            add_key(back, -1, g_bytes_get_data(k->bytes, NULL), k->retired_at, k->restored_at);
    }
    *ret = g_steal_pointer(&back);
    return TRUE;
}

char *keyfile_name(GBytes *key)
{
    gsize n;
    const void *bytes = g_bytes_get_data(key, &n);
    char *digest = sha256_hex(bytes, n);
    digest[8] = '\0';
    return digest;
}
