/* health: the checks that need no database, and how findings are told. Each check is a function in a table; it must never fail, hang or change
 * anything, for it is asked when all else does. */
#include "flows/health.h"

#include <errno.h>
#include <string.h>

#include "base/headroom.h"
#include "base/limits.h"
#include "base/spoolname.h"

#include "store/spool.h"

#include "flows/bulletin.h"
#include "flows/health_checks.h"
#include "flows/pulse.h"

#include "base/banned.h"

#define HOUR ((Seconds)3600)
#define DAY ((Seconds)86400)
#define RECENT ((Seconds)900) /* a death that may be one of a row that lasts */

/* ---- findings ---- */

void health_check_free(HealthCheck *c)
{
    if (c == NULL)
        return;
    g_free(c->text);
    g_free(c);
}

static HealthCheck *add(GPtrArray *list, const char *name, HealthState state, char *text)
{
    HealthCheck *c = g_new0(HealthCheck, 1);
    c->name = name;
    c->state = state;
    c->text = g_strdelimit(text, "\n\r|", ' '); /* a line each; what follows | is figures, to a monitor */
    c->unit = "";
    g_ptr_array_add(list, c);
    return c;
}

void health_add(GPtrArray *list, const char *name, HealthState state, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    add(list, name, state, g_strdup_vprintf(format, ap));
    va_end(ap);
}

void health_add_figure(GPtrArray *list, const char *name, gint64 value, const char *unit, gint64 warning, gint64 critical, const char *format, ...)
{
    va_list ap;
    HealthState state = critical != 0 && value >= critical ? HEALTH_CRITICAL : warning != 0 && value >= warning ? HEALTH_WARNING : HEALTH_OK;
    va_start(ap, format);
    HealthCheck *c = add(list, name, state, g_strdup_vprintf(format, ap));
    va_end(ap);
    c->has_value = TRUE;
    c->value = value;
    c->unit = unit;
    c->warning = warning;
    c->critical = critical;
}

char *health_span(Seconds s)
{
    static const struct {
        Seconds below, unit;
        const char *word;
    } units[] = {{120, 1, "s"}, {2 * HOUR, 60, "min"}, {2 * DAY, HOUR, "h"}, {G_MAXINT64, DAY, "d"}};
    gsize i = 0;
    while (s >= units[i].below)
        i++;
    return g_strdup_printf("%" G_GINT64_FORMAT " %s", s / units[i].unit, units[i].word);
}

const char *health_word(HealthState s)
{
    static const char *const words[] = {[HEALTH_OK] = "OK", [HEALTH_WARNING] = "WARNING", [HEALTH_CRITICAL] = "CRITICAL", [HEALTH_UNKNOWN] = "UNKNOWN"};
    return words[s];
}

/* ---- the daemon ---- */

static void check_step(const Desk *d, const Pulse *p, GPtrArray *list)
{
    g_autofree char *age = health_span(MAX(d->now - p->step_at, 0));
    health_add_figure(list, "core", MAX(d->now - p->step_at, 0), "s", LIMIT_HEALTH_STEP, "last step %s ago", age);
}

static void check_rounds(const Desk *d, const Pulse *p, GPtrArray *list)
{
    if (p->failing_since == INSTANT_NONE) {
        health_add(list, "rounds", HEALTH_OK, "the last one went well");
        return;
    }
    g_autofree char *age = health_span(MAX(d->now - p->failing_since, 0));
    health_add_figure(list, "rounds", MAX(d->now - p->failing_since, 1), "s", LIMIT_HEALTH_FAILING, "fail for %s: %s", age, p->reason);
}

static void check_handover(const Desk *d, const Pulse *p, GPtrArray *list)
{
    Seconds since = p->handing_over_since == INSTANT_NONE ? 0 : MAX(d->now - p->handing_over_since, 0);
    g_autofree char *age = health_span(since);
    if (p->handing_over_since == INSTANT_NONE)
        health_add(list, "handover", HEALTH_OK, "no mail is under way");
    else
        health_add_figure(list, "handover", since, "s", LIMIT_HEALTH_HANDOVER, "a mail is under way for %s", age);
}

static void check_clock(const Desk *d, const Pulse *p, GPtrArray *list)
{
    g_autofree char *at = instant_format(p->clock_stepped_at);
    if (p->clock_stepped_at == INSTANT_NONE || d->now - p->clock_stepped_at > DAY)
        health_add(list, "clock", HEALTH_OK, "no step seen for a day");
    else
        health_add(list, "clock", HEALTH_WARNING, "was set by %+" G_GINT64_FORMAT " s at %s: deadlines and times of mails before are off by that", p->clock_step, at);
}

static void check_loaded(const Desk *d, const Pulse *p, GPtrArray *list)
{
    if (*p->config == '\0' || g_str_has_prefix(d->config->version, p->config))
        health_add(list, "configuration", HEALTH_OK, "version %.12s", d->config->version);
    else
        health_add(list, "configuration", HEALTH_WARNING, "escalated works with version %s, the file is %.12s: it wants SIGHUP", p->config, d->config->version);
}

static void check_core(Desk *d, GPtrArray *list)
{
    static void (*const checks[])(const Desk *, const Pulse *, GPtrArray *) = {check_step, check_rounds, check_handover, check_clock, check_loaded};
    g_autoptr(GError) err = NULL;
    Pulse p;
    if (!pulse_read(d->config->spool, "core", &p, &err)) {
        static const char *const others[] = {"rounds", "handover", "clock"};
        health_add(list, "core", HEALTH_CRITICAL, "has never worked on this spool: %s", err->message);
        for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
            health_add(list, others[i], HEALTH_UNKNOWN, "core has not said");
        health_add(list, "configuration", HEALTH_OK, "version %.12s", d->config->version);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
        checks[i](d, &p, list);
}

/* How often a worker died within the hour, of the deaths that are kept; what keeps dying has died just now. */
static void check_worker(const Desk *d, const char *name, const Pulse *p, GString *bad, HealthState *state)
{
    const gint64 marks[] = {LIMIT_HEALTH_DEATHS};
    gint64 recent = 0;
    for (guint i = 0; i < p->death_count; i++)
        recent += d->now - p->died[i].at < HOUR ? 1 : 0;
    if (recent < marks[0])
        return;
    g_autofree char *age = health_span(MAX(d->now - p->died[0].at, 0));
    *state = MAX(*state, recent >= marks[1] && d->now - p->died[0].at < RECENT ? HEALTH_CRITICAL : HEALTH_WARNING);
    g_string_append_printf(bad, "%s%s died ", bad->len > 0 ? "; " : "", name);
    if (p->deaths > 1)
        g_string_append_printf(bad, "%u times since the start, %" G_GINT64_FORMAT " of the last within an hour, ", p->deaths, recent);
    g_string_append_printf(bad, "%s ago (%s)", age, p->died[0].how);
}

static void check_workers(Desk *d, GPtrArray *list)
{
    g_autoptr(GPtrArray) names = pulse_names(d->config->spool);
    g_autoptr(GString) bad = g_string_new(NULL);
    HealthState state = HEALTH_OK;
    for (guint i = 0; i < names->len; i++) {
        Pulse p;
        if (pulse_read(d->config->spool, g_ptr_array_index(names, i), &p, NULL))
            check_worker(d, g_ptr_array_index(names, i), &p, bad, &state);
    }
    health_add(list, "workers", state, "%s", bad->len > 0 ? bad->str : "none died within an hour");
}

/* ---- the spool ---- */

static void check_incoming(Desk *d, GPtrArray *list)
{
    g_autoptr(GPtrArray) names = NULL;
    g_autoptr(GError) err = NULL;
    if (!spool_incoming(d->config->spool, 0, &names, &err)) {
        health_add(list, "incoming", HEALTH_CRITICAL, "%s", err->message);
        return;
    }
    Seconds oldest = names->len == 0 ? 0 : MAX(d->now - spoolname_seconds(g_ptr_array_index(names, 0)), 0);
    g_autofree char *age = health_span(oldest);
    if (names->len == 0)
        health_add_figure(list, "incoming", 0, "s", LIMIT_HEALTH_INCOMING, "empty");
    else
        health_add_figure(list, "incoming", oldest, "s", LIMIT_HEALTH_INCOMING, "%u %s, the oldest waits for %s", names->len, names->len == 1 ? "mail" : "mails", age);
}

static void check_hold(Desk *d, GPtrArray *list)
{
    g_autoptr(GPtrArray) pairs = NULL;
    g_autoptr(GError) err = NULL;
    if (!spool_holding(d->config->spool, &pairs, &err)) {
        health_add(list, "hold", HEALTH_CRITICAL, "%s", err->message);
        return;
    }
    if (pairs->len == 0) {
        health_add_figure(list, "hold", 0, "", 1, 0, "empty");
        return;
    }
    const char *newest = g_ptr_array_index(pairs, pairs->len - 2), *reason = g_ptr_array_index(pairs, pairs->len - 1);
    g_autofree char *age = health_span(MAX(d->now - spoolname_seconds(newest), 0));
    health_add_figure(list, "hold", pairs->len / 2, "", 1, 0, "%u %s, the newest is %s old: %.200s", pairs->len / 2, pairs->len == 2 ? "mail" : "mails", age, reason);
}

static void check_room(GPtrArray *list, const char *name, const char *path)
{
    Headroom h;
    if (headroom_read(path, &h) != 0) {
        health_add(list, name, HEALTH_CRITICAL, "'%s': %s", path, g_strerror(errno));
        return;
    }
    HealthState state = !headroom_is_enough(&h, 1) ? HEALTH_CRITICAL : !headroom_is_enough(&h, LIMIT_HEALTH_ROOM) ? HEALTH_WARNING : HEALTH_OK;
    health_add(list, name, state, "%" G_GUINT64_FORMAT " MiB and %" G_GUINT64_FORMAT " inodes free%s", h.bytes >> 20, h.inodes,
               state == HEALTH_CRITICAL ? ": too few, new mail is put off" : "");
}

static void check_rooms(Desk *d, GPtrArray *list)
{
    g_autofree char *directory = g_path_get_dirname(d->config->database);
    check_room(list, "disk-spool", d->config->spool);
    check_room(list, "disk-database", directory);
}

/* ---- the configuration ---- */

static void check_calendars(Desk *d, GPtrArray *list)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free), closed = g_ptr_array_new_with_free_func(g_free);
    bulletin_dry(d, lines);
    bulletin_closed(d, closed);
    if (closed->len > 0)
        health_add(list, "calendars", HEALTH_CRITICAL, "%u: %s", closed->len, (const char *)g_ptr_array_index(closed, 0));
    else if (lines->len == 0)
        health_add(list, "calendars", HEALTH_OK, "none runs dry");
    else
        health_add(list, "calendars", HEALTH_WARNING, "%u: %s", lines->len, (const char *)g_ptr_array_index(lines, 0));
}

static void check_database(Desk *d, GPtrArray *list) { health_database(d, list); }

/* ---- all ---- */

static GPtrArray *new_list(void) { return g_ptr_array_new_with_free_func((GDestroyNotify)health_check_free); }

GPtrArray *health_checks(Desk *d)
{
    static void (*const checks[])(Desk *, GPtrArray *) = {check_core, check_workers, check_incoming, check_hold, check_rooms, check_database, check_calendars};
    GPtrArray *list = new_list();
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
        checks[i](d, list);
    return list;
}

GPtrArray *health_unloaded(const GPtrArray *problems)
{
    GPtrArray *list = new_list();
    health_add(list, "configuration", HEALTH_UNKNOWN, "cannot be loaded, %u %s: %s", problems->len, problems->len == 1 ? "error" : "errors",
               problems->len > 0 ? (const char *)g_ptr_array_index(problems, 0) : "of an unknown kind");
    return list;
}

/* ---- told ---- */

HealthState health_worst(const GPtrArray *checks)
{
    static const int weights[] = {[HEALTH_OK] = 0, [HEALTH_WARNING] = 1, [HEALTH_UNKNOWN] = 2, [HEALTH_CRITICAL] = 3};
    HealthState worst = HEALTH_OK;
    for (guint i = 0; i < checks->len; i++) {
        const HealthCheck *c = g_ptr_array_index(checks, i);
        if (weights[c->state] > weights[worst])
            worst = c->state;
    }
    return worst;
}

char *health_headline(const GPtrArray *checks)
{
    HealthState worst = health_worst(checks);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_printf(line, "ESCALATE %s - ", health_word(worst));
    gsize begin = line->len;
    for (guint i = 0; i < checks->len; i++) {
        const HealthCheck *c = g_ptr_array_index(checks, i);
        if (worst != HEALTH_OK && c->state == worst)
            g_string_append_printf(line, "%s%s: %s", line->len > begin ? "; " : "", c->name, c->text);
    }
    if (worst == HEALTH_OK)
        g_string_append_printf(line, "%u checks", checks->len);
    return g_string_free(g_steal_pointer(&line), FALSE);
}

json_t *health_json(const GPtrArray *checks, Instant now)
{
    json_t *list = json_array();
    HealthState worst = health_worst(checks);
    g_autofree char *at = instant_format(now), *headline = health_headline(checks);
    for (guint i = 0; i < checks->len; i++) {
        const HealthCheck *c = g_ptr_array_index(checks, i);
        g_autofree char *valid = g_utf8_make_valid(c->text, -1);
        json_t *one = json_pack("{s:s, s:s, s:s}", "name", c->name, "state", health_word(c->state), "text", valid);
        if (c->has_value)
            json_object_update_new(one, json_pack("{s:I, s:s, s:I, s:I}", "value", (json_int_t)c->value, "unit", c->unit, "warning", (json_int_t)c->warning,
                                                  "critical", (json_int_t)c->critical));
        json_array_append_new(list, one);
    }
    g_autofree char *text = g_utf8_make_valid(headline, -1);
    return json_pack("{s:s, s:i, s:s, s:s, s:o}", "state", health_word(worst), "code", (int)worst, "at", at, "text", text, "checks", list);
}
