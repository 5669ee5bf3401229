/* sendmail: one process per mail, no shell. The mail goes in and the words come out by memory files, not pipes: neither side can
 * wait for the other, and what the program leaves running in the background holds nothing up. */
#include "mail/sendmail.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"

#include "base/banned.h"

/* Only these say something about the recipient; everything else is the local system's. */
static const struct {
    int status;
    TransportResult result;
} verdicts[] = {
    {EX_OK, TRANSPORT_SENT},
    {EX_NOUSER, TRANSPORT_RECIPIENT_FAILED},
    {EX_NOHOST, TRANSPORT_RECIPIENT_FAILED},
};

TransportResult sendmail_judge(int status)
{
    for (gsize i = 0; WIFEXITED(status) && i < G_N_ELEMENTS(verdicts); i++)
        if (WEXITSTATUS(status) == verdicts[i].status)
            return verdicts[i].result;
    return TRANSPORT_DOWN;
}

/* A memory file with the mail, LF line ends (what sendmail(1) reads), at its start; -1 with *err. */
static int mail_file(const TransportMail *mail, GError **err)
{
    g_autoptr(GString) text = g_string_sized_new(mail->length);
    for (const char *p = mail->bytes, *end = p + mail->length; p < end;) {
        const char *cr = memchr(p, '\r', (gsize)(end - p));
        const char *upto = cr != NULL ? cr : end;
        g_string_append_len(text, p, upto - p);
        if (cr != NULL && (cr + 1 == end || cr[1] != '\n'))
            g_string_append_c(text, '\r');
        p = upto + (cr != NULL);
    }
    AUTO_FD fd = memfd_create("mail", MFD_CLOEXEC);
    if (fd < 0 || !files_write_fd(fd, "mail", text->str, text->len, err) || lseek(fd, 0, SEEK_SET) != 0) {
        if (err != NULL && *err == NULL)
            error_set_errno(err, ERROR_TEMPFAIL, errno, "memory file for a mail");
        return -1;
    }
    int mine = fd;
    fd = -1;
    return mine;
}

/* Exim's -N means "deliver nothing". */
static gboolean knows_dsn(const char *program)
{
    g_autofree char *real = realpath(program, NULL);
    return real == NULL || strstr(real, "exim") == NULL;
}

static int spawn(const char *program, char **argv, int input, int output, pid_t *ret_pid)
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
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setsigmask(&attributes, &none);
    int rc = posix_spawn(ret_pid, program, &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* The first line that the program said, or how it ended. */
static char *words(int output, int status)
{
    char text[LIMIT_REPLY_BYTES + 1];
    ssize_t n = pread(output, text, sizeof text - 1, 0);
    text[MAX(n, 0)] = '\0';
    char *line = g_strstrip(text);
    line[strcspn(line, "\r\n")] = '\0';
    if (*line != '\0')
        return g_strdup(line);
    if (WIFSIGNALED(status))
        return g_strdup_printf("sendmail: signal %d", WTERMSIG(status));
    return g_strdup_printf("sendmail: exit %d", WEXITSTATUS(status));
}

static TransportResult run(const char *program, char **argv, int input, int output, char **ret_reply)
{
    pid_t pid;
    int status = 0, rc = spawn(program, argv, input, output, &pid);
    if (rc != 0) {
        *ret_reply = g_strdup_printf("run '%s': %s", program, g_strerror(rc));
        return TRANSPORT_DOWN;
    }
    pid_t done;
    do
        done = waitpid(pid, &status, 0);
    while (done < 0 && errno == EINTR);
    if (done < 0) {
        *ret_reply = g_strdup_printf("wait for '%s': %s", program, g_strerror(errno));
        return TRANSPORT_DOWN;
    }
    *ret_reply = words(output, status);
    return sendmail_judge(status);
}

TransportResult sendmail_send(const TransportOptions *options, const TransportMail *mail, char **ret_reply)
{
    const char *program = options->sendmail != NULL ? options->sendmail : "/usr/sbin/sendmail";
    g_autoptr(GError) err = NULL;
    AUTO_FD input = mail_file(mail, &err);
    AUTO_FD output = memfd_create("reply", MFD_CLOEXEC);
    if (input < 0 || output < 0) {
        *ret_reply = g_strdup(err != NULL ? err->message : g_strerror(errno));
        return TRANSPORT_DOWN;
    }
    const char *argv[10];
    int n = 0;
    argv[n++] = program;
    argv[n++] = "-i";
    argv[n++] = "-f";
    argv[n++] = *mail->sender != '\0' ? mail->sender : "<>";
    if (mail->want_dsn && knows_dsn(program)) {
        argv[n++] = "-N";
        argv[n++] = "failure,delay";
    }
    argv[n++] = "--";
    argv[n++] = mail->recipient;
    argv[n] = NULL;
    return run(program, (char **)argv, input, output, ret_reply);
}
