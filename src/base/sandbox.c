/* sandbox: limits and a seccomp filter for a process that parses hostile bytes. What is not in a table below kills the process.
 * It must never be entered by a process that still has to open, connect or start anything; there is no way back. */
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

/* Work on memory and on descriptors that are open. The sanitizers' needs are here too: they map, advise, and look at themselves.
 * */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(preadv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(dup),
    SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(shutdown),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(select),
    SCMP_SYS(pselect6),
    SCMP_SYS(_newselect),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(get_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getcpu),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getrusage),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(clock_nanosleep_time64),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getpgrp),
    SCMP_SYS(getrandom),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrlimit),
    SCMP_SYS(ugetrlimit),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* What libraries try of their own accord and survive without: refused by errno, so that a lazily opened table is a missing table
 * and not a dead parser. */
static const struct {
    int call, error;
} refused[] = {
    {SCMP_SYS(open), EACCES},       {SCMP_SYS(openat), EACCES},       {SCMP_SYS(openat2), EACCES},
    {SCMP_SYS(creat), EACCES},      {SCMP_SYS(access), EACCES},       {SCMP_SYS(faccessat), EACCES},
    {SCMP_SYS(faccessat2), EACCES}, {SCMP_SYS(stat), EACCES},         {SCMP_SYS(lstat), EACCES},
    {SCMP_SYS(stat64), EACCES},     {SCMP_SYS(lstat64), EACCES},      {SCMP_SYS(statx), EACCES},
    {SCMP_SYS(statfs), EACCES},     {SCMP_SYS(fstatfs), EACCES},      {SCMP_SYS(readlink), EACCES},
    {SCMP_SYS(readlinkat), EACCES}, {SCMP_SYS(getcwd), EACCES},       {SCMP_SYS(getdents64), EACCES},
    {SCMP_SYS(unlink), EACCES},     {SCMP_SYS(unlinkat), EACCES},     {SCMP_SYS(mkdir), EACCES},
    {SCMP_SYS(mkdirat), EACCES},    {SCMP_SYS(ioctl), ENOTTY},        {SCMP_SYS(prctl), EINVAL},
    {SCMP_SYS(clone), EPERM},       {SCMP_SYS(clone3), ENOSYS},       {SCMP_SYS(fork), EPERM},
    {SCMP_SYS(vfork), EPERM},       {SCMP_SYS(socket), EACCES},       {SCMP_SYS(setrlimit), EPERM},
    {SCMP_SYS(mlock), EPERM},       {SCMP_SYS(memfd_create), EACCES}, {SCMP_SYS(sched_setaffinity), EPERM},
    {SCMP_SYS(fadvise64), ENOSYS},
};

/* Calls that are right with some arguments only. */
static gboolean add_conditional(scmp_filter_ctx filter)
{
    const scmp_datum_t self = (scmp_datum_t)getpid(), exec = PROT_EXEC;
    const struct {
        uint32_t action;
        int call;
        struct scmp_arg_cmp when;
    } rules[] = {
        /* no new code: PCRE falls back from its compiler to its interpreter */
        {SCMP_ACT_ALLOW, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0)},
        {SCMP_ACT_ALLOW, SCMP_SYS(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0)},
        {SCMP_ACT_ALLOW, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, 0)},
        {SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, exec)},
        {SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, exec)},
        {SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, exec)},
        /* fstat of newer C libraries; a hostile caller could learn that a path exists, nothing of its content */
        {SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH)},
        {SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0)},
        /* abort and raise: to ourselves only */
        {SCMP_ACT_ALLOW, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, self, 0)},
        {SCMP_ACT_ALLOW, SCMP_SYS(kill), SCMP_A0(SCMP_CMP_EQ, self, 0)},
        /* send, without an address */
        {SCMP_ACT_ALLOW, SCMP_SYS(sendto), SCMP_A4(SCMP_CMP_EQ, 0, 0)},
        /* limits may be read (pid 0 or us, no new value) */
        {SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0, 0)},
        {SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_NE, 0, 0)},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        int rc = seccomp_rule_add_array(filter, rules[i].action, rules[i].call, 1, &rules[i].when);
        if (rc != 0 && rc != -EDOM) { /* EDOM: not a call of this machine */
            errno = -rc;
            return FALSE;
        }
    }
    return TRUE;
}

static gboolean add_tables(scmp_filter_ctx filter)
{
    int rc = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(allowed) && (rc == 0 || rc == -EDOM); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (gsize i = 0; i < G_N_ELEMENTS(refused) && (rc == 0 || rc == -EDOM); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)refused[i].error), refused[i].call, 0);
    if (rc != 0 && rc != -EDOM) {
        errno = -rc;
        return FALSE;
    }
    return TRUE;
}

/* What sandbox_narrow takes away: programs and processes, other processes' memory, the system's set-up, ways around a filter. */
static const int taken[] = {
    SCMP_SYS(execve),       SCMP_SYS(execveat),      SCMP_SYS(fork),             SCMP_SYS(vfork),           SCMP_SYS(clone),
    SCMP_SYS(clone3),       SCMP_SYS(ptrace),        SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd),
    SCMP_SYS(bind),         SCMP_SYS(listen),        SCMP_SYS(mount),            SCMP_SYS(umount2),         SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),       SCMP_SYS(setns),         SCMP_SYS(unshare),          SCMP_SYS(bpf),             SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),  SCMP_SYS(io_uring_setup), SCMP_SYS(keyctl),          SCMP_SYS(add_key),         SCMP_SYS(request_key),
    SCMP_SYS(init_module),  SCMP_SYS(finit_module),  SCMP_SYS(delete_module),    SCMP_SYS(kexec_load),      SCMP_SYS(personality),
    SCMP_SYS(memfd_create), SCMP_SYS(tkill),         SCMP_SYS(pidfd_send_signal),
};

static int take_away(scmp_filter_ctx filter)
{
    const scmp_datum_t self = (scmp_datum_t)getpid(), exec = PROT_EXEC;
    const struct {
        int call;
        struct scmp_arg_cmp when;
    } some[] = {
        {SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, exec)},     {SCMP_SYS(mmap2), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, exec)},
        {SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, exec, exec)}, {SCMP_SYS(socket), SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0)},
        {SCMP_SYS(kill), SCMP_A0(SCMP_CMP_NE, self, 0)},
    };
    int rc = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(taken) && (rc == 0 || rc == -EDOM); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), taken[i], 0);
    for (gsize i = 0; i < G_N_ELEMENTS(some) && (rc == 0 || rc == -EDOM); i++)
        rc = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), some[i].call, 1, &some[i].when);
    return rc == -EDOM ? 0 : rc; /* EDOM: not a call of this machine */
}

gboolean sandbox_narrow(GError **err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL)
        return error_set_errno(err, ERROR_TEMPFAIL, ENOMEM, "narrow");
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS); /* the 32-bit and x32 doors */
    if (rc == 0)
        rc = take_away(filter);
    if (rc == 0)
        rc = seccomp_load(filter); /* sets no_new_privs first */
    seccomp_release(filter);
    return rc == 0 || error_set_errno(err, ERROR_TEMPFAIL, -rc, "narrow");
}

gboolean sandbox_enter(GError **err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL)
        return error_set(err, ERROR_TEMPFAIL, "enter sandbox: seccomp(2) is not to be had here");
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS); /* the 32-bit and x32 doors */
    if (rc == 0 && !(add_tables(filter) && add_conditional(filter)))
        rc = -errno;
    if (rc == 0)
        rc = seccomp_load(filter); /* sets no_new_privs first */
    seccomp_release(filter);
    if (rc != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, -rc, "enter sandbox");
    return TRUE;
}

static gboolean set_limit(int resource, const char *name, rlim_t value, GError **err)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "read limit '%s'", name);
    limit.rlim_cur = MIN(value, limit.rlim_max);
    if (resource != RLIMIT_STACK)
        limit.rlim_max = limit.rlim_cur;
    if (setrlimit((__rlimit_resource_t)resource, &limit) != 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "set limit '%s'", name);
    return TRUE;
}

gboolean sandbox_limit(gsize memory_bytes, GError **err)
{
    return set_limit(RLIMIT_CORE, "core", 0, err) && set_limit(RLIMIT_STACK, "stack", LIMIT_PARSE_STACK, err) &&
           (memory_bytes == 0 || set_limit(RLIMIT_AS, "address space", memory_bytes, err));
}

/* By glibc's names; MIME aliases lead to the same modules. */
static const char *const charsets[] = {
    "ASCII",       "UTF-8",       "UTF-7",       "UTF-16",      "UTF-16BE",    "UTF-16LE",    "UTF-32",      "ISO-8859-1",
    "ISO-8859-2",  "ISO-8859-3",  "ISO-8859-4",  "ISO-8859-5",  "ISO-8859-6",  "ISO-8859-7",  "ISO-8859-8",  "ISO-8859-9",
    "ISO-8859-10", "ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "CP1250",      "CP1251",
    "CP1252",      "CP1253",      "CP1254",      "CP1255",      "CP1256",      "CP1257",      "CP1258",      "CP437",
    "CP850",       "CP852",       "CP866",       "CP874",       "KOI8-R",      "KOI8-U",      "MACINTOSH",   "TIS-620",
    "VISCII",      "SHIFT_JIS",   "CP932",       "EUC-JP",      "EUC-JP-MS",   "ISO-2022-JP", "ISO-2022-KR", "EUC-KR",
    "UHC",         "JOHAB",       "GB2312",      "GBK",         "GB18030",     "HZ",          "BIG5",        "BIG5-HKSCS",
    "EUC-TW",      "ISO-2022-CN",
};

void sandbox_warm_charsets(void)
{
    static iconv_t kept[G_N_ELEMENTS(charsets)];
    for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++)
        if (kept[i] == NULL) /* (iconv_t)-1 stays: this system does not have it */
            kept[i] = iconv_open("UTF-8", charsets[i]);
}
