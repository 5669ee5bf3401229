/* incoming: see the header. What the parser says of a file is read in its sandbox; what the intake asks of the file is answered from here. */
#include "programs/incoming.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sha256.h"

#include "flows/intake.h"

#include "programs/sign_worker.h"

#include "base/banned.h"

/* ---- opening ---- */

void incoming_free(IncomingFile *f)
{
    if (f == NULL)
        return;
    spool_file_free(f->file);
    reading_free(f->reading);
    g_free(f->archive);
    g_free(f->digest);
    g_free(f);
}

static void read_envelope(IncomingFile *f)
{
    const char *problem;
    SpoolEnvelope *e = &f->envelope;
    if (spoolname_envelope_read(f->file->bytes->str, f->file->bytes->len, e, &problem) != 0) {
        *e = (SpoolEnvelope){.received_at = -1, .uid = -1};
        log_event(LOGGING_WARNING, "event=envelope file=%s reason=\"%s\"", f->file->name, problem);
    }
    f->is_ours = !f->file->is_strangers && config_counts_owner(f->desk->config, f->file->owner, geteuid());
    if (!f->is_ours) {
        e->sender = e->queue = NULL;
        e->recipient_count = 0;
        e->received_at = -1;
    }
}

static gboolean is_marked(const IncomingFile *f, const char *mark) { return f->is_ours && g_str_has_suffix(f->file->name, mark); }

/* What fails once may be a fault of the moment: a second try at once, since the file lost its place before later ones if it came to its strike first.
 * Where nothing else can be read either, it is the disk. */
static gboolean open_file(const char *spool, const Strikes *s, const char *name, SpoolFile **ret, GError **err)
{
    GError *why = NULL;
    if (spool_open(spool, name, ret, &why))
        return TRUE;
    if (why->code == ERROR_DATA) {
        g_clear_error(&why);
        if (spool_open(spool, name, ret, &why))
            return TRUE;
        why->code = why->code == ERROR_DATA && !strikes_can_read(s) ? ERROR_TEMPFAIL : why->code;
    }
    g_propagate_error(err, why);
    return FALSE;
}

gboolean incoming_open(Desk *d, ParseWorker *p, const Strikes *s, const char *name, Instant now, IncomingFile **ret, GError **err)
{
    SpoolFile *file = NULL;
    if (!open_file(d->config->spool, s, name, &file, err))
        return FALSE;
    IncomingFile *f = g_new0(IncomingFile, 1);
    f->desk = d;
    f->parse = p;
    f->file = file;
    f->digest = sha256_hex(file->bytes->str, file->bytes->len);
    read_envelope(f);
    /* A name of another user's making may say any time. */
    Instant received = f->envelope.received_at >= 0 ? f->envelope.received_at : f->is_ours ? spoolname_seconds(name) : file->changed_at;
    f->at = d->is_pinned ? now : MIN(received, now); /* a clock that was ahead must not move deadlines into the future */
    f->archive = spool_archive_path(name, f->at);
    f->reading = is_marked(f, "." SPOOL_AS_OTHER) ? reading_unread() : NULL;
    *ret = f;
    return TRUE;
}

/* ---- reading ---- */

static gboolean has_null_sender(const IncomingFile *f) { return f->envelope.sender != NULL && *f->envelope.sender == '\0'; }

void incoming_read_together(IncomingFile *const *files, guint count)
{
    ParseMail mails[PARSE_TOGETHER];
    IncomingFile *unread[PARSE_TOGETHER];
    guint n = 0;
    for (guint i = 0; i < count && n < G_N_ELEMENTS(mails); i++) {
        IncomingFile *f = files[i];
        if (f->reading != NULL)
            continue;
        unread[n] = f;
        mails[n++] = (ParseMail){.fd = f->file->fd, .offset = f->envelope.mail_offset, .null_sender = has_null_sender(f)};
    }
    if (n > 0)
        parse_worker_read_together(unread[0]->parse, mails, n);
    for (guint i = 0; i < n; i++)
        unread[i]->reading = mails[i].reading;
}

gboolean incoming_read(IncomingFile *f, GError **err)
{
    return f->reading != NULL || parse_worker_read(f->parse, f->file->fd, f->envelope.mail_offset, has_null_sender(f), &f->reading, err);
}

/* ---- what the intake asks ---- */

static gboolean parts_of(void *data, GPtrArray **ret, GError **err)
{
    IncomingFile *f = data;
    return parse_worker_parts(f->parse, f->file->fd, f->envelope.mail_offset, ret, err);
}

/* What follows the first empty line. */
static const char *raw_body(const char *mail, gsize length, gsize *ret_length)
{
    const char *lf = g_strstr_len(mail, (gssize)length, "\n\n"), *crlf = g_strstr_len(mail, (gssize)length, "\n\r\n");
    const char *body = lf != NULL && (crlf == NULL || lf < crlf) ? lf + 2 : crlf != NULL ? crlf + 3 : mail + length;
    *ret_length = length - (gsize)(body - mail);
    return body;
}

static IntakeCopy compare_with(void *data, const char *archive)
{
    const IncomingFile *f = data;
    g_autofree char *path = g_build_filename(f->desk->config->spool, archive, NULL), *name = g_path_get_basename(archive);
    g_autofree char *waiting = g_build_filename(f->desk->config->spool, "incoming", name, NULL); /* of the same batch */
    g_autoptr(GString) other = NULL;
    SpoolEnvelope envelope;
    const char *problem;
    gsize n, m;
    if ((!files_read(path, LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX, &other, NULL)
         && !files_read(waiting, LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX, &other, NULL))
        || spoolname_envelope_read(other->str, other->len, &envelope, &problem) != 0)
        return INTAKE_OTHER; /* gone: they are two mails then */
    const char *mine = raw_body(f->file->bytes->str + f->envelope.mail_offset, f->file->bytes->len - f->envelope.mail_offset, &n);
    const char *theirs = raw_body(other->str + envelope.mail_offset, other->len - envelope.mail_offset, &m);
    if (memcmp(mine, theirs, MIN(n, m)) != 0)
        return INTAKE_OTHER;
    return n <= m ? INTAKE_SHORTER : INTAKE_LONGER;
}

/* What the verified bytes say, read in the sandbox as a mail of their own: nothing outside them can speak. */
static gboolean read_signed(IncomingFile *f, const GString *text, Reading **ret, GError **err)
{
    AUTO_FD fd = memfd_create("signed", MFD_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_TEMPFAIL, "no memory file for what was signed");
    return files_write_fd(fd, "what was signed", text->str, text->len, err) && parse_worker_read(f->parse, fd, 0, FALSE, ret, err);
}

static gboolean verify(void *data, char *const *keys, Reading **ret_said, char **ret_digest, Instant *ret_made_at, GError **err)
{
    IncomingFile *f = data;
    Signedpart part;
    g_autoptr(GString) text = NULL;
    const GString *file = f->file->bytes;
    if (!parse_worker_signed(f->parse, f->file->fd, f->envelope.mail_offset, &part, err)
        || !sign_worker_verify(f->desk, file->str + f->envelope.mail_offset, file->len - f->envelope.mail_offset, &part, keys, f->at, &text, ret_made_at, err)
        || !read_signed(f, text, ret_said, err))
        return FALSE;
    *ret_digest = signedpart_digest(text);
    return TRUE;
}

gboolean incoming_take_in(IncomingFile *f, GError **err)
{
    const char *name = f->file->name;
    IntakeMail mail = {.name = name, .digest = f->digest, .archive = f->archive, .sender = f->envelope.sender, .queue = f->envelope.queue,
                       .recipients = f->envelope.recipients, .recipient_count = f->envelope.recipient_count, .reading = f->reading,
                       .as_human = is_marked(f, "." SPOOL_AS_HUMAN), .as_other = is_marked(f, "." SPOOL_AS_OTHER),
                       .again = f->is_ours && strstr(name, "." SPOOL_AGAIN) != NULL, .parts = parts_of,
                       .compare = compare_with, .verify = verify, .data = f};
    f->desk->now = f->at;
    f->desk->acting = NULL;
    return spool_may_archive(f->desk->config->spool, f->archive, f->digest, err) && intake_mail(f->desk, &mail, err);
}

