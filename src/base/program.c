/* program: one child a call, waited for by its own descriptor. It must never hand on a descriptor or a signal mask of ours. */
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "base/banned.h"

#define PID_HIGHEST 4194304 /* of Linux: a larger number is somebody's date */

/* A memory file with these bytes, at its start; -1 with *err. */
static int input_file(const char *bytes, gsize length, GError **err)
{
    AUTO_FD fd = memfd_create("input", MFD_CLOEXEC);
    if (fd < 0 || !files_write_fd(fd, "input", bytes, length, err) || lseek(fd, 0, SEEK_SET) != 0) {
        if (err != NULL && *err == NULL)
            error_set_errno(err, ERROR_TEMPFAIL, errno, "memory file for a program's input");
        return -1;
    }
    int mine = fd;
    fd = -1;
    return mine;
}

/* One of a fixed size: what goes beyond it is refused to the program, so that nobody fills the memory. */
static int output_file(GError **err)
{
    AUTO_FD fd = memfd_create("output", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, LIMIT_PROGRAM_OUTPUT_BYTES) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
        error_set_errno(err, ERROR_TEMPFAIL, errno, "memory file for a program's output");
        return -1;
    }
    int mine = fd;
    fd = -1;
    return mine;
}

static int spawn(const ProgramCall *call, int input, int output, pid_t *ret_pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t defaults, none;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); /* ignored here, and that would be inherited */
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_adddup2(&files, output, 2);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (call->seconds > 0 ? POSIX_SPAWN_SETPGROUP : 0)));
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    int rc = posix_spawn(ret_pid, call->argv[0], &files, &attributes, (char *const *)(gpointer)call->argv,
                         call->environment != NULL ? (char *const *)(gpointer)call->environment : environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* FALSE: it still runs when the time is over. */
static gboolean ends_in_time(pid_t pid, Seconds seconds)
{
    AUTO_FD fd = (int)syscall(SYS_pidfd_open, pid, 0);
    gint64 until = instant_monotonic_us() + seconds * G_USEC_PER_SEC;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (;;) {
        gint64 left = until - instant_monotonic_us();
        if (fd < 0 || left <= 0)
            return FALSE; /* without the descriptor nobody could say when it ends */
        int n = poll(&p, 1, (int)MIN(left / 1000 + 1, 60 * 1000));
        if (n > 0)
            return TRUE;
        if (n < 0 && errno != EINTR)
            return FALSE;
    }
}

static gboolean wait_for(pid_t pid, const ProgramCall *call, ProgramEnd *end, GError **err)
{
    pid_t done;
    end->is_timeout = call->seconds > 0 && !ends_in_time(pid, call->seconds);
    if (end->is_timeout)
        kill(-pid, SIGKILL);
    do
        done = waitpid(pid, &end->status, 0);
    while (done < 0 && errno == EINTR);
    return done >= 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "wait for '%s'", call->argv[0]);
}

static char *first_line(int output)
{
    char text[LIMIT_REPLY_BYTES + 1];
    ssize_t n = pread(output, text, sizeof text - 1, 0);
    text[MAX(n, 0)] = '\0';
    char *line = g_strstrip(text);
    line[strcspn(line, "\r\n")] = '\0';
    return g_utf8_make_valid(line, -1);
}

gboolean program_run(const ProgramCall *call, ProgramEnd *ret, GError **err)
{
    AUTO_FD input = input_file(call->input, call->length, err);
    AUTO_FD output = input < 0 ? -1 : output_file(err);
    ProgramEnd end = {0};
    pid_t pid;
    if (input < 0 || output < 0)
        return FALSE;
    int rc = spawn(call, input, output, &pid);
    if (rc != 0)
        return error_set(err, ERROR_TEMPFAIL, "run '%s': %s", call->argv[0], g_strerror(rc));
    if (!wait_for(pid, call, &end, err))
        return FALSE;
    end.words = first_line(output);
    *ret = end;
    return TRUE;
}

gboolean program_is_gone(guint64 pid)
{
    return pid > 0 && pid <= PID_HIGHEST && (pid == (guint64)getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH));
}

char *program_status_text(int status)
{
    if (WIFSIGNALED(status))
        return g_strdup_printf("signal %d", WTERMSIG(status));
    return g_strdup_printf("exit %d", WEXITSTATUS(status));
}
