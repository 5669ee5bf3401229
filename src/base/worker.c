/* worker: forked children and frames over a socket pair. It must never block the parent without a bound, never leave a zombie,
 * and never hand the child a descriptor that it was not given. */
#include "base/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "base/banned.h"

#define CHANNEL_FD 3 /* where the child finds its end */
#define FOREVER G_MAXINT64
#define SECOND_US ((gint64)1000000)
#define FRAME_PIECES 2 /* its length and its bytes */

struct Worker {
    char *name;
    pid_t pid; /* -1: reaped */
    int fd;
    int status; /* of waitpid, once reaped */
};

/* ---- frames, both sides ---- */

/* Waits for `events`; FALSE with errno ETIMEDOUT when the deadline (monotonic) passes first. */
static gboolean wait_ready(int fd, short events, gint64 deadline)
{
    for (;;) {
        gint64 left = deadline == FOREVER ? -1 : deadline - instant_monotonic_us();
        if (deadline != FOREVER && left < 0)
            left = 0;
        int ms = deadline == FOREVER ? -1 : (int)MIN((left + 999) / 1000, G_MAXINT);
        struct pollfd p = {.fd = fd, .events = events};
        int n = poll(&p, 1, ms);
        if (n > 0)
            return TRUE;
        if (n < 0 && errno != EINTR)
            return FALSE;
        if (n == 0 && ms >= 0) {
            errno = ETIMEDOUT;
            return FALSE;
        }
    }
}

static ssize_t send_some(int fd, struct iovec io[FRAME_PIECES], int pass_fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr m = {.msg_iov = io, .msg_iovlen = FRAME_PIECES};
    if (pass_fd >= 0) {
        memset(&control, 0, sizeof control);
        m.msg_control = control.bytes;
        m.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &pass_fd, sizeof(int));
    }
    return sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void advance(struct iovec io[FRAME_PIECES], gsize n)
{
    for (int i = 0; i < FRAME_PIECES; i++) {
        gsize sent = MIN(n, io[i].iov_len);
        io[i].iov_base = (char *)io[i].iov_base + sent;
        io[i].iov_len -= sent;
        n -= sent;
    }
}

/* In one go where there is room for it: who waits for it wakes once. The descriptor goes with the first bytes. FALSE with errno. */
static gboolean send_frame(int fd, const void *bytes, gsize n, int pass_fd, gint64 deadline)
{
    guint32 header = GUINT32_TO_BE((guint32)n);
    struct iovec io[FRAME_PIECES] = {{.iov_base = &header, .iov_len = sizeof header}, {.iov_base = (void *)bytes, .iov_len = n}};
    while (io[0].iov_len + io[1].iov_len > 0) {
        ssize_t sent = send_some(fd, io, pass_fd);
        if (sent > 0) {
            advance(io, (gsize)sent);
            pass_fd = -1;
        } else if (sent < 0 && errno == EAGAIN) {
            if (!wait_ready(fd, POLLOUT, deadline))
                return FALSE;
        } else if (sent < 0 && errno != EINTR) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The first descriptor goes to *ret_fd if that is wanted and empty; every other is closed. */
static void take_descriptors(struct msghdr *m, int *ret_fd)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        gsize count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (gsize i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
            if (ret_fd != NULL && *ret_fd < 0)
                *ret_fd = fd;
            else
                close(fd);
        }
    }
}

/* With ret_fd NULL no room is given for descriptors, so the kernel drops whatever a hostile peer sends. */
static ssize_t receive_some(int fd, void *bytes, gsize n, int *ret_fd)
{
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec io = {.iov_base = bytes, .iov_len = n};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
    if (ret_fd != NULL) {
        m.msg_control = control.bytes;
        m.msg_controllen = sizeof control.bytes;
    }
    ssize_t got = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got >= 0 && ret_fd != NULL)
        take_descriptors(&m, ret_fd);
    return got;
}

/* n bytes, or FALSE with errno: 0 at the end of the channel, ETIMEDOUT. */
static gboolean receive_all(int fd, void *bytes, gsize n, int *ret_fd, gint64 deadline)
{
    for (char *p = bytes; n > 0;) {
        ssize_t got = receive_some(fd, p, n, ret_fd);
        if (got > 0) {
            p += got;
            n -= (gsize)got;
        } else if (got == 0) {
            errno = 0;
            return FALSE;
        } else if (errno == EAGAIN) {
            if (!wait_ready(fd, POLLIN, deadline))
                return FALSE;
        } else if (errno != EINTR) {
            return FALSE;
        }
    }
    return TRUE;
}

/* FALSE with errno: EMSGSIZE when longer than max. */
static gboolean receive_frame(int fd, gsize max, GString **ret, int *ret_fd, gint64 deadline)
{
    guint32 header;
    if (!receive_all(fd, &header, sizeof header, ret_fd, deadline))
        return FALSE;
    gsize n = GUINT32_FROM_BE(header);
    if (n > max) {
        errno = EMSGSIZE;
        return FALSE;
    }
    GString *all = g_string_sized_new(n);
    g_string_set_size(all, n);
    if (!receive_all(fd, all->str, n, NULL, deadline)) {
        int saved = errno;
        g_string_free(all, TRUE);
        errno = saved;
        return FALSE;
    }
    *ret = all;
    return TRUE;
}

/* ---- the child ---- */

static void close_from(int first)
{
    if (close_range((unsigned)first, ~0U, 0) == 0)
        return;
    struct rlimit limit = {.rlim_cur = 1024}; /* a kernel without it */
    getrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = first; fd < (int)MIN(limit.rlim_cur, 1 << 20); fd++)
        close(fd);
}

static gboolean arrange_descriptors(int channel)
{
    closelog(); /* or the log's socket number would come to mean our channel */
    int high = fcntl(channel, F_DUPFD_CLOEXEC, 10);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (high < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        return FALSE;
    if (fcntl(2, F_GETFD) < 0 && dup2(null, 2) < 0)
        return FALSE;
    if (dup3(high, CHANNEL_FD, O_CLOEXEC) < 0)
        return FALSE;
    close_from(CHANNEL_FD + 1);
    return TRUE;
}

static void reset_signals(void)
{
    static const int defaults[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM, SIGXCPU};
    for (gsize i = 0; i < G_N_ELEMENTS(defaults); i++)
        signal(defaults[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* the parent may block them for a signalfd */
}

G_GNUC_NORETURN static void run_child(pid_t parent, const char *name, int channel, WorkerMain fn, void *data)
{
    prctl(PR_SET_NAME, name); /* for ps(1) */
    setpgid(0, 0);
    reset_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before we asked */
        _exit(0);
    if (!arrange_descriptors(channel))
        _exit(75);
    _exit(fn(CHANNEL_FD, data));
}

gboolean worker_read(int fd, gsize max, GString **ret, int *ret_fd, GError **err)
{
    int passed = -1;
    if (!receive_frame(fd, max, ret, &passed, FOREVER)) {
        int saved = errno;
        files_close_fd(&passed);
        if (saved == 0 || saved == ECONNRESET)
            return error_set(err, ERROR_NOTFOUND, "read channel: closed");
        if (saved == EMSGSIZE)
            return error_set(err, ERROR_LIMIT, "read channel: a frame longer than %" G_GSIZE_FORMAT " bytes", max);
        return error_set_errno(err, ERROR_TEMPFAIL, saved, "read channel");
    }
    if (ret_fd != NULL)
        *ret_fd = passed;
    else
        files_close_fd(&passed);
    return TRUE;
}

gboolean worker_write(int fd, const void *bytes, gsize n, GError **err)
{
    if (n > G_MAXUINT32)
        return error_set(err, ERROR_LIMIT, "write channel: a frame of %" G_GSIZE_FORMAT " bytes", n);
    if (!send_frame(fd, bytes, n, -1, FOREVER))
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "write channel");
    return TRUE;
}

/* ---- the parent ---- */

Worker *worker_start(const char *name, WorkerMain fn, void *data, GError **err)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        error_set_errno(err, ERROR_TEMPFAIL, errno, "start worker '%s'", name);
        return NULL;
    }
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        run_child(parent, name, ends[1], fn, data);
    int saved = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        error_set_errno(err, ERROR_TEMPFAIL, saved, "start worker '%s'", name);
        return NULL;
    }
    setpgid(pid, pid); /* both sides do, so that neither can be early */
    Worker *w = g_new0(Worker, 1);
    w->name = g_strdup(name);
    w->pid = pid;
    w->fd = ends[0];
    return w;
}

pid_t worker_pid(const Worker *w) { return w->pid; }
int worker_status(const Worker *w) { return w->status; }

int worker_fd(const Worker *w) { return w->fd; }

static void reap(Worker *w)
{
    pid_t done;
    do
        done = waitpid(w->pid, &w->status, 0);
    while (done < 0 && errno == EINTR);
    if (done < 0) /* somebody ignores SIGCHLD: gone, nobody knows how */
        w->status = 0;
    w->pid = -1;
    files_close_fd(&w->fd);
}

void worker_kill(Worker *w)
{
    if (w->pid < 0)
        return;
    kill(-w->pid, SIGKILL);
    kill(w->pid, SIGKILL);
    reap(w);
}

/* Reaps the child if it goes by itself in time, else kills it. */
static void let_go(Worker *w)
{
    if (w->pid < 0)
        return;
    AUTO_FD process = pidfd_open(w->pid, 0);
    if (process >= 0 && wait_ready(process, POLLIN, instant_monotonic_us() + LIMIT_WORKER_EXIT_SECONDS * SECOND_US))
        kill(-w->pid, SIGKILL); /* what it left behind in its group */
    else
        worker_kill(w);
    if (w->pid >= 0)
        reap(w);
}

static gboolean gone(const Worker *w, GError **err)
{
    if (WIFSIGNALED(w->status))
        return error_set(err, WTERMSIG(w->status) == SIGXCPU ? ERROR_LIMIT : ERROR_DATA, "worker '%s': signal %d", w->name, WTERMSIG(w->status));
    return error_set(err, ERROR_DATA, "worker '%s': exit %d", w->name, WEXITSTATUS(w->status));
}

/* What errno of the channel means: the end of the child, a limit, or a wait that was too long. */
static gboolean channel_failed(Worker *w, int saved, const char *late, gsize max, GError **err)
{
    if (saved == 0 || saved == EPIPE || saved == ECONNRESET) {
        files_close_fd(&w->fd); /* one that is there all the same sees that: a process that may not kill would wait for it for ever */
        let_go(w);
        return gone(w, err);
    }
    if (saved == EMSGSIZE)
        return error_set(err, ERROR_LIMIT, "worker '%s': an answer longer than %" G_GSIZE_FORMAT " bytes", w->name, max);
    if (saved == ETIMEDOUT)
        return error_set(err, ERROR_TEMPFAIL, "worker '%s': %s", w->name, late);
    return error_set_errno(err, ERROR_TEMPFAIL, saved, "worker '%s': channel", w->name);
}

gboolean worker_send(Worker *w, const void *bytes, gsize n, int pass_fd, GError **err)
{
    if (w->pid < 0)
        return gone(w, err);
    if (n > G_MAXUINT32)
        return error_set(err, ERROR_LIMIT, "worker '%s': a frame of %" G_GSIZE_FORMAT " bytes", w->name, n);
    if (!send_frame(w->fd, bytes, n, pass_fd, instant_monotonic_us() + LIMIT_WORKER_SEND_SECONDS * SECOND_US))
        return channel_failed(w, errno, "does not read in time", 0, err);
    return TRUE;
}

gboolean worker_receive(Worker *w, gsize max, Seconds real_seconds, GString **ret, GError **err)
{
    if (w->pid < 0)
        return gone(w, err);
    if (!receive_frame(w->fd, max, ret, NULL, instant_monotonic_us() + real_seconds * SECOND_US))
        return channel_failed(w, errno, "no answer in time", max, err);
    return TRUE;
}

gboolean worker_limit_cpu(Worker *w, Seconds cpu_seconds, GError **err)
{
    if (w->pid < 0)
        return gone(w, err);
    clockid_t its_clock;
    struct timespec used;
    int failed = clock_getcpuclockid(w->pid, &its_clock);
    if (failed != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, failed, "worker '%s': CPU clock", w->name);
    if (clock_gettime(its_clock, &used) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "worker '%s': CPU clock", w->name);
    struct rlimit limit;
    if (prlimit(w->pid, RLIMIT_CPU, NULL, &limit) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "worker '%s': CPU limit", w->name);
    limit.rlim_cur = MIN((rlim_t)(used.tv_sec + 1 + cpu_seconds), limit.rlim_max);
    if (prlimit(w->pid, RLIMIT_CPU, &limit, NULL) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "worker '%s': CPU limit", w->name);
    return TRUE;
}

void worker_stop(Worker *w)
{
    if (w == NULL)
        return;
    files_close_fd(&w->fd);
    let_go(w);
    g_free(w->name);
    g_free(w);
}
