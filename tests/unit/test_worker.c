/* test_worker: frames both ways, descriptors along, and every way in which a child can end. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/files.h"
#include "base/worker.h"

#define MAX_FRAME (4 * 1024 * 1024)

/* Answers each frame with itself; one that came with a descriptor, with what can be read there. */
static int echo(int channel, void *data)
{
    (void)data;
    for (;;) {
        g_autoptr(GError) err = NULL;
        GString *frame = NULL, *file = NULL;
        int fd = -1;
        if (!worker_read(channel, MAX_FRAME, &frame, &fd, &err))
            return err->code == ERROR_NOTFOUND ? 0 : 9;
        if (fd >= 0 && files_read_fd(fd, "passed", MAX_FRAME, &file, NULL))
            worker_write(channel, file->str, file->len, NULL);
        else
            worker_write(channel, frame->str, frame->len, NULL);
        if (file != NULL)
            g_string_free(file, TRUE);
        files_close_fd(&fd);
        g_string_free(frame, TRUE);
    }
}

static void test_echo(void **state)
{
    (void)state;
    static const gsize sizes[] = {0, 1, 4, 65536, 300000, MAX_FRAME};
    g_autoptr(GError) err = NULL;
    g_autoptr(Worker) w = worker_start("echo", echo, NULL, &err);
    assert_non_null(w);
    assert_true(worker_pid(w) > 0 && worker_fd(w) >= 0);
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *bytes = g_malloc(sizes[i] + 1);
        memset(bytes, 'a' + (int)i, sizes[i]);
        GString *back = NULL;
        assert_true(worker_send(w, bytes, sizes[i], -1, &err));
        assert_true(worker_receive(w, MAX_FRAME, 20, &back, &err));
        assert_int_equal(back->len, sizes[i]);
        assert_memory_equal(back->str, bytes, sizes[i]);
        g_string_free(back, TRUE);
    }
}

static void test_descriptor(void **state)
{
    (void)state;
    g_autoptr(Worker) w = worker_start("echo", echo, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        int ends[2];
        GString *back = NULL;
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], "in the pipe", 11), 11);
        close(ends[1]);
        assert_true(worker_send(w, "x", 1, ends[0], NULL));
        close(ends[0]);
        assert_true(worker_receive(w, 100, 20, &back, NULL));
        assert_string_equal(back->str, "in the pipe");
        g_string_free(back, TRUE);
    }
}

/* ---- how children end ---- */

static int exits(int channel, void *data)
{
    GString *frame = NULL;
    worker_read(channel, 100, &frame, NULL, NULL);
    return *(int *)data;
}

static int crashes(int channel, void *data)
{
    GString *frame = NULL;
    worker_read(channel, 100, &frame, NULL, NULL);
    signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would exit instead */
    raise(SIGSEGV);
    return *(int *)data;
}

static int half_a_frame(int channel, void *data)
{
    GString *frame = NULL;
    worker_read(channel, 100, &frame, NULL, NULL);
    ssize_t put = write(channel, "\0\0\0\x08half", 8);
    return put == 8 ? *(int *)data : 1;
}

static int stalls(int channel, void *data)
{
    (void)channel;
    for (;;)
        pause();
    return *(int *)data;
}

static int too_long(int channel, void *data)
{
    GString *frame = NULL;
    worker_read(channel, 100, &frame, NULL, NULL);
    ssize_t put = write(channel, "\xff\xff\xff\xff", 4);
    pause();
    return put == 4 ? *(int *)data : 1;
}

static int burns(int channel, void *data)
{
    GString *frame = NULL;
    worker_read(channel, 100, &frame, NULL, NULL);
    for (volatile unsigned i = 0;; i++)
        continue;
    return *(int *)data;
}

static void test_ends(void **state)
{
    (void)state;
    static int status = 3;
    static const struct {
        const char *label;
        WorkerMain fn;
        Seconds cpu, patience;
        int code;
        const char *want;
    } rows[] = {
        {"exit", exits, 0, 20, ERROR_DATA, "worker 'child': exit 3"},
        {"crash", crashes, 0, 20, ERROR_DATA, "worker 'child': signal 11"},
        {"half a frame", half_a_frame, 0, 20, ERROR_DATA, "worker 'child': exit 3"},
        {"stall", stalls, 0, 0, ERROR_TEMPFAIL, "worker 'child': no answer in time"},
        {"too long", too_long, 0, 20, ERROR_LIMIT, "worker 'child': an answer longer than 100 bytes"},
        {"CPU", burns, 1, 60, ERROR_LIMIT, "worker 'child': signal 24"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) err = NULL, later = NULL;
        g_autoptr(Worker) w = worker_start("child", rows[i].fn, &status, NULL);
        GString *answer = NULL;
        pid_t pid = worker_pid(w);
        assert_true(rows[i].cpu == 0 || worker_limit_cpu(w, rows[i].cpu, NULL));
        assert_true(worker_send(w, "go", 2, -1, NULL));
        if (worker_receive(w, 100, rows[i].patience, &answer, &err))
            fail_msg("%s: an answer came", rows[i].label);
        if (err->code != rows[i].code || strcmp(err->message, rows[i].want) != 0)
            fail_msg("%s: code %d '%s'", rows[i].label, err->code, err->message);
        worker_kill(w);
        worker_kill(w);
        assert_int_equal(worker_pid(w), -1);
        assert_int_equal(waitpid(pid, NULL, WNOHANG), -1); /* no zombie */
        assert_false(worker_send(w, "go", 2, -1, &later)); /* gone stays gone */
        assert_int_equal(later->code, rows[i].cpu > 0 ? ERROR_LIMIT : ERROR_DATA);
    }
}

static void test_send_to_the_dead(void **state)
{
    (void)state;
    int status = 3;
    g_autoptr(GError) err = NULL;
    g_autoptr(Worker) w = worker_start("dead", exits, &status, NULL);
    int killed = 0;
    assert_true(worker_send(w, "go", 2, -1, NULL));
    for (int i = 0; i < 100000 && err == NULL; i++)
        killed = worker_send(w, "go", 2, -1, &err) ? killed : 1;
    assert_true(killed);
    assert_string_equal(err->message, "worker 'dead': exit 3");
}

/* ---- what a child finds ---- */

static int looks_around(int channel, void *data)
{
    int secret = *(int *)data;
    GString *frame = NULL;
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    g_autofree char *text = g_strdup_printf("channel=%d secret=%d group=%d blocked=%d pipe=%d", channel,
                                            fcntl(secret, F_GETFD) != -1 && secret != channel, getpgrp() == getpid(),
                                            sigismember(&mask, SIGTERM), signal(SIGPIPE, SIG_IGN) == SIG_IGN);
    worker_write(channel, text, strlen(text), NULL);
    worker_read(channel, 1, &frame, NULL, NULL);
    return 0;
}

static void test_surroundings(void **state)
{
    (void)state;
    sigset_t mask, old;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, &old);
    int secret = fcntl(open("/dev/null", O_RDONLY), F_DUPFD, 50);
    GString *answer = NULL;
    Worker *w = worker_start("child", looks_around, &secret, NULL);
    assert_true(worker_receive(w, 1000, 20, &answer, NULL));
    assert_string_equal(answer->str, "channel=3 secret=0 group=1 blocked=0 pipe=1");
    g_string_free(answer, TRUE);
    worker_stop(w);
    worker_stop(NULL);
    close(secret);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

/* The child's child dies with the parent that is killed. */
static int has_a_child(int channel, void *data)
{
    Worker *inner = worker_start("inner", stalls, data, NULL);
    g_autofree char *text = g_strdup_printf("%d", (int)worker_pid(inner));
    worker_write(channel, text, strlen(text), NULL);
    for (;;)
        pause();
    return 0;
}

static void test_dies_with_parent(void **state)
{
    (void)state;
    int none = 0;
    GString *answer = NULL;
    g_autoptr(Worker) w = worker_start("outer", has_a_child, &none, NULL);
    assert_true(worker_receive(w, 100, 20, &answer, NULL));
    pid_t inner = (pid_t)g_ascii_strtoll(answer->str, NULL, 10);
    g_string_free(answer, TRUE);
    worker_kill(w);
    gboolean alive = TRUE;
    for (int i = 0; alive && i < 2000; i++) { /* its new parent may be slow to reap it: dead is enough */
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)inner);
        g_autofree char *stat = NULL;
        alive = g_file_get_contents(path, &stat, NULL, NULL) && strstr(stat, ") Z ") == NULL && strstr(stat, ") X ") == NULL;
        if (alive)
            g_usleep(1000);
    }
    assert_false(alive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),       cmocka_unit_test(test_descriptor),   cmocka_unit_test(test_ends),
        cmocka_unit_test(test_send_to_the_dead), cmocka_unit_test(test_surroundings), cmocka_unit_test(test_dies_with_parent),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
