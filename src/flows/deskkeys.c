/* deskkeys: the keys that a desk signs and verifies by, and the audit's. A changed file is read in the next pass; what is spent by then verifies no
 * more. It must never make a key where one was lost. */
#include "flows/deskkeys.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "base/keyfile.h"
#include "base/log.h"

#include "base/banned.h"

static gboolean read_keys(Desk *d, GError **err)
{
    GPtrArray *ring = NULL;
    g_free(d->key_stamp);
    d->key_stamp = files_stamp(d->config->key_file);
    if (!keyfile_load(d->config->key_file, &ring, err))
        return FALSE;
    g_clear_pointer(&d->key_ring, g_ptr_array_unref);
    d->key_ring = ring;
    return TRUE;
}

static void drop_spent_keys(Desk *d)
{
    g_clear_pointer(&d->keys.keys, g_ptr_array_unref);
    d->keys.keys = keyfile_valid(d->key_ring, d->now, d->config->key_life.amount);
}

void deskkeys_refresh(Desk *d)
{
    g_autofree char *stamp = files_stamp(d->config->key_file);
    g_autoptr(GError) err = NULL;
    if (d->key_ring == NULL)
        return;
    if (*stamp != '\0' && strcmp(stamp, d->key_stamp) != 0) {
        if (read_keys(d, &err))
            log_event(LOGGING_INFO, "event=keys count=%u", d->key_ring->len);
        else
            log_error("keys", err);
    }
    drop_spent_keys(d);
}

/* A key is made on the first start only: beside a database it was lost, and a new one would end each open reply, or the audit, in silence. */
static gboolean has_not_lost(const Desk *d, const char *key, GError **err)
{
    struct stat st;
    if (stat(d->config->database, &st) != 0 || st.st_size == 0 || stat(key, &st) == 0 || errno != ENOENT)
        return TRUE;
    return error_set(err, ERROR_CONFIG,
                     "key file '%s': is missing, but the database '%s' is there: take it from a backup (tar -xf FILE), or begin with a new one: umask 077; openssl rand"
                     " -hex 32 >%s",
                     key, d->config->database, key);
}

gboolean deskkeys_open(Desk *d, GError **err)
{
    g_autoptr(GPtrArray) audit_keys = NULL;
    if (!has_not_lost(d, d->config->key_file, err) || !has_not_lost(d, d->config->audit_key_file, err) || !read_keys(d, err)
        || !keyfile_load(d->config->audit_key_file, &audit_keys, err))
        return FALSE;
    drop_spent_keys(d);
    d->audit_key = g_bytes_ref(((const KeyfileKey *)g_ptr_array_index(audit_keys, 0))->bytes);
    return TRUE;
}

static void wipe(GBytes *key)
{
    gsize n;
    gconstpointer bytes = g_bytes_get_data(key, &n);
    explicit_bzero((void *)bytes, n);
}

void deskkeys_forget(const Desk *d)
{
    for (guint i = 0; d->keys.keys != NULL && i < d->keys.keys->len; i++)
        wipe(g_ptr_array_index(d->keys.keys, i));
    for (guint i = 0; d->key_ring != NULL && i < d->key_ring->len; i++)
        wipe(((const KeyfileKey *)g_ptr_array_index(d->key_ring, i))->bytes);
    if (d->audit_key != NULL)
        wipe(d->audit_key);
}
