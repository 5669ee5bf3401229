/* bench_filter FILTER EMPTY DIRECTORY: one mail through the filter, as an MTA would run it, against what cannot be saved: the
 * start of an empty static program, and one process writing the same bytes durably. */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/measure.h"

#define MAILS 60 /* a round */
#define ROUNDS 7
#define MAIL_BYTES 5000

static char mail_path[4096], spool[4096];
static char bytes[65536]; /* of a file that the filter wrote */
static size_t length;

static void make_mail(void)
{
    FILE *f = fopen(mail_path, "w");
    if (f == NULL)
        fail("write '%s': %s", mail_path, strerror(errno));
    int n = fprintf(f, "From: bo@example.net\nTo: support@example.org\nSubject: It is down\nMessage-ID: <1@example.net>\n\n");
    for (; n < MAIL_BYTES; n += 60)
        fprintf(f, "%.59s\n", "It has been down since this morning, and nobody knows why it is so.");
    if (fclose(f) != 0)
        fail("write '%s': %s", mail_path, strerror(errno));
}

static void make_directory(const char *name, mode_t mode)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/%s", spool, name);
    if (mkdir(path, mode) != 0)
        fail("make '%s': %s", path, strerror(errno));
}

static void run(char *const *command)
{
    posix_spawn_file_actions_t actions;
    char *environment[] = {"PATH=/usr/bin:/bin", NULL};
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, mail_path, O_RDONLY, 0);
    int problem = posix_spawn(&pid, command[0], &actions, NULL, command, environment);
    if (problem != 0)
        fail("run '%s': %s", command[0], strerror(problem));
    if (waitpid(pid, &status, 0) != pid || status != 0)
        fail("'%s': status %d", command[0], status);
    posix_spawn_file_actions_destroy(&actions);
}

/* What the filter made of it: the bytes that the floor writes too. */
static void read_result(void)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/incoming", spool);
    DIR *dir = opendir(path);
    struct dirent *e = NULL;
    while (dir != NULL && (e = readdir(dir)) != NULL && e->d_name[0] == '.')
        ;
    if (e == NULL)
        fail("no file in '%s'", path);
    int directory = dirfd(dir), fd = openat(directory, e->d_name, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    if (n <= 0)
        fail("read '%s': %s", e->d_name, strerror(errno));
    length = (size_t)n;
    close(fd);
    closedir(dir);
}

/* write, fsync, rename, fsync of the directory: the least that survives a power cut. */
static void write_bare(int tmp, int incoming, int number)
{
    char name[64];
    snprintf(name, sizeof name, "bare.%d", number);
    int fd = openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0440);
    if (fd < 0 || write(fd, bytes, length) != (ssize_t)length || fsync(fd) != 0 || close(fd) != 0
        || renameat(tmp, name, incoming, name) != 0 || fsync(incoming) != 0)
        fail("write '%s': %s", name, strerror(errno));
}

static double time_bare(int round)
{
    char path[8192];
    snprintf(path, sizeof path, "%s/tmp", spool);
    int tmp = open(path, O_RDONLY | O_DIRECTORY);
    snprintf(path, sizeof path, "%s/incoming", spool);
    int incoming = open(path, O_RDONLY | O_DIRECTORY);
    double from = now_us();
    for (int i = 0; i < MAILS; i++)
        write_bare(tmp, incoming, round * MAILS + i);
    double us = (now_us() - from) / MAILS;
    close(tmp);
    close(incoming);
    return us;
}

static double time_command(char *const *command)
{
    double from = now_us();
    for (int i = 0; i < MAILS; i++)
        run(command);
    return (now_us() - from) / MAILS;
}

int main(int argc, char **argv)
{
    static Figure whole, start, writing;
    if (argc != 4)
        fail("usage: bench_filter FILTER EMPTY DIRECTORY");
    snprintf(spool, sizeof spool, "%s", argv[3]);
    snprintf(mail_path, sizeof mail_path, "%.4000s/mail", argv[3]);
    make_mail();
    make_directory("tmp", 0777);
    make_directory("incoming", 0777);
    char *filter[] = {argv[1], "-d", spool, "-q", "support", "-f", "bo@example.net", "--", "support@example.org", NULL};
    char *empty[] = {argv[2], NULL};
    run(filter);
    read_result();
    for (int round = 0; round < ROUNDS; round++) {
        double bare = time_bare(round), nothing = time_command(empty), all = time_command(filter);
        figure_add(&whole, all, bare + nothing);
        figure_add(&start, nothing, 0);
        figure_add(&writing, bare, 0);
    }
    figure_print("filter us/mail", &whole);
    figure_print("filter floor: empty static process us", &start);
    figure_print("filter floor: durable write us", &writing);
    return 0;
}
