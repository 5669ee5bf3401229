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
#include "base/spoolwrite.h"

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

typedef struct {
    const char *spool;
    const char *queue;  /* or NULL */
    const char *sender; /* or NULL: not given */
    int64_t size;       /* bytes announced, or -1 */
    char **recipients;
    int recipient_count;
} Options;

typedef struct {
    SpoolWriteSpool spool;
    SpoolWriteFile file; /* the one being written */
} Delivery;

/* What a signal handler must know to take the half file away. */
static struct {
    int directory;
    char name[SPOOLNAME_MAX];
    volatile sig_atomic_t exists;
} half = {.directory = -1};

#define CHUNK_BYTES 65536

/* What is read, with room before it: the envelope goes there, and leaves with the first of the mail in one write. */
static char space[SPOOLNAME_ENVELOPE_MAX + CHUNK_BYTES], *const chunk = space + SPOOLNAME_ENVELOPE_MAX;
static char envelope[SPOOLNAME_ENVELOPE_MAX];

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
 * death by signal, and tries again). Timers of the caller survive exec, so all of them may come. The real-time ones, which no system sends,
 * stay blocked: a handler for each would be a quarter of what this program does. */
#define BIT(number) (UINT32_C(1) << ((number) - 1))
#define STANDARD (UINT32_MAX >> 1) /* 1 to 31 */
static const uint32_t ends_us =
    STANDARD
    & ~(BIT(SIGKILL) | BIT(SIGSTOP) | BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU) | BIT(SIGURG) | BIT(SIGWINCH) | BIT(SIGPIPE)
        | BIT(SIGXFSZ) | BIT(SIGALRM) | BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL) | BIT(SIGFPE) | BIT(SIGABRT) | BIT(SIGTRAP) | BIT(SIGSYS));

/* The lowest of a set, which loses it; 0: it is empty. */
static int take_signal(uint32_t *set)
{
    int number = *set == 0 ? 0 : __builtin_ctz(*set) + 1;
    *set &= *set - 1;
    return number;
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

/* All but these. */
static void block_but(uint32_t open, sigset_t *ret_before)
{
    sigset_t set;
    sigfillset(&set);
    for (int number; (number = take_signal(&open)) != 0;)
        sigdelset(&set, number);
    sigprocmask(SIG_SETMASK, &set, ret_before);
}

/* Whatever the caller ignored or blocked. SIGPIPE and SIGXFSZ become errors of write(2). */
static void take_signals(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, end = {.sa_handler = on_signal};
    sigfillset(&end.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    sigaction(SIGALRM, &end, NULL);
    uint32_t set = ends_us;
    for (int number; (number = take_signal(&set)) != 0;)
        sigaction(number, &end, NULL);
    block_but(STANDARD, NULL);
    alarm(ESCALATE_FILTER_SECONDS);
}

/* Once the file has its name in incoming, only the alarm may still end us: a "try again" now would make a second copy. */
static void leave_only_alarm(void) { block_but(BIT(SIGALRM) | BIT(SIGPIPE) | BIT(SIGXFSZ), NULL); }

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
        size_t n = read_some(chunk + length, CHUNK_BYTES - length);
        length += n;
        size_t known = length < sizeof from - 1 ? length : sizeof from - 1;
        if (memcmp(chunk, from, known) != 0)
            return length;
        char *newline = memchr(chunk, '\n', length);
        if (newline != NULL && known == sizeof from - 1)
            *ret_line = (size_t)(newline - chunk) + 1;
        if (newline != NULL || n == 0 || length == CHUNK_BYTES)
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
    int fd = spoolwrite_directory(spool, name, path, sizeof path);
    if (fd < 0 && errno == ENAMETOOLONG)
        fail("spool '%.64s...': name too long", spool);
    if (fd < 0)
        fail_errno("open", path);
    return fd;
}

static void open_spool(const char *path, Delivery *d)
{
    d->spool.tmp = open_directory(path, "tmp");
    d->spool.incoming = open_directory(path, "incoming");
    spoolwrite_host(&d->spool);
    d->file.fd = -1;
    d->file.counter = 0;
    clock_gettime(CLOCK_REALTIME, &d->file.at);
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

/* The file in tmp, known to the signal handler from its first moment. */
static void create_half(Delivery *d)
{
    sigset_t before;
    block_but(0, &before);
    half.exists = spoolwrite_create(&d->spool, &d->file) == 0;
    int saved = errno;
    half.directory = d->spool.tmp;
    memcpy(half.name, d->file.name, sizeof half.name);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    if (!half.exists)
        fail_errno("create in tmp", half.name);
}

static void write_all(const Delivery *d, const char *bytes, size_t length)
{
    if (spoolwrite_bytes(&d->file, bytes, length) != 0)
        fail_errno("write in tmp", half.name);
}

/* Its length. */
static size_t make_envelope(const Delivery *d, const Options *o)
{
    int count = o->recipient_count < SPOOLNAME_RECIPIENTS_MAX ? o->recipient_count : SPOOLNAME_RECIPIENTS_MAX;
    const char *recipients[SPOOLNAME_RECIPIENTS_MAX];
    for (int i = 0; i < count; i++)
        recipients[i] = without_brackets(o->recipients[i]);
    SpoolWriteEnvelope lines = {
        .sender = o->sender, .recipients = recipients, .recipient_count = count, .queue = o->queue, .uid = (unsigned long)getuid()};
    int length = spoolwrite_envelope(&lines, &d->file.at, envelope, sizeof envelope);
    if (length < 0)
        fail("envelope: sender, recipients and queue are longer than %d bytes", SPOOLNAME_ENVELOPE_MAX);
    return (size_t)length;
}

/* Writes envelope and mail. An input without a byte of mail is a writer that died: every mail that came by an MTA has at least
 * its Received field, so nobody's mail can wait for ever because of this. */
static void write_message(const Delivery *d, Options *o)
{
    size_t line, length = read_first(&line);
    int64_t announced = o->size, mail = (int64_t)(length - line);
    if (line > 0) {
        const char *sender = mbox_sender(chunk, line);
        if (o->sender == NULL)
            o->sender = sender;
    }
    size_t head = make_envelope(d, o);
    char *first = memcpy(chunk + line - head, envelope, head);
    write_all(d, first, head + length - line);
    while (length > 0) { /* the end of the input may have been seen already: read(2) says so again */
        length = read_some(chunk, CHUNK_BYTES);
        write_all(d, chunk, length);
        mail += (int64_t)length;
    }
    if (mail == 0)
        fail("standard input: no mail on it");
    if (announced >= 0 && mail < announced) /* the line that some MTAs write before the mail is none of it */
        fail("standard input: %lld bytes, but %lld were announced", (long long)mail, (long long)announced);
}

static uint64_t finish_file(Delivery *d)
{
    uint64_t inode;
    if (spoolwrite_settle(&d->file, &inode) != 0)
        fail_errno("set the mode in tmp", half.name);
    if (fsync(d->file.fd) != 0)
        fail_errno("sync in tmp", half.name);
    if (spoolwrite_close(&d->file) != 0)
        fail_errno("close in tmp", half.name);
    return inode;
}

/* The moment of acceptance. When the directory does not sync the file stays: the MTA's second copy is a duplicate that core
 * knows, while taking away a file that core may have read already would be a loss. */
static void commit(Delivery *d, uint64_t inode)
{
    leave_only_alarm();
    if (spoolwrite_enter(&d->spool, &d->file, half.name, inode) != 0)
        fail_errno("move into incoming", d->file.name);
    half.exists = 0;
    if (fsync(d->spool.incoming) != 0)
        fail_errno("sync incoming after", d->file.name);
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
    Delivery delivery;
    take_signals();
    keep_standard_descriptors();
    umask(077);
    read_options(argc, argv, &options);
    open_spool(options.spool, &delivery);
    need_room(options.spool);
    create_half(&delivery);
    write_message(&delivery, &options);
    commit(&delivery, finish_file(&delivery));
    _exit(0);
}
