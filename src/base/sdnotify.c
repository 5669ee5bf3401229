/* sdnotify: the protocol is one datagram to a socket that the environment names, and systemd promises to keep it (sd_notify(3), NOTES).
 * It must never block and never fail its caller. */
#include "base/sdnotify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/files.h"

#include "base/banned.h"

static struct {
    struct sockaddr_un address;
    socklen_t length; /* 0: nobody listens */
    gint64 watchdog_us;
} manager;

static void open_socket(const char *name)
{
    gsize n = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || n >= sizeof manager.address.sun_path)
        return;
    manager.address.sun_family = AF_UNIX;
    memcpy(manager.address.sun_path, name, n);
    if (name[0] == '@')
        manager.address.sun_path[0] = '\0'; /* the abstract namespace, whose names have no NUL at the end */
    manager.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
}

void sdnotify_open(void)
{
    const char *socket_name = g_getenv("NOTIFY_SOCKET"), *usec = g_getenv("WATCHDOG_USEC"), *pid = g_getenv("WATCHDOG_PID");
    guint64 us = 0, whose = (guint64)getpid();
    if (socket_name != NULL)
        open_socket(socket_name);
    gboolean ours = pid == NULL || (g_ascii_string_to_unsigned(pid, 10, 1, G_MAXINT, &whose, NULL) && whose == (guint64)getpid());
    if (manager.length > 0 && ours && usec != NULL && g_ascii_string_to_unsigned(usec, 10, 1, G_MAXINT64 / 4, &us, NULL))
        manager.watchdog_us = (gint64)us;
    g_unsetenv("NOTIFY_SOCKET");
    g_unsetenv("WATCHDOG_USEC");
    g_unsetenv("WATCHDOG_PID");
}

void sdnotify_send(const char *format, ...)
{
    if (manager.length == 0)
        return;
    va_list ap;
    va_start(ap, format);
    g_autofree char *text = g_strdup_vprintf(format, ap);
    va_end(ap);
    AUTO_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        (void)!sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&manager.address, manager.length);
}

gint64 sdnotify_watchdog_us(void) { return manager.watchdog_us; }
