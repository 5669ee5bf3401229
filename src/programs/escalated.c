/* escalated: the daemon. A supervisor starts core and starts it again, with backoff, when it dies; core works in rounds whenever a file
 * arrives, a mail was handed over, or something is due. --once runs rounds until a whole one does nothing. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"

#include "rules/phrase.h"

#include "flows/bulletin.h"

#include "programs/core.h"

#include "config.h"

#include "base/banned.h"

#define LONGEST_SLEEP_MS 30000 /* the clock may be set back meanwhile */
#define BACKOFF_MAX 60

typedef struct {
    const char *config;
    gboolean foreground, once;
    Instant now; /* INSTANT_NONE: the system's */
} Options;

static void print_lines(const char *event, LogLevel level, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        g_autofree char *quoted = log_quote(g_ptr_array_index(lines, i));
        log_event(level, "event=%s text=%s", event, quoted);
    }
}

/* `problems` (char *) are logged, and left for who wants to tell them. */
static Desk *load(const char *config, GPtrArray *problems)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    Desk *d = NULL;
    desk_load(config, &d, problems, warnings);
    print_lines("configuration-error", LOGGING_ERROR, problems);
    print_lines("configuration-warning", LOGGING_WARNING, warnings);
    return d;
}

static Core *start_core(const Options *o, int *ret_status)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    Desk *d = load(o->config, problems);
    *ret_status = 78;
    if (d == NULL)
        return NULL;
    d->now = o->now != INSTANT_NONE ? o->now : instant_now();
    d->is_pinned = o->now != INSTANT_NONE;
    Core *c = core_new(d, &err);
    if (c == NULL) {
        log_error("start", err);
        *ret_status = error_exit_status(err);
        desk_free(d);
    }
    return c;
}

/* ---- --once ---- */

static int once(const Options *o)
{
    int status;
    Core *c = start_core(o, &status);
    g_autoptr(GError) err = NULL;
    guint did = 1;
    if (c == NULL)
        return status;
    for (int round = 0; did > 0; round++) {
        if (round == LIMIT_ROUNDS) {
            log_event(LOGGING_ERROR, "event=busy reason=\"%d rounds, and the last still did %u things\"", LIMIT_ROUNDS, did);
            core_free(c);
            return 75;
        }
        if (!core_round(c, o->now != INSTANT_NONE ? o->now : instant_now(), TRUE, &did, &err)) {
            log_error("round", err);
            core_free(c);
            return error_exit_status(err);
        }
    }
    core_free(c);
    return 0;
}

/* ---- core as a daemon ---- */

static int signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int watch_incoming(const Desk *d)
{
    g_autofree char *path = g_build_filename(d->config->spool, "incoming", NULL);
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd >= 0 && inotify_add_watch(fd, path, IN_MOVED_TO | IN_CREATE) < 0)
        log_event(LOGGING_WARNING, "event=no-inotify path=%s", path); /* the bounded sleep finds files all the same */
    return fd;
}

/* A broken file is refused, the last good configuration stays. */
static void reload(Core *c, const char *config)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) err = NULL;
    Desk *fresh = load(config, problems);
    if (fresh != NULL && !desk_try(fresh, instant_now(), problems)) {
        print_lines("configuration-error", LOGGING_ERROR, problems);
        g_clear_pointer(&fresh, desk_free);
    }
    if (fresh == NULL) {
        log_event(LOGGING_ERROR, "event=reload result=refused reason=\"the last good configuration stays\"");
        core_desk(c)->now = instant_now();
        if (!bulletin_to_leads(core_desk(c), PHRASE("A new configuration was refused; the last good one stays"), problems, &err))
            log_error("reload", err);
        return;
    }
    if (!core_reload(c, fresh, &err))
        log_error("reload", err);
    log_event(LOGGING_INFO, "event=reload result=done config=%.12s", core_desk(c)->config->version);
}

/* TRUE: leave. */
static gboolean handle_signals(Core *c, int fd, const char *config)
{
    struct signalfd_siginfo info;
    gboolean leave = FALSE;
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP)
            reload(c, config);
        else
            leave = TRUE;
    }
    return leave;
}

static int sleep_ms(Core *c)
{
    Instant next;
    g_autoptr(GError) err = NULL;
    if (!core_next(c, &next, &err)) {
        log_error("next", err);
        return 1000;
    }
    if (next == INSTANT_NONE)
        return LONGEST_SLEEP_MS;
    return (int)CLAMP((next - instant_now()) * 1000, 100, LONGEST_SLEEP_MS);
}

static void drain(int fd)
{
    char buffer[4096];
    while (fd >= 0 && read(fd, buffer, sizeof buffer) > 0)
        ;
}

static int run_core(const Options *o)
{
    int status, signal_fd = signals();
    Core *c = start_core(o, &status);
    if (c == NULL)
        return status;
    AUTO_FD incoming = watch_incoming(core_desk(c));
    log_event(LOGGING_INFO, "event=start version=%s config=%.12s", PACKAGE_VERSION, core_desk(c)->config->version);
    for (;;) {
        guint did = 0;
        g_autoptr(GError) err = NULL;
        if (!core_round(c, instant_now(), FALSE, &did, &err))
            log_error("round", err);
        int out[CORE_DELIVERY_FDS];
        core_delivery_fds(c, out);
        gboolean is_idle = out[0] < 0 || out[1] < 0; /* there may be more for it */
        int wait = err != NULL ? 5000 : did > 0 && is_idle ? 0 : sleep_ms(c);
        struct pollfd fds[] = {{signal_fd, POLLIN, 0}, {incoming, POLLIN, 0}, {out[0], POLLIN, 0}, {out[1], POLLIN, 0}};
        poll(fds, G_N_ELEMENTS(fds), wait);
        drain(incoming);
        if (handle_signals(c, signal_fd, o->config))
            break;
    }
    log_event(LOGGING_INFO, "event=stop");
    core_free(c);
    return 0;
}

/* ---- the supervisor ---- */

static volatile sig_atomic_t child_pid;
static volatile sig_atomic_t is_stopping;

static void forward(int signal)
{
    int saved = errno;
    if (signal != SIGHUP)
        is_stopping = 1;
    if (child_pid > 0)
        kill((pid_t)child_pid, signal);
    errno = saved;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = forward};
    const int wanted[] = {SIGTERM, SIGINT, SIGHUP};
    for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
        sigaction(wanted[i], &action, NULL);
}

static pid_t start_child(const Options *o)
{
    sigset_t set, old;
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, &old); /* no signal between the fork and the child's own handling */
    pid_t pid = fork();
    if (pid == 0) {
        const int ours[] = {SIGTERM, SIGINT, SIGHUP};
        for (gsize i = 0; i < G_N_ELEMENTS(ours); i++) {
            signal(ours[i], SIG_DFL);
            sigaddset(&old, ours[i]); /* they come through the signalfd */
        }
        sigprocmask(SIG_SETMASK, &old, NULL);
        _exit(run_core(o));
    }
    child_pid = pid;
    sigprocmask(SIG_SETMASK, &old, NULL);
    return pid;
}

static int supervise(const Options *o)
{
    unsigned backoff = 1;
    catch_signals();
    while (!is_stopping) {
        gint64 started = instant_monotonic_us();
        int status = 0;
        pid_t pid = start_child(o);
        if (pid < 0) {
            log_event(LOGGING_ERROR, "event=fork reason=\"%s\"", g_strerror(errno));
        } else {
            while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
            child_pid = 0;
        }
        if (pid > 0 && WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 78))
            return WEXITSTATUS(status);
        if (is_stopping)
            break;
        backoff = instant_monotonic_us() - started > 60 * G_USEC_PER_SEC ? 1 : MIN(backoff * 2, BACKOFF_MAX);
        log_event(LOGGING_ERROR, "event=worker-died worker=core status=%d again-in=%us", status, backoff);
        sleep(backoff);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {"once", no_argument, NULL, 'o'},
                                            {"now", required_argument, NULL, 'n'},    {"version", no_argument, NULL, 'V'},
                                            {NULL, 0, NULL, 0}};
    Options o = {.config = ESCALATE_CONFIG, .now = INSTANT_NONE};
    g_autoptr(GError) err = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "c:f", options, NULL)) != -1) {
        if (option == 'c') {
            o.config = optarg;
        } else if (option == 'f') {
            o.foreground = TRUE;
        } else if (option == 'o') {
            o.once = TRUE;
        } else if (option == 'V') {
            return puts("escalated " PACKAGE_VERSION) < 0;
        } else if (option != 'n' || !instant_parse(optarg, &o.now, &err)) {
            fprintf(stderr, "%s\nusage: escalated [-c CONF] [-f] [--once] [--now TIME]\n", err != NULL ? err->message : "escalated: wrong option");
            return 2;
        }
    }
    if (optind < argc || (o.now != INSTANT_NONE && !o.once)) {
        fputs("usage: escalated [-c CONF] [-f] [--once [--now TIME]]\n", stderr);
        return 2;
    }
    log_open("escalated", !o.foreground && !o.once);
    umask(027);
    signal(SIGPIPE, SIG_IGN);
    if (o.once)
        return once(&o);
    if (!o.foreground && daemon(1, 0) != 0) {
        fprintf(stderr, "escalated: daemon: %s\n", g_strerror(errno));
        return 75;
    }
    return supervise(&o);
}
