/* health_database: what the database says, opened to read, with little patience. Where it cannot be, that is the finding, and the rest is unknown. */
#include <stdlib.h>

#include "base/limits.h"

#include "flows/health_checks.h"
#include "flows/outage.h"

#include "base/banned.h"

/* The one row of a count and the oldest instant. */
static gboolean read_count(DbRows *rows, Instant now, gint64 *ret_count, Seconds *ret_age, GError **err)
{
    GError *local = NULL;
    *ret_count = *ret_age = 0;
    if (db_next(rows, &local)) {
        *ret_count = db_int(rows, 0);
        *ret_age = *ret_count > 0 ? MAX(now - db_instant(rows, 1), 0) : 0;
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static gboolean check_timers(const Desk *d, Db *db, GPtrArray *list, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    gint64 count;
    Seconds age;
    if (!db_select(db, &rows, err, "select count(*), min(next_at) from due where next_at <= $1", "t", d->now) || !read_count(rows, d->now, &count, &age, err))
        return FALSE;
    g_autofree char *span = health_span(age);
    if (count == 0)
        health_add_figure(list, "timers", 0, "s", LIMIT_HEALTH_TIMERS, "none is overdue");
    else
        health_add_figure(list, "timers", age, "s", LIMIT_HEALTH_TIMERS, "%" G_GINT64_FORMAT " %s due, the first for %s", count, count == 1 ? "is" : "are", span);
    return TRUE;
}

static gboolean check_outbox(const Desk *d, Db *db, GPtrArray *list, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    gint64 count, all;
    Seconds age;
    if (!db_select(db, &rows, err, "select count(*), min(next_at) from outbox where state = 'queued' and next_at <= $1", "t", d->now)
        || !read_count(rows, d->now, &count, &age, err)
        || !db_value(db, &all, err, "select count(*) from outbox where state = 'queued'", ""))
        return FALSE;
    g_autofree char *span = health_span(age);
    if (count == 0)
        health_add_figure(list, "outbox", 0, "s", LIMIT_HEALTH_OUTBOX, "%" G_GINT64_FORMAT " queued, none is overdue", all);
    else
        health_add_figure(list, "outbox", age, "s", LIMIT_HEALTH_OUTBOX, "%" G_GINT64_FORMAT " queued, %" G_GINT64_FORMAT " due, the first for %s", all, count, span);
    return TRUE;
}

/* No mail leaves: escalations stand still. */
static gboolean check_transport(const Desk *d, Db *db, GPtrArray *list, GError **err)
{
    g_auto(Outage) o = {0};
    if (!outage_read(db, &o, err))
        return FALSE;
    if (o.since == INSTANT_NONE) {
        health_add(list, "transport", HEALTH_OK, "up");
        return TRUE;
    }
    g_autofree char *span = health_span(MAX(d->now - o.since, 0)), *at = instant_format(o.since), *retry = instant_format(o.retry);
    health_add_figure(list, "transport", MAX(d->now - o.since, 1), "s", 0, 1, "down for %s, since %s: no mail leaves; next try %s%s%s", span, at, retry,
                      o.said != NULL ? "; the last try: " : "", o.said != NULL ? o.said : "");
    return TRUE;
}

/* A record from the future: the clock was ahead, and was set back. */
static gboolean check_audit(const Desk *d, Db *db, GPtrArray *list, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(db, &rows, err, "select number, at from audit order by number desc limit 1", ""))
        return FALSE;
    if (db_next(rows, &local)) {
        Seconds age = d->now - db_instant(rows, 1);
        g_autofree char *span = health_span(ABS(age));
        if (age < -LIMIT_CLOCK_STEP_SECONDS)
            health_add(list, "audit", HEALTH_WARNING, "its head, row %" G_GINT64_FORMAT ", is of %s from now: the clock was ahead", db_int(rows, 0), span);
        else
            health_add(list, "audit", HEALTH_OK, "its head, row %" G_GINT64_FORMAT ", is %s old", db_int(rows, 0), span);
    } else if (local == NULL) {
        health_add(list, "audit", HEALTH_OK, "empty");
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

static const struct {
    const char *name;
    gboolean (*check)(const Desk *d, Db *db, GPtrArray *list, GError **err);
} checks[] = {{"timers", check_timers}, {"outbox", check_outbox}, {"transport", check_transport}, {"audit", check_audit}};

static void without_database(GPtrArray *list, const char *why)
{
    health_add(list, "database", HEALTH_CRITICAL, "%s", why);
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
        health_add(list, checks[i].name, HEALTH_UNKNOWN, "the database was not read");
}

void health_database(const Desk *d, GPtrArray *list)
{
    g_autoptr(GError) err = NULL;
    Db *db = NULL;
    if (!db_open_to_read(d->config->database, LIMIT_HEALTH_PATIENCE, &db, &err)) {
        without_database(list, err->message);
        return;
    }
    health_add(list, "database", HEALTH_OK, "can be read");
    for (gsize i = 0; i < G_N_ELEMENTS(checks); i++) {
        g_autoptr(GError) why = NULL;
        if (!checks[i].check(d, db, list, &why))
            health_add(list, checks[i].name, HEALTH_CRITICAL, "%s", why->message);
    }
    db_close(db);
}
