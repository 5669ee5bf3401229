/* spoolgroup: the steps of a group commit. It must never take a file away that has its name in incoming: core may have
 * read it, and the second copy that the client then sends is a duplicate that core knows. */
#include "store/spoolgroup.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/headroom.h"
#include "base/instant.h"

#include "store/spool.h"

#include "base/banned.h"

struct SpoolGroup {
    SpoolWriteSpool spool;
    char *path;
    unsigned counter; /* of all files of this process */
};

static void close_directories(SpoolGroup *g)
{
    files_close_fd(&g->spool.tmp);
    files_close_fd(&g->spool.incoming);
}

static gboolean open_directories(SpoolGroup *g, GError **err)
{
    char path[4096];
    g->spool.tmp = spoolwrite_directory(g->path, "tmp", path, sizeof path);
    if (g->spool.tmp >= 0)
        g->spool.incoming = spoolwrite_directory(g->path, "incoming", path, sizeof path);
    if (g->spool.tmp >= 0 && g->spool.incoming >= 0)
        return TRUE;
    error_set_errno(err, ERROR_TEMPFAIL, errno, "open '%s'", path);
    close_directories(g);
    return FALSE;
}

SpoolGroup *spoolgroup_open(const char *spool, GError **err)
{
    g_autoptr(SpoolGroup) g = g_new0(SpoolGroup, 1);
    g->spool.tmp = g->spool.incoming = -1;
    g->path = g_strdup(spool);
    spoolwrite_host(&g->spool);
    return spool_prepare(spool, err) && open_directories(g, err) ? g_steal_pointer(&g) : NULL;
}

void spoolgroup_close(SpoolGroup *g)
{
    if (g == NULL)
        return;
    close_directories(g);
    g_free(g->path);
    g_free(g);
}

static gboolean is_there(const SpoolGroup *g, const char *name, int fd)
{
    g_autofree char *path = g_build_filename(g->path, name, NULL);
    struct stat open, now;
    return fd >= 0 && fstat(fd, &open) == 0 && stat(path, &now) == 0 && open.st_ino == now.st_ino && open.st_dev == now.st_dev;
}

/* Somebody may have moved the spool away and put another in its place, or mounted one over it: a mail in the old one would never be read. */
static gboolean are_directories_there(const SpoolGroup *g)
{
    return is_there(g, "tmp", g->spool.tmp) && is_there(g, "incoming", g->spool.incoming);
}

/* Of errno. The first reason counts; what is in tmp goes. */
static void fail(const SpoolGroup *g, SpoolGroupMail *mail, const char *doing)
{
    int saved = errno;
    if (mail->why == NULL)
        mail->why = g_strdup_printf("%s: %s", doing, g_strerror(saved));
    g_string_truncate(mail->bytes, 0);
    files_close_fd(&mail->file.fd);
    if (mail->half[0] != '\0')
        unlinkat(g->spool.tmp, mail->half, 0);
    mail->half[0] = '\0';
}

SpoolGroupMail *spoolgroup_begin(SpoolGroup *g, const char *sender, const GPtrArray *recipients, uid_t user)
{
    SpoolGroupMail *mail = g_new0(SpoolGroupMail, 1);
    SpoolWriteEnvelope lines = {.sender = sender,
                                .recipients = (const char *const *)recipients->pdata,
                                .recipient_count = (int)recipients->len,
                                .uid = (unsigned long)user};
    gint64 now = instant_now_us();
    mail->file = (SpoolWriteFile){.fd = -1, .counter = ++g->counter, .at = {.tv_sec = now / G_USEC_PER_SEC, .tv_nsec = now % G_USEC_PER_SEC * 1000}};
    mail->bytes = g_string_sized_new(SPOOLNAME_ENVELOPE_MAX / 4);
    int n = spoolwrite_envelope(&lines, &mail->file.at, mail->bytes->str, mail->bytes->allocated_len);
    if (n < 0) {
        g_string_set_size(mail->bytes, SPOOLNAME_ENVELOPE_MAX);
        n = spoolwrite_envelope(&lines, &mail->file.at, mail->bytes->str, mail->bytes->allocated_len);
    }
    errno = ENAMETOOLONG;
    if (n < 0)
        fail(g, mail, "envelope");
    else
        g_string_set_size(mail->bytes, (gsize)n);
    return mail;
}

void spoolgroup_write(SpoolGroup *g, SpoolGroupMail *mail)
{
    if (mail->why == NULL && mail->half[0] == '\0') {
        if (spoolwrite_create(&g->spool, &mail->file) != 0) {
            fail(g, mail, "create in tmp");
            return;
        }
        memcpy(mail->half, mail->file.name, sizeof mail->half);
        g->counter = MAX(g->counter, mail->file.counter);
    }
    if (mail->why == NULL && spoolwrite_bytes(&mail->file, mail->bytes->str, mail->bytes->len) != 0)
        fail(g, mail, "write in tmp");
    g_string_truncate(mail->bytes, 0);
}

void spoolgroup_fail(SpoolGroup *g, SpoolGroupMail *const *mails, guint count, const char *doing, int error)
{
    for (guint i = 0; i < count; i++) {
        errno = error;
        fail(g, mails[i], doing);
    }
}

static gboolean has_spool(SpoolGroup *g, SpoolGroupMail *const *mails, guint count)
{
    if (count == 0 || are_directories_there(g))
        return TRUE;
    spoolgroup_fail(g, mails, count, "the spool was moved", ENOENT);
    close_directories(g);
    open_directories(g, NULL); /* for the next, if they can be had */
    return FALSE;
}

/* Early, as the filter does it: what was accepted can still be taken in and answered. */
static gboolean has_room(SpoolGroup *g, SpoolGroupMail *const *mails, guint count)
{
    Headroom h;
    if (headroom_read(g->path, &h) != 0 || headroom_is_enough(&h, 1))
        return TRUE;
    spoolgroup_fail(g, mails, count, "little room", ENOSPC);
    return FALSE;
}

void spoolgroup_seal(SpoolGroup *g, SpoolGroupMail *const *mails, guint count)
{
    if (!has_spool(g, mails, count) || !has_room(g, mails, count))
        return;
    for (guint i = 0; i < count; i++) {
        spoolgroup_write(g, mails[i]);
        if (mails[i]->why == NULL && spoolwrite_settle(&mails[i]->file, &mails[i]->inode) != 0)
            fail(g, mails[i], "set the mode in tmp");
    }
}

void spoolgroup_enter(SpoolGroup *g, SpoolGroupMail *const *mails, guint count)
{
    if (!has_spool(g, mails, count))
        return;
    for (guint i = 0; i < count; i++) {
        SpoolGroupMail *mail = mails[i];
        if (mail->why == NULL && spoolwrite_close(&mail->file) != 0)
            fail(g, mail, "close in tmp");
        else if (mail->why == NULL && spoolwrite_enter(&g->spool, &mail->file, mail->half, mail->inode) != 0)
            fail(g, mail, "move into incoming");
        else if (mail->why == NULL)
            mail->half[0] = '\0';
    }
}

int spoolgroup_tmp(const SpoolGroup *g) { return g->spool.tmp; }
int spoolgroup_incoming(const SpoolGroup *g) { return g->spool.incoming; }

void spoolgroup_drop(SpoolGroup *g, SpoolGroupMail *mail)
{
    if (mail == NULL)
        return;
    errno = 0;
    fail(g, mail, "dropped");
    g_string_free(mail->bytes, TRUE);
    g_free(mail->why);
    g_free(mail);
}
