/* badhour: a library that is loaded before the C library: a disk that is full, and sleeps that take no time.
 * FULL_BELOW=PATH  regular files below it take no byte more (ENOSPC), nor can one be made there; FULL_AFTER=N: after that many writes
 * NO_SLEEP=1       usleep and nanosleep return at once: who waits for a lock has waited */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static void *next_of(const char *name) { return dlsym(RTLD_NEXT, name); }

static int is_below(const char *path)
{
    const char *below = getenv("FULL_BELOW");
    return below != NULL && path != NULL && strncmp(path, below, strlen(below)) == 0;
}

/* TRUE once the disk has taken what it could. */
static int is_full(void)
{
    static long taken;
    const char *after = getenv("FULL_AFTER");
    return taken++ >= (after != NULL ? atol(after) : 0);
}

static int refuses(int fd)
{
    char link[64], path[4096];
    struct stat st;
    if (getenv("FULL_BELOW") == NULL || fd <= 2 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0)
        return 0;
    path[n] = '\0';
    if (!is_below(path) || !is_full())
        return 0;
    errno = ENOSPC;
    return 1;
}

#define WRITES(name, offset_type)                                                                                                                      \
    ssize_t name(int fd, const void *bytes, size_t n, offset_type at);                                                                                 \
    ssize_t name(int fd, const void *bytes, size_t n, offset_type at)                                                                                  \
    {                                                                                                                                                  \
        ssize_t (*real)(int, const void *, size_t, offset_type) = next_of(#name);                                                                      \
        return refuses(fd) ? -1 : real(fd, bytes, n, at);                                                                                              \
    }
WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t n)
{
    ssize_t (*real)(int, const void *, size_t) = next_of("write");
    return refuses(fd) ? -1 : real(fd, bytes, n);
}

#define OPENS(name)                                                                                                                                    \
    int name(const char *path, int flags, ...)                                                                                                         \
    {                                                                                                                                                  \
        int (*real)(const char *, int, ...) = next_of(#name);                                                                                          \
        va_list ap;                                                                                                                                    \
        va_start(ap, flags);                                                                                                                           \
        mode_t mode = (flags & O_CREAT) != 0 ? va_arg(ap, mode_t) : 0;                                                                                 \
        va_end(ap);                                                                                                                                    \
        if ((flags & O_CREAT) != 0 && is_below(path) && access(path, F_OK) != 0 && is_full()) {                                                        \
            errno = ENOSPC;                                                                                                                            \
            return -1;                                                                                                                                 \
        }                                                                                                                                              \
        return real(path, flags, mode);                                                                                                                \
    }
OPENS(open)
OPENS(open64)

int mkdir(const char *path, mode_t mode)
{
    int (*real)(const char *, mode_t) = next_of("mkdir");
    if (is_below(path) && access(path, F_OK) != 0 && is_full()) {
        errno = ENOSPC;
        return -1;
    }
    return real(path, mode);
}

int usleep(useconds_t microseconds)
{
    int (*real)(useconds_t) = next_of("usleep");
    return getenv("NO_SLEEP") != NULL ? 0 : real(microseconds);
}

int nanosleep(const struct timespec *want, struct timespec *left)
{
    int (*real)(const struct timespec *, struct timespec *) = next_of("nanosleep");
    return getenv("NO_SLEEP") != NULL ? 0 : real(want, left);
}
