/* wire: the socket under an SMTP conversation. libetpan's own streams wait per read and use select(), which a dripping server or
 * a high descriptor number turns into a hang or an abort; here poll() and one deadline govern. It must never log or retry. */
#include "mail/wire.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "mail/tls.h"

#include "base/banned.h"

struct Wire {
    int fd;
    Tls *tls; /* NULL: plain */
    gint64 deadline;
    gsize unanswered; /* bytes read since the last write */
    char reason[128];
};

static void because(Wire *w, const char *reason) { g_strlcpy(w->reason, reason, sizeof w->reason); }

static gboolean wait_until(int fd, short events, gint64 deadline)
{
    for (;;) {
        gint64 left = MAX(deadline - instant_monotonic_us(), 0);
        struct pollfd p = {.fd = fd, .events = events};
        int n = poll(&p, 1, (int)MIN((left + 999) / 1000, G_MAXINT));
        if (n > 0)
            return TRUE;
        if (n == 0)
            errno = ETIMEDOUT;
        if (n == 0 || errno != EINTR)
            return FALSE;
    }
}

/* A connected, non-blocking socket or -1 with errno. */
static int connect_one(const struct addrinfo *a, gint64 deadline)
{
    AUTO_FD fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (fd < 0)
        return -1;
    if (connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
        if (errno != EINPROGRESS || !wait_until(fd, POLLOUT, deadline))
            return -1;
        int failed = 0;
        socklen_t size = sizeof failed;
        if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0)
            return -1;
        if (failed != 0) {
            errno = failed;
            return -1;
        }
    }
    int mine = fd;
    fd = -1;
    return mine;
}

/* Several addresses share the time that is left, so that a silent first one does not eat it all. */
static int connect_any(const struct addrinfo *list, gint64 deadline)
{
    int fd = -1, left = 0;
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next)
        left++;
    errno = EADDRNOTAVAIL;
    for (const struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next, left--) {
        gint64 now = instant_monotonic_us();
        fd = connect_one(a, now + MAX(deadline - now, 0) / left);
    }
    return fd;
}

Wire *wire_open(const char *host, int port, gint64 deadline_us, GError **err)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    g_autofree char *service = g_strdup_printf("%d", port);
    int rc = getaddrinfo(host, service, &wanted, &list);
    if (rc != 0) {
        error_set(err, ERROR_TEMPFAIL, "resolve '%s': %s", host, rc == EAI_SYSTEM ? g_strerror(errno) : gai_strerror(rc));
        return NULL;
    }
    int fd = connect_any(list, deadline_us), saved = errno;
    freeaddrinfo(list);
    if (fd < 0) {
        error_set_errno(err, ERROR_TEMPFAIL, saved, "connect '%s:%d'", host, port);
        return NULL;
    }
    Wire *w = g_new0(Wire, 1);
    w->fd = fd;
    w->deadline = deadline_us;
    because(w, "connection lost");
    return w;
}

void wire_close(Wire *w)
{
    if (w == NULL)
        return;
    tls_close(w->tls);
    files_close_fd(&w->fd);
    g_free(w);
}

void wire_set_deadline(Wire *w, gint64 deadline_us) { w->deadline = deadline_us; }

int wire_fd(const Wire *w) { return w->fd; }

const char *wire_reason(const Wire *w) { return w->reason; }

gboolean wire_is_tls(const Wire *w) { return w->tls != NULL; }

gboolean wire_verify(const Wire *w, GError **err)
{
    return w->tls != NULL ? tls_verify(w->tls, err) : error_set(err, ERROR_TEMPFAIL, "the connection has no TLS");
}

gboolean wire_start_tls(Wire *w, const char *host, const char *ca_file, GError **err)
{
    Tls *tls = tls_open(w->fd, host, ca_file, err);
    if (tls == NULL)
        return FALSE;
    short events;
    while ((events = tls_handshake(tls, err)) > 0)
        if (!wait_until(w->fd, events, w->deadline)) {
            error_set_errno(err, ERROR_TEMPFAIL, errno, "TLS with '%s'", host);
            events = -1;
            break;
        }
    if (events < 0) {
        tls_close(tls);
        return FALSE;
    }
    w->tls = tls;
    return TRUE;
}

/* -1 with EAGAIN: wait for *ret_events. */
static gssize read_some(Wire *w, void *bytes, gsize n, short *ret_events)
{
    *ret_events = POLLIN;
    return w->tls != NULL ? tls_read(w->tls, bytes, n, ret_events) : recv(w->fd, bytes, n, 0);
}

static gssize write_some(Wire *w, const void *bytes, gsize n, short *ret_events)
{
    *ret_events = POLLOUT;
    return w->tls != NULL ? tls_write(w->tls, bytes, n, ret_events) : send(w->fd, bytes, n, MSG_NOSIGNAL);
}

/* After a call that gave `done` <= 0: whether to try again. Also ends a peer that always has one more byte. */
static gboolean again(Wire *w, gssize done, short events)
{
    if (done == 0)
        because(w, "connection closed by the server");
    else if (errno == EINTR)
        return TRUE;
    else if (errno != EAGAIN && errno != EWOULDBLOCK)
        because(w, g_strerror(errno));
    else if (wait_until(w->fd, events, w->deadline))
        return TRUE;
    else
        because(w, errno == ETIMEDOUT ? "no answer in time" : g_strerror(errno));
    return FALSE;
}

gssize wire_read(Wire *w, void *bytes, gsize n)
{
    if (w->unanswered >= LIMIT_SMTP_REPLY_BYTES) {
        because(w, "reply too long");
        return -1;
    }
    if (instant_monotonic_us() >= w->deadline) {
        because(w, "no answer in time");
        return -1;
    }
    for (;;) {
        short events;
        gssize got = read_some(w, bytes, n, &events);
        if (got > 0) {
            w->unanswered += (gsize)got;
            return got;
        }
        if (!again(w, got, events))
            return -1;
    }
}

gssize wire_write(Wire *w, const void *bytes, gsize n)
{
    w->unanswered = 0;
    if (instant_monotonic_us() >= w->deadline) {
        because(w, "no answer in time");
        return -1;
    }
    for (;;) {
        short events;
        gssize put = write_some(w, bytes, n, &events);
        if (put > 0)
            return put;
        if (!again(w, put, events))
            return -1;
    }
}
