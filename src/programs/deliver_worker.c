/* deliver_worker: one request a frame: "sender\0recipient\0name\0" and the mail; the answer is a digit and the reply. The child wipes
 * keys before it talks to anybody; descriptors it has none. */
#include "programs/deliver_worker.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/worker.h"

#include "flows/deliver.h"

#include "base/banned.h"

#define FRAME_MAX (LIMIT_MAIL_BYTES * 2)
#define SLACK_SECONDS 15 /* name look-up is outside the transport's own deadline */

struct DeliverWorker {
    Worker *worker;
};

typedef struct {
    const Desk *desk;
    TransportOptions options;
} Start;

static gboolean serve_one(int channel, Transport *transport, GError **err)
{
    g_autoptr(GString) request = NULL;
    const char *fields[3];
    if (!worker_read(channel, FRAME_MAX, &request, NULL, err))
        return FALSE;
    const char *p = request->str, *end = request->str + request->len;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *nul = memchr(p, '\0', (gsize)(end - p));
        if (nul == NULL)
            return error_set(err, ERROR_INTERNAL, "deliver: bad request");
        fields[i] = p;
        p = nul + 1;
    }
    TransportMail mail = {.sender = fields[0], .recipient = fields[1], .name = fields[2], .want_dsn = TRUE, .bytes = p, .length = (gsize)(end - p)};
    g_autofree char *reply = NULL;
    TransportResult result = transport_send(transport, &mail, &reply);
    g_autofree char *answer = g_strdup_printf("%d%s", (int)result, reply);
    return worker_write(channel, answer, strlen(answer), err);
}

static int serve(int channel, void *data)
{
    const Start *start = data;
    g_autoptr(GError) err = NULL;
    desk_forget_keys(start->desk);
    Transport *transport = transport_open(&start->options);
    while (serve_one(channel, transport, &err))
        ;
    transport_close(transport);
    return err->code == ERROR_NOTFOUND ? 0 : 1;
}

DeliverWorker *deliver_worker_new(void) { return g_new0(DeliverWorker, 1); }

void deliver_worker_reset(DeliverWorker *w) { g_clear_pointer(&w->worker, worker_stop); }

void deliver_worker_free(DeliverWorker *w)
{
    if (w == NULL)
        return;
    deliver_worker_reset(w);
    g_free(w);
}

static gboolean ensure(DeliverWorker *w, const Desk *d, GError **err)
{
    Start start = {.desk = d};
    g_autofree char *password = NULL;
    if (w->worker != NULL && worker_pid(w->worker) != -1)
        return TRUE;
    deliver_worker_reset(w);
    if (!deliver_options(d, &start.options, &password, err))
        return FALSE;
    w->worker = worker_start("deliver", serve, &start, err);
    if (password != NULL)
        explicit_bzero(password, strlen(password));
    return w->worker != NULL;
}

gboolean deliver_worker_begin(DeliverWorker *w, const Desk *d, const TransportMail *mail, GError **err)
{
    g_autoptr(GString) request = g_string_new(NULL);
    const char *fields[] = {mail->sender, mail->recipient, mail->name};
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        g_string_append_len(request, fields[i], (gssize)strlen(fields[i]) + 1);
    g_string_append_len(request, mail->bytes, (gssize)mail->length);
    if (ensure(w, d, err) && worker_send(w->worker, request->str, request->len, -1, err))
        return TRUE;
    deliver_worker_reset(w);
    return FALSE;
}

int deliver_worker_fd(const DeliverWorker *w) { return w->worker == NULL ? -1 : worker_fd(w->worker); }

TransportResult deliver_worker_finish(DeliverWorker *w, char **ret_reply)
{
    g_autoptr(GString) answer = NULL;
    g_autoptr(GError) err = NULL;
    if (worker_receive(w->worker, 65536, LIMIT_SMTP_SECONDS + SLACK_SECONDS, &answer, &err) && answer->len > 0 && answer->str[0] >= '0'
        && answer->str[0] <= '0' + TRANSPORT_DOWN) {
        *ret_reply = g_strdup(answer->str + 1);
        return (TransportResult)(answer->str[0] - '0');
    }
    *ret_reply = g_strdup(err != NULL ? err->message : "the deliver worker gave no answer");
    deliver_worker_reset(w);
    return TRANSPORT_DOWN;
}
