/* deliver_worker: one request a frame, a mail ("m", sender, recipient, name, each with a NUL, and its bytes) or a page for a program ("c", seconds,
 * the number of arguments, these, and what it reads); the answer is a digit and the reply. The child wipes keys before it talks to anybody;
 * descriptors it has none. */
#include "programs/deliver_worker.h"

#include <string.h>
#include <sys/wait.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/worker.h"

#include "mail/pager.h"

#include "flows/deliver.h"
#include "flows/deskkeys.h"

#include "base/banned.h"

#define FRAME_MAX (LIMIT_MAIL_BYTES * 2)
#define SLACK_SECONDS 15 /* name look-up is outside the transport's own deadline */
#define ARGUMENTS_MAX 1000

struct DeliverWorker {
    Worker *worker;
    Seconds longest; /* of what is under way */
};

typedef struct {
    const Desk *desk;
    TransportOptions options;
} Start;

/* The next field of a request; NULL where it has no end. */
static const char *next_field(const char **at, const char *end)
{
    const char *field = *at, *nul = memchr(field, '\0', (gsize)(end - field));
    if (nul != NULL)
        *at = nul + 1;
    return nul == NULL ? NULL : field;
}

static gboolean serve_mail(Transport *transport, const char *p, const char *end, TransportResult *ret, char **ret_reply)
{
    const char *sender = next_field(&p, end), *recipient = sender == NULL ? NULL : next_field(&p, end);
    const char *name = recipient == NULL ? NULL : next_field(&p, end);
    if (name == NULL)
        return FALSE;
    TransportMail mail = {.sender = sender, .recipient = recipient, .name = name, .want_dsn = TRUE, .bytes = p, .length = (gsize)(end - p)};
    *ret = transport_send(transport, &mail, ret_reply);
    return TRUE;
}

static gboolean serve_command(const char *p, const char *end, TransportResult *ret, char **ret_reply)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *seconds = next_field(&p, end), *number = seconds == NULL ? NULL : next_field(&p, end), *field;
    gint64 count = number == NULL ? 0 : g_ascii_strtoll(number, NULL, 10);
    if (count < 1 || count > ARGUMENTS_MAX)
        return FALSE;
    for (gint64 i = 0; i < count; i++) {
        if ((field = next_field(&p, end)) == NULL)
            return FALSE;
        g_ptr_array_add(argv, (gpointer)field);
    }
    g_ptr_array_add(argv, NULL);
    PagerCall call = {.argv = (const char *const *)argv->pdata, .seconds = g_ascii_strtoll(seconds, NULL, 10), .bytes = p, .length = (gsize)(end - p)};
    *ret = pager_run(&call, ret_reply);
    return TRUE;
}

static gboolean serve_one(int channel, Transport *transport, GError **err)
{
    g_autoptr(GString) request = NULL;
    g_autofree char *reply = NULL;
    TransportResult result;
    if (!worker_read(channel, FRAME_MAX, &request, NULL, err))
        return FALSE;
    const char *p = request->str, *end = p + request->len;
    const char *kind = next_field(&p, end);
    gboolean ok = kind != NULL
                  && (*kind == 'm' ? serve_mail(transport, p, end, &result, &reply) : serve_command(p, end, &result, &reply));
    if (!ok)
        return error_set(err, ERROR_INTERNAL, "deliver: bad request");
    g_autofree char *answer = g_strdup_printf("%d%s", (int)result, reply);
    return worker_write(channel, answer, strlen(answer), err);
}

static int serve(int channel, void *data)
{
    const Start *start = data;
    g_autoptr(GError) err = NULL;
    deskkeys_forget(start->desk);
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

static void add_field(GString *request, const char *text) { g_string_append_len(request, text, (gssize)strlen(text) + 1); }

static gboolean send_to(DeliverWorker *w, const Desk *d, const GString *request, GError **err)
{
    if (ensure(w, d, err) && worker_send(w->worker, request->str, request->len, -1, err))
        return TRUE;
    deliver_worker_reset(w);
    return FALSE;
}

static gboolean begin(DeliverWorker *w, const Desk *d, const GString *request, Seconds longest, GError **err)
{
    /* one that died while it had nothing to do says nothing about this mail, and a request that it did not get whole is none */
    gboolean is_old = w->worker != NULL;
    w->longest = longest;
    return (is_old && send_to(w, d, request, NULL)) || send_to(w, d, request, err);
}

gboolean deliver_worker_begin(DeliverWorker *w, const Desk *d, const TransportMail *mail, GError **err)
{
    g_autoptr(GString) request = g_string_new(NULL);
    const char *fields[] = {"m", mail->sender, mail->recipient, mail->name};
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        add_field(request, fields[i]);
    g_string_append_len(request, mail->bytes, (gssize)mail->length);
    return begin(w, d, request, LIMIT_SMTP_SECONDS, err);
}

gboolean deliver_worker_begin_command(DeliverWorker *w, const Desk *d, char *const *argv, Seconds seconds, GBytes *bytes, GError **err)
{
    g_autoptr(GString) request = g_string_new(NULL);
    g_autofree char *time = g_strdup_printf("%d", (int)seconds), *count = g_strdup_printf("%u", g_strv_length((char **)argv));
    gsize n;
    const char *input = g_bytes_get_data(bytes, &n);
    add_field(request, "c");
    add_field(request, time);
    add_field(request, count);
    for (guint i = 0; argv[i] != NULL; i++)
        add_field(request, argv[i]);
    g_string_append_len(request, input, (gssize)n);
    return begin(w, d, request, seconds, err);
}

int deliver_worker_fd(const DeliverWorker *w) { return w->worker == NULL ? -1 : worker_fd(w->worker); }

static gboolean lacked_something(const Worker *w) { return WIFEXITED(worker_status(w)) && WEXITSTATUS(worker_status(w)) == 75; }

TransportResult deliver_worker_finish(DeliverWorker *w, char **ret_reply)
{
    g_autoptr(GString) answer = NULL;
    g_autoptr(GError) err = NULL;
    if (w->worker != NULL && worker_receive(w->worker, 65536, w->longest + SLACK_SECONDS, &answer, &err) && answer->len > 0 && answer->str[0] >= '0'
        && answer->str[0] <= '0' + TRANSPORT_DOWN) {
        *ret_reply = g_strdup(answer->str + 1);
        return (TransportResult)(answer->str[0] - '0');
    }
    gboolean has_died = err != NULL && (err->code == ERROR_DATA || err->code == ERROR_LIMIT) && !lacked_something(w->worker);
    *ret_reply = g_strdup(err != NULL ? err->message : "the deliver worker gave no answer");
    deliver_worker_reset(w);
    return has_died ? TRANSPORT_BROKE : TRANSPORT_DOWN;
}
