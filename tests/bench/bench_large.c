/* bench_large ESCALATE ESCALATED DIRECTORY: a desk with a million open tickets beside one with a thousand: what commands, a pass that finds
 * nothing to do and the intake of mails cost there, and how much memory they take. Some minutes, and some 3 GB in DIRECTORY. */
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/full.h"

#include "base/log.h"
#include "base/spoolname.h"

#define ROUNDS 7
#define MAILS 500 /* a round */
#define SMALL "1000"
#define LARGE "1000000"

extern char **environ;

/* Runs it; its time in ms, and what it used (*ret_use; NULL if of no interest). Its output goes to /dev/null. */
static double run(char *const *command, struct rusage *ret_use)
{
    struct rusage use;
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    double from = now_us();
    int problem = posix_spawn(&pid, command[0], &actions, NULL, command, environ);
    if (problem != 0)
        fail("run '%s': %s", command[0], strerror(problem));
    if (wait4(pid, &status, 0, &use) != pid || status != 0)
        fail("'%s': status %d", command[0], status);
    posix_spawn_file_actions_destroy(&actions);
    if (ret_use != NULL)
        *ret_use = use;
    return (now_us() - from) / 1000;
}

static double cpu_us(const struct rusage *use)
{
    return (double)(use->ru_utime.tv_sec + use->ru_stime.tv_sec) * 1e6 + (double)(use->ru_utime.tv_usec + use->ru_stime.tv_usec);
}

/* ---- commands ---- */

static const struct {
    const char *label;
    const char *arguments[6];
} commands[] = {
    {"list -n 50", {"list", "-n", "50"}},
    {"list WORD FIELD:VALUE", {"list", "777", "requester:c777.example"}},
    {"show", {"show", "777"}},
    {"explain", {"explain", "777"}},
    {"next", {"next"}},
};

static void time_commands(char *escalate, char *small, char *large)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++) {
        Figure figure = {.rounds = 0};
        for (int round = 0; round < ROUNDS; round++) {
            char *at[] = {small, large};
            double ms[2];
            for (int k = 0; k < 2; k++) {
                const char *const *a = commands[i].arguments;
                char *command[] = {escalate, (char *)"-c", at[k], (char *)"--now", (char *)BENCH_NOW_TEXT, (char *)a[0], (char *)a[1], (char *)a[2], NULL};
                ms[k] = run(command, NULL);
            }
            figure_add(&figure, ms[1], ms[0]);
        }
        g_autofree char *name = g_strdup_printf("escalate %s ms, " LARGE " open tickets", commands[i].label);
        figure_print(name, &figure);
    }
}

/* ---- passes ---- */

static void time_passes(const char *small, const char *large)
{
    static Figure figure;
    Core *few = bench_open_core(small), *many = bench_open_core(large);
    for (int i = 0; i < ROUNDS; i++) {
        double floor = bench_time_round(few);
        figure_add(&figure, bench_time_round(many), floor);
    }
    core_free(few);
    core_free(many);
    figure_print("one round us, " LARGE " open tickets, nothing due", &figure);
}

/* ---- intake ---- */

static void fill_incoming(const char *configuration, int round)
{
    g_autofree char *directory = g_path_get_dirname(configuration);
    for (int i = 0; i < MAILS; i++) {
        char name[SPOOLNAME_MAX];
        int number = round * MAILS + i;
        if (spoolname_make(name, BENCH_NOW - 60, number, 4243, 1, (guint64)number + 1, "mx.desk.example") != 0)
            fail("spool name");
        g_autofree char *path = g_build_filename(directory, "spool", "incoming", name, NULL);
        g_autofree char *bytes = g_strdup_printf("X-Escalate-Envelope-Received-At: 2026-11-25T08:59:00.%06dZ\nX-Escalate-Envelope-Sender: bo@n%d.example\n"
                                                 "X-Escalate-Envelope-Recipient: support@desk.example\nX-Escalate-Envelope-End: 1\n"
                                                 "From: Bo <bo@n%d.example>\nTo: support@desk.example\nSubject: The printer in room %d again\n"
                                                 "Date: Wed, 25 Nov 2026 08:59:00 +0000\nMessage-ID: <new%d@n%d.example>\n\n"
                                                 "Since Monday it prints half a page and then stops, in all colours.\n",
                                                 number, number, number, number, number, number);
        g_autoptr(GError) err = NULL;
        or_fail(g_file_set_contents(path, bytes, -1, &err), err, path);
    }
}

/* CPU of a mail in us; what the start of the daemon costs goes off. */
static double time_intake(char *escalated, char *configuration, int round, struct rusage *ret_use)
{
    char *command[] = {escalated, (char *)"-c", configuration, (char *)"--now", (char *)BENCH_NOW_TEXT, (char *)"--once", NULL};
    struct rusage idle;
    run(command, &idle);
    fill_incoming(configuration, round);
    run(command, ret_use);
    return (cpu_us(ret_use) - cpu_us(&idle)) / MAILS;
}

static void time_intakes(char *escalated, char *small, char *large)
{
    static Figure intake, memory;
    struct rusage few, many;
    for (int i = 0; i < ROUNDS; i++) {
        double floor = time_intake(escalated, small, i, &few);
        figure_add(&intake, time_intake(escalated, large, i, &many), floor);
        figure_add(&memory, (double)many.ru_maxrss / 1024, (double)few.ru_maxrss / 1024);
    }
    figure_print("intake CPU us/mail, " LARGE " open tickets", &intake);
    figure_print("resident memory of a worker MiB, " LARGE " open tickets", &memory);
}

/* In a process of its own: a child inherits what its parent ever had as resident, and this one's children are measured by that. */
static char *make(char *self, const char *directory, const char *name, const char *tickets)
{
    g_autofree char *place = g_build_filename(directory, name, NULL);
    char *command[] = {self, (char *)"fill", place, (char *)tickets, NULL};
    run(command, NULL);
    return g_build_filename(place, "escalate.yaml", NULL);
}

int main(int argc, char **argv)
{
    log_set_level(LOGGING_WARNING);
    if (argc == 4 && strcmp(argv[1], "fill") == 0) {
        g_free(bench_make_full_desk(argv[2], argv[3]));
        return 0;
    }
    if (argc != 4)
        fail("usage: bench_large ESCALATE ESCALATED DIRECTORY");
    g_autofree char *small = make(argv[0], argv[3], "few", SMALL), *large = make(argv[0], argv[3], "many", LARGE);
    sync();
    time_commands(argv[1], small, large);
    time_intakes(argv[2], small, large);
    time_passes(small, large);
    return 0;
}
