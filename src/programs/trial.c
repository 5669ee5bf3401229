/* trial: what the child reads stands in memory that both have, so that it is known whatever becomes of it. */
#include "programs/trial.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/worker.h"

#include "base/banned.h"

#define READING_BYTES 4096

typedef struct {
    const char *config;
    Instant now;
    char *reading; /* shared */
} Trial;

static void note(void *data, const char *what)
{
    const Trial *t = data;
    g_strlcpy(t->reading, what, READING_BYTES);
}

static int read_all(int channel, void *data)
{
    Trial *t = data;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    Desk *d = NULL;
    if (desk_load_told(t->config, note, t, &d, problems, warnings)) {
        note(t, "the year ahead in its calendars");
        desk_try(d, t->now, problems);
    }
    return worker_write(channel, "", 1, NULL) ? 0 : 1;
}

/* Want of descriptors, or of memory. */
static gboolean is_of_the_moment(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) == 75 : WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

static gboolean ends_well(Trial *t, GPtrArray *problems)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) answer = NULL;
    g_autoptr(Worker) w = worker_start("trial", read_all, t, &err);
    if (w != NULL && worker_limit_cpu(w, LIMIT_TRIAL_SECONDS, &err) && worker_receive(w, 16, 2 * LIMIT_TRIAL_SECONDS, &answer, &err))
        return TRUE;
    if (err->code == ERROR_TEMPFAIL || is_of_the_moment(worker_status(w))) { /* a slow disk: that keeps nobody from trying */
        log_error("trial", err);
        return TRUE;
    }
    g_ptr_array_add(problems, g_strdup_printf("%s:1:1: who reads it dies over %s: %s", t->config, t->reading, err->message));
    return FALSE;
}

static gboolean is_survived(const char *config, Instant now, GPtrArray *problems)
{
    Trial t = {.config = config, .now = now, .reading = mmap(NULL, READING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)};
    if (t.reading == MAP_FAILED)
        return TRUE;
    gboolean ok = ends_well(&t, problems);
    munmap(t.reading, READING_BYTES);
    return ok;
}

Desk *trial_load(const char *config, Instant now, GPtrArray *problems, GPtrArray *warnings)
{
    Desk *d = NULL;
    if (is_survived(config, now, problems))
        desk_load(config, &d, problems, warnings);
    return d;
}
