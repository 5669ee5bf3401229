/* lmtp_worker: a loop over connections (lmtp_connection). Mails that are whole become files by store/spoolgroup; while lmtp_sync waits for the disk the
 * loop goes on, and the next sync is for all that came meanwhile. It must never say 250 before file and name are synced, never say 5xx for a trouble of
 * its own, and never wait for one client alone. */
#include "programs/lmtp_worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/sandbox.h"

#include "programs/alive.h"
#include "programs/lmtp_connection.h"
#include "programs/lmtp_listen.h"
#include "programs/supervise.h"

#include "config.h"

#include "base/banned.h"

#define EVENTS 64
#define TICK_MS 1000       /* deadlines are looked at so often */
#define SECOND_US ((gint64)G_USEC_PER_SEC)

static void stop(LmtpServer *s, gboolean is_again)
{
    s->is_stopping = TRUE;
    s->is_again = is_again;
    s->stop_at = instant_monotonic_us() + LIMIT_LMTP_STOP_SECONDS * SECOND_US;
    lmtp_listen_close(s->config->lmtp.listen, &s->listener);
    for (guint i = 0; i < s->connections->len; i++)
        lmtp_connection_go_on(s, s->connections->pdata[i], NULL, 0);
}

/* ---- the group ---- */

/* Answers all of `group`, or those that failed, and leaves the others in it. What fails one fails all, as a rule: one line in the log. */
static void answer_group(LmtpServer *s, GPtrArray *group, gboolean only_failed)
{
    guint left = 0, failed = 0;
    g_autofree char *reason = NULL;
    for (guint i = 0; i < group->len; i++) {
        LmtpConnection *c = group->pdata[i];
        if (c->mail->why != NULL && failed++ == 0)
            reason = log_quote(c->mail->why);
        if (only_failed && c->mail->why == NULL)
            group->pdata[left++] = c;
        else
            lmtp_connection_answer(s, c);
    }
    g_ptr_array_set_size(group, (gint)left);
    if (failed > 0)
        log_event(LOGGING_ERROR, "event=lmtp-deferred mails=%u reason=%s", failed, reason);
}

typedef void (*Step)(SpoolGroup *g, SpoolGroupMail *const *mails, guint count);

static void fail_disk(SpoolGroup *g, SpoolGroupMail *const *mails, guint count) { spoolgroup_fail(g, mails, count, "sync", EIO); }

static void do_step(LmtpServer *s, const GPtrArray *group, Step step)
{
    g_autoptr(GPtrArray) mails = g_ptr_array_new();
    for (guint i = 0; i < group->len; i++)
        g_ptr_array_add(mails, ((LmtpConnection *)group->pdata[i])->mail);
    step(s->group, (SpoolGroupMail *const *)mails->pdata, mails->len);
}

/* The process that syncs is gone. Nothing can be promised any more: all that wait come again, and the supervisor starts us anew. */
static void give_up(LmtpServer *s, const GError *err)
{
    GPtrArray *groups[] = {s->naming, s->entered, s->sealed};
    log_error("lmtp", err);
    s->is_broken = TRUE;
    s->is_syncing = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(groups); i++) {
        do_step(s, groups[i], fail_disk);
        answer_group(s, groups[i], FALSE);
    }
    if (!s->is_stopping)
        stop(s, FALSE);
}

/* One sync for the files of all mails that wait and the names of those whose files are synced. */
static void begin_sync(LmtpServer *s)
{
    g_autoptr(GError) err = NULL;
    if (s->is_syncing || (s->waiting == 0 && s->entered->len == 0))
        return;
    for (guint i = 0; i < s->connections->len; i++) {
        LmtpConnection *c = s->connections->pdata[i];
        if (c->is_waiting && !c->is_sealed) {
            c->is_sealed = TRUE;
            g_ptr_array_add(s->sealed, c);
        }
    }
    s->waiting = 0;
    do_step(s, s->sealed, s->is_broken ? fail_disk : spoolgroup_seal);
    answer_group(s, s->sealed, TRUE);
    GPtrArray *empty = s->naming;
    s->naming = s->entered;
    s->entered = empty;
    if (s->sealed->len + s->naming->len == 0)
        return;
    gboolean is_one = s->sealed->len == 1 && s->naming->len == 0, is_names = s->sealed->len == 0;
    int fd = is_one ? ((LmtpConnection *)s->sealed->pdata[0])->mail->file.fd : is_names ? spoolgroup_incoming(s->group) : spoolgroup_tmp(s->group);
    s->is_syncing = TRUE;
    if (!lmtp_sync_begin(s->sync, fd, !is_one && !is_names, &err))
        give_up(s, err);
}

static void end_sync(LmtpServer *s)
{
    g_autoptr(GError) err = NULL;
    int error = 0;
    if (!lmtp_sync_finish(s->sync, &error, &err)) {
        lmtp_connection_poll(s, EPOLL_CTL_DEL, lmtp_sync_fd(s->sync), 0, NULL);
        give_up(s, err);
        return;
    }
    s->is_syncing = FALSE;
    if (error != 0) {
        do_step(s, s->naming, fail_disk);
        do_step(s, s->sealed, fail_disk);
    }
    answer_group(s, s->naming, FALSE);
    do_step(s, s->sealed, spoolgroup_enter);
    answer_group(s, s->sealed, TRUE);
    for (guint i = 0; i < s->sealed->len; i++)
        g_ptr_array_add(s->entered, s->sealed->pdata[i]);
    g_ptr_array_set_size(s->sealed, 0);
}

/* ---- coming and going ---- */

/* Sent once, whether it arrives or not. */
static void turn_away(const LmtpServer *s, int fd, const char *words)
{
    g_autoptr(Lmtp) session = lmtp_new(s->host);
    g_autoptr(GString) out = g_string_new(NULL);
    lmtp_leave(session, words, out);
    if (send(fd, out->str, out->len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_event(LOGGING_DEBUG, "event=lmtp-refused result=unheard");
    close(fd);
}

static void accept_all(LmtpServer *s)
{
    uid_t user;
    for (int fd; (fd = lmtp_listen_accept(s->listener, &user)) >= 0;) {
        if (s->connections->len >= LIMIT_LMTP_CONNECTIONS) {
            turn_away(s, fd, "too many connections, try again");
        } else if (*s->config->lmtp.listen == '/' && !config_is_lmtp_user(s->config, user)) {
            log_event(LOGGING_WARNING, "event=lmtp-refused user=%lu reason=\"not among the users of lmtp\"", (unsigned long)user);
            turn_away(s, fd, "not a user of this socket");
        } else {
            lmtp_connection_open(s, fd, user);
        }
    }
    if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
        return;
    log_event(LOGGING_WARNING, "event=lmtp-accept reason=\"%s\"", g_strerror(errno)); /* no descriptor left: not again before the next tick */
    lmtp_connection_poll(s, EPOLL_CTL_DEL, s->listener, 0, NULL);
    s->is_listening = FALSE;
}

static gboolean is_same(const Config *a, const Config *b)
{
    return g_strcmp0(a->lmtp.listen, b->lmtp.listen) == 0 && strcmp(a->spool, b->spool) == 0
           && g_strv_equal((const char *const *)a->lmtp.users, (const char *const *)b->lmtp.users);
}

/* A broken file is refused, the last good one stays. Core tells what is wrong with it. */
static void reload(LmtpServer *s)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Config) fresh = config_load(s->path, problems, warnings);
    if (fresh == NULL)
        log_event(LOGGING_ERROR, "event=lmtp-reload result=refused reason=\"the last good configuration stays\"");
    else if (!is_same(fresh, s->config))
        stop(s, TRUE);
}

static void take_signals(LmtpServer *s)
{
    gboolean is_reload, leave = supervise_told(s->signals, &is_reload);
    if (is_reload && !s->is_stopping)
        reload(s);
    if (leave && s->is_stopping)
        s->is_again = FALSE;
    else if (leave)
        stop(s, FALSE);
}

/* ---- the loop ---- */

static void tick(LmtpServer *s)
{
    gint64 now = instant_monotonic_us();
    if (now < s->tick_at)
        return;
    s->tick_at = now + TICK_MS * 1000;
    for (guint i = 0; i < s->connections->len; i++) {
        LmtpConnection *c = s->connections->pdata[i];
        if (!c->is_waiting && (now > c->idle_at || now > c->mail_at || (s->is_stopping && now > s->stop_at)))
            lmtp_connection_expire(s, c);
    }
    if (!s->is_listening && !s->is_stopping) {
        s->is_listening = lmtp_connection_poll(s, EPOLL_CTL_ADD, s->listener, EPOLLIN, &s->listener);
    }
}

static void take_events(LmtpServer *s)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(s->poll, events, EVENTS, TICK_MS);
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == &s->listener && !s->is_stopping)
            accept_all(s);
        else if (events[i].data.ptr == &s->signals)
            take_signals(s);
        else if (events[i].data.ptr == &s->sync)
            end_sync(s);
        else if (events[i].data.ptr != &s->listener)
            lmtp_connection_serve(s, events[i].data.ptr, events[i].events);
    }
}

static void bury_dead(LmtpServer *s)
{
    for (guint i = s->connections->len; i-- > 0;)
        if (((LmtpConnection *)s->connections->pdata[i])->is_dead)
            g_ptr_array_remove_index_fast(s->connections, i);
}

static void loop(LmtpServer *s)
{
    while (!s->is_stopping || s->connections->len > 0) {
        take_events(s);
        begin_sync(s);
        tick(s);
        bury_dead(s);
    }
}

static gboolean open_server(LmtpServer *s, GError **err)
{
    s->poll = epoll_create1(EPOLL_CLOEXEC);
    s->signals = supervise_signals();
    if (s->poll < 0 || s->signals < 0)
        return error_set_errno(err, ERROR_TEMPFAIL, errno, "lmtp");
    s->group = spoolgroup_open(s->config->spool, err);
    s->sync = s->group != NULL ? lmtp_sync_start(err) : NULL;
    if (s->sync == NULL || !lmtp_listen_open(s->config->lmtp.listen, &s->listener, err) || !sandbox_limit(0, err) || !sandbox_narrow(err))
        return FALSE;
    s->is_listening = lmtp_connection_poll(s, EPOLL_CTL_ADD, lmtp_sync_fd(s->sync), EPOLLIN, &s->sync)
                      && lmtp_connection_poll(s, EPOLL_CTL_ADD, s->signals, EPOLLIN, &s->signals)
                      && lmtp_connection_poll(s, EPOLL_CTL_ADD, s->listener, EPOLLIN, &s->listener);
    return s->is_listening || error_set_errno(err, ERROR_TEMPFAIL, errno, "lmtp"); /* deaf to one of them it would seem to work */
}

static void close_server(LmtpServer *s)
{
    g_ptr_array_unref(s->connections);
    lmtp_listen_close(s->config->lmtp.listen, &s->listener);
    lmtp_sync_stop(s->sync);
    spoolgroup_close(s->group);
    g_ptr_array_unref(s->sealed);
    g_ptr_array_unref(s->entered);
    g_ptr_array_unref(s->naming);
    files_close_fd(&s->poll);
    files_close_fd(&s->signals);
    config_free(s->config);
    g_free(s->host);
}

static char *host_name(void)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0 || *name == '\0')
        return g_strdup("localhost");
    return g_strcanon(g_strdup(name), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ".-", '-');
}

int lmtp_worker_run(const char *config)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) err = NULL;
    LmtpServer s = {.path = config, .poll = -1, .listener = -1, .signals = -1};
    s.config = config_load(config, problems, warnings); /* core says what is wrong with it */
    if (s.config == NULL)
        return 78;
    if (s.config->lmtp.listen == NULL) {
        config_free(s.config);
        return 0;
    }
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is an error of write(2) */
    Alive *alive = alive_open(s.config->spool, "lmtp", FALSE, instant_now()); /* for who asks how often it died */
    s.host = host_name();
    s.connections = g_ptr_array_new_with_free_func(lmtp_connection_free);
    s.sealed = g_ptr_array_new();
    s.entered = g_ptr_array_new();
    s.naming = g_ptr_array_new();
    if (open_server(&s, &err)) {
        g_autofree char *where = log_quote(s.config->lmtp.listen);
        log_event(LOGGING_INFO, "event=lmtp-start version=%s listen=%s", PACKAGE_VERSION, where);
        loop(&s);
        log_event(LOGGING_INFO, "event=lmtp-stop");
    }
    log_error("lmtp", err);
    int status = err != NULL ? error_exit_status(err) : s.is_broken ? 75 : s.is_again ? SUPERVISE_AGAIN : 0;
    alive_close(alive);
    close_server(&s);
    return status;
}
