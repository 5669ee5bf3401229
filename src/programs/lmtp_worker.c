/* lmtp_worker: a loop over connections. Bytes go through rules/lmtp; mails that are whole wait until nobody else has anything to say, then one sync
 * of store/spoolgroup makes all of them durable, and only then they are answered. It must never say 250 before that, never say 5xx for a trouble of
 * its own, and never wait for one client alone. */
#include "programs/lmtp_worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sandbox.h"

#include "rules/lmtp.h"

#include "store/spoolgroup.h"

#include "config/config.h"

#include "programs/lmtp_listen.h"
#include "programs/supervise.h"

#include "config.h"

#include "base/banned.h"

#define EVENTS 64
#define TICK_MS 1000       /* deadlines are looked at so often */
#define GATHER_ROUNDS 4    /* looks for more mails before a sync */
#define SECOND_US ((gint64)G_USEC_PER_SEC)

typedef struct {
    int fd;
    uid_t user;
    Lmtp *session;
    GString *in, *out; /* not used yet; not sent yet */
    SpoolGroupMail *mail;
    gboolean is_waiting; /* its mail is whole and waits for the sync */
    gboolean is_closing; /* once `out` is sent */
    gboolean is_dead;    /* nothing more can come of it: freed at the end of the round */
    gboolean has_ended;  /* the client sends no more */
    gboolean wants_out;  /* polled for writing, not for reading */
    gint64 idle_at, mail_at; /* monotonic: when it is dropped */
} Connection;

typedef struct {
    const char *path; /* of the configuration */
    Config *config;
    char *host;
    SpoolGroup *group;
    int poll, listener, signals;
    gboolean is_listening;  /* polled for connections */
    gboolean is_stopping, is_again;
    gint64 stop_at, tick_at;
    GPtrArray *connections; /* Connection *, owned */
    guint waiting;
} Server;

/* ---- one connection ---- */

static void connection_free(gpointer p)
{
    Connection *c = p;
    close(c->fd);
    lmtp_free(c->session);
    g_string_free(c->in, TRUE);
    g_string_free(c->out, TRUE);
    g_free(c);
}

static void poll_for(const Server *s, int how, int fd, guint32 events, gpointer data)
{
    struct epoll_event e = {.events = events, .data.ptr = data};
    epoll_ctl(s->poll, how, fd, &e);
}

static void drop_mail(Server *s, Connection *c)
{
    spoolgroup_drop(s->group, g_steal_pointer(&c->mail));
    c->mail_at = G_MAXINT64;
}

/* The client is gone, or was told all: a mail that is not whole goes with it. One that is whole is stored all the same: the client may have sent
 * it and lost the line. */
static void end(Server *s, Connection *c)
{
    if (c->is_dead || c->is_waiting)
        return;
    c->is_dead = TRUE;
    drop_mail(s, c);
    poll_for(s, EPOLL_CTL_DEL, c->fd, 0, NULL);
}

/* What a client does not fetch is waited for without reading more of him. */
static void send_out(Server *s, Connection *c)
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
    gboolean wants_out = c->out->len > 0;
    if (wants_out != c->wants_out && !c->is_dead)
        poll_for(s, EPOLL_CTL_MOD, c->fd, wants_out ? EPOLLOUT : EPOLLIN, c);
    c->wants_out = wants_out;
}

static void on_event(Server *s, Connection *c, LmtpEvent event)
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
static gsize use(Server *s, Connection *c, const char *bytes, gsize length)
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

static void go_on(Server *s, Connection *c, const char *bytes, gsize length)
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

static void read_in(Server *s, Connection *c)
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
        poll_for(s, EPOLL_CTL_MOD, c->fd, c->wants_out ? EPOLLOUT : 0, c);
        send_out(s, c);
        return;
    }
    c->idle_at = instant_monotonic_us() + LIMIT_LMTP_IDLE_SECONDS * SECOND_US;
    go_on(s, c, bytes, (gsize)n);
}

static void serve(Server *s, Connection *c, guint32 events)
{
    if (c->is_dead)
        return;
    if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN)) { /* both ways are shut: there is nobody to answer */
        g_string_truncate(c->out, 0);
        c->is_closing = TRUE;
        end(s, c);
        if (!c->is_dead)
            poll_for(s, EPOLL_CTL_DEL, c->fd, 0, NULL);
        return;
    }
    if (events & EPOLLOUT) {
        send_out(s, c);
        if (!c->is_dead && c->out->len == 0 && c->in->len > 0)
            go_on(s, c, NULL, 0);
    } else if (events & EPOLLIN && c->in->len < LIMIT_LMTP_CHUNK_BYTES) {
        read_in(s, c);
    }
}

/* ---- the group ---- */

static void tell_failures(SpoolGroupMail *const *mails, guint count)
{
    for (guint i = 0; i < count; i++) {
        if (mails[i]->why == NULL)
            continue;
        g_autofree char *reason = log_quote(mails[i]->why);
        log_event(LOGGING_ERROR, "event=lmtp-deferred mails=%u reason=%s", count, reason);
        return; /* what fails one fails all, as a rule: a line a group */
    }
}

/* All that wait: one sync, then the answers. */
static void commit(Server *s)
{
    g_autoptr(GPtrArray) mails = g_ptr_array_new(), whose = g_ptr_array_new();
    for (guint i = 0; i < s->connections->len; i++) {
        Connection *c = s->connections->pdata[i];
        if (c->is_waiting) {
            g_ptr_array_add(mails, c->mail);
            g_ptr_array_add(whose, c);
        }
    }
    s->waiting = 0;
    SpoolGroupMail *const *list = (SpoolGroupMail *const *)mails->pdata;
    spoolgroup_store(s->group, list, mails->len);
    tell_failures(list, mails->len);
    for (guint i = 0; i < whose->len; i++) {
        Connection *c = whose->pdata[i];
        gboolean is_stored = list[i]->why == NULL;
        lmtp_finish(c->session, is_stored, is_stored ? "on disk" : list[i]->why, c->out);
        c->is_waiting = FALSE;
        drop_mail(s, c);
    }
    for (guint i = 0; i < whose->len; i++)
        go_on(s, whose->pdata[i], NULL, 0);
}

/* ---- coming and going ---- */

/* Sent once, whether it arrives or not. */
static void turn_away(const Server *s, int fd, const char *words)
{
    g_autoptr(Lmtp) session = lmtp_new(s->host);
    g_autoptr(GString) out = g_string_new(NULL);
    lmtp_leave(session, words, out);
    if (send(fd, out->str, out->len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_event(LOGGING_DEBUG, "event=lmtp-refused result=unheard");
    close(fd);
}

static void welcome(Server *s, int fd, uid_t user)
{
    Connection *c = g_new0(Connection, 1);
    *c = (Connection){.fd = fd, .user = user, .session = lmtp_new(s->host), .in = g_string_new(NULL), .out = g_string_new(NULL), .mail_at = G_MAXINT64};
    c->idle_at = instant_monotonic_us() + LIMIT_LMTP_IDLE_SECONDS * SECOND_US;
    g_ptr_array_add(s->connections, c);
    poll_for(s, EPOLL_CTL_ADD, fd, EPOLLIN, c);
    lmtp_greet(c->session, c->out);
    send_out(s, c);
}

static void accept_all(Server *s)
{
    uid_t user;
    for (int fd; (fd = lmtp_listen_accept(s->listener, &user)) >= 0;) {
        if (s->connections->len >= LIMIT_LMTP_CONNECTIONS) {
            turn_away(s, fd, "too many connections, try again");
        } else if (*s->config->lmtp.listen == '/' && !config_is_lmtp_user(s->config, user)) {
            log_event(LOGGING_WARNING, "event=lmtp-refused user=%lu reason=\"not among the users of lmtp\"", (unsigned long)user);
            turn_away(s, fd, "not a user of this socket");
        } else {
            welcome(s, fd, user);
        }
    }
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
        return;
    log_event(LOGGING_WARNING, "event=lmtp-accept reason=\"%s\"", g_strerror(errno)); /* no descriptor left: not again before the next tick */
    poll_for(s, EPOLL_CTL_DEL, s->listener, 0, NULL);
    s->is_listening = FALSE;
}

static void stop(Server *s, gboolean is_again)
{
    s->is_stopping = TRUE;
    s->is_again = is_again;
    s->stop_at = instant_monotonic_us() + LIMIT_LMTP_STOP_SECONDS * SECOND_US;
    lmtp_listen_close(s->config->lmtp.listen, &s->listener);
    for (guint i = 0; i < s->connections->len; i++)
        go_on(s, s->connections->pdata[i], NULL, 0);
}

static gboolean is_same(const Config *a, const Config *b)
{
    return g_strcmp0(a->lmtp.listen, b->lmtp.listen) == 0 && strcmp(a->spool, b->spool) == 0
           && g_strv_equal((const char *const *)a->lmtp.users, (const char *const *)b->lmtp.users);
}

/* A broken file is refused, the last good one stays. Core tells what is wrong with it. */
static void reload(Server *s)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Config) fresh = config_load(s->path, problems, warnings);
    if (fresh == NULL)
        log_event(LOGGING_ERROR, "event=lmtp-reload result=refused reason=\"the last good configuration stays\"");
    else if (!is_same(fresh, s->config))
        stop(s, TRUE);
}

static void take_signals(Server *s)
{
    struct signalfd_siginfo info;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (s->is_stopping)
            s->is_again = s->is_again && info.ssi_signo == SIGHUP;
        else if (info.ssi_signo == SIGHUP)
            reload(s);
        else
            stop(s, FALSE);
    }
}

/* ---- the loop ---- */

static void tick(Server *s)
{
    gint64 now = instant_monotonic_us();
    if (now < s->tick_at)
        return;
    s->tick_at = now + TICK_MS * 1000;
    for (guint i = 0; i < s->connections->len; i++) {
        Connection *c = s->connections->pdata[i];
        if (!c->is_waiting && (now > c->idle_at || now > c->mail_at || (s->is_stopping && now > s->stop_at))) {
            lmtp_leave(c->session, "too slow", c->out);
            c->is_closing = TRUE;
            send_out(s, c);
            end(s, c);
        }
    }
    if (!s->is_listening && !s->is_stopping) {
        poll_for(s, EPOLL_CTL_ADD, s->listener, EPOLLIN, &s->listener);
        s->is_listening = TRUE;
    }
}

/* What came within `ms`. FALSE: nothing. */
static gboolean take_events(Server *s, int ms)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(s->poll, events, EVENTS, ms);
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == &s->listener && !s->is_stopping)
            accept_all(s);
        else if (events[i].data.ptr == &s->signals)
            take_signals(s);
        else if (events[i].data.ptr != &s->listener)
            serve(s, events[i].data.ptr, events[i].events);
    }
    return n > 0;
}

static void bury_dead(Server *s)
{
    for (guint i = s->connections->len; i-- > 0;)
        if (((Connection *)s->connections->pdata[i])->is_dead)
            g_ptr_array_remove_index_fast(s->connections, i);
}

static void loop(Server *s)
{
    while (!s->is_stopping || s->connections->len > 0) {
        take_events(s, s->waiting > 0 ? 0 : TICK_MS);
        for (int round = 0; s->waiting > 0 && s->waiting < LIMIT_LMTP_GROUP && round < GATHER_ROUNDS && take_events(s, 0); round++)
            ;
        if (s->waiting > 0)
            commit(s);
        tick(s);
        bury_dead(s);
    }
}

static gboolean open_server(Server *s, GError **err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    s->poll = epoll_create1(EPOLL_CLOEXEC);
    s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->poll < 0 || s->signals < 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "lmtp");
    s->group = spoolgroup_open(s->config->spool, err);
    if (s->group == NULL || !lmtp_listen_open(s->config->lmtp.listen, &s->listener, err) || !sandbox_limit(0, err) || !sandbox_narrow(err))
        return FALSE;
    poll_for(s, EPOLL_CTL_ADD, s->signals, EPOLLIN, &s->signals);
    poll_for(s, EPOLL_CTL_ADD, s->listener, EPOLLIN, &s->listener);
    s->is_listening = TRUE;
    return TRUE;
}

static void close_server(Server *s)
{
    g_ptr_array_unref(s->connections);
    lmtp_listen_close(s->config->lmtp.listen, &s->listener);
    spoolgroup_close(s->group);
    files_close_fd(&s->poll);
    files_close_fd(&s->signals);
    config_free(s->config);
    g_free(s->host);
}

static char *host_name(void)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0 || *name == '\0')
        return g_strdup("localhost");
    return g_strcanon(g_strdup(name), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-", '-');
}

int lmtp_worker_run(const char *config)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) err = NULL;
    Server s = {.path = config, .poll = -1, .listener = -1, .signals = -1};
    s.config = config_load(config, problems, warnings); /* core says what is wrong with it */
    if (s.config == NULL)
        return 78;
    if (s.config->lmtp.listen == NULL) {
        config_free(s.config);
        return 0;
    }
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error of write(2) */
    s.host = host_name();
    s.connections = g_ptr_array_new_with_free_func(connection_free);
    if (open_server(&s, &err)) {
        g_autofree char *where = log_quote(s.config->lmtp.listen);
        log_event(LOGGING_INFO, "event=lmtp-start version=%s listen=%s", PACKAGE_VERSION, where);
        loop(&s);
        log_event(LOGGING_INFO, "event=lmtp-stop");
    }
    log_error("lmtp", err);
    int status = err != NULL ? error_exit_status(err) : s.is_again ? SUPERVISE_AGAIN : 0;
    close_server(&s);
    return status;
}
