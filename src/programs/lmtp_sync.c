/* lmtp_sync: a worker whose request is a letter ('f' fsync, 's' syncfs) and a descriptor, and whose answer is an error number. */
#include "programs/lmtp_sync.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/sandbox.h"
#include "base/worker.h"

#include "base/banned.h"

#define FRAME_BYTES 32
#define ANSWER_SECONDS 5 /* it has begun to come when this is asked */

struct LmtpSync {
    Worker *worker;
};

static gboolean serve_one(int channel, GError **err)
{
    g_autoptr(GString) request = NULL;
    AUTO_FD fd = -1;
    if (!worker_read(channel, FRAME_BYTES, &request, &fd, err))
        return FALSE;
    int rc = request->str[0] == 's' ? syncfs(fd) : fsync(fd);
    g_autofree char *answer = g_strdup_printf("%d", rc == 0 ? 0 : errno);
    return worker_write(channel, answer, strlen(answer), err);
}

static int serve(int channel, void *data)
{
    g_autoptr(GError) err = NULL;
    (void)data;
    if (!sandbox_narrow(&err))
        return 1;
    while (serve_one(channel, &err))
        ;
    return err->code == ERROR_NOTFOUND ? 0 : 1;
}

LmtpSync *lmtp_sync_start(GError **err)
{
    Worker *worker = worker_start("sync", serve, NULL, err);
    if (worker == NULL)
        return NULL;
    LmtpSync *s = g_new0(LmtpSync, 1);
    s->worker = worker;
    return s;
}

void lmtp_sync_stop(LmtpSync *s)
{
    if (s == NULL)
        return;
    worker_stop(s->worker);
    g_free(s);
}

int lmtp_sync_fd(const LmtpSync *s) { return worker_fd(s->worker); }

gboolean lmtp_sync_begin(LmtpSync *s, int fd, gboolean whole_system, GError **err)
{
    return worker_send(s->worker, whole_system ? "s" : "f", 1, fd, err);
}

gboolean lmtp_sync_finish(LmtpSync *s, int *ret_error, GError **err)
{
    g_autoptr(GString) answer = NULL;
    guint64 error;
    if (!worker_receive(s->worker, FRAME_BYTES, ANSWER_SECONDS, &answer, err))
        return FALSE;
    if (!g_ascii_string_to_unsigned(answer->str, 10, 0, 4095, &error, NULL))
        return error_set(err, ERROR_INTERNAL, "sync: an answer that is no number");
    *ret_error = (int)error;
    return TRUE;
}
