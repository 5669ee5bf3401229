/* bench_filter FILTER BARE DIRECTORY: one mail through the filter, as an MTA would run it, against what cannot be saved: a static program that
 * makes the same mail a file on disk, and does nothing else. The mail stays in DIRECTORY. */
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

static double time_filter(char *const *command)
{
    double from = now_us();
    for (int i = 0; i < MAILS; i++)
        run(command);
    return (now_us() - from) / MAILS;
}

static double time_bare(char *program, int round)
{
    static char half[8192], name[8192], incoming[8192];
    char *command[] = {program, half, name, incoming, NULL};
    snprintf(incoming, sizeof incoming, "%s/incoming", spool);
    double from = now_us();
    for (int i = 0; i < MAILS; i++) {
        snprintf(half, sizeof half, "%s/tmp/bare.%d", spool, round * MAILS + i);
        snprintf(name, sizeof name, "%s/incoming/bare.%d", spool, round * MAILS + i);
        run(command);
    }
    return (now_us() - from) / MAILS;
}

int main(int argc, char **argv)
{
    static Figure whole;
    if (argc != 4)
        fail("usage: bench_filter FILTER BARE DIRECTORY");
    snprintf(spool, sizeof spool, "%s", argv[3]);
    snprintf(mail_path, sizeof mail_path, "%.4000s/mail", argv[3]);
    make_mail();
    make_directory("tmp", 0777);
    make_directory("incoming", 0777);
    char *filter[] = {argv[1], "-d", spool, "-q", "support", "-f", "bo@example.net", "--", "support@example.org", NULL};
    run(filter);
    for (int round = 0; round < ROUNDS; round++) {
        double bare = time_bare(argv[2], round);
        figure_add(&whole, time_filter(filter), bare);
    }
    figure_print("filter us/mail", &whole);
    return 0;
}
