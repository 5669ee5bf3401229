/* lmtp_listen: a Unix socket, or one on the loopback network. It must never take a path from somebody who listens there. */
#include "programs/lmtp_listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/network.h"

#include "base/banned.h"

#define BACKLOG 128

typedef union {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} Address;

/* Returns its length, or 0: it does not fit. */
static socklen_t fill_address(const char *listen, Address *a)
{
    static const guint8 mapped[12] = {[10] = 0xff, [11] = 0xff};
    guint8 bytes[16];
    int port;
    memset(a, 0, sizeof *a);
    if (*listen == '/') {
        a->un.sun_family = AF_UNIX;
        return g_strlcpy(a->un.sun_path, listen, sizeof a->un.sun_path) < sizeof a->un.sun_path ? (socklen_t)sizeof a->un : 0;
    }
    if (!network_parse_loopback(listen, bytes, &port))
        return 0;
    if (memcmp(bytes, mapped, sizeof mapped) == 0) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons((guint16)port);
        memcpy(&a->v4.sin_addr, bytes + 12, 4);
        return sizeof a->v4;
    }
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = htons((guint16)port);
    memcpy(&a->v6.sin6_addr, bytes, 16);
    return sizeof a->v6;
}

/* A socket that a process which died has left. */
static gboolean clear_path(const char *path, const Address *a, socklen_t length, GError **err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return TRUE;
    if (!S_ISSOCK(st.st_mode))
        return error_set(err, ERROR_CONFIG, "listen '%s': there is something that is no socket", path);
    AUTO_FD probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "listen '%s'", path);
    if (connect(probe, &a->any, length) == 0 || errno != ECONNREFUSED)
        return error_set(err, ERROR_TEMPFAIL, "listen '%s': another process listens there", path);
    return unlink(path) == 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "unlink '%s'", path);
}

gboolean lmtp_listen_open(const char *listen_on, int *ret_fd, GError **err)
{
    Address a;
    const int on = 1;
    gboolean is_path = *listen_on == '/';
    socklen_t length = fill_address(listen_on, &a);
    if (length == 0)
        return error_set(err, ERROR_CONFIG, "listen '%s': longer than the path of a socket may be", listen_on);
    if (is_path && !clear_path(listen_on, &a, length, err))
        return FALSE;
    AUTO_FD fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && !is_path)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, &a.any, length) != 0 || (is_path && chmod(listen_on, 0666) != 0) || listen(fd, BACKLOG) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "listen '%s'", listen_on);
    *ret_fd = fd;
    fd = -1;
    return TRUE;
}

void lmtp_listen_close(const char *listen_on, int *fd)
{
    if (*fd >= 0 && *listen_on == '/')
        unlink(listen_on);
    files_close_fd(fd);
}

int lmtp_listen_accept(int fd, uid_t *ret_user)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    const int on = 1;
    int got = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    *ret_user = geteuid();
    if (got < 0)
        return -1;
    if (setsockopt(got, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0)
        return got; /* a Unix socket knows no such option */
    if (getsockopt(got, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0)
        *ret_user = peer.uid;
    else
        files_close_fd(&got);
    return got;
}
