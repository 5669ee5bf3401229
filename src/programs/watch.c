/* watch: reads and never writes but its own pulse; it needs neither core nor a database that can be opened. The alarm's program is run by a child, so
 * that one that hangs holds up nothing. */
#include "programs/watch.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/worker.h"

#include "rules/alarm.h"

#include "mail/pager.h"

#include "flows/health.h"

#include "programs/alive.h"
#include "programs/supervise.h"
#include "programs/trial.h"

#include "base/banned.h"

#define LONGEST_US (60 * G_USEC_PER_SEC)
#define REPLY_MAX 4096

typedef struct {
    Desk *desk;
    Alive *alive;
    AlarmState alarm;
    Worker *runner;        /* the alarm's program is running */
    const char *telling;   /* what it is being told: raised, or over */
    const char *to_tell;   /* and next; NULL: nothing */
    Seconds pause;         /* from a failure to the next try; doubles up to LIMIT_ALARM_AGAIN */
    gint64 not_before;     /* monotonic µs: no program is started before that */
    gint64 next_look_at;   /* the same */
} Watch;

/* ---- the program ---- */

typedef struct {
    const ConfigAlarm *alarm;
    const char *input;
} Call;

static int run_program(int channel, void *data)
{
    const Call *call = data;
    g_autofree char *reply = NULL;
    PagerCall page = {.argv = (const char *const *)call->alarm->argv, .seconds = call->alarm->timeout.amount, .bytes = call->input, .length = strlen(call->input)};
    TransportResult result = pager_run(&page, &reply);
    g_autofree char *answer = g_strdup_printf("%c%.*s", result == TRANSPORT_SENT ? '+' : '-', REPLY_MAX - 2, reply);
    return worker_write(channel, answer, strlen(answer), NULL) ? 0 : 1;
}

static void to_tell(Watch *w, const char *what)
{
    if (w->to_tell != NULL && strcmp(w->to_tell, what) == 0) /* its turn comes */
        return;
    w->to_tell = what;
    w->pause = LIMIT_ALARM_RETRY;
    w->not_before = 0;
}

/* What it could not be told is told later, as it is then, unless something else is to be told by now. */
static void tell_again(Watch *w)
{
    if (w->to_tell != NULL)
        return;
    w->to_tell = w->telling;
    w->not_before = instant_monotonic_us() + w->pause * G_USEC_PER_SEC;
    w->pause = MIN(2 * w->pause, LIMIT_ALARM_AGAIN);
}

static void collect(Watch *w)
{
    g_autoptr(GString) answer = NULL;
    g_autoptr(GError) err = NULL;
    gboolean ok = worker_receive(w->runner, REPLY_MAX, 1, &answer, &err);
    g_autofree char *quoted = log_quote(ok ? answer->str + (answer->len > 0) : err->message);
    gboolean is_done = ok && *answer->str == '+';
    log_event(is_done ? LOGGING_INFO : LOGGING_ERROR, "event=alarm result=%s reply=%s", is_done ? "done" : "failed", quoted);
    g_clear_pointer(&w->runner, worker_stop);
    if (!is_done)
        tell_again(w);
}

static char *message(const Watch *w, const GPtrArray *checks)
{
    json_t *o = health_json(checks, w->desk->now);
    json_object_set_new(o, "alarm", json_string(w->to_tell));
    json_object_set_new(o, "domain", json_string(w->desk->config->domain));
    char *dumped = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS), *line = g_strdup_printf("%s\n", dumped);
    free(dumped);
    json_decref(o);
    return line;
}

/* Tells what is to be told, with what this look saw, when nothing is being told. */
static void start_program(Watch *w, const GPtrArray *checks)
{
    const ConfigAlarm *alarm = &w->desk->config->alarm;
    g_autoptr(GError) err = NULL;
    if (alarm->argv == NULL)
        w->to_tell = NULL;
    if (w->to_tell == NULL || w->runner != NULL || instant_monotonic_us() < w->not_before)
        return;
    g_autofree char *input = message(w, checks);
    Call call = {.alarm = alarm, .input = input};
    w->runner = worker_start("alarm", run_program, &call, &err);
    log_error("alarm", err);
    if (w->runner == NULL)
        return;
    w->telling = w->to_tell;
    w->to_tell = NULL;
}

/* What the next watch goes on from. Told: the state itself. Raised, and perhaps nobody heard it: ALARM_LONG_AGO, so that it raises that again. An end
 * that nobody heard: unchanged, so that it tells that. */
static void keep_alarm(const Watch *w)
{
    gboolean is_told = w->runner == NULL && w->to_tell == NULL;
    if (is_told)
        alive_set_alarm(w->alive, w->alarm.raised_at);
    else if (w->alarm.raised_at != INSTANT_NONE)
        alive_set_alarm(w->alive, ALARM_LONG_AGO);
}

static void take_answer(Watch *w)
{
    collect(w);
    keep_alarm(w);
    if (w->to_tell != NULL)
        w->next_look_at = 0; /* which tells it */
}

/* ---- a look ---- */

static Instant uptime(void) { return instant_since_boot_us() / G_USEC_PER_SEC; }

static void look(Watch *w)
{
    g_autoptr(GPtrArray) checks = NULL;
    w->desk->now = instant_now();
    checks = health_checks(w->desk);
    HealthState state = health_worst(checks);
    g_autofree char *headline = health_headline(checks), *quoted = log_quote(headline);
    AlarmAct act = alarm_step(&w->alarm, state == HEALTH_CRITICAL, uptime(), w->desk->config->alarm.after.amount, LIMIT_ALARM_AGAIN);
    if (act == ALARM_RAISE)
        log_event(LOGGING_CRITICAL, "event=health state=%s text=%s", health_word(state), quoted);
    else if (act == ALARM_OVER)
        log_event(LOGGING_WARNING, "event=health state=%s text=%s", health_word(state), quoted);
    if (act != ALARM_NOTHING)
        to_tell(w, act == ALARM_RAISE ? "raised" : "over");
    start_program(w, checks);
    keep_alarm(w);
    alive_round(w->alive, w->desk->now, NULL, FALSE);
}

/* Often enough to keep `after`. */
static gint64 interval_us(const Watch *w) { return CLAMP(w->desk->config->alarm.after.amount * G_USEC_PER_SEC / 5, G_USEC_PER_SEC / 5, LONGEST_US); }

/* ---- the loop ---- */

static Desk *load(const char *config)
{
    g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free), warnings = g_ptr_array_new_with_free_func(g_free);
    return trial_load(config, instant_now(), problems, warnings); /* core says what is wrong */
}

static void reload(Watch *w, const char *config)
{
    Desk *fresh = load(config);
    if (fresh == NULL)
        return;
    desk_free(w->desk);
    w->desk = fresh;
    alive_config(w->alive, fresh->config->version);
    w->next_look_at = 0;
}

/* TRUE: leave. */
static gboolean take_signals(Watch *w, int fd, const char *config)
{
    gboolean is_reload, leave = supervise_told(fd, &is_reload);
    if (is_reload)
        reload(w, config);
    return leave;
}

static void wait_for_news(const Watch *w, int signals)
{
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.fd = w->runner != NULL ? worker_fd(w->runner) : -1, .events = POLLIN}};
    gint64 left = w->next_look_at - instant_monotonic_us();
    poll(fds, G_N_ELEMENTS(fds), (int)(CLAMP(left, 0, LONGEST_US) / 1000) + 1);
}

static gboolean has_answered(const Watch *w)
{
    struct pollfd p = {.fd = w->runner != NULL ? worker_fd(w->runner) : -1, .events = POLLIN};
    return p.fd >= 0 && poll(&p, 1, 0) > 0;
}

static void run(Watch *w, int signals, const char *config)
{
    while (!take_signals(w, signals, config)) {
        if (has_answered(w))
            take_answer(w);
        if (instant_monotonic_us() >= w->next_look_at) {
            look(w);
            w->next_look_at = instant_monotonic_us() + interval_us(w);
        }
        wait_for_news(w, signals);
    }
}

int watch_run(const char *config)
{
    AUTO_FD signals = supervise_signals();
    if (signals < 0)
        return supervise_is_deaf();
    Watch w = {.desk = load(config)};
    if (w.desk == NULL)
        return 78;
    alarm_init(&w.alarm);
    w.alive = alive_open(w.desk->config->spool, "watch", FALSE, instant_now());
    alive_config(w.alive, w.desk->config->version);
    alarm_resume(&w.alarm, alive_alarm(w.alive), uptime());
    run(&w, signals, config);
    worker_stop(w.runner);
    alive_close(w.alive);
    desk_free(w.desk);
    return 0;
}
