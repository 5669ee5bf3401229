/* fsckspool: a row and a file know each other by the file's name. It must never remove a file, and move one only where the daemon would have put
 * it. Files move while this looks: what is missing is looked for once more. */
#include "flows/fsckspool.h"

#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/spoolname.h"

#include "store/messages.h"
#include "store/spool.h"

#include "base/banned.h"

#define STEP ((gint64)500) /* rows at a time */

typedef struct {
    gint64 id;
    char *name, *archive, *message_id, *from, *digest;
} MailRow;

static void mail_row_free(gpointer p)
{
    MailRow *m = p;
    char *texts[] = {m->name, m->archive, m->message_id, m->from, m->digest};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(m);
}

static gboolean is_file(const Fsck *f, const char *relative)
{
    g_autofree char *path = g_build_filename(f->desk->config->spool, relative, NULL);
    struct stat st;
    return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- rows to files ---- */

/* The number of the inode in a name: "seconds.micro-pid-counter-INODE.host". A requeue gives another name to the same. */
static char *inode_of(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "-", 4);
    if (g_strv_length(parts) < 4)
        return NULL;
    parts[3][strcspn(parts[3], ".")] = '\0';
    return g_strdup(parts[3]);
}

static gboolean note_requeued(void *data, const char *relative, const char *name, GError **err)
{
    (void)relative;
    (void)err;
    char *inode = strstr(name, ".requeue") != NULL ? inode_of(name) : NULL;
    if (inode != NULL)
        g_hash_table_add(data, inode);
    return TRUE;
}

/* Taken back by an operator: it waits under another name, or was taken in again under that. */
static gboolean was_requeued(Fsck *f, GHashTable *requeued, const MailRow *m, gboolean *ret, GError **err)
{
    g_autofree char *inode = inode_of(m->name);
    gint64 n = 0;
    *ret = inode != NULL && g_hash_table_contains(requeued, inode);
    if (*ret)
        return TRUE;
    /* by what has an index */
    gboolean ok = m->message_id != NULL ? db_value(f->desk->db, &n, err, "select count(*) from message where message_id = $3 and spool_digest = $1 and id <> $2", "sis",
                                                   m->digest, m->id, m->message_id)
                                        : db_value(f->desk->db, &n, err, "select count(*) from message where from_address = $3 and spool_digest = $1 and id <> $2", "sis",
                                                   m->digest, m->id, m->from);
    if (!ok)
        return FALSE;
    *ret = n > 0;
    return TRUE;
}

/* A year of the archive that is gone as a whole was taken away by somebody, as the spool's README lets him. */
static void missing(Fsck *f, const char *what, const char *archive, const char *kind, gint64 id)
{
    g_autofree char *year = g_strndup(archive, MIN(strlen(archive), strlen("archive/YYYY")));
    gboolean is_taken = g_str_has_prefix(archive, "archive/") && !spool_has(f->desk->config->spool, year);
    fsck_found(f, is_taken ? FSCK_NOTE : FSCK_WRONG, what, is_taken ? year : archive, "%s %" G_GINT64_FORMAT, kind, id);
}

static gboolean check_mail(Fsck *f, GHashTable *requeued, const MailRow *m, GError **err)
{
    g_autofree char *base = g_path_get_basename(m->archive), *found = spool_find(f->desk->config->spool, base, m->archive);
    gboolean fine = found != NULL;
    f->rows++;
    if (!fine && !was_requeued(f, requeued, m, &fine, err))
        return FALSE;
    if (!fine)
        missing(f, "mail-missing", m->archive, "message", m->id);
    return TRUE;
}

static gboolean next_mails(Fsck *f, gint64 after, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(mail_row_free);
    GError *local = NULL;
    if (!db_select(f->desk->db, &rows, err,
                   "select id, spool_name, archive, message_id, from_address, spool_digest from message where id > $1 and spool_name is not null and archive is not null"
                   " order by id limit $2",
                   "ii", after, STEP))
        return FALSE;
    while (db_next(rows, &local)) {
        MailRow *m = g_new0(MailRow, 1);
        *m = (MailRow){db_int(rows, 0), g_strdup(db_text(rows, 1)), g_strdup(db_text(rows, 2)), g_strdup(db_text(rows, 3)), g_strdup(db_text(rows, 4)), g_strdup(db_text(rows, 5))};
        g_ptr_array_add(list, m);
    }
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}

static gboolean mails_in(Fsck *f, GHashTable *requeued, GError **err)
{
    gint64 after = 0;
    guint n;
    do {
        g_autoptr(GPtrArray) mails = NULL;
        if (!next_mails(f, after, &mails, err))
            return FALSE;
        n = mails->len;
        for (guint i = 0; i < n; i++) {
            const MailRow *m = g_ptr_array_index(mails, i);
            after = m->id;
            if (!check_mail(f, requeued, m, err))
                return FALSE;
        }
    } while (n == STEP);
    return TRUE;
}

static gboolean mails_out(Fsck *f, GError **err)
{
    gint64 after = 0;
    guint n;
    do {
        g_autoptr(GArray) ids = NULL;
        if (!db_ids(f->desk->db, &ids, err,
                    "select id from outbox where id > $1 and is_archived = 1 and copy_of is null and length(bytes) = 0 order by id limit $2", "ii", after, STEP))
            return FALSE;
        n = ids->len;
        for (guint i = 0; i < n; i++) {
            gint64 day;
            after = g_array_index(ids, gint64, i);
            f->rows++;
            g_autofree char *name = g_strdup_printf("out-%" G_GINT64_FORMAT ".eml", after);
            if (!db_value(f->desk->db, &day, err, "select coalesce(handed_at, created_at) from outbox where id = $1", "i", after))
                return FALSE;
            g_autofree char *relative = spool_archive_path(name, day);
            if (!is_file(f, relative))
                missing(f, "sent-missing", relative, "mail", after);
        }
    } while (n == STEP);
    return TRUE;
}

gboolean fsckspool_rows(Fsck *f, GError **err)
{
    g_autoptr(GHashTable) requeued = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const char *spool = f->desk->config->spool;
    return spool_each(spool, "incoming", note_requeued, requeued, err) && spool_each(spool, "hold", note_requeued, requeued, err) && mails_in(f, requeued, err)
           && mails_out(f, err);
}

/* ---- files to rows ---- */

static gboolean unknown_sent(Fsck *f, const char *relative, const char *name, GError **err)
{
    gint64 n = 0, number = g_ascii_strtoll(name + 4, NULL, 10);
    if (!db_value(f->desk->db, &n, err, "select count(*) from outbox where id = $1", "i", number))
        return FALSE;
    if (n == 0)
        fsck_found(f, FSCK_NOTE, "sent-unknown", "a mail that was sent, of which the database does not know", "%s", relative);
    return TRUE;
}

static gboolean unknown_mail(Fsck *f, const char *relative, const char *name, GError **err)
{
    g_autofree char *from = g_build_filename(f->desk->config->spool, relative, NULL), *to = g_build_filename(f->desk->config->spool, "incoming", name, NULL);
    if (f->repair && !files_move(from, to, err))
        return FALSE;
    fsck_found(f, f->repair ? FSCK_REPAIRED : FSCK_REPAIRABLE, "mail-unknown", "was accepted, but the database does not know it: it must be taken in", "%s", relative);
    return TRUE;
}

static gboolean each_archived(void *data, const char *relative, const char *name, GError **err)
{
    Fsck *f = data;
    gint64 id;
    f->mails++;
    if (g_str_has_prefix(name, "out-") && g_str_has_suffix(name, ".eml"))
        return unknown_sent(f, relative, name, err);
    if (!spoolname_is_valid(name))
        return TRUE;
    return messages_by_spool_name(f->desk->db, name, NULL, &id, err) && (id != 0 || unknown_mail(f, relative, name, err));
}

gboolean fsckspool_archive(Fsck *f, GError **err) { return spool_each(f->desk->config->spool, "archive", each_archived, f, err); }

/* ---- incoming and hold ---- */

/* Committed, and only the rename is missing; the daemon does it in its next round, if it runs. */
static gboolean each_waiting(void *data, const char *relative, const char *name, GError **err)
{
    Fsck *f = data;
    g_autoptr(MessageRow) m = NULL;
    GError *local = NULL;
    g_autofree char *digest = NULL;
    gint64 id = 0;
    f->mails++;
    if (!spool_digest(f->desk->config->spool, relative, &digest, NULL)) /* gone, or no mail: the daemon's business */
        return TRUE;
    if (!messages_by_spool_name(f->desk->db, name, digest, &id, err))
        return FALSE;
    if (id == 0)
        return TRUE;
    if (!messages_find(f->desk->db, name, &m, err))
        return FALSE;
    g_autofree char *archive = m->archive != NULL && g_str_has_suffix(m->archive, name) ? g_strdup(m->archive) : spool_archive_path(name, m->received_at);
    if (f->repair && !spool_to_archive(f->desk->config->spool, name, archive, &local)) {
        gboolean is_done = local->code == ERROR_NOTFOUND;
        if (is_done)
            g_error_free(local);
        else
            g_propagate_error(err, local);
        return is_done;
    }
    if (f->repair || is_file(f, relative))
        fsck_found(f, f->repair ? FSCK_REPAIRED : FSCK_REPAIRABLE, "mail-waits", "is in the database already, and belongs into the archive", "%s", relative);
    return TRUE;
}

static gboolean no_reason(Fsck *f, const char *relative, GError **err)
{
    static const char text[] = "no reason was beside it; escalate requeue tries it again\n";
    g_autofree char *path = g_strconcat(f->desk->config->spool, "/", relative, ".reason", NULL);
    if (f->repair && !files_replace(path, text, strlen(text), 0640, err))
        return FALSE;
    fsck_found(f, f->repair ? FSCK_REPAIRED : FSCK_REPAIRABLE, "reason", "is held without a reason beside it", "%s", relative);
    return TRUE;
}

static gboolean each_held(void *data, const char *relative, const char *name, GError **err)
{
    Fsck *f = data;
    g_autofree char *reason = g_strconcat(relative, ".reason", NULL);
    if (g_str_has_suffix(name, ".reason")) {
        g_autofree char *held = g_strndup(relative, strlen(relative) - strlen(".reason")), *base = g_path_get_basename(held);
        g_autofree char *waiting = g_build_filename("incoming", base, NULL);
        /* asked twice: it may go from incoming to hold between the questions */
        if (!is_file(f, held) && !is_file(f, waiting) && !is_file(f, held))
            fsck_found(f, FSCK_NOTE, "reason", "is beside no mail any more", "%s", relative);
        return TRUE;
    }
    f->mails++;
    return is_file(f, reason) || !is_file(f, relative) || no_reason(f, relative, err);
}

gboolean fsckspool_waiting(Fsck *f, GError **err)
{
    return spool_each(f->desk->config->spool, "incoming", each_waiting, f, err) && spool_each(f->desk->config->spool, "hold", each_held, f, err);
}
