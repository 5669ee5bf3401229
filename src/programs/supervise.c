/* supervise: one loop over signals, the beats of children, and what is due. It must never do anything that can crash or block: it reads no
 * configuration, no file and no database, and it never sleeps but in poll(2). */
#include "programs/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/program.h"
#include "base/sdnotify.h"

#include "base/banned.h"

#define SECOND_US ((gint64)1000000)
#define BACKOFF_MAX 60
#define REFUSALS_MAX 3    /* of its configuration by core, at the start */
#define LIVED_SECONDS 60 /* who lived so long starts again at once */
#define BEAT_US SECOND_US
#define LONGEST_SLEEP_MS 30000 /* the clock may be set back meanwhile */

typedef struct {
    const SuperviseChild *row;
    pid_t pid;       /* 0: none */
    int beats;       /* the reading end of its pipe, -1 */
    gint64 start_at; /* monotonic µs, as all below; of one that is not running: when it is started, G_MAXINT64 for one that rests */
    gint64 started_at, beat_at;
    unsigned backoff, refusals;
    gboolean has_beaten;
    gboolean was_killed; /* by us, since it did not go on */
    gboolean is_resting;   /* not wanted, when it was asked last */
    gboolean was_reloaded; /* it was sent a SIGHUP, perhaps too late to be heard */
    SupervisePast past;
} Child;

static struct {
    Child children[SUPERVISE_CHILDREN];
    guint count;
    gpointer data;
    sigset_t before; /* the signal mask that we were started with */
    int signals;
    gboolean is_stopping, is_ready;
    int status; /* what the daemon will say */
    gint64 fed_at; /* or refused */
} all;

/* In a child: its own end, and its row's past. */
static int beat_fd = -1;
static gint64 last_beat;
static const SupervisePast *past;

/* What the daemon is told by, and hands on to its children. */
static void add_told(sigset_t *set)
{
    const int told[] = {SIGTERM, SIGINT, SIGHUP};
    for (gsize i = 0; i < G_N_ELEMENTS(told); i++)
        sigaddset(set, told[i]);
}

/* ---- in a child ---- */

int supervise_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    add_told(&set);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int supervise_is_deaf(void)
{
    log_event(LOGGING_ERROR, "event=start reason=\"no signals: %s\"", g_strerror(errno));
    return 75;
}

gboolean supervise_told(int fd, gboolean *ret_reload)
{
    struct signalfd_siginfo info;
    gboolean leave = FALSE;
    *ret_reload = FALSE;
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info)
        *(info.ssi_signo == SIGHUP ? ret_reload : &leave) = TRUE;
    return leave;
}

void supervise_beat(void)
{
    gint64 now = instant_monotonic_us();
    if (beat_fd < 0 || (last_beat != 0 && now - last_beat < BEAT_US))
        return;
    last_beat = now;
    (void)!write(beat_fd, "\n", 1); /* a full pipe says it as well */
}

int supervise_longest_sleep_ms(void)
{
    gint64 watchdog = sdnotify_watchdog_us();
    return watchdog == 0 ? LONGEST_SLEEP_MS : (int)CLAMP(watchdog / 4 / 1000, 100, LONGEST_SLEEP_MS);
}

const SupervisePast *supervise_past(void)
{
    static const SupervisePast none;
    return past != NULL ? past : &none;
}

static _Noreturn void become(Child *c, int pipe_end, pid_t parent)
{
    sigset_t mask = all.before;
    add_told(&mask);
    close(all.signals);
    for (guint i = 0; i < all.count; i++)
        files_close_fd(&all.children[i].beats);
    beat_fd = pipe_end;
    past = &c->past;
    sigprocmask(SIG_SETMASK, &mask, NULL);
    prctl(PR_SET_NAME, c->row->name); /* for ps(1) */
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* two daemons on one desk are worse than none */
    _exit(getppid() != parent ? 0 : c->row->run(all.data));
}

/* ---- life and death ---- */

static void say_status(const char *what) { sdnotify_send("STATUS=%s", what); }

static void say_ready(void)
{
    if (!all.is_ready)
        sdnotify_send("READY=1");
    all.is_ready = TRUE;
}

static void remember(Child *c, int status)
{
    memmove(&c->past.last[1], &c->past.last[0], sizeof c->past.last - sizeof c->past.last[0]);
    c->past.last[0].at = instant_now();
    c->past.last[0].status = status;
    c->past.last[0].is_stall = c->was_killed;
    c->past.deaths++;
}

static void back_off(Child *c, gint64 now, const char *how)
{
    c->backoff = now - c->started_at > LIVED_SECONDS * SECOND_US ? 1 : CLAMP(c->backoff * 2, 1, BACKOFF_MAX);
    c->start_at = now + c->backoff * SECOND_US;
    g_autofree char *quoted = log_quote(how);
    log_event(LOGGING_ERROR, "event=worker-died worker=%s status=%s deaths=%u again-in=%us", c->row->name, quoted, c->past.deaths, c->backoff);
    g_autofree char *line = g_strdup_printf("%s died (%s), for the %u. time; again in %u s", c->row->name, how, c->past.deaths, c->backoff);
    say_status(line);
}

static void start(Child *c, gint64 now)
{
    int ends[2] = {-1, -1};
    pid_t parent = getpid();
    c->started_at = now;
    c->has_beaten = c->was_killed = c->was_reloaded = FALSE;
    pid_t pid = pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? fork() : -1;
    if (pid == 0) {
        close(ends[0]);
        become(c, ends[1], parent);
    }
    int saved = errno;
    files_close_fd(&ends[1]);
    if (pid < 0) {
        log_event(LOGGING_ERROR, "event=fork reason=\"%s\"", g_strerror(saved));
        files_close_fd(&ends[0]);
        back_off(c, now, "not started");
        return;
    }
    c->pid = pid;
    c->beats = ends[0];
}

static void stop_all(int status)
{
    if (!all.is_stopping)
        sdnotify_send("STOPPING=1");
    all.is_stopping = TRUE;
    all.status = status;
    for (guint i = 0; i < all.count; i++)
        if (all.children[i].pid > 0)
            kill(all.children[i].pid, SIGTERM);
}

/* A configuration that is wrong at the start. Later it is somebody's hand in the middle of an edit. */
static gboolean is_refused_at_start(const Child *c, int status)
{
    return c->row->is_core && WIFEXITED(status) && WEXITSTATUS(status) == 78 && c->past.deaths == 0;
}

/* It will not mend itself. But one that could not be read for a moment (no descriptor left, a disk in trouble) looks the same, and a manager does not
 * start again who ended with 78: so it is read a few times. */
static gboolean ends_all(Child *c, int status)
{
    if (is_refused_at_start(c, status))
        return ++c->refusals >= REFUSALS_MAX;
    return c->row->is_core && WIFEXITED(status) && (WEXITSTATUS(status) == 0 || (WEXITSTATUS(status) == SUPERVISE_TAKEN && c->past.deaths == 0));
}

static void bury(Child *c, int status, gint64 now)
{
    c->pid = 0;
    files_close_fd(&c->beats);
    if (all.is_stopping)
        return;
    if (ends_all(c, status)) {
        stop_all(WEXITSTATUS(status) == SUPERVISE_TAKEN ? 75 : WEXITSTATUS(status));
    } else if (is_refused_at_start(c, status)) {
        c->start_at = now + SECOND_US;
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        c->start_at = c->was_reloaded ? now : G_MAXINT64; /* what it read before it left may be the old configuration */
        c->is_resting = !c->was_reloaded;
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 78 && c->is_resting) {
        c->start_at = G_MAXINT64; /* a configuration that is refused wants nothing else than the last */
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == SUPERVISE_AGAIN) {
        c->start_at = now;
        c->is_resting = FALSE;
    } else {
        g_autofree char *how = program_status_text(status);
        c->is_resting = FALSE;
        remember(c, status);
        back_off(c, now, how);
        if (c->row->is_core)
            say_ready(); /* from here on it is our business, and the others work */
    }
}

static void reap(gint64 now)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (guint i = 0; i < all.count; i++)
            if (all.children[i].pid == pid)
                bury(&all.children[i], status, now);
}

/* ---- signals ---- */

static void reload_all(gint64 now)
{
    for (guint i = 0; i < all.count; i++) {
        Child *c = &all.children[i];
        c->was_reloaded = TRUE;
        if (c->pid > 0)
            kill(c->pid, SIGHUP);
        else
            c->start_at = now; /* it may be wanted now, or mended */
    }
}

static void take_signals(gint64 now)
{
    struct signalfd_siginfo info;
    while (read(all.signals, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP && !all.is_stopping)
            reload_all(now);
        else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            stop_all(0);
    }
    reap(now);
}

static gboolean open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    add_told(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &all.before);
    all.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return all.signals >= 0;
}

/* ---- beats ---- */

static gint64 patience_us(void)
{
    gint64 watchdog = sdnotify_watchdog_us();
    return watchdog > 0 ? watchdog / 4 * 3 : LIMIT_STALL_SECONDS * SECOND_US; /* before the manager ends all for the sake of one */
}

static void take_beats(Child *c, gint64 now)
{
    char buffer[256];
    gboolean any = FALSE;
    ssize_t n = -1;
    while (c->beats >= 0 && (n = read(c->beats, buffer, sizeof buffer)) > 0)
        any = TRUE;
    if (n == 0)
        files_close_fd(&c->beats); /* or poll would say so for ever */
    if (!any)
        return;
    c->beat_at = now;
    if (!c->has_beaten && c->row->is_core) {
        say_ready();
        say_status("working");
    }
    c->has_beaten = TRUE;
}

/* When a running core counts as stuck. The first beat comes when it has read calendars and brought the database up to date. */
static gint64 stuck_at(const Child *c) { return c->has_beaten ? c->beat_at + patience_us() : c->started_at + LIMIT_START_SECONDS * SECOND_US; }

static void check_stall(Child *c, gint64 now)
{
    if (c->pid <= 0 || !c->row->is_core || c->was_killed || now < stuck_at(c))
        return;
    log_event(LOGGING_ERROR, "event=worker-stalled worker=%s seconds=%d", c->row->name, (int)((now - (c->has_beaten ? c->beat_at : c->started_at)) / SECOND_US));
    c->was_killed = TRUE;
    kill(c->pid, SIGKILL);
}

/* Not while a stuck core does not die: then the manager may try. */
static void feed(gint64 now)
{
    gint64 watchdog = sdnotify_watchdog_us();
    if (watchdog == 0 || now - all.fed_at < watchdog / 4)
        return;
    all.fed_at = now;
    for (guint i = 0; i < all.count; i++)
        if (all.children[i].pid > 0 && all.children[i].was_killed)
            return;
    sdnotify_send("WATCHDOG=1");
}

/* ---- the loop ---- */

static gint64 next_at(gint64 now)
{
    gint64 next = now + LONGEST_SLEEP_MS * (SECOND_US / 1000), watchdog = sdnotify_watchdog_us();
    for (guint i = 0; i < all.count; i++) {
        const Child *c = &all.children[i];
        if (c->pid > 0 && c->row->is_core && !c->was_killed)
            next = MIN(next, stuck_at(c));
        else if (c->pid <= 0 && !all.is_stopping)
            next = MIN(next, c->start_at);
    }
    return watchdog > 0 ? MIN(next, all.fed_at + watchdog / 4) : next;
}

static void wait_for_news(void)
{
    struct pollfd fds[SUPERVISE_CHILDREN + 1] = {{.fd = all.signals, .events = POLLIN}};
    gint64 now = instant_monotonic_us(), left = next_at(now) - now;
    for (guint i = 0; i < all.count; i++)
        fds[i + 1] = (struct pollfd){.fd = all.children[i].beats, .events = POLLIN};
    poll(fds, all.count + 1, (int)CLAMP((left + 999) / 1000, 0, LONGEST_SLEEP_MS));
}

static gboolean is_over(void)
{
    for (guint i = 0; i < all.count; i++)
        if (all.children[i].pid > 0)
            return FALSE;
    return all.is_stopping;
}

static void step(gint64 now)
{
    take_signals(now);
    for (guint i = 0; i < all.count; i++) {
        Child *c = &all.children[i];
        take_beats(c, now);
        check_stall(c, now);
        if (c->pid <= 0 && !all.is_stopping && now >= c->start_at)
            start(c, now);
    }
    feed(now);
}

int supervise(const SuperviseChild *rows, guint count, gpointer data)
{
    g_assert(count <= SUPERVISE_CHILDREN);
    all.count = count;
    all.data = data;
    for (guint i = 0; i < count; i++)
        all.children[i] = (Child){.row = &rows[i], .beats = -1};
    if (!open_signals()) {
        log_event(LOGGING_ERROR, "event=start reason=\"%s\"", g_strerror(errno));
        return 75;
    }
    for (step(instant_monotonic_us()); !is_over(); step(instant_monotonic_us()))
        wait_for_news();
    close(all.signals);
    return all.status;
}
