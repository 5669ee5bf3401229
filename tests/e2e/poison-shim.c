/* poison-shim: for tests only: a library before the others, with which mails that say so bring down who reads them. In the text of a mail
 * "Poison-Parser-Crash" and "-Stall" do it in the parser, "Poison-Core-Read" and "-Stall" where core reads the file, "Poison-Core-Answer" in the
 * subject where it reads what the parser said of it, "Poison-Core-Apply" where it writes what the mail means, "Poison-Deliver" in who hands over a mail
 * that says so, and in a calendar "Poison-Calendar" in who reads it. With POISON_ALL in the environment no parser works, with POISON_DELIVER nobody
 * hands over anything. A stalled parser is let have 1 s of CPU, not 20.
 * SHIM_CLOCK names a file with a number of seconds in eight digits, by which the system's clock is ahead from the moment that they are written. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

static volatile int nothing;

static int has(const char *bytes, size_t length, const char *word) { return bytes != NULL && memmem(bytes, length, word, strlen(word)) != NULL; }
static int *volatile nowhere; /* the compiler may not know that it is */

static void crash(void) { *nowhere = nothing; }
static void stall(void)
{
    for (;;)
        nothing++;
}

void *g_mime_stream_mem_new_with_buffer(const char *buffer, size_t length);
void *g_mime_stream_mem_new_with_buffer(const char *buffer, size_t length)
{
    if (has(buffer, length, "Poison-Parser-Crash") || getenv("POISON_ALL") != NULL)
        crash();
    if (has(buffer, length, "Poison-Parser-Stall"))
        stall();
    return NEXT(void *(*)(const char *, size_t), "g_mime_stream_mem_new_with_buffer")(buffer, length);
}

/* Core digests the file, with its envelope; the parser only what the mail says. */
int gnutls_hash_fast(int algorithm, const void *data, size_t length, void *digest);
int gnutls_hash_fast(int algorithm, const void *data, size_t length, void *digest)
{
    int is_file = has(data, length, "X-Escalate-Envelope-End:");
    if (is_file && has(data, length, "Poison-Core-Read"))
        crash();
    while (is_file && has(data, length, "Poison-Core-Stall"))
        pause();
    return NEXT(int (*)(int, const void *, size_t, void *), "gnutls_hash_fast")(algorithm, data, length, digest);
}

void *json_loadb(const char *bytes, size_t length, size_t flags, void *error);
void *json_loadb(const char *bytes, size_t length, size_t flags, void *error)
{
    if (has(bytes, length, "Poison-Core-Answer"))
        crash();
    return NEXT(void *(*)(const char *, size_t, size_t, void *), "json_loadb")(bytes, length, flags, error);
}

int sqlite3_bind_text(void *statement, int n, const char *text, int length, void (*done)(void *));
int sqlite3_bind_text(void *statement, int n, const char *text, int length, void (*done)(void *))
{
    if (text != NULL && has(text, length < 0 ? strlen(text) : (size_t)length, "Poison-Core-Apply"))
        crash();
    return NEXT(int (*)(void *, int, const char *, int, void (*)(void *)), "sqlite3_bind_text")(statement, n, text, length, done);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    char name[17] = "";
    if (length > 500 && prctl(PR_GET_NAME, name) == 0 && strcmp(name, "deliver") == 0 && (getenv("POISON_DELIVER") != NULL || has(bytes, length, "Poison-Deliver")))
        crash();
    return NEXT(ssize_t (*)(int, const void *, size_t), "write")(fd, bytes, length);
}

ssize_t read(int fd, void *bytes, size_t length)
{
    ssize_t n = NEXT(ssize_t (*)(int, void *, size_t), "read")(fd, bytes, length);
    if (n > 0 && has(bytes, (size_t)n, "Poison-Calendar"))
        crash();
    return n;
}

/* Mapped, not read: the parser may open nothing. */
static const char *ahead;

__attribute__((constructor)) static void map_clock(void)
{
    const char *name = getenv("SHIM_CLOCK");
    int fd = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ahead = mmap(NULL, 9, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (ahead == MAP_FAILED)
        ahead = NULL;
}

int clock_gettime(clockid_t id, struct timespec *ret)
{
    int rc = NEXT(int (*)(clockid_t, struct timespec *), "clock_gettime")(id, ret);
    for (long seconds = 0, i = 0; rc == 0 && id == CLOCK_REALTIME && ahead != NULL && i < 8; i++) {
        seconds = seconds * 10 + (ahead[i] - '0');
        if (i == 7)
            ret->tv_sec += seconds;
    }
    return rc;
}

int prlimit(pid_t pid, __rlimit_resource_t resource, const struct rlimit *fresh, struct rlimit *old)
{
    struct rlimit less;
    if (fresh != NULL && resource == RLIMIT_CPU && fresh->rlim_cur > 20) {
        less = *fresh;
        less.rlim_cur -= 20;
        fresh = &less;
    }
    return NEXT(int (*)(pid_t, __rlimit_resource_t, const struct rlimit *, struct rlimit *), "prlimit")(pid, resource, fresh, old);
}
