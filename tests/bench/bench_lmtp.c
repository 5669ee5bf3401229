/* bench_lmtp DIRECTORY: mails by LMTP, 20 connections at a time, against what cannot be saved where each mail has a sync of its own: one process
 * that writes the same bytes with one fsync a mail. The load comes from this process, and its cost counts.
 * bench_lmtp DIRECTORY serve: only serves at DIRECTORY/lmtp until it is ended, for a Postfix in front of it. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "programs/lmtp_worker.h"

#include "tests/bench/measure.h"

#define CONNECTIONS 20
#define MAILS 2000     /* a round, by LMTP */
#define BARE_MAILS 200 /* a round, one fsync each */
#define ROUNDS 5
#define MAIL_BYTES 5000

static const char opening[] = "MAIL FROM:<bo@example.net> SIZE=5000\r\nRCPT TO:<support@example.org>\r\nDATA\r\n";
static char directory[4096], mail[MAIL_BYTES + 200];
static size_t mail_length;

typedef struct {
    int fd, lines; /* to come before the next step */
    int in_data;
} Client;

static const char *path_of(const char *name)
{
    static char path[8192];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void make_mail(void)
{
    int n = snprintf(mail, sizeof mail, "From: bo@example.net\r\nTo: support@example.org\r\nSubject: It is down\r\nMessage-ID: <1@example.net>\r\n\r\n");
    for (; n < MAIL_BYTES - 3; n += 61)
        snprintf(mail + n, sizeof mail - (size_t)n, "%.59s\r\n", "It has been down since this morning, and nobody knows why it is so.");
    mail_length = (size_t)(n + snprintf(mail + n, sizeof mail - (size_t)n, ".\r\n"));
}

static void write_config(void)
{
    FILE *f = fopen(path_of("escalate.yaml"), "w");
    if (f == NULL)
        fail("write '%s': %s", path_of("escalate.yaml"), strerror(errno));
    fputs("domain: example.org\nspool: spool\ndatabase: none.db\nlmtp: {listen: lmtp, users: [root, postfix]}\n"
          "contacts:\n  ann: {email: [ann@example.org], roles: [agent]}\n"
          "plans:\n  basic: {S3: {respond: 4h}}\n"
          "policies:\n  std: {levels: [{notify: [ann], at: [100% respond]}], exhausted: queue:support}\n"
          "queues:\n  support: {address: [support@example.org], mode: observe, team: [ann], lead: ann, plans: [basic], policy: std, calendar: always, default-severity: S3}\n",
          f);
    if (fclose(f) != 0)
        fail("write '%s': %s", path_of("escalate.yaml"), strerror(errno));
}

static int serve(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL); /* as the supervisor does */
    signal(SIGPIPE, SIG_IGN);
    return lmtp_worker_run(path_of("escalate.yaml"));
}

static void send_all(int fd, const char *bytes, size_t length)
{
    if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) /* less than a socket's buffer */
        fail("send: %s", strerror(errno));
}

/* The lines that came; each must be of a code that is wanted here. */
static int read_lines(int fd)
{
    char bytes[4096];
    ssize_t n = recv(fd, bytes, sizeof bytes, 0);
    int lines = 0;
    if (n <= 0)
        fail("the server closed");
    for (const char *p = bytes; p < bytes + n; lines++) {
        if (*p != '2' && *p != '3')
            fail("the server said: %.*s", (int)n, bytes);
        p = (const char *)memchr(p, '\n', (size_t)(bytes + n - p)) + 1;
    }
    return lines;
}

static void connect_to(Client *c)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path_of("lmtp")) >= sizeof a.sun_path)
        fail("'%s': longer than the path of a socket may be", path_of("lmtp"));
    memcpy(a.sun_path, path_of("lmtp"), strlen(path_of("lmtp")));
    for (int tries = 0;; tries++) {
        c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (connect(c->fd, (struct sockaddr *)&a, sizeof a) == 0)
            break;
        if (tries > 500)
            fail("connect to '%s': %s", a.sun_path, strerror(errno));
        close(c->fd);
        poll(NULL, 0, 10);
    }
    send_all(c->fd, "LHLO bench\r\n", 12);
    for (int lines = 7; lines > 0;)
        lines -= read_lines(c->fd);
}

static void next_step(Client *c)
{
    c->in_data = !c->in_data;
    c->lines = c->in_data ? 1 : 3;
    if (c->in_data)
        send_all(c->fd, mail, mail_length);
    else
        send_all(c->fd, opening, sizeof opening - 1);
}

static double time_lmtp(Client *clients)
{
    struct pollfd fds[CONNECTIONS];
    int begun = CONNECTIONS, done = 0;
    double from = now_us();
    for (int i = 0; i < CONNECTIONS; i++) {
        fds[i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
        clients[i].in_data = 1;
        next_step(&clients[i]);
    }
    while (done < MAILS) {
        poll(fds, CONNECTIONS, -1);
        for (int i = 0; i < CONNECTIONS; i++) {
            Client *c = &clients[i];
            if (fds[i].revents == 0 || (c->lines -= read_lines(c->fd)) > 0)
                continue;
            if (c->in_data) {
                done++;
                if (begun++ >= MAILS)
                    continue;
            }
            next_step(c);
        }
    }
    return (now_us() - from) / MAILS;
}

static double time_bare(int round)
{
    mkdir(path_of("bare"), 0700);
    int tmp = open(path_of("bare"), O_RDONLY | O_DIRECTORY);
    double from = now_us();
    for (int i = 0; i < BARE_MAILS; i++) {
        char name[64], whole[64];
        snprintf(name, sizeof name, "tmp.%d.%d", round, i);
        snprintf(whole, sizeof whole, "bare.%d.%d", round, i);
        int fd = openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0440);
        if (fd < 0 || write(fd, mail, mail_length) != (ssize_t)mail_length || fsync(fd) != 0 || close(fd) != 0 || renameat(tmp, name, tmp, whole) != 0)
            fail("write '%s': %s", name, strerror(errno));
    }
    double us = (now_us() - from) / BARE_MAILS;
    close(tmp);
    return us;
}

int main(int argc, char **argv)
{
    static Figure figure;
    static Client clients[CONNECTIONS];
    if (argc != 2 && argc != 3)
        fail("usage: bench_lmtp DIRECTORY [serve]");
    snprintf(directory, sizeof directory, "%s", argv[1]);
    write_config();
    if (argc == 3)
        return serve();
    make_mail();
    pid_t server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* also where something fails here */
        _exit(serve());
    }
    for (int i = 0; i < CONNECTIONS; i++)
        connect_to(&clients[i]);
    for (int round = 0; round < ROUNDS; round++) {
        double bare = time_bare(round);
        figure_add(&figure, time_lmtp(clients), bare);
    }
    figure_print("lmtp us/mail, 20 connections, one fsync a mail beside", &figure);
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    return 0;
}
