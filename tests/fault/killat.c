/* killat: runs a program and follows all that it starts; counts the system calls of one role, and kills with SIGKILL at the beginning of the n-th, so
 * that everything before it has happened and it has not. It counts calls that touch files, network or processes; those of memory, time, signals, waiting
 * and identity change nothing that a restart could find. It can also write down what was done to files, for a model of what a loss of power leaves.
 *
 * killat -d DIR [-f ROLE] [-r ROLE] [-n N] [-t] [-o FILE] -c FILE -- PROGRAM ARGUMENT...
 *   -d  counting begins with the first call that names a file in DIR, or the first other process (before it, nothing happened), and only files in DIR
 *       are written down
 *   -f  what was started, core if this is not given. All others are who they say that they are, by prctl(2): see role_names. Programs that they run are
 *       not counted
 *   -r  whose calls are meant; none: all
 *   -t  kills all, not only the one whose call it is
 *   -c  gets the number of calls of each role, whether one was killed, 1 or 0, and at which call
 *   -o  gets a line for each change: open INODE FLAGS PATH, write INODE OFFSET HEX, truncate INODE LENGTH, sync INODE, rename FROM TO, link FROM TO,
 *       unlink PATH, mkdir PATH, rmdir PATH; tabs between. A sync is for what was done before it began: syncing PID comes then, PID is the last word of
 *       sync and of syncall (of all files). Of lmtp and deliver also heard FD HEX, said FD HEX: what it got and sent by sockets
 * It exits as the program does, 137 where that was killed, 99 where it cannot trace. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 64

typedef enum { CORE, DELIVER, PARSE, SIGN, SUPERVISOR, WATCH, LMTP, SYNC, ALARM, COMMAND, OTHER, ROLES } Role; /* as in shim.c */
static const char *const role_names[ROLES] = {"core", "deliver", "parse", "sign", "supervisor", "watch", "lmtp", "sync", "alarm", "command", "other"};

typedef struct {
    pid_t pid;
    Role role;
    int is_begun;
    uint64_t nr, args[6]; /* of the call it is in */
    int64_t offset;       /* of a write(2), before it */
} Process;

static Process processes[PROCESSES_MAX];
static const char *directory, *count_file;
static FILE *record;
static int wanted_role = -1, first_role = CORE, kills_all, is_killed;
static long wanted_n, counts[ROLES];
static const char *killed_at = "-";
static pid_t first;

static const struct {
    long nr;
    const char *name;
} counted[] = {
#define CALL(name) {SYS_##name, #name},
    CALL(openat) CALL(close) CALL(read) CALL(pread64) CALL(readv) CALL(write) CALL(pwrite64) CALL(writev) CALL(fsync) CALL(fdatasync) CALL(renameat)
    CALL(renameat2) CALL(linkat) CALL(unlinkat) CALL(mkdirat) CALL(ftruncate) CALL(fchmod) CALL(fchmodat) CALL(fchown) CALL(newfstatat) CALL(fstat)
    CALL(getdents64) CALL(socket) CALL(socketpair) CALL(connect) CALL(sendto) CALL(sendmsg) CALL(recvfrom) CALL(recvmsg) CALL(shutdown) CALL(clone)
    CALL(execve) CALL(wait4) CALL(kill) CALL(prlimit64) CALL(pidfd_open) CALL(dup) CALL(dup3) CALL(close_range) CALL(memfd_create) CALL(exit_group)
    CALL(faccessat) CALL(fcntl) CALL(syncfs) CALL(pipe2) CALL(signalfd4) CALL(inotify_init1) CALL(inotify_add_watch) CALL(bind) CALL(listen) CALL(accept4)
    CALL(epoll_create1) CALL(epoll_ctl)
#ifdef SYS_open
    CALL(open) CALL(rename) CALL(link) CALL(unlink) CALL(mkdir) CALL(rmdir) CALL(chmod) CALL(stat) CALL(lstat) CALL(access) CALL(dup2) CALL(fork) CALL(vfork)
#endif
};

static void stop(const char *what)
{
    fprintf(stderr, "killat: %s: %s\n", what, strerror(errno));
    exit(99);
}

static Process *process_of(pid_t pid, int make)
{
    for (int i = 0; i < PROCESSES_MAX; i++)
        if (processes[i].pid == pid)
            return &processes[i];
    for (int i = 0; make && i < PROCESSES_MAX; i++)
        if (processes[i].pid == 0) {
            processes[i] = (Process){.pid = pid, .role = pid == first ? (Role)first_role : OTHER, .is_begun = pid != first};
            return &processes[i];
        }
    if (make)
        stop("too many processes");
    return NULL;
}

/* ---- what the program has in its memory, and its descriptors ---- */

static size_t peek(pid_t pid, uint64_t address, void *into, size_t length)
{
    size_t done = 0;
    while (done < length) {
        size_t n = 4096 - (address + done) % 4096;
        if (n > length - done)
            n = length - done;
        struct iovec here = {(char *)into + done, n}, there = {(void *)(uintptr_t)(address + done), n}; // NOLINT
        if (process_vm_readv(pid, &here, 1, &there, 1, 0) != (ssize_t)n)
            break;
        done += n;
    }
    return done;
}

static void link_of(pid_t pid, const char *what, long number, char path[PATH_MAX])
{
    char name[64];
    if (number < 0)
        snprintf(name, sizeof name, "/proc/%d/%s", (int)pid, what);
    else
        snprintf(name, sizeof name, "/proc/%d/%s/%ld", (int)pid, what, number);
    ssize_t n = readlink(name, path, PATH_MAX - 1);
    path[n < 0 ? 0 : n] = '\0';
}

/* The path that a call names, absolute. */
static void path_of(pid_t pid, int at, uint64_t address, char path[PATH_MAX])
{
    char given[PATH_MAX] = "", base[PATH_MAX];
    given[peek(pid, address, given, sizeof given - 1)] = '\0';
    if (given[0] == '/')
        snprintf(path, PATH_MAX, "%s", given);
    else {
        link_of(pid, at == AT_FDCWD ? "cwd" : "fd", at == AT_FDCWD ? -1 : at, base);
        snprintf(path, PATH_MAX, "%.2000s/%.2000s", base, given);
    }
}

static int is_inside(const char *path)
{
    size_t n = strlen(directory);
    return strncmp(path, directory, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* ---- the record ---- */

/* The inode of an open file in the directory; 0: another. */
static uint64_t inode_of(pid_t pid, uint64_t fd, char path[PATH_MAX])
{
    char name[64];
    struct stat st;
    link_of(pid, "fd", (long)(int)fd, path);
    snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)pid, (int)fd);
    return is_inside(path) && stat(name, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

static int64_t offset_of(pid_t pid, uint64_t fd)
{
    char name[64], line[128];
    long long at = 0;
    snprintf(name, sizeof name, "/proc/%d/fdinfo/%d", (int)pid, (int)fd);
    FILE *f = fopen(name, "re");
    if (f != NULL && fgets(line, sizeof line, f) != NULL && sscanf(line, "pos: %lld", &at) != 1)
        at = 0;
    if (f != NULL)
        fclose(f);
    return at;
}

static void record_write(const Process *p, uint64_t fd, uint64_t address, size_t length, int64_t at)
{
    char path[PATH_MAX];
    uint64_t inode = inode_of(p->pid, fd, path);
    unsigned char *bytes = inode == 0 ? NULL : malloc(length + 1);
    if (bytes == NULL)
        return;
    if (peek(p->pid, address, bytes, length) != length)
        stop("read memory");
    fprintf(record, "write\t%" PRIu64 "\t%" PRId64 "\t", inode, at);
    for (size_t i = 0; i < length; i++)
        fprintf(record, "%02x", bytes[i]);
    fputc('\n', record);
    free(bytes);
}

static void record_inode(const Process *p, const char *what, const char *format, ...)
{
    char path[PATH_MAX];
    uint64_t inode = inode_of(p->pid, p->args[0], path);
    if (inode == 0)
        return;
    fprintf(record, "%s\t%" PRIu64, what, inode);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(record, format, arguments);
    va_end(arguments);
    fputc('\n', record);
}

static void record_talk(const Process *p, const char *what, int64_t length)
{
    unsigned char bytes[512];
    size_t n = peek(p->pid, p->args[1], bytes, length < (int64_t)sizeof bytes ? (size_t)length : sizeof bytes);
    fprintf(record, "%s\t%" PRIu64 "\t", what, p->args[0]);
    for (size_t i = 0; i < n; i++)
        fprintf(record, "%02x", bytes[i]);
    fputc('\n', record);
}

static void record_open(const Process *p, int64_t fd, uint64_t flags)
{
    char path[PATH_MAX];
    uint64_t inode = inode_of(p->pid, (uint64_t)fd, path);
    if (inode != 0)
        fprintf(record, "open\t%" PRIu64 "\t%s%s%s\t%s\n", inode, (flags & O_CREAT) != 0 ? "c" : "", (flags & O_TRUNC) != 0 ? "t" : "",
                (flags & O_DIRECTORY) != 0 ? "d" : "", path);
}

static void record_paths(const Process *p, const char *what, int at, uint64_t one, int other_at, uint64_t other)
{
    char path[PATH_MAX], second[PATH_MAX] = "";
    path_of(p->pid, at, one, path);
    if (other != 0)
        path_of(p->pid, other_at, other, second);
    if (is_inside(path) || (other != 0 && is_inside(second)))
        fprintf(record, other != 0 ? "%s\t%s\t%s\n" : "%s\t%s\n", what, path, second);
}

/* A call that succeeded. */
static void record_call(const Process *p, int64_t result)
{
    const uint64_t *a = p->args;
    switch ((long)p->nr) {
    case SYS_openat: record_open(p, result, a[2]); break;
    case SYS_write: record_write(p, a[0], a[1], (size_t)result, p->offset); break;
    case SYS_pwrite64: record_write(p, a[0], a[1], (size_t)result, (int64_t)a[3]); break;
    case SYS_ftruncate: record_inode(p, "truncate", "\t%" PRIu64, a[1]); break;
    case SYS_fsync:
    case SYS_fdatasync: record_inode(p, "sync", "\t%d", (int)p->pid); break;
    case SYS_syncfs: fprintf(record, "syncall\t%d\n", (int)p->pid); break;
    case SYS_recvfrom:
    case SYS_sendto:
        if ((p->role == LMTP || p->role == DELIVER) && result > 0)
            record_talk(p, p->nr == SYS_sendto ? "said" : "heard", result);
        break;
    case SYS_renameat:
    case SYS_renameat2: record_paths(p, "rename", (int)a[0], a[1], (int)a[2], a[3]); break;
    case SYS_linkat: record_paths(p, "link", (int)a[0], a[1], (int)a[2], a[3]); break;
    case SYS_unlinkat: record_paths(p, (a[2] & AT_REMOVEDIR) != 0 ? "rmdir" : "unlink", (int)a[0], a[1], 0, 0); break;
    case SYS_mkdirat: record_paths(p, "mkdir", (int)a[0], a[1], 0, 0); break;
#ifdef SYS_open
    case SYS_open: record_open(p, result, a[1]); break;
    case SYS_rename: record_paths(p, "rename", AT_FDCWD, a[0], AT_FDCWD, a[1]); break;
    case SYS_link: record_paths(p, "link", AT_FDCWD, a[0], AT_FDCWD, a[1]); break;
    case SYS_unlink: record_paths(p, "unlink", AT_FDCWD, a[0], 0, 0); break;
    case SYS_mkdir: record_paths(p, "mkdir", AT_FDCWD, a[0], 0, 0); break;
    case SYS_rmdir: record_paths(p, "rmdir", AT_FDCWD, a[0], 0, 0); break;
#endif
    case SYS_writev:
    case SYS_truncate:
    case SYS_fallocate:
    case SYS_sendfile:
    case SYS_copy_file_range:
        if (p->nr != SYS_writev || inode_of(p->pid, a[0], (char[PATH_MAX]){0}) != 0) {
            fprintf(stderr, "killat: system call %ld changes files in a way that is not written down\n", (long)p->nr);
            exit(99);
        }
        break;
    default: break;
    }
}

/* ---- the stops ---- */

static const char *name_of(uint64_t nr)
{
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        if (counted[i].nr == (long)nr)
            return counted[i].name;
    return NULL;
}

static int names_a_file_inside(const Process *p)
{
    char path[PATH_MAX];
    if (p->nr != SYS_openat
#ifdef SYS_open
        && p->nr != SYS_open
#endif
    )
        return 0;
    path_of(p->pid, p->nr == SYS_openat ? (int)p->args[0] : AT_FDCWD, p->args[p->nr == SYS_openat ? 1 : 0], path);
    return is_inside(path);
}

static void kill_now(const Process *p, const char *name)
{
    is_killed = 1;
    killed_at = name;
    for (int i = 0; i < PROCESSES_MAX; i++)
        if (processes[i].pid > 0 && (kills_all || processes[i].pid == p->pid))
            kill(processes[i].pid, SIGKILL);
}

static Role role_named(const char *name)
{
    int i = 0;
    while (i < OTHER && strcmp(role_names[i], name) != 0)
        i++;
    return (Role)i;
}

static void take_name(Process *p)
{
    char name[16] = "";
    peek(p->pid, p->args[1], name, sizeof name - 1);
    p->role = role_named(name);
}

/* The beginning of a call. 1: it was killed here. */
static int begins(Process *p, const struct __ptrace_syscall_info *info)
{
    p->nr = info->entry.nr;
    memcpy(p->args, info->entry.args, sizeof p->args);
    if (p->nr == SYS_prctl && p->args[0] == PR_SET_NAME)
        take_name(p);
    if (!p->is_begun)
        p->is_begun = names_a_file_inside(p) || p->nr == SYS_clone;
    if (record != NULL && (p->nr == SYS_fsync || p->nr == SYS_fdatasync || p->nr == SYS_syncfs))
        fprintf(record, "syncing\t%d\n", (int)p->pid);
    if (record != NULL && p->nr == SYS_write)
        p->offset = offset_of(p->pid, p->args[0]);
    const char *name = name_of(p->nr);
    if (name == NULL || !p->is_begun || is_killed)
        return 0;
    long n = ++counts[p->role];
    if (wanted_n == 0 || n != wanted_n || (wanted_role >= 0 && (int)p->role != wanted_role))
        return 0;
    kill_now(p, name);
    return 1;
}

static int at_call(Process *p)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, (void *)sizeof info, &info) < 0)
        return 0;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
        return begins(p, &info);
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && !info.exit.is_error && record != NULL)
        record_call(p, info.exit.rval);
    return 0;
}

static void go_on(pid_t pid, int signal) { ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)signal); }

static void at_stop(pid_t pid, int status)
{
    Process *p = process_of(pid, 1);
    int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
        if (!at_call(p))
            go_on(pid, 0);
    } else {
        if (event == PTRACE_EVENT_EXEC && pid != first)
            p->role = OTHER;
        int is_ours = event != 0 || signal == SIGSTOP; /* a new process begins with SIGSTOP */
        go_on(pid, is_ours ? 0 : signal);
    }
}

static int trace_all(void)
{
    int status, result = 99;
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFSTOPPED(status)) {
            at_stop(pid, status);
            continue;
        }
        Process *p = process_of(pid, 0);
        if (p != NULL)
            *p = (Process){0};
        if (pid == first)
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return result;
}

static void start(char **argv)
{
    first = fork();
    if (first == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execv(argv[0], argv);
        _exit(127);
    }
    int status;
    if (first < 0 || waitpid(first, &status, 0) != first || !WIFSTOPPED(status)
        || ptrace(PTRACE_SETOPTIONS, first, NULL,
                  (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)) != 0)
        stop("trace");
    process_of(first, 1);
    go_on(first, 0);
}

static void read_options(int argc, char **argv)
{
    for (int c; (c = getopt(argc, argv, "+d:f:r:n:to:c:")) != -1;) {
        if (c == 'd')
            directory = optarg;
        else if (c == 'n')
            wanted_n = atol(optarg);
        else if (c == 't')
            kills_all = 1;
        else if (c == 'c')
            count_file = optarg;
        else if (c == 'o' && (record = fopen(optarg, "we")) == NULL)
            stop(optarg);
        else if (c == 'f')
            first_role = (int)role_named(optarg);
        else if (c == 'r')
            wanted_role = (int)role_named(optarg);
        if (c == '?')
            exit(99);
    }
    if (directory == NULL || count_file == NULL || optind >= argc) {
        fputs("usage: killat -d DIR [-f ROLE] [-r ROLE] [-n N] [-t] [-o FILE] -c FILE -- PROGRAM ARGUMENT...\n", stderr);
        exit(99);
    }
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    start(argv + optind);
    int result = trace_all();
    FILE *f = fopen(count_file, "we");
    if (f == NULL)
        stop(count_file);
    for (int i = 0; i < ROLES; i++)
        fprintf(f, "%ld ", counts[i]);
    fprintf(f, "%d %s\n", is_killed, killed_at);
    if (fclose(f) != 0 || (record != NULL && fclose(record) != 0))
        stop("close");
    return result;
}
