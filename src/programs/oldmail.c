/* oldmail: two readings of a mailbox: one that finds where mails begin and when they were written, in blocks, and one of each mail when its
 * turn comes. A mailbox may be larger than the memory. */
#include "programs/oldmail.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "mail/message.h"

#include "programs/mbox.h"

#include "base/banned.h"

#define BLOCK ((gsize)1024 * 1024)
#define BEFORE 2 /* bytes before a line's end that say whether the line is empty */
#define MARK "\nFrom "
#define HEADER_BYTES ((gsize)64 * 1024)

typedef struct {
    Instant at;
    guint64 offset;
    guint32 length; /* of a longer one the beginning */
    guint16 file;
} OldMail;

struct OldMails {
    GArray *mails; /* OldMail */
    GArray *fds;   /* int, of each file */
    char *const *paths;
    guint undated;
};

void oldmail_close(OldMails *o)
{
    if (o == NULL)
        return;
    for (guint i = 0; i < o->fds->len; i++)
        close(g_array_index(o->fds, int, i));
    g_array_unref(o->fds);
    g_array_unref(o->mails);
    g_free(o);
}

guint oldmail_count(const OldMails *o) { return o->mails->len; }
guint oldmail_undated(const OldMails *o) { return o->undated; }
Instant oldmail_at(const OldMails *o, guint i) { return g_array_index(o->mails, OldMail, i).at; }

/* Up to `length` bytes from `offset`; fewer at the end of the file. */
static gboolean read_at(const OldMails *o, guint file, guint64 offset, gsize length, GString *into, GError **err)
{
    gsize have = 0;
    g_string_set_size(into, length);
    while (have < length) {
        gssize n = pread(g_array_index(o->fds, int, file), into->str + have, length - have, (off_t)(offset + have));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set_errno(err, ERROR_TEMPFAIL, errno, "read '%s'", o->paths[file]);
        if (n == 0)
            break;
        have += (gsize)n;
    }
    g_string_set_size(into, have);
    return TRUE;
}

gboolean oldmail_read(const OldMails *o, guint i, GString *into, GError **err)
{
    const OldMail *m = &g_array_index(o->mails, OldMail, i);
    return read_at(o, m->file, m->offset, m->length, into, err);
}

/* Of the header alone: the first empty line ends it. */
static Instant date_of(const GString *mail)
{
    const char *lf = g_strstr_len(mail->str, (gssize)mail->len, "\n\n"), *crlf = g_strstr_len(mail->str, (gssize)mail->len, "\n\r\n");
    const char *end = lf != NULL && (crlf == NULL || lf < crlf) ? lf + 1 : crlf != NULL ? crlf + 1 : mail->str + mail->len;
    g_autoptr(Letter) l = message_parse(mail->str, (gsize)(end - mail->str));
    return l->date != INSTANT_NONE ? l->date : mbox_date(mail->str, mail->len);
}

static gboolean add_mail(OldMails *o, guint file, guint64 from, guint64 to, GString *buffer, GError **err)
{
    OldMail m = {.offset = from, .length = (guint32)MIN(to - from, (guint64)LIMIT_MAIL_BYTES), .file = (guint16)file};
    if (to == from)
        return TRUE;
    if (o->mails->len >= LIMIT_REPLAY_MAILS)
        return error_set(err, ERROR_LIMIT, "'%s': more than %d mails in all", o->paths[file], LIMIT_REPLAY_MAILS);
    if (!read_at(o, file, from, MIN((gsize)m.length, HEADER_BYTES), buffer, err))
        return FALSE;
    m.at = date_of(buffer);
    if (m.at == INSTANT_NONE)
        o->undated++;
    else
        g_array_append_val(o->mails, m);
    return TRUE;
}

/* Whether the line end at `p` ends an empty line; `start` is the first byte that is there. */
static gboolean ends_empty_line(const char *start, const char *p)
{
    return (p - start >= 1 && p[-1] == '\n') || (p - start >= 2 && p[-1] == '\r' && p[-2] == '\n');
}

/* Mails that begin after *begin and whose mark begins in the block; `window` begins at file offset `at`, `skip` bytes before the block. */
static gboolean scan_block(OldMails *o, guint file, const GString *window, guint64 at, gsize skip, guint64 *begin, GString *buffer, GError **err)
{
    const char *start = window->str, *end = start + window->len, *p = start + skip;
    while (p < end && p < start + skip + BLOCK && (p = memmem(p, (gsize)(end - p), MARK, strlen(MARK))) != NULL && p < start + skip + BLOCK) {
        if (ends_empty_line(start, p)) {
            guint64 next = at + (guint64)(p - start) + 1;
            if (!add_mail(o, file, *begin, next, buffer, err))
                return FALSE;
            *begin = next;
        }
        p++;
    }
    return TRUE;
}

static gboolean scan(OldMails *o, guint file, GString *window, GString *buffer, GError **err)
{
    guint64 begin = 0, block = 0;
    for (;; block += BLOCK) {
        gsize skip = block > 0 ? BEFORE : 0;
        if (!read_at(o, file, block - skip, skip + BLOCK + strlen(MARK) - 1, window, err))
            return FALSE;
        if (!scan_block(o, file, window, block - skip, skip, &begin, buffer, err))
            return FALSE;
        if (window->len < skip + BLOCK)
            return add_mail(o, file, begin, block - skip + window->len, buffer, err);
    }
}

static int by_time(gconstpointer x, gconstpointer y)
{
    const OldMail *a = x, *b = y;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

gboolean oldmail_open(char *const *paths, int n, OldMails **ret, GError **err)
{
    g_autoptr(OldMails) o = g_new0(OldMails, 1);
    g_autoptr(GString) window = g_string_new(NULL), buffer = g_string_new(NULL);
    o->mails = g_array_new(FALSE, FALSE, sizeof(OldMail));
    o->fds = g_array_new(FALSE, FALSE, sizeof(int));
    o->paths = paths;
    message_init();
    for (int i = 0; i < n && i < G_MAXUINT16; i++) {
        int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return error_set_errno(err, errno == ENOENT ? ERROR_NOTFOUND : ERROR_TEMPFAIL, errno, "open '%s'", paths[i]);
        g_array_append_val(o->fds, fd);
        if (!scan(o, (guint)i, window, buffer, err))
            return FALSE;
    }
    g_array_sort(o->mails, by_time);
    *ret = g_steal_pointer(&o);
    return TRUE;
}
