/* bench_pass ESCALATED DIRECTORY: a pass that finds nothing to do, over 100,000 open tickets and over none. */
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/full.h"

#include "base/log.h"

#include "flows/timers.h"

#define ROUNDS 11
#define TICKETS "100000"

extern char **environ;

static double time_once(char *escalated, char *configuration)
{
    char *command[] = {escalated, "-c", configuration, "--now", BENCH_NOW_TEXT, "--once", NULL};
    g_autofree char *log = g_strconcat(configuration, ".log", NULL);
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    double from = now_us();
    int problem = posix_spawn(&pid, escalated, &actions, NULL, command, environ);
    if (problem != 0)
        fail("run '%s': %s", escalated, g_strerror(problem));
    if (waitpid(pid, &status, 0) != pid || status != 0)
        fail("'%s': status %d", escalated, status);
    posix_spawn_file_actions_destroy(&actions);
    return (now_us() - from) / 1000;
}

static double time_timers(Core *c)
{
    g_autoptr(GError) err = NULL;
    guint fired = 0;
    double from = now_us();
    for (int i = 0; i < BENCH_PASSES; i++)
        or_fail(timers_pass(core_desk(c), BENCH_NOW, &fired, &err), err, "timers_pass");
    return (now_us() - from) / BENCH_PASSES;
}

int main(int argc, char **argv)
{
    static Figure once, round, timers;
    if (argc != 3)
        fail("usage: bench_pass ESCALATED DIRECTORY");
    log_set_level(LOGGING_WARNING);
    g_autofree char *small = g_build_filename(argv[2], "empty", NULL), *large = g_build_filename(argv[2], "full", NULL);
    g_autofree char *empty = bench_make_full_desk(small, "0"), *full = bench_make_full_desk(large, TICKETS);
    sync();
    for (int i = 0; i < ROUNDS; i++) {
        double floor = time_once(argv[1], empty);
        figure_add(&once, time_once(argv[1], full), floor);
    }
    Core *none = bench_open_core(empty), *many = bench_open_core(full);
    for (int i = 0; i < ROUNDS; i++) {
        double floor = bench_time_round(none);
        figure_add(&round, bench_time_round(many), floor);
        floor = time_timers(none);
        figure_add(&timers, time_timers(many), floor);
    }
    core_free(none);
    core_free(many);
    figure_print("escalated --once ms, " TICKETS " open tickets, nothing due", &once);
    figure_print("one round us, " TICKETS " open tickets, nothing due", &round);
    figure_print("its timers us", &timers);
    return 0;
}
