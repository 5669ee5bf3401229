/* coreloop: starts core, and lets it work whenever a file arrives, a mail was handed over, or something is due. What is due stands in the database:
 * it sleeps for a bounded time and asks again, so a clock that was set is noticed. */
#include "programs/coreloop.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"

#include "rules/phrase.h"

#include "flows/bulletin.h"
#include "flows/deliver.h"

#include "programs/supervise.h"
#include "programs/trial.h"

#include "config.h"

#include "base/banned.h"

static void print_lines(const char *event, LogLevel level, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        g_autofree char *quoted = log_quote(g_ptr_array_index(lines, i));
        log_event(level, "event=%s text=%s", event, quoted);
    }
}

/* `problems` (char *) are logged, and left for who wants to tell them. */
static Desk *load(const char *config, Instant now, GPtrArray *problems)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    Desk *d = trial_load(config, now, problems, warnings);
    print_lines("configuration-error", LOGGING_ERROR, problems);
    print_lines("configuration-warning", LOGGING_WARNING, warnings);
    return d;
}

Core *coreloop_start(const char *config, Instant now, int *ret_status)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
    Desk *d = load(config, now != INSTANT_NONE ? now : instant_now(), problems);
    *ret_status = 78;
    if (d == NULL)
        return NULL;
    d->now = now != INSTANT_NONE ? now : instant_now();
    d->is_pinned = now != INSTANT_NONE;
    Core *c = core_new(d, &err);
    if (c == NULL) {
        log_error("start", err);
        *ret_status = err->code == ERROR_REFUSED ? SUPERVISE_TAKEN : error_exit_status(err);
        desk_free(d);
    }
    return c;
}

/* ---- in the daemon ---- */

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
    Desk *fresh = load(config, instant_now(), problems);
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
    gboolean is_reload, leave = supervise_told(fd, &is_reload);
    if (is_reload)
        reload(c, config);
    return leave;
}

static int sleep_ms(Core *c)
{
    Instant next;
    const int longest = supervise_longest_sleep_ms();
    g_autoptr(GError) err = NULL;
    if (!core_next(c, &next, &err)) {
        log_error("next", err);
        return MIN(1000, longest);
    }
    if (next == INSTANT_NONE)
        return longest;
    return (int)CLAMP((next - instant_now()) * 1000, 100, longest);
}

static void drain(int fd)
{
    char buffer[4096];
    while (fd >= 0 && read(fd, buffer, sizeof buffer) > 0)
        ;
}

int coreloop_run(const char *config)
{
    int status;
    AUTO_FD signal_fd = supervise_signals();
    if (signal_fd < 0)
        return supervise_is_deaf();
    Core *c = coreloop_start(config, INSTANT_NONE, &status);
    if (c == NULL)
        return status;
    g_autoptr(GError) untried = NULL;
    if (!deliver_try_now(core_desk(c), &untried))
        log_error("deliver", untried);
    AUTO_FD incoming = watch_incoming(core_desk(c));
    log_event(LOGGING_INFO, "event=start version=%s config=%.12s", PACKAGE_VERSION, core_desk(c)->config->version);
    for (;;) {
        guint did = 0;
        supervise_beat();
        g_autoptr(GError) err = NULL;
        if (!core_round(c, instant_now(), FALSE, &did, &err))
            log_error("round", err);
        int out[CORE_DELIVERY_FDS];
        core_delivery_fds(c, out);
        gboolean is_idle = out[0] < 0 || out[1] < 0; /* there may be more for it */
        int wait = err != NULL ? MIN(5000, supervise_longest_sleep_ms()) : did > 0 && is_idle ? 0 : sleep_ms(c);
        if (err != NULL) /* nobody may have read what the worker says: that must not wake at once */
            out[0] = out[1] = -1;
        struct pollfd fds[] = {{signal_fd, POLLIN, 0}, {incoming, POLLIN, 0}, {out[0], POLLIN, 0}, {out[1], POLLIN, 0}};
        poll(fds, G_N_ELEMENTS(fds), wait);
        drain(incoming);
        if (handle_signals(c, signal_fd, config))
            break;
    }
    log_event(LOGGING_INFO, "event=stop");
    core_free(c);
    return 0;
}
