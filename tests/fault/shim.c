/* shim: preloaded into the filter's dynamic build or into escalated; it counts the calls of one family in one role and lets the n-th of them
 * fail. All processes of a run share the counters, so that n counts through the forks. Its random bytes are the same in every run, so that two
 * runs can be compared byte for byte. It must never change a call but that one.
 *
 * FAULT_STATE   file of the shared counters (made here), without which nothing is counted
 * FAULT_ROLE    a process, by the name that it gives itself (prctl(2)), see roles; none: all
 * FAULT_FIRST   the name of what was started, which gives itself none: core, if this is not set
 * FAULT_CALL    a family of the table below
 * FAULT_N       which call of the family in the role; 0: none
 * FAULT_ERROR   errno or SQLite code, a number; "short": half of what was asked for; "zero": nothing
 * FAULT_STAY    yes: from the n-th on all of the family fail
 * FAULT_LIMIT   with FAULT_STAY: so many of them, then the fault is over
 * FAULT_TAKEN_BACK  yes: a failing statement of SQLite takes the transaction back, as SQLite itself does at a full disk
 * FAULT_NO_REPLACE  yes: a file system that does not know RENAME_NOREPLACE
 * FAULT_CALLER  only calls out of an object whose path holds this
 * FAULT_ARMED   yes: nothing is counted before somebody sets the first number of the file to 1
 * FAULT_CLOCK   seconds: the system's clock stands there, so that a daemon's run can be compared to another; that of the start of the machine too
 * FAULT_BOOT    yes: but that one goes on, at FAULT_SPEED
 * FAULT_SPEED   so many times as fast goes the time that is waited for: who starts again in a minute does so in a few seconds */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef enum { CORE, DELIVER, PARSE, SIGN, SUPERVISOR, WATCH, LMTP, SYNC, ALARM, COMMAND, OTHER, ROLES } Role;

static const char *const roles[ROLES] = {"core", "deliver", "parse", "sign", "supervisor", "watch", "lmtp", "sync", "alarm", "command", "other"};

static const char *const families[] = {"open",   "read",    "write",        "fsync",        "close",  "rename", "link", "unlink", "mkdir",    "truncate",
                                       "chmod",  "stat",    "directory",    "fork",         "socket", "connect", "send", "receive", "malloc",   "statement",
                                       "script", "prepare", "bind",         "descriptor", "signal", "poll",   "wait", "accept", "epoll"};
typedef enum { OPEN, READ, WRITE, FSYNC, CLOSE, RENAME, LINK, UNLINK, MKDIR, TRUNCATE, CHMOD, STAT, DIRECTORY, FORK, SOCKET, CONNECT, SEND, RECEIVE, MALLOC, STATEMENT, SCRIPT, PREPARE, BIND, DESCRIPTOR, SIGNAL, POLL, WAIT, ACCEPT, EPOLL } Family;

typedef struct {
    int is_armed, hits, calls[ROLES];
    char where[200]; /* of the first failure: the call, for who looks into it */
} Shared;

static Shared *shared;
static Role role;
static int wanted_role = -1, wanted_family = -1, wanted_n, error_number, limit = 1;
static int is_short, is_zero, takes_back, is_inside, is_armed_late;
static time_t clock_at; /* 0: the system's */
static long speed = 1;
static int boot_goes;
static const char *caller;

static int find(const char *const *list, int count, const char *name)
{
    for (int i = 0; name != NULL && i < count; i++)
        if (strcmp(list[i], name) == 0)
            return i;
    return -1;
}

static int number_of(const char *name)
{
    const char *value = getenv(name);
    return value != NULL ? atoi(value) : 0;
}

static int is_set(const char *name) { return getenv(name) != NULL; }

__attribute__((constructor)) static void begin(void)
{
    const char *state = getenv("FAULT_STATE"), *error = getenv("FAULT_ERROR");
    int named = find(roles, ROLES, getenv("FAULT_FIRST"));
    role = named >= 0 ? (Role)named : CORE;
    clock_at = number_of("FAULT_CLOCK");
    speed = is_set("FAULT_SPEED") ? number_of("FAULT_SPEED") : 1;
    boot_goes = is_set("FAULT_BOOT");
    if (state == NULL)
        return;
    is_inside = 1;
    is_armed_late = is_set("FAULT_ARMED");
    wanted_role = find(roles, ROLES, getenv("FAULT_ROLE"));
    wanted_family = find(families, sizeof families / sizeof families[0], getenv("FAULT_CALL"));
    wanted_n = number_of("FAULT_N");
    error_number = number_of("FAULT_ERROR");
    is_short = error != NULL && strcmp(error, "short") == 0;
    is_zero = error != NULL && strcmp(error, "zero") == 0;
    takes_back = is_set("FAULT_TAKEN_BACK");
    caller = getenv("FAULT_CALLER");
    if (is_set("FAULT_STAY"))
        limit = is_set("FAULT_LIMIT") ? number_of("FAULT_LIMIT") : 1 << 30;
    int fd = open(state, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *at = fd < 0 || ftruncate(fd, sizeof *shared) != 0 ? MAP_FAILED : mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        abort();
    close(fd);
    shared = at;
    is_inside = 0;
}

static void note_where(const char *call)
{
    void *frames[40];
    is_inside = 1;
    snprintf(shared->where, sizeof shared->where, "%s", call);
    if (is_set("FAULT_TRACE")) {
        int n = backtrace(frames, 40);
        backtrace_symbols_fd(frames, n, 2);
    }
    is_inside = 0;
}

static int comes_from(void *address)
{
    Dl_info info;
    return caller == NULL || (dladdr(address, &info) != 0 && info.dli_fname != NULL && strstr(info.dli_fname, caller) != NULL);
}

/* Whether this call is the one to fail. */
static int fails(Family family, const char *call, void *from)
{
    if (shared == NULL || is_inside || (int)family != wanted_family || (wanted_role >= 0 && (int)role != wanted_role) || !comes_from(from)
        || (is_armed_late && !__atomic_load_n(&shared->is_armed, __ATOMIC_SEQ_CST)))
        return 0;
    int n = __atomic_add_fetch(&shared->calls[role], 1, __ATOMIC_SEQ_CST);
    if (wanted_n == 0 || n < wanted_n || n >= wanted_n + limit)
        return 0;
    if (__atomic_fetch_add(&shared->hits, 1, __ATOMIC_SEQ_CST) == 0)
        note_where(call);
    errno = error_number;
    return 1;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (real == NULL) \
    real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define FAILS(family, name) fails(family, name, __builtin_return_address(0))

/* ---- plain calls: a failure is -1 ---- */

#define PLAIN(family, type, name, parameters, ...) \
    type name parameters \
    { \
        REAL(name); \
        return FAILS(family, #name) ? (type)-1 : real(__VA_ARGS__); \
    }

/* The calls that a change to files is made of, those of libsqlite3 (…64) too. */
PLAIN(FSYNC, int, fsync, (int fd), fd)
PLAIN(FSYNC, int, fdatasync, (int fd), fd)
PLAIN(FSYNC, int, syncfs, (int fd), fd)
PLAIN(RENAME, int, rename, (const char *from, const char *to), from, to)
PLAIN(RENAME, int, renameat, (int d, const char *from, int e, const char *to), d, from, e, to)
PLAIN(LINK, int, link, (const char *from, const char *to), from, to)
PLAIN(LINK, int, linkat, (int d, const char *from, int e, const char *to, int flags), d, from, e, to, flags)
PLAIN(UNLINK, int, unlink, (const char *path), path)
PLAIN(UNLINK, int, unlinkat, (int d, const char *path, int flags), d, path, flags)
PLAIN(MKDIR, int, mkdir, (const char *path, mode_t mode), path, mode)
PLAIN(MKDIR, int, mkdirat, (int d, const char *path, mode_t mode), d, path, mode)
PLAIN(TRUNCATE, int, ftruncate, (int fd, off_t length), fd, length)
PLAIN(TRUNCATE, int, ftruncate64, (int fd, off64_t length), fd, length)
PLAIN(CHMOD, int, chmod, (const char *path, mode_t mode), path, mode)
PLAIN(CHMOD, int, fchmod, (int fd, mode_t mode), fd, mode)
PLAIN(STAT, int, stat, (const char *path, struct stat *st), path, st)
PLAIN(STAT, int, lstat, (const char *path, struct stat *st), path, st)
PLAIN(STAT, int, fstat, (int fd, struct stat *st), fd, st)
PLAIN(STAT, int, stat64, (const char *path, struct stat64 *st), path, st)
PLAIN(STAT, int, fstat64, (int fd, struct stat64 *st), fd, st)
PLAIN(SOCKET, int, socket, (int domain, int type, int protocol), domain, type, protocol)
PLAIN(SOCKET, int, socketpair, (int domain, int type, int protocol, int fds[2]), domain, type, protocol, fds)
PLAIN(SOCKET, int, bind, (int fd, const struct sockaddr *address, socklen_t length), fd, address, length)
PLAIN(SOCKET, int, listen, (int fd, int backlog), fd, backlog)
PLAIN(ACCEPT, int, accept4, (int fd, struct sockaddr *address, socklen_t *length, int flags), fd, address, length, flags)
PLAIN(DESCRIPTOR, int, pipe2, (int ends[2], int flags), ends, flags)
PLAIN(DESCRIPTOR, int, inotify_init1, (int flags), flags)
PLAIN(DESCRIPTOR, int, inotify_add_watch, (int fd, const char *path, uint32_t events), fd, path, events)
PLAIN(DESCRIPTOR, int, memfd_create, (const char *name, unsigned flags), name, flags)
PLAIN(SIGNAL, int, signalfd, (int fd, const sigset_t *set, int flags), fd, set, flags)
PLAIN(EPOLL, int, epoll_create1, (int flags), flags)
PLAIN(EPOLL, int, epoll_ctl, (int poll, int how, int fd, struct epoll_event *event), poll, how, fd, event)
PLAIN(WAIT, pid_t, waitpid, (pid_t pid, int *status, int options), pid, status, options)
PLAIN(CONNECT, int, connect, (int fd, const struct sockaddr *address, socklen_t length), fd, address, length)

int renameat2(int d, const char *from, int e, const char *to, unsigned flags)
{
    REAL(renameat2);
    if (FAILS(RENAME, "renameat2"))
        return -1;
    if (flags != 0 && is_set("FAULT_NO_REPLACE")) {
        errno = EINVAL;
        return -1;
    }
    return real(d, from, e, to, flags);
}

/* A descriptor is closed even where close(2) fails. */
int close(int fd)
{
    REAL(close);
    int failed = FAILS(CLOSE, "close"), saved = errno, rc = real(fd);
    if (failed)
        errno = saved;
    return failed ? -1 : rc;
}

/* ---- opening ---- */

#define OPENS(name, parameters, ...) \
    int name parameters \
    { \
        REAL(name); \
        va_list arguments; \
        va_start(arguments, flags); \
        mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? (mode_t)va_arg(arguments, int) : 0; \
        va_end(arguments); \
        return FAILS(OPEN, #name) ? -1 : real(__VA_ARGS__, flags, mode); \
    }
OPENS(open, (const char *path, int flags, ...), path)
OPENS(open64, (const char *path, int flags, ...), path)
OPENS(openat, (int d, const char *path, int flags, ...), d, path)
OPENS(openat64, (int d, const char *path, int flags, ...), d, path)

FILE *fopen(const char *path, const char *mode)
{
    REAL(fopen);
    return FAILS(OPEN, "fopen") ? NULL : real(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
    REAL(fopen64);
    return FAILS(OPEN, "fopen64") ? NULL : real(path, mode);
}

DIR *opendir(const char *path)
{
    REAL(opendir);
    return FAILS(DIRECTORY, "opendir") ? NULL : real(path);
}

struct dirent *readdir(DIR *dir)
{
    REAL(readdir);
    return FAILS(DIRECTORY, "readdir") ? NULL : real(dir);
}

struct dirent64 *readdir64(DIR *dir)
{
    REAL(readdir64);
    return FAILS(DIRECTORY, "readdir64") ? NULL : real(dir);
}

/* ---- bytes: a failure may also be less than was asked for ---- */

/* How much of `asked` the call may do: all, or, where it is the one to fail, half or nothing; -1: an error. */
static ssize_t allowed(Family family, const char *call, size_t asked, void *from)
{
    if (!fails(family, call, from))
        return (ssize_t)asked;
    return is_zero ? 0 : is_short ? (ssize_t)(asked + 1) / 2 : -1;
}

#define BYTES(family, name, parameters, ...) \
    ssize_t name parameters \
    { \
        REAL(name); \
        ssize_t n = allowed(family, #name, length, __builtin_return_address(0)); \
        return n < 0 ? -1 : n == 0 && length > 0 ? 0 : real(__VA_ARGS__); \
    }
BYTES(READ, read, (int fd, void *bytes, size_t length), fd, bytes, (size_t)n)
BYTES(READ, pread, (int fd, void *bytes, size_t length, off_t at), fd, bytes, (size_t)n, at)
BYTES(READ, pread64, (int fd, void *bytes, size_t length, off64_t at), fd, bytes, (size_t)n, at)
BYTES(WRITE, write, (int fd, const void *bytes, size_t length), fd, bytes, (size_t)n)
BYTES(WRITE, pwrite, (int fd, const void *bytes, size_t length, off_t at), fd, bytes, (size_t)n, at)
BYTES(WRITE, pwrite64, (int fd, const void *bytes, size_t length, off64_t at), fd, bytes, (size_t)n, at)
BYTES(SEND, send, (int fd, const void *bytes, size_t length, int flags), fd, bytes, (size_t)n, flags)
BYTES(RECEIVE, recv, (int fd, void *bytes, size_t length, int flags), fd, bytes, (size_t)n, flags)

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    REAL(writev);
    return FAILS(WRITE, "writev") ? (is_short ? write(fd, parts[0].iov_base, (parts[0].iov_len + 1) / 2) : is_zero ? 0 : -1) : real(fd, parts, count);
}

/* Of a message with one part: what all of ours are. */
ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    REAL(sendmsg);
    struct msghdr copy = *m;
    struct iovec part = {0};
    if (FAILS(SEND, "sendmsg")) {
        if (!is_short || m->msg_iovlen != 1)
            return is_zero ? 0 : -1;
        part = (struct iovec){m->msg_iov->iov_base, (m->msg_iov->iov_len + 1) / 2};
        copy.msg_iov = &part;
    }
    return real(fd, &copy, flags);
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
    REAL(recvmsg);
    return FAILS(RECEIVE, "recvmsg") ? (is_zero ? 0 : -1) : real(fd, m, flags);
}

/* ---- processes ---- */

/* Nobody, until it says who it is. */
pid_t fork(void)
{
    REAL(fork);
    if (FAILS(FORK, "fork"))
        return -1;
    pid_t pid = real();
    if (pid == 0)
        role = OTHER;
    return pid;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *files, const posix_spawnattr_t *how, char *const argv[], char *const environment[])
{
    REAL(posix_spawn);
    return FAILS(FORK, "posix_spawn") ? error_number : real(pid, path, files, how, argv, environment);
}

int prctl(int option, ...)
{
    REAL(prctl);
    va_list arguments;
    va_start(arguments, option);
    unsigned long a = va_arg(arguments, unsigned long), b = va_arg(arguments, unsigned long), c = va_arg(arguments, unsigned long), d = va_arg(arguments, unsigned long);
    va_end(arguments);
    int named = option == PR_SET_NAME ? find(roles, ROLES, (const char *)a) : -1; // NOLINT
    if (named >= 0)
        role = (Role)named;
    return real(option, a, b, c, d);
}

/* ---- time ---- */

int clock_gettime(clockid_t id, struct timespec *now)
{
    static struct timespec began[2]; /* what they were when they were first asked */
    struct timespec *started = &began[id == CLOCK_BOOTTIME];
    REAL(clock_gettime);
    int rc = real(id, now);
    if (rc == 0 && clock_at != 0 && (id == CLOCK_REALTIME || (id == CLOCK_BOOTTIME && !boot_goes))) {
        *now = (struct timespec){.tv_sec = clock_at};
    } else if (rc == 0 && speed > 1 && (id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME)) {
        if (started->tv_sec == 0)
            *started = *now;
        long long passed = ((long long)(now->tv_sec - started->tv_sec) * 1000000000 + now->tv_nsec - started->tv_nsec) * speed;
        *now = (struct timespec){started->tv_sec + passed / 1000000000, started->tv_nsec + passed % 1000000000};
        if (now->tv_nsec >= 1000000000)
            *now = (struct timespec){now->tv_sec + 1, now->tv_nsec - 1000000000};
    }
    return rc;
}

/* What is waited for, at that speed: never not at all. */
static int wait_ms(int ms) { return ms > 0 ? (int)((ms + speed - 1) / speed) : ms; }

int poll(struct pollfd *fds, nfds_t count, int ms)
{
    REAL(poll);
    return FAILS(POLL, "poll") ? -1 : real(fds, count, wait_ms(ms));
}

int epoll_wait(int fd, struct epoll_event *events, int count, int ms)
{
    REAL(epoll_wait);
    return FAILS(POLL, "epoll_wait") ? -1 : real(fd, events, count, wait_ms(ms));
}

/* ---- memory: dlsym itself allocates, so these ask it at the beginning, and meanwhile hand out from a little of their own ---- */

static char early[65536];
static size_t early_used;
static void *(*real_malloc)(size_t), *(*real_calloc)(size_t, size_t), *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);

static void *early_malloc(size_t n)
{
    void *at = early + early_used;
    early_used += (n + 15) & ~(size_t)15;
    if (early_used > sizeof early)
        abort();
    return at;
}

static int is_early(const void *p) { return (const char *)p >= early && (const char *)p < early + sizeof early; }

static void know_memory(void)
{
    static int asking;
    if (real_free != NULL || asking)
        return;
    asking = 1;
    *(void **)&real_malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)&real_calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)&real_realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)&real_free = dlsym(RTLD_NEXT, "free");
    asking = 0;
}

void *malloc(size_t n)
{
    know_memory();
    if (real_free == NULL)
        return early_malloc(n);
    return FAILS(MALLOC, "malloc") ? NULL : real_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    know_memory();
    if (real_free == NULL)
        return early_malloc(n * size);
    return FAILS(MALLOC, "calloc") ? NULL : real_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    know_memory();
    if (is_early(p))
        abort();
    return FAILS(MALLOC, "realloc") ? NULL : real_realloc(p, n);
}

void free(void *p)
{
    know_memory();
    if (p != NULL && !is_early(p) && real_free != NULL)
        real_free(p);
}

/* ---- SQLite ---- */

static int fail_in(sqlite3 *db)
{
    is_inside = 1;
    if (takes_back && db != NULL && !sqlite3_get_autocommit(db)) {
        static int (*exec)(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
        if (exec == NULL)
            *(void **)&exec = dlsym(RTLD_NEXT, "sqlite3_exec");
        exec(db, "rollback", NULL, NULL, NULL);
    }
    is_inside = 0;
    return error_number;
}

int sqlite3_step(sqlite3_stmt *statement)
{
    REAL(sqlite3_step);
    return FAILS(STATEMENT, "sqlite3_step") ? fail_in(sqlite3_db_handle(statement)) : real(statement);
}

int sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **), void *data, char **ret_error)
{
    REAL(sqlite3_exec);
    return FAILS(SCRIPT, sql) ? fail_in(db) : real(db, sql, row, data, ret_error);
}

int sqlite3_prepare_v3(sqlite3 *db, const char *sql, int length, unsigned flags, sqlite3_stmt **ret, const char **ret_tail)
{
    REAL(sqlite3_prepare_v3);
    return FAILS(PREPARE, sql) ? error_number : real(db, sql, length, flags, ret, ret_tail);
}

#define BINDS(name, type, ...) \
    int name type \
    { \
        REAL(name); \
        return FAILS(BIND, #name) ? error_number : real(__VA_ARGS__); \
    }
BINDS(sqlite3_bind_int64, (sqlite3_stmt *s, int i, sqlite3_int64 value), s, i, value)
BINDS(sqlite3_bind_text, (sqlite3_stmt *s, int i, const char *value, int n, void (*away)(void *)), s, i, value, n, away)
BINDS(sqlite3_bind_blob64, (sqlite3_stmt *s, int i, const void *value, sqlite3_uint64 n, void (*away)(void *)), s, i, value, n, away)

/* ---- the same random bytes every time: keys, and the keys of persons ---- */

ssize_t getrandom(void *bytes, size_t length, unsigned flags)
{
    (void)flags;
    memset(bytes, 0x5a, length);
    return (ssize_t)length;
}
