/* lmtp_connection: non-blocking. It must never read from a client who does not fetch his replies, nor from one whose mail waits for the disk beyond one
 * chunk, so that no client costs more memory than that. */
#include "programs/lmtp_connection.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/limits.h"

#include "base/banned.h"

#define SECOND_US ((gint64)G_USEC_PER_SEC)

void lmtp_connection_free(gpointer p)
{
    LmtpConnection *c = p;
    close(c->fd);
    lmtp_free(c->session);
    g_string_free(c->in, TRUE);
    g_string_free(c->out, TRUE);
    g_free(c);
}

gboolean lmtp_connection_poll(const LmtpServer *s, int how, int fd, guint32 events, gpointer data)
{
    struct epoll_event e = {.events = events, .data.ptr = data};
    return epoll_ctl(s->poll, how, fd, &e) == 0;
}

static void drop_mail(LmtpServer *s, LmtpConnection *c)
{
    spoolgroup_drop(s->group, g_steal_pointer(&c->mail));
    c->mail_at = G_MAXINT64;
}

/* The client is gone, or was told all: a mail that is not whole goes with it. One that is whole is stored all the same: the client may have sent
 * it and lost the line. */
static void end(LmtpServer *s, LmtpConnection *c)
{
    if (c->is_dead || c->is_waiting)
        return;
    c->is_dead = TRUE;
    drop_mail(s, c);
    lmtp_connection_poll(s, EPOLL_CTL_DEL, c->fd, 0, NULL);
}

/* What a client does not fetch is waited for without reading more of him. */
static void send_out(LmtpServer *s, LmtpConnection *c)
{
    while (c->out->len > 0) {
        ssize_t n = send(c->fd, c->out->str, c->out->len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0) {
            g_string_truncate(c->out, 0);
            c->is_closing = TRUE;
            break;
        }
        g_string_erase(c->out, 0, n);
    }
    if (c->out->len == 0 && (c->is_closing || (c->has_ended && c->in->len == 0))) {
        end(s, c);
        return;
    }
    guint32 wanted = c->out->len > 0 ? EPOLLOUT : c->has_ended || c->in->len >= LIMIT_LMTP_CHUNK_BYTES ? 0 : EPOLLIN;
    if (wanted != c->polled && !c->is_dead)
        lmtp_connection_poll(s, EPOLL_CTL_MOD, c->fd, wanted, c);
    c->polled = wanted;
}

static void on_event(LmtpServer *s, LmtpConnection *c, LmtpEvent event)
{
    if (event == LMTP_BEGIN) {
        c->mail = spoolgroup_begin(s->group, lmtp_sender(c->session), lmtp_recipients(c->session), c->user);
        c->mail_at = instant_monotonic_us() + LIMIT_LMTP_MAIL_SECONDS * SECOND_US;
    } else if (event == LMTP_END) {
        c->is_waiting = TRUE;
        s->waiting++;
    } else if (event == LMTP_DROP) {
        drop_mail(s, c);
    } else if (event == LMTP_CLOSE) {
        c->is_closing = TRUE;
    }
}

/* Returns how many were used: all, but where the session must wait. */
static gsize use(LmtpServer *s, LmtpConnection *c, const char *bytes, gsize length)
{
    static GString *nowhere; /* outside of a mail the session writes none */
    gsize at = 0;
    if (nowhere == NULL)
        nowhere = g_string_new(NULL);
    while (at < length && !c->is_waiting && !c->is_closing && c->out->len < LIMIT_LMTP_CHUNK_BYTES) {
        gsize used;
        LmtpEvent event = lmtp_step(c->session, bytes + at, length - at, &used, c->out, c->mail != NULL ? c->mail->bytes : nowhere);
        at += used;
        on_event(s, c, event);
        if (c->mail != NULL && c->mail->bytes->len > LIMIT_LMTP_CHUNK_BYTES)
            spoolgroup_write(s->group, c->mail);
    }
    return at;
}

void lmtp_connection_go_on(LmtpServer *s, LmtpConnection *c, const char *bytes, gsize length)
{
    if (c->in->len > 0 || bytes == NULL) {
        if (bytes != NULL)
            g_string_append_len(c->in, bytes, (gssize)length);
        g_string_erase(c->in, 0, (gssize)use(s, c, c->in->str, c->in->len));
    } else {
        gsize used = use(s, c, bytes, length);
        g_string_append_len(c->in, bytes + used, (gssize)(length - used));
    }
    if (s->is_stopping && !lmtp_has_mail(c->session) && !c->is_closing) {
        lmtp_leave(c->session, "going down, try again", c->out);
        c->is_closing = TRUE;
    }
    if (c->is_closing)
        g_string_truncate(c->in, 0);
    send_out(s, c);
}

static void read_in(LmtpServer *s, LmtpConnection *c)
{
    static char bytes[LIMIT_LMTP_CHUNK_BYTES];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        c->has_ended = TRUE;
        c->is_closing = c->is_closing || n < 0;
        if (n < 0)
            g_string_truncate(c->out, 0);
        send_out(s, c);
        return;
    }
    c->idle_at = instant_monotonic_us() + LIMIT_LMTP_IDLE_SECONDS * SECOND_US;
    lmtp_connection_go_on(s, c, bytes, (gsize)n);
}

void lmtp_connection_serve(LmtpServer *s, LmtpConnection *c, guint32 events)
{
    if (c->is_dead)
        return;
    if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN)) { /* both ways are shut: there is nobody to answer */
        g_string_truncate(c->out, 0);
        c->is_closing = TRUE;
        end(s, c);
        if (!c->is_dead)
            lmtp_connection_poll(s, EPOLL_CTL_DEL, c->fd, 0, NULL);
        return;
    }
    if (events & EPOLLOUT) {
        send_out(s, c);
        if (!c->is_dead && c->out->len == 0 && c->in->len > 0)
            lmtp_connection_go_on(s, c, NULL, 0);
    } else if (events & EPOLLIN) {
        read_in(s, c);
    }
}

void lmtp_connection_answer(LmtpServer *s, LmtpConnection *c)
{
    gboolean is_stored = c->mail->why == NULL;
    lmtp_finish(c->session, is_stored, is_stored ? "on disk" : c->mail->why, c->out);
    c->is_waiting = c->is_sealed = FALSE;
    drop_mail(s, c);
    lmtp_connection_go_on(s, c, NULL, 0);
}

void lmtp_connection_open(LmtpServer *s, int fd, uid_t user)
{
    LmtpConnection *c = g_new0(LmtpConnection, 1);
    *c = (LmtpConnection){.fd = fd, .user = user, .session = lmtp_new(s->host), .in = g_string_new(NULL), .out = g_string_new(NULL), .mail_at = G_MAXINT64};
    c->idle_at = instant_monotonic_us() + LIMIT_LMTP_IDLE_SECONDS * SECOND_US;
    g_ptr_array_add(s->connections, c);
    c->polled = EPOLLIN;
    if (!lmtp_connection_poll(s, EPOLL_CTL_ADD, fd, c->polled, c)) {
        c->is_dead = TRUE; /* nothing would be heard of him: he sees the end, and comes again */
        return;
    }
    lmtp_greet(c->session, c->out);
    send_out(s, c);
}

void lmtp_connection_expire(LmtpServer *s, LmtpConnection *c)
{
    lmtp_leave(c->session, "too slow", c->out);
    c->is_closing = TRUE;
    send_out(s, c);
    end(s, c);
}
