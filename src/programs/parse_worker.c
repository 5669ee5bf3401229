/* parse_worker: one request a frame: a letter ('r' read, 'R' read with null sender, 'p' parts, 's' signed part), the offset of the mail, and the open
 * file beside it. It says that it is ready, once. Answers: 'r' JSON; 'p' for each part a line "name\ttype\tlength\n" with name and type escaped, then its bytes. */
#include "programs/parse_worker.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sandbox.h"

#include "mail/message.h"

#include "config.h"

#include "base/banned.h"

#define REQUEST_BYTES 64
#define SIGNED_BYTES 500
#define READY "ready" /* the child's first frame */

struct ParseWorker {
    const Desk *desk;
    Worker *worker;
    gboolean is_ready; /* it said so: from now on its end is the doing of the file in hand */
};

/* ---- the child ---- */

#define TOO_LARGE "-\n" /* instead of a list of parts */

static void answer_parts(const char *mail, gsize length, GString *out)
{
    g_autoptr(GPtrArray) parts = NULL;
    if (!message_parts(mail, length, LIMIT_MAIL_BYTES, &parts, NULL)) {
        g_string_append(out, TOO_LARGE);
        return;
    }
    for (guint i = 0; i < parts->len; i++) {
        const MessagePart *p = g_ptr_array_index(parts, i);
        g_autofree char *name = g_strescape(p->name, NULL), *type = g_strescape(p->type, NULL);
        gsize n;
        const char *bytes = g_bytes_get_data(p->bytes, &n);
        g_string_append_printf(out, "%s\t%s\t%" G_GSIZE_FORMAT "\n", name, type, n);
        g_string_append_len(out, bytes, (gssize)n);
    }
}

static void answer_reading(const char *mail, gsize length, gboolean null_sender, const KindWords *words, GString *out)
{
    g_autoptr(Reading) r = reading_of_mail(mail, length, null_sender, words);
    reading_to_json(r, out);
}

/* "kind base64 content-at content-length signature-at signature-length", or "0 reason". */
static void answer_signed(const char *mail, gsize length, GString *out)
{
    Signedpart s = signedpart_find(mail, length);
    if (s.kind == SIGNEDPART_NONE)
        g_string_append_printf(out, "0 %s", s.why);
    else
        g_string_append_printf(out, "%d %d %zu %zu %zu %zu", (int)s.kind, s.is_base64 ? 1 : 0, s.content_at, s.content_length, s.signature_at,
                               s.signature_length);
}

static gboolean serve_one(int channel, const KindWords *words, GError **err)
{
    g_autoptr(GString) request = NULL, mail = NULL, answer = g_string_new(NULL);
    AUTO_FD fd = -1;
    if (!worker_read(channel, REQUEST_BYTES, &request, &fd, err))
        return FALSE;
    gsize offset = (gsize)g_ascii_strtoull(request->str + (request->len > 0), NULL, 10);
    if (lseek(fd, 0, SEEK_SET) != 0 || !files_read_fd(fd, "mail", LIMIT_MAIL_BYTES + 65536, &mail, err))
        return FALSE;
    offset = MIN(offset, mail->len);
    if (request->str[0] == 'p')
        answer_parts(mail->str + offset, mail->len - offset, answer);
    else if (request->str[0] == 's')
        answer_signed(mail->str + offset, mail->len - offset, answer);
    else
        answer_reading(mail->str + offset, mail->len - offset, request->str[0] == 'R', words, answer);
    return worker_write(channel, answer->str, answer->len, err);
}

static int serve(int channel, void *data)
{
    g_autoptr(GError) err = NULL;
    const Desk *desk = data; /* its words were read before the sandbox closes */
    desk_forget_keys(desk);
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
    if (!worker_write(channel, READY, strlen(READY), &err))
        return 1;
    while (serve_one(channel, desk->words, &err))
        ;
    return err->code == ERROR_NOTFOUND ? 0 : 1;
}

/* ---- the parent ---- */

static gboolean ensure(ParseWorker *p, GError **err)
{
    if (p->worker != NULL && worker_pid(p->worker) != -1)
        return TRUE;
    g_clear_pointer(&p->worker, worker_stop);
    p->is_ready = FALSE;
    p->worker = worker_start("parse", serve, (void *)p->desk, err);
    return p->worker != NULL;
}

/* A parser that cannot start (no descriptors, no sandbox) is no fault of any mail: none is struck, all wait. */
static gboolean wait_ready(ParseWorker *p, GError **err)
{
    g_autoptr(GString) said = NULL;
    g_autoptr(GError) local = NULL;
    if (p->is_ready || worker_receive(p->worker, strlen(READY), LIMIT_PARSE_REAL_SECONDS, &said, &local)) {
        p->is_ready = TRUE;
        return TRUE;
    }
    g_clear_pointer(&p->worker, worker_stop);
    return error_set(err, ERROR_TEMPFAIL, "the parser does not start: %s", local->message);
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

static gboolean ask_once(ParseWorker *p, const char *request, int fd, gsize max, GString **ret, gboolean *ret_died, GError **err)
{
    GError *local = NULL;
    *ret_died = FALSE;
    if (!ensure(p, err) || !wait_ready(p, err) || !worker_limit_cpu(p->worker, LIMIT_PARSE_CPU_SECONDS, err))
        return FALSE;
    gboolean is_sent = worker_send(p->worker, request, strlen(request), fd, &local);
    if (is_sent && worker_receive(p->worker, max, LIMIT_PARSE_REAL_SECONDS, ret, &local))
        return TRUE;
    *ret_died = !is_sent || local->code == ERROR_DATA; /* one that took nothing from the channel has not even seen the file */
    g_clear_pointer(&p->worker, worker_stop);
    error_set(err, ERROR_DATA, "the parser failed on it: %s", local->message);
    g_error_free(local);
    return FALSE;
}

/* Whatever goes wrong here is the file's doing, and the next file gets a fresh worker. But a worker may also be killed from outside: one that died gets a
 * successor at once, since a mail that came to its strike first would lose its place before those that were sent after it. */
static gboolean ask(ParseWorker *p, char what, int fd, gsize offset, gsize max, GString **ret, GError **err)
{
    g_autofree char *request = g_strdup_printf("%c%" G_GSIZE_FORMAT, what, offset);
    gboolean died;
    GError *local = NULL;
    if (ask_once(p, request, fd, max, ret, &died, &local))
        return TRUE;
    if (!died) {
        g_propagate_error(err, local);
        return FALSE;
    }
    g_error_free(local);
    return ask_once(p, request, fd, max, ret, &died, err);
}

gboolean parse_worker_read(ParseWorker *p, int fd, gsize offset, gboolean null_sender, Reading **ret, GError **err)
{
    g_autoptr(GString) json = NULL;
    return ask(p, null_sender ? 'R' : 'r', fd, offset, LIMIT_READING_BYTES, &json, err) && reading_from_json(json->str, json->len, ret, err);
}

gboolean parse_worker_parts(ParseWorker *p, int fd, gsize offset, GPtrArray **ret, GError **err)
{
    g_autoptr(GString) answer = NULL;
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)message_part_free);
    if (!ask(p, 'p', fd, offset, 2 * (gsize)LIMIT_MAIL_BYTES, &answer, err))
        return FALSE;
    if (strcmp(answer->str, TOO_LARGE) == 0)
        return error_set(err, ERROR_LIMIT, "its attachments are too many or too large to be passed on");
    for (gsize at = 0; at < answer->len;) {
        const char *line = answer->str + at, *end = memchr(line, '\n', answer->len - at);
        g_autofree char *head = end == NULL ? NULL : g_strndup(line, (gsize)(end - line));
        g_auto(GStrv) fields = g_strsplit(head != NULL ? head : "", "\t", 3);
        if (g_strv_length(fields) != 3 || parts->len >= LIMIT_MIME_PARTS)
            return error_set(err, ERROR_DATA, "the parser's list of attachments is damaged");
        gsize n = (gsize)g_ascii_strtoull(fields[2], NULL, 10);
        at += (gsize)(end + 1 - line);
        if (n > answer->len - at)
            return error_set(err, ERROR_DATA, "the parser's list of attachments is damaged");
        MessagePart *part = g_new0(MessagePart, 1);
        part->name = g_strcompress(fields[0]);
        part->type = g_strcompress(fields[1]);
        part->bytes = g_bytes_new(answer->str + at, n);
        g_ptr_array_add(parts, part);
        at += n;
    }
    *ret = g_steal_pointer(&parts);
    return TRUE;
}

gboolean parse_worker_signed(ParseWorker *p, int fd, gsize offset, Signedpart *ret, GError **err)
{
    g_autoptr(GString) answer = NULL;
    guint64 n[6];
    if (!ask(p, 's', fd, offset, SIGNED_BYTES, &answer, err))
        return FALSE;
    if (g_str_has_prefix(answer->str, "0 "))
        return error_set(err, ERROR_DATA, "%s", answer->str + 2);
    g_auto(GStrv) words = g_strsplit(answer->str, " ", 7);
    gboolean good = g_strv_length(words) == G_N_ELEMENTS(n);
    for (gsize i = 0; good && i < G_N_ELEMENTS(n); i++)
        good = g_ascii_string_to_unsigned(words[i], 10, 0, LIMIT_MAIL_BYTES, &n[i], NULL);
    if (!good || n[0] < SIGNEDPART_PGP || n[0] > SIGNEDPART_SMIME || n[1] > 1)
        return error_set(err, ERROR_DATA, "the parser's answer about its signature is damaged");
    *ret = (Signedpart){.kind = (SignedpartKind)n[0], .is_base64 = n[1] == 1, .content_at = n[2], .content_length = n[3], .signature_at = n[4],
                        .signature_length = n[5]};
    return TRUE;
}
