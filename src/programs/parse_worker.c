/* parse_worker: one request a frame: a letter ('r' read, 'R' read with null sender, 'p' parts, 's' signed part), the offset of the mail, and the open
 * file beside it. Answers: 'r' JSON (flows/reading), the others as flows/parsed has them. A '+' behind it: another comes, and the answer may wait for it,
 * so that who asked wakes once for all. */
#include "programs/parse_worker.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sandbox.h"

#include "mail/message.h"

#include "flows/deskkeys.h"
#include "flows/parsed.h"

#include "programs/supervise.h"

#include "config.h"

#include "base/banned.h"

#define REQUEST_BYTES 64
#define SIGNED_BYTES 500
#define MORE "+"
#define HELD_BYTES 500000 /* of answers that wait: more is worth a switch of its own */

struct ParseWorker {
    const Desk *desk;
    Worker *worker;
};

/* ---- the child ---- */

static void answer_parts(const char *mail, gsize length, GString *out)
{
    g_autoptr(GPtrArray) parts = NULL;
    parsed_write_parts(message_parts(mail, length, LIMIT_MAIL_BYTES, &parts, NULL) ? parts : NULL, out);
}

static void answer_reading(const char *mail, gsize length, gboolean null_sender, const KindWords *words, GString *out)
{
    g_autoptr(Reading) r = reading_of_mail(mail, length, null_sender, words);
    reading_to_channel(r, out);
}

static void answer_signed(const char *mail, gsize length, GString *out)
{
    Signedpart s = signedpart_find(mail, length);
    parsed_write_signed(&s, out);
}

typedef struct {
    int channel;
    const KindWords *words;
    GPtrArray *held; /* answers: GString * */
    gsize held_bytes;
} Server;

static void free_answer(gpointer p) { g_string_free(p, TRUE); }

static gboolean answer_all(Server *s, GError **err)
{
    for (guint i = 0; i < s->held->len; i++) {
        const GString *answer = g_ptr_array_index(s->held, i);
        if (!worker_write(s->channel, answer->str, answer->len, err))
            return FALSE;
    }
    g_ptr_array_set_size(s->held, 0);
    s->held_bytes = 0;
    return TRUE;
}

static gboolean serve_one(Server *s, GError **err)
{
    g_autoptr(GString) request = NULL, mail = NULL;
    AUTO_FD fd = -1;
    if (!worker_read(s->channel, REQUEST_BYTES, &request, &fd, err))
        return FALSE;
    gsize offset = (gsize)g_ascii_strtoull(request->str + (request->len > 0), NULL, 10);
    if (lseek(fd, 0, SEEK_SET) != 0 || !files_read_fd(fd, "mail", LIMIT_MAIL_BYTES + 65536, &mail, err))
        return FALSE;
    offset = MIN(offset, mail->len);
    GString *answer = g_string_new(NULL);
    g_ptr_array_add(s->held, answer);
    if (request->str[0] == 'p')
        answer_parts(mail->str + offset, mail->len - offset, answer);
    else if (request->str[0] == 's')
        answer_signed(mail->str + offset, mail->len - offset, answer);
    else
        answer_reading(mail->str + offset, mail->len - offset, request->str[0] == 'R', s->words, answer);
    s->held_bytes += answer->len;
    return (g_str_has_suffix(request->str, MORE) && s->held_bytes < HELD_BYTES) || answer_all(s, err);
}

static int serve(int channel, void *data)
{
    g_autoptr(GError) err = NULL;
    const Desk *desk = data; /* its words were read before the sandbox closes */
    deskkeys_forget(desk);
    message_init();
    sandbox_warm_charsets();
    zone_utc(); /* reads its file now */
#ifdef WITH_SANITIZERS
    gsize memory = 0;
#else
    gsize memory = LIMIT_PARSE_MEMORY;
#endif
    if (!sandbox_limit(memory, &err) || !sandbox_enter(&err)) {
        log_error("sandbox", err);
        return 1;
    }
    Server s = {.channel = channel, .words = desk->words, .held = g_ptr_array_new_with_free_func(free_answer)};
    while (serve_one(&s, &err))
        ;
    return err->code == ERROR_NOTFOUND ? 0 : 1;
}

/* ---- the parent ---- */

static gboolean ensure(ParseWorker *p, GError **err)
{
    if (p->worker != NULL && worker_pid(p->worker) != -1)
        return TRUE;
    g_clear_pointer(&p->worker, worker_stop);
    p->worker = worker_start("parse", serve, (void *)p->desk, err);
    return p->worker != NULL;
}

ParseWorker *parse_worker_new(const Desk *d, GError **err)
{
    ParseWorker *p = g_new0(ParseWorker, 1);
    p->desk = d;
    if (ensure(p, err))
        return p;
    g_free(p);
    return NULL;
}

void parse_worker_reset(ParseWorker *p) { g_clear_pointer(&p->worker, worker_stop); }

void parse_worker_free(ParseWorker *p)
{
    if (p == NULL)
        return;
    worker_stop(p->worker);
    g_free(p);
}

/* FALSE: the next request gets a fresh worker. *ret_stalled: it had the file, and needed too much time or memory for it; else it died, or we could not
 * wait for it. */
static gboolean ask_worker(ParseWorker *p, const char *request, int fd, gsize max, GString **ret, gboolean *ret_stalled, GError **err)
{
    GError *local = NULL;
    const gint64 late = instant_monotonic_us() + (gint64)LIMIT_PARSE_REAL_SECONDS * G_USEC_PER_SEC;
    gboolean is_sent = worker_send(p->worker, request, strlen(request), fd, &local);
    if (is_sent && worker_receive(p->worker, max, LIMIT_PARSE_REAL_SECONDS, ret, &local))
        return TRUE;
    *ret_stalled = is_sent && (local->code == ERROR_LIMIT || (local->code == ERROR_TEMPFAIL && instant_monotonic_us() >= late));
    g_propagate_error(err, local);
    g_clear_pointer(&p->worker, worker_stop);
    return FALSE;
}

static gboolean is_ready(ParseWorker *p, GError **err) { return ensure(p, err) && worker_limit_cpu(p->worker, LIMIT_PARSE_CPU_SECONDS, err); }

/* Whether it reads a mail that nobody sent. Where it does not, something is wrong with this machine: no file may be blamed for that. */
static gboolean works_at_all(ParseWorker *p, GError **err)
{
    static const char mail[] = "From: a@example.com\nSubject: x\n\nx\n";
    g_autoptr(GString) answer = NULL;
    g_autoptr(GError) why = NULL;
    gboolean stalled;
    AUTO_FD fd = memfd_create("mail", MFD_CLOEXEC);
    if (fd < 0 || !files_write_fd(fd, "mail", mail, strlen(mail), &why) || !is_ready(p, &why)
        || !ask_worker(p, "r0", fd, LIMIT_READING_BYTES, &answer, &stalled, &why))
        return error_set(err, ERROR_TEMPFAIL, "the parser works on no mail: %s", why != NULL ? why->message : g_strerror(errno));
    return TRUE;
}

static char *request_of(char what, gsize offset, gboolean more) { return g_strdup_printf("%c%" G_GSIZE_FORMAT "%s", what, offset, more ? MORE : ""); }

/* Whatever goes wrong here is the file's doing, unless the parser works on none. But a worker may also be killed from outside: where one died, the file is
 * given to its successor at once, since a mail that came to its strike first would lose its place before those that were sent after it. */
static gboolean ask(ParseWorker *p, char what, int fd, gsize offset, gsize max, GString **ret, GError **err)
{
    g_autofree char *request = request_of(what, offset, FALSE);
    for (gboolean stalled = FALSE, again = FALSE;; again = TRUE) {
        g_autoptr(GError) why = NULL;
        supervise_beat(); /* each try may take a minute, and as long to see whether the parser works at all */
        if (!is_ready(p, err))
            return FALSE;
        if (ask_worker(p, request, fd, max, ret, &stalled, &why))
            return TRUE;
        if (!works_at_all(p, err))
            return FALSE;
        if (stalled || again)
            return error_set(err, ERROR_DATA, "the parser failed on it: %s", why->message);
    }
}

gboolean parse_worker_read(ParseWorker *p, int fd, gsize offset, gboolean null_sender, Reading **ret, GError **err)
{
    g_autoptr(GString) json = NULL;
    return ask(p, null_sender ? 'R' : 'r', fd, offset, LIMIT_READING_BYTES, &json, err) && reading_from_json(json->str, json->len, ret, err);
}

void parse_worker_read_together(ParseWorker *p, ParseMail *mails, guint count)
{
    g_autoptr(GError) why = NULL;
    const gint64 until = instant_monotonic_us() + (gint64)LIMIT_PARSE_REAL_SECONDS * G_USEC_PER_SEC;
    gboolean ok = is_ready(p, &why);
    for (guint i = 0; ok && i < count; i++) {
        g_autofree char *request = request_of(mails[i].null_sender ? 'R' : 'r', mails[i].offset, i < count - 1);
        ok = worker_send(p->worker, request, strlen(request), mails[i].fd, &why);
    }
    for (guint i = 0; ok && i < count; i++) {
        g_autoptr(GString) json = NULL;
        Seconds left = MAX(until - instant_monotonic_us(), 0) / G_USEC_PER_SEC;
        ok = worker_receive(p->worker, LIMIT_READING_BYTES, left, &json, &why);
        if (ok)
            reading_from_json(json->str, json->len, &mails[i].reading, NULL);
    }
    if (ok)
        return;
    g_autofree char *reason = log_quote(why->message);
    log_event(LOGGING_WARNING, "event=parser-failed mails=%u reason=%s", count, reason); /* perhaps on none of them, when each is read alone */
    parse_worker_reset(p);                                                               /* answers may be left in it */
}

gboolean parse_worker_parts(ParseWorker *p, int fd, gsize offset, GPtrArray **ret, GError **err)
{
    g_autoptr(GString) answer = NULL;
    return ask(p, 'p', fd, offset, 2 * (gsize)LIMIT_MAIL_BYTES, &answer, err) && parsed_read_parts(answer->str, answer->len, ret, err);
}

gboolean parse_worker_signed(ParseWorker *p, int fd, gsize offset, Signedpart *ret, GError **err)
{
    g_autoptr(GString) answer = NULL;
    return ask(p, 's', fd, offset, SIGNED_BYTES, &answer, err) && parsed_read_signed(answer->str, answer->len, ret, err);
}
