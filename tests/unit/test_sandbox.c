/* test_sandbox: in forked children: what must work inside does, what must not is refused or ends the child. */
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/sandbox.h"

static int ends[2]; /* a socket pair, open before */

/* Each answers 0 when the thing could be done, else errno. */
static int failed(gboolean bad) { return bad ? (errno != 0 ? errno : 255) : 0; }

static int opens(void) { return failed(open("/etc/passwd", O_RDONLY) < 0); }
static int creates(void) { return failed(open("/tmp/escalate-sandbox", O_RDWR | O_CREAT, 0600) < 0); }
static int stats(void)
{
    struct stat s;
    return failed(stat("/etc/passwd", &s) != 0);
}
static int fstats(void)
{
    struct stat s;
    return failed(fstat(ends[0], &s) != 0);
}
static int makes_socket(void) { return failed(socket(AF_INET, SOCK_STREAM, 0) < 0); }
static int connects(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    return failed(connect(ends[0], (struct sockaddr *)&a, sizeof a) != 0);
}
static int executes(void)
{
    execl("/bin/true", "true", NULL);
    return failed(TRUE);
}
static int forks(void)
{
    pid_t p = fork();
    if (p == 0)
        _exit(0);
    return failed(p < 0);
}
static int kills_parent(void) { return failed(kill(getppid(), 0) != 0); }
static int traces(void) { return failed(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0); }
static int loads_filter(void) { return failed(syscall(SYS_seccomp, 0, 0, NULL) != 0); }
static int raises_limit(void)
{
    struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY};
    return failed(setrlimit(RLIMIT_AS, &l) != 0);
}
static int maps_code(void)
{
    return failed(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}
static int removes(void) { return failed(unlink("/tmp/escalate-sandbox") != 0); }
static int aborts(void)
{
    signal(SIGABRT, SIG_DFL);
    abort();
}

static int works(void)
{
    char back[5] = "";
    if (write(ends[0], "hello", 5) != 5 || read(ends[1], back, 5) != 5 || memcmp(back, "hello", 5) != 0)
        return 1;
    for (gsize n = 1; n < (1 << 24); n *= 2) { /* small blocks, mapped blocks */
        char *block = g_malloc(n);
        memset(block, 'x', n);
        block = g_realloc(block, 2 * n);
        g_free(block);
    }
    return 0;
}

static int uses_glib(void)
{
    g_autoptr(GRegex) regex = g_regex_new("(*LIMIT_MATCH=1000)^(a+)b$", G_REGEX_OPTIMIZE, 0, NULL);
    g_autofree char *text = g_convert("caf\xe9", 4, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "x", 1);
    iconv_t never = iconv_open("UTF-8", "ARMSCII-8"); /* not warmed up: missing, not deadly */
    gboolean right = regex != NULL && g_regex_match(regex, "aab", 0, NULL) && g_strcmp0(text, "caf\xc3\xa9") == 0 && sum != NULL;
    return right && never == (iconv_t)-1 ? 0 : 1;
}

/* Opened and closed again and again, as a long parse does: they must stay. */
static int converts(void)
{
    static const char *const names[] = {"windows-1252", "koi8-r", "gb18030",     "iso-2022-jp", "euc-kr",
                                        "big5",         "utf-16", "iso-8859-15", "shift_jis"};
    for (gsize i = 0; i < 10 * G_N_ELEMENTS(names); i++) {
        iconv_t c = iconv_open("UTF-8", names[i % G_N_ELEMENTS(names)]);
        if (c == (iconv_t)-1)
            return 1 + (int)(i % G_N_ELEMENTS(names));
        iconv_close(c);
    }
    return 0;
}

#define KILLED -1

static const struct {
    const char *label;
    int (*go)(void);
    int want; /* 0, errno, or KILLED by SIGSYS */
} rows[] = {
    {"read, write, memory", works, 0},
    {"regex, charset, digest", uses_glib, 0},
    {"charsets", converts, 0},
    {"fstat", fstats, 0},
    {"open", opens, EACCES},
    {"create", creates, EACCES},
    {"stat", stats, EACCES},
    {"unlink", removes, EACCES},
    {"socket", makes_socket, EACCES},
    {"connect", connects, KILLED},
    {"execve", executes, KILLED},
    {"fork", forks, EPERM},
    {"kill", kills_parent, KILLED},
    {"ptrace", traces, KILLED},
    {"seccomp", loads_filter, KILLED},
    {"setrlimit", raises_limit, EPERM},
    {"map code", maps_code, EACCES},
};

/* A process that takes mail in over the network: it needs files and connections, and nothing else. */
static int listens(void) { return failed(listen(ends[0], 1) != 0); }
static int logs(void) { return failed(socket(AF_UNIX, SOCK_DGRAM, 0) < 0); }

static const struct {
    const char *label;
    int (*go)(void);
    int want;
} narrow_rows[] = {
    {"read, write, memory", works, 0}, {"open", opens, 0},          {"stat", stats, 0},           {"a socket for the log", logs, 0},
    {"socket", makes_socket, EPERM},   {"listen", listens, EPERM},  {"execve", executes, EPERM},  {"fork", forks, EPERM},
    {"kill", kills_parent, EPERM},     {"ptrace", traces, EPERM},   {"map code", maps_code, EPERM},
};

/* The child's status as of waitpid. */
static int run(int (*go)(void), gboolean confined)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (confined)
            sandbox_warm_charsets();
        if (confined && !(sandbox_limit(0, NULL) && sandbox_enter(NULL)))
            _exit(99);
        errno = 0;
        _exit(go());
    }
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static void test_rows(void **state)
{
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        int status = run(rows[i].go, TRUE);
        int got = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) == SIGSYS ? KILLED : 1000 + WTERMSIG(status);
        if (got != rows[i].want)
            fail_msg("%s: %d, wanted %d", rows[i].label, got, rows[i].want);
    }
}

static void test_narrow(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(narrow_rows); i++) {
        pid_t pid = fork();
        if (pid == 0) {
            if (!sandbox_narrow(NULL))
                _exit(99);
            errno = 0;
            _exit(narrow_rows[i].go());
        }
        int status = -1;
        waitpid(pid, &status, 0);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != narrow_rows[i].want)
            fail_msg("%s: status %d, wanted %d", narrow_rows[i].label, status, narrow_rows[i].want);
    }
}

static void test_abort_is_an_abort(void **state)
{
    (void)state;
    int status = run(aborts, TRUE);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static int limited(void)
{
    struct rlimit core, stack, memory;
    if (!sandbox_limit(LIMIT_PARSE_MEMORY, NULL))
        return 2;
    getrlimit(RLIMIT_CORE, &core);
    getrlimit(RLIMIT_STACK, &stack);
    getrlimit(RLIMIT_AS, &memory);
    gboolean right =
        core.rlim_max == 0 && memory.rlim_max == LIMIT_PARSE_MEMORY && stack.rlim_cur == MIN(LIMIT_PARSE_STACK, stack.rlim_max);
    void *huge = mmap(NULL, 1UL << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return right && huge == MAP_FAILED ? 0 : 1;
}

/* Recursion deeper than the usual 8 MB, which a nested mail can cause. */
static int dig(int depth)
{
    volatile char frame[1000];
    frame[0] = (char)depth;
    return depth == 0 ? frame[0] : dig(depth - 1) + (frame[0] & 0);
}

static int digs(void) { return sandbox_limit(0, NULL) && sandbox_enter(NULL) ? dig(20000) : 1; }

static void test_limits(void **state)
{
    (void)state;
    struct rlimit stack;
#if !defined(__SANITIZE_ADDRESS__) /* whose shadow does not fit under a limit */
    assert_int_equal(run(limited, FALSE), 0);
#else
    (void)limited;
#endif
    getrlimit(RLIMIT_STACK, &stack);
    if (stack.rlim_max >= LIMIT_PARSE_STACK)
        assert_int_equal(run(digs, FALSE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_narrow), cmocka_unit_test(test_abort_is_an_abort),
                                       cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
