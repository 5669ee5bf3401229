/* confine ALLOWED PROGRAM [ARGUMENT]…: runs a program as contrib/systemd/smtp.conf has systemd run it: only the system calls that the file
 * ALLOWED names, one a line, the others fail with EPERM; no memory that is written and run, no setgid file, only the sockets of the
 * drop-in, no new privileges. For tests/e2e/unit.sh. */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static scmp_filter_ctx filter;

static void fail(const char *what, int error)
{
    fprintf(stderr, "confine: %s: %s\n", what, strerror(error));
    exit(99);
}

static void forbid(int error, int call, struct scmp_arg_cmp when)
{
    int rc = seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint32_t)error), call, 1, &when);
    if (rc != 0 && rc != -EDOM)
        fail("a rule", -rc);
}

/* systemd: MemoryDenyWriteExecute, RestrictSUIDSGID, RestrictAddressFamilies; seccomp rules of two filters both hold, so this one is
 * loaded by itself. */
static void load_restrictions(void)
{
    const scmp_datum_t writable_code = PROT_WRITE | PROT_EXEC;
    const struct {
        int call;
        unsigned argument;
    } modes[] = {{SCMP_SYS(chmod), 1}, {SCMP_SYS(fchmod), 1}, {SCMP_SYS(fchmodat), 2}, {SCMP_SYS(mkdir), 1}, {SCMP_SYS(mkdirat), 2}};
    filter = seccomp_init(SCMP_ACT_ALLOW);
    forbid(EPERM, SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, writable_code, writable_code));
    forbid(EPERM, SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        forbid(EPERM, modes[i].call, SCMP_CMP(modes[i].argument, SCMP_CMP_MASKED_EQ, S_ISUID, S_ISUID));
        forbid(EPERM, modes[i].call, SCMP_CMP(modes[i].argument, SCMP_CMP_MASKED_EQ, S_ISGID, S_ISGID));
    }
    for (int family = 0; family < 64; family++)
        if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
            forbid(EAFNOSUPPORT, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0));
    if (seccomp_load(filter) != 0)
        fail("load", EPERM);
    seccomp_release(filter);
}

static void load_allowed(const char *path)
{
    char line[100];
    FILE *f = fopen(path, "re");
    if (f == NULL)
        fail(path, errno);
    filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    while (fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        int call = seccomp_syscall_resolve_name(line);
        if (call != __NR_SCMP_ERROR && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0)
            continue; /* of another machine */
    }
    fclose(f);
    if (seccomp_load(filter) != 0)
        fail("load", EPERM);
    seccomp_release(filter);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: confine ALLOWED PROGRAM [ARGUMENT]...\n");
        return 99;
    }
    load_restrictions();
    load_allowed(argv[1]);
    execv(argv[2], argv + 2);
    fail(argv[2], errno);
}
