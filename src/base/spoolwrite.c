/* spoolwrite: what the filter and the LMTP worker do alike to make a mail a file. It must never write over a file that is there, never
 * leave one with two names, and never say that something is on disk: that is the caller's fsync. */
#include "base/spoolwrite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat2 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/put.h"

#include "base/banned.h"

#define TIME_BYTES 64
#define NAME_TRIES 1000   /* counters tried for a name that exists already */
#define MESSAGE_MODE 0440 /* nobody changes a mail that was taken in */

int spoolwrite_directory(const char *spool, const char *directory, char *path, size_t size)
{
    Put whole = {.out = path, .size = size};
    put_text(&whole, spool);
    put_text(&whole, "/");
    put_text(&whole, directory);
    if (put_end(&whole) != 0) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void spoolwrite_host(SpoolWriteSpool *s)
{
    if (gethostname(s->host, sizeof s->host) != 0)
        s->host[0] = '\0';
    s->host[64] = '\0'; /* what Linux has at most; keeps the name below NAME_MAX */
}

static int make_name(const SpoolWriteSpool *s, SpoolWriteFile *f, uint64_t inode)
{
    if (spoolname_make(f->name, f->at.tv_sec, (int)(f->at.tv_nsec / 1000), (long)getpid(), f->counter, inode, s->host) == 0)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

int spoolwrite_create(const SpoolWriteSpool *s, SpoolWriteFile *f)
{
    f->fd = -1;
    for (unsigned tries = 0; tries < NAME_TRIES; tries++, f->counter++) {
        if (make_name(s, f, 0) != 0)
            return -1;
        f->fd = openat(s->tmp, f->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (f->fd >= 0)
            return 0;
        if (errno != EEXIST)
            break;
    }
    return -1;
}

int spoolwrite_bytes(const SpoolWriteFile *f, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(f->fd, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes += n;
        length -= (size_t)n;
    }
    return 0;
}

/* RFC 3339 in UTC. Civil date from days by years counted from March (the calendar repeats every 146097 days). */
static void format_time(const struct timespec *at, char out[TIME_BYTES])
{
    int64_t days = at->tv_sec / 86400, second = at->tv_sec % 86400, z = days + 719468;
    int64_t era = z / 146097, day = z % 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t march = (5 * day + 2) / 153, month = march < 10 ? march + 3 : march - 9;
    const struct {
        int64_t value;
        int digits;
        char end;
    } parts[] = {{year + era * 400 + (month <= 2), 4, '-'}, {month, 2, '-'}, {day - (153 * march + 2) / 5 + 1, 2, 'T'}, {second / 3600, 2, ':'},
                 {second / 60 % 60, 2, ':'}, {second % 60, 2, '.'}, {at->tv_nsec / 1000, 6, 'Z'}};
    Put text = {.out = out, .size = TIME_BYTES};
    *out = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        put_number(&text, (uint64_t)parts[i].value, parts[i].digits);
        put_bytes(&text, &parts[i].end, 1);
    }
    put_end(&text);
}

/* The lines so far and their room; length -1: they did not fit. */
typedef struct {
    char *out;
    size_t size;
    int length;
} Lines;

static void add_line(Lines *l, const char *field, const char *value)
{
    int n = l->length < 0 || value == NULL ? 0 : spoolname_envelope_line(l->out + l->length, l->size - (size_t)l->length, field, value);
    l->length = n < 0 ? -1 : l->length + n;
}

int spoolwrite_envelope(const SpoolWriteEnvelope *e, const struct timespec *at, char *out, size_t size)
{
    char time_text[TIME_BYTES], uid[32];
    Put number = {.out = uid, .size = sizeof uid};
    Lines lines = {.out = out, .size = size};
    int count = e->recipient_count < SPOOLNAME_RECIPIENTS_MAX ? e->recipient_count : SPOOLNAME_RECIPIENTS_MAX;
    format_time(at, time_text);
    put_number(&number, e->uid, 1);
    put_end(&number);
    add_line(&lines, "Received-At", time_text);
    add_line(&lines, "Sender", e->sender);
    for (int i = 0; i < count; i++)
        add_line(&lines, "Recipient", e->recipients[i]);
    add_line(&lines, "Queue", e->queue);
    add_line(&lines, "Uid", uid);
    add_line(&lines, "End", "1");
    return lines.length;
}

int spoolwrite_settle(const SpoolWriteFile *f, uint64_t *ret_inode)
{
    struct stat st;
    if (fchmod(f->fd, MESSAGE_MODE) != 0 || fstat(f->fd, &st) != 0)
        return -1;
    *ret_inode = (uint64_t)st.st_ino;
    return 0;
}

int spoolwrite_close(SpoolWriteFile *f)
{
    int fd = f->fd;
    f->fd = -1;
    return close(fd);
}

/* 0, or -1 with errno. A file that keeps two names would never be taken in, so where the first cannot go the new one goes again. */
static int move_in(const SpoolWriteSpool *s, const char *half, const char *name)
{
    if (renameat2(s->tmp, half, s->incoming, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EPERM)
        return -1;
    if (linkat(s->tmp, half, s->incoming, name, 0) != 0)
        return -1;
    if (unlinkat(s->tmp, half, 0) == 0)
        return 0;
    int saved = errno;
    unlinkat(s->incoming, name, 0);
    errno = saved;
    return -1;
}

int spoolwrite_enter(const SpoolWriteSpool *s, SpoolWriteFile *f, const char *half, uint64_t inode)
{
    for (unsigned tries = 0;; tries++, f->counter++) {
        if (make_name(s, f, inode) != 0)
            return -1;
        if (move_in(s, half, f->name) == 0)
            return 0;
        if (errno != EEXIST || tries >= NAME_TRIES)
            return -1;
    }
}
