/* escalate-filter: what the MTA runs. Mail on standard input becomes one file in the spool's incoming directory, on disk, or
 * the MTA is told to try again. It must never exit with anything but 0 (the mail is on disk) or 75, for Postfix bounces the
 * customer's mail at any other status; never echo a byte of the mail; never report 0 before the file and its name are synced;
 * never need more memory for a larger mail. libc only, linked statically: a missing library would be exit 127, a bounce. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/headroom.h"
#include "base/spoolname.h"

#include "base/banned.h"

#ifndef ESCALATE_SPOOLDIR
#define ESCALATE_SPOOLDIR "/var/spool/escalate"
#endif
#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif
#ifndef ESCALATE_FILTER_SECONDS
#define ESCALATE_FILTER_SECONDS 300 /* below every MTA's own limit, past which it would bounce (Postfix pipe(8): 1000 s) */
#endif

#define TRY_AGAIN 75         /* EX_TEMPFAIL of sysexits.h */
#define STATUS_CODE "4.3.0 " /* RFC 3463 X.3.0: at the start of the output Postfix defers whatever the exit status */
#define NAME_TRIES 1000      /* counters tried for a name that exists already */
#define MESSAGE_MODE 0440    /* nobody changes a mail that was taken in */

typedef struct {
    const char *spool;
    const char *queue;  /* or NULL */
    const char *sender; /* or NULL: not given */
    int64_t size;       /* bytes announced, or -1 */
    char **recipients;
    int recipient_count;
} Options;

typedef struct {
    int tmp, incoming;  /* directories */
    int fd;             /* the file being written */
    struct timespec at; /* received-at */
    char host[256];
    unsigned counter;
} Spool;

/* What a signal handler must know to take the half file away. */
static struct {
    int directory;
    char name[SPOOLNAME_MAX];
    volatile sig_atomic_t exists;
} half = {.directory = -1};

static char chunk[65536];
static char envelope[SPOOLNAME_ENVELOPE_MAX];
static size_t envelope_length;

/* ---- the one way out but success ---- */

static void remove_half(void)
{
    if (half.exists)
        unlinkat(half.directory, half.name, 0);
    half.exists = 0;
}

static void write_quietly(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, text, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* nobody listens: the exit status says it all */
        text += n;
        length -= (size_t)n;
    }
}

/* Standard output is what pipe(8) reads; standard error gets a copy where it is another file (procmail's log), else the line
 * would stand there twice. Only calls that a signal handler may make. */
static void tell(const char *line, size_t length)
{
    struct stat out, error;
    write_quietly(STDOUT_FILENO, line, length);
    if (fstat(STDOUT_FILENO, &out) == 0 && fstat(STDERR_FILENO, &error) == 0
        && (out.st_dev != error.st_dev || out.st_ino != error.st_ino))
        write_quietly(STDERR_FILENO, line, length);
}

static _Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
static _Noreturn void fail(const char *format, ...)
{
    char line[512] = STATUS_CODE;
    size_t at = sizeof STATUS_CODE - 1;
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line + at, sizeof line - at - 1, format, arguments);
    va_end(arguments);
    size_t length = n < 0 ? at : at + (size_t)n;
    if (length > sizeof line - 2)
        length = sizeof line - 2;
    for (size_t i = at; i < length; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?'; /* one line, whatever was on the command line */
    line[length++] = '\n';
    remove_half();
    tell(line, length);
    _exit(TRY_AGAIN);
}

static _Noreturn void fail_errno(const char *doing, const char *subject)
{
    fail("%s '%s': %s", doing, subject, strerror(errno));
}

/* ---- signals ---- */

/* Every signal that would end us and may be caught, but for the alarm and for what a broken program sends itself (there the MTA sees
 * death by signal, and tries again). Timers of the caller survive exec, so all of them may come. */
static int ends_us(int number)
{
    static const int others[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGCONT, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH, SIGPIPE, SIGXFSZ, SIGALRM,
                                 SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,  SIGABRT, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (number == others[i])
            return 0;
    return 1;
}

static void on_signal(int number)
{
    static const char late[] = STATUS_CODE "the spool or the mail's source did not answer in time\n";
    static const char ended[] = STATUS_CODE "ended by a signal\n";
    if (number == SIGALRM)
        tell(late, sizeof late - 1); /* before the unlink, which a stalled disk may never finish */
    else
        tell(ended, sizeof ended - 1);
    remove_half();
    _exit(TRY_AGAIN);
}

static void block_signals(int how, sigset_t *ret_before)
{
    sigset_t set;
    sigfillset(&set);
    sigprocmask(how, &set, ret_before);
}

/* Whatever the caller ignored or blocked. SIGPIPE and SIGXFSZ become errors of write(2). */
static void take_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, end = {.sa_handler = on_signal};
    sigfillset(&end.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    sigaction(SIGALRM, &end, NULL);
    for (int i = 1; i <= SIGRTMAX; i++)
        if (ends_us(i))
            sigaction(i, &end, NULL); /* the C library's own are refused, and nobody sends them */
    block_signals(SIG_UNBLOCK, NULL);
    alarm(ESCALATE_FILTER_SECONDS);
}

/* Once the file has its name in incoming, only the alarm may still end us: a "try again" now would make a second copy. */
static void leave_only_alarm(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 1; i <= SIGRTMAX; i++)
        if (ends_us(i))
            sigaddset(&set, i);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/* ---- command line ---- */

static _Noreturn void print_version(void)
{
    static const char text[] = "escalate-filter " PACKAGE_VERSION "\n";
    write_quietly(STDOUT_FILENO, text, sizeof text - 1);
    _exit(0);
}

static int64_t read_size(const char *text)
{
    int64_t size = 0;
    if (*text == '\0')
        fail("option -s: expected a number of bytes");
    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || size > (INT64_MAX - 9) / 10)
            fail("option -s '%s': expected a number of bytes", text);
        size = size * 10 + (*p - '0');
    }
    return size;
}

/* The address without one pair of angle brackets, in place. "<>" is the null sender "". */
static const char *without_brackets(char *address)
{
    size_t length = strlen(address);
    if (length < 2 || address[0] != '<' || address[length - 1] != '>')
        return address;
    address[length - 1] = '\0';
    return address + 1;
}

/* Options end at the first recipient: an address that begins with '-' never becomes an option after it. */
static void read_options(int argc, char **argv, Options *ret)
{
    static const struct option names[] = {{"version", no_argument, NULL, 'V'}, {NULL, 0, NULL, 0}};
    Options o = {.spool = ESCALATE_SPOOLDIR, .size = -1};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "+:q:f:s:d:", names, NULL)) != -1;) {
        if (c == 'q')
            o.queue = *optarg == '\0' ? NULL : optarg;
        else if (c == 'f')
            o.sender = without_brackets(optarg);
        else if (c == 's')
            o.size = read_size(optarg);
        else if (c == 'd')
            o.spool = optarg;
        else if (c == 'V')
            print_version();
        else
            fail("usage: escalate-filter [-q QUEUE] [-f SENDER] [-s SIZE] [-d SPOOLDIR] [--] [RECIPIENT...]");
    }
    o.recipients = argv + optind;
    o.recipient_count = argc - optind;
    *ret = o;
}

/* ---- reading the mail ---- */

static size_t read_some(char *into, size_t room)
{
    for (;;) {
        ssize_t n = read(STDIN_FILENO, into, room);
        if (n >= 0)
            return (size_t)n;
        if (errno != EINTR)
            fail_errno("read", "standard input");
    }
}

/* Fills the chunk until it is clear whether it begins with an mbox "From " line (procmail and pipe(8)'s flag F put one there).
 * Returns the bytes in the chunk; *ret_line is the length of that line, 0 if there is none (or it is longer than the chunk). */
static size_t read_first(size_t *ret_line)
{
    static const char from[] = "From ";
    size_t length = 0;
    *ret_line = 0;
    for (;;) {
        size_t n = read_some(chunk + length, sizeof chunk - length);
        length += n;
        size_t known = length < sizeof from - 1 ? length : sizeof from - 1;
        if (memcmp(chunk, from, known) != 0)
            return length;
        char *newline = memchr(chunk, '\n', length);
        if (newline != NULL && known == sizeof from - 1)
            *ret_line = (size_t)(newline - chunk) + 1;
        if (newline != NULL || n == 0 || length == sizeof chunk)
            return length;
    }
}

/* The address of a "From " line of `length` bytes, in place. mbox(5) writes the null sender as a bare MAILER-DAEMON. A quoted
 * local part may hold spaces. */
static const char *mbox_sender(char *line, size_t length)
{
    char *start = line + 5, *end = line + length - 1;
    while (start < end && *start == ' ')
        start++;
    char *p = start;
    for (int quoted = 0; p < end && (quoted || (*p != ' ' && *p != '\t' && *p != '\r')); p++) {
        if (*p == '\0')
            *p = '?';
        else if (*p == '\\' && quoted && p + 1 < end)
            p++;
        else if (*p == '"')
            quoted = !quoted;
    }
    *p = '\0';
    return strcmp(start, "MAILER-DAEMON") == 0 ? "" : without_brackets(start);
}

/* ---- the file ---- */

static int open_directory(const char *spool, const char *name)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/%s", spool, name);
    if (n < 0 || (size_t)n >= sizeof path)
        fail("spool '%.64s...': name too long", spool);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        fail_errno("open", path);
    return fd;
}

static void open_spool(const char *path, Spool *s)
{
    s->tmp = open_directory(path, "tmp");
    s->incoming = open_directory(path, "incoming");
    s->fd = -1;
    s->counter = 0;
    clock_gettime(CLOCK_REALTIME, &s->at);
    if (gethostname(s->host, sizeof s->host) != 0)
        s->host[0] = '\0';
    s->host[64] = '\0'; /* what Linux has at most; keeps the name below NAME_MAX */
}

/* Early, so that what was accepted can still be taken in and answered: the database may lie on the same disk. Where the system does not say how much
 * is free, the writing will. */
static void need_room(const char *spool)
{
    Headroom h;
    if (headroom_read(spool, &h) == 0 && !headroom_is_enough(&h, 1))
        fail("spool '%.200s': %lu KiB and %lu inodes free, expected at least %lu and %lu", spool, (unsigned long)(h.bytes / 1024), (unsigned long)h.inodes,
             (unsigned long)(h.bytes_floor / 1024), (unsigned long)h.inodes_floor);
}

static void make_name(const Spool *s, uint64_t inode, char name[SPOOLNAME_MAX])
{
    if (spoolname_make(name, s->at.tv_sec, (int)(s->at.tv_nsec / 1000), (long)getpid(), s->counter, inode, s->host) != 0)
        fail("spool: file name too long");
}

/* A new file in tmp under a name with inode 0, known to the signal handler from its first moment. */
static void create_half(Spool *s)
{
    sigset_t before;
    half.directory = s->tmp;
    for (; s->counter < NAME_TRIES; s->counter++) {
        make_name(s, 0, half.name);
        block_signals(SIG_BLOCK, &before);
        s->fd = openat(s->tmp, half.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        half.exists = s->fd >= 0;
        int saved = errno;
        sigprocmask(SIG_SETMASK, &before, NULL);
        errno = saved;
        if (s->fd >= 0)
            return;
        if (errno != EEXIST)
            break;
    }
    fail_errno("create in tmp", half.name);
}

static void write_all(const Spool *s, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(s->fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            fail_errno("write in tmp", half.name);
        bytes += n;
        length -= (size_t)n;
    }
}

static void add_line(const char *field, const char *value)
{
    int n = spoolname_envelope_line(envelope + envelope_length, sizeof envelope - envelope_length, field, value);
    if (n < 0)
        fail("envelope: sender, recipients and queue are longer than %d bytes", SPOOLNAME_ENVELOPE_MAX);
    envelope_length += (size_t)n;
}

/* RFC 3339 in UTC. Civil date from days by years counted from March (the calendar repeats every 146097 days). */
static void format_time(const struct timespec *at, char *out, size_t size)
{
    int64_t days = at->tv_sec / 86400, second = at->tv_sec % 86400, z = days + 719468;
    int64_t era = z / 146097, day = z % 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t march = (5 * day + 2) / 153, month = march < 10 ? march + 3 : march - 9;
    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", (int)(year + era * 400 + (month <= 2)), (int)month,
             (int)(day - (153 * march + 2) / 5 + 1), (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60),
             (int)(at->tv_nsec / 1000));
}

static void write_envelope(const Spool *s, const Options *o)
{
    char time_text[64], uid[32];
    int count = o->recipient_count < SPOOLNAME_RECIPIENTS_MAX ? o->recipient_count : SPOOLNAME_RECIPIENTS_MAX;
    format_time(&s->at, time_text, sizeof time_text);
    snprintf(uid, sizeof uid, "%lu", (unsigned long)getuid());
    add_line("Received-At", time_text);
    if (o->sender != NULL)
        add_line("Sender", o->sender);
    for (int i = 0; i < count; i++)
        add_line("Recipient", without_brackets(o->recipients[i]));
    if (o->queue != NULL)
        add_line("Queue", o->queue);
    add_line("Uid", uid);
    add_line("End", "1");
    write_all(s, envelope, envelope_length);
}

/* Writes envelope and mail. An input without a byte of mail is a writer that died: every mail that came by an MTA has at least
 * its Received field, so nobody's mail can wait for ever because of this. */
static void write_message(const Spool *s, Options *o)
{
    size_t line, length = read_first(&line);
    int64_t announced = o->size, mail = (int64_t)(length - line);
    if (line > 0) {
        const char *sender = mbox_sender(chunk, line);
        if (o->sender == NULL)
            o->sender = sender;
    }
    write_envelope(s, o);
    write_all(s, chunk + line, length - line);
    while (length > 0) { /* the end of the input may have been seen already: read(2) says so again */
        length = read_some(chunk, sizeof chunk);
        write_all(s, chunk, length);
        mail += (int64_t)length;
    }
    if (mail == 0)
        fail("standard input: no mail on it");
    if (announced >= 0 && mail < announced) /* the line that some MTAs write before the mail is none of it */
        fail("standard input: %lld bytes, but %lld were announced", (long long)mail, (long long)announced);
}

static uint64_t finish_file(Spool *s)
{
    struct stat st;
    if (fchmod(s->fd, MESSAGE_MODE) != 0)
        fail_errno("set the mode in tmp", half.name);
    if (fstat(s->fd, &st) != 0)
        fail_errno("stat in tmp", half.name);
    if (fsync(s->fd) != 0)
        fail_errno("sync in tmp", half.name);
    int fd = s->fd;
    s->fd = -1;
    if (close(fd) != 0) /* NFS and quotas report here what write did not */
        fail_errno("close in tmp", half.name);
    return (uint64_t)st.st_ino;
}

/* Into incoming, never over a file that is there. 0, or -1 with errno. A filesystem without RENAME_NOREPLACE gets link and
 * unlink; a file that keeps two names would never be taken in, so then the new one goes again. */
static int move_in(const Spool *s, const char *name)
{
    if (renameat2(s->tmp, half.name, s->incoming, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EPERM)
        return -1;
    if (linkat(s->tmp, half.name, s->incoming, name, 0) != 0)
        return -1;
    if (unlinkat(s->tmp, half.name, 0) == 0)
        return 0;
    int saved = errno;
    unlinkat(s->incoming, name, 0);
    errno = saved;
    return -1;
}

/* The moment of acceptance. When the directory does not sync the file stays: the MTA's second copy is a duplicate that core
 * knows, while taking away a file that core may have read already would be a loss. */
static void commit(Spool *s, uint64_t inode)
{
    char name[SPOOLNAME_MAX];
    leave_only_alarm();
    for (;; s->counter++) {
        make_name(s, inode, name);
        if (move_in(s, name) == 0)
            break;
        if (errno != EEXIST || s->counter >= NAME_TRIES)
            fail_errno("move into incoming", name);
    }
    half.exists = 0;
    if (fsync(s->incoming) != 0)
        fail_errno("sync incoming after", name);
}

/* A closed descriptor 0, 1 or 2 would become the message file, and the line for the MTA part of the mail. */
static void keep_standard_descriptors(void)
{
    int no_input = fcntl(STDIN_FILENO, F_GETFD) < 0;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            fail_errno("open", "/dev/null");
    if (no_input)
        fail("standard input: closed");
}

int main(int argc, char **argv)
{
    Options options;
    Spool spool;
    take_signals();
    keep_standard_descriptors();
    umask(077);
    read_options(argc, argv, &options);
    open_spool(options.spool, &spool);
    need_room(options.spool);
    create_half(&spool);
    write_message(&spool, &options);
    commit(&spool, finish_file(&spool));
    _exit(0);
}
