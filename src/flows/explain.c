/* explain: reads the log of clocks and asks the calendar again for each running segment. It must never change anything. */
#include "flows/explain.h"

#include <string.h>

#include "store/clocks.h"

#include "flows/upcoming.h"
#include "flows/view.h"

#include "base/banned.h"

#define UPCOMING 1000 /* more than a ticket has */

static void set_time(json_t *o, const char *key, const Zone *zone, Instant t)
{
    if (t == INSTANT_NONE)
        return;
    g_autofree char *text = zone_format_rfc3339(zone, t);
    json_object_set_new(o, key, json_string(text));
}

static void set_text(json_t *o, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(o, key, json_string(value));
}

typedef struct {
    Instant at;
    char event[16];
    gint64 message;
} Event;

static gboolean read_events(Desk *d, gint64 clock, GArray *events, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err, "select at, event, coalesce(message_id, 0) from clock_event where clock_id = $1 order by id", "i", clock))
        return FALSE;
    while (db_next(rows, &local)) {
        Event e = {.at = db_instant(rows, 0), .message = db_int(rows, 2)};
        g_strlcpy(e.event, db_text(rows, 1), sizeof e.event);
        g_array_append_val(events, e);
    }
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

/* The pieces of one running segment; adds its open seconds. */
static gboolean add_segment(Calendar *c, const Zone *zone, Instant from, Instant to, json_t *pieces, Seconds *sum, GError **err)
{
    g_autoptr(GArray) list = NULL;
    if (to <= from)
        return TRUE;
    if (!calendar_pieces(c, from, to, &list, err))
        return FALSE;
    for (guint i = 0; i < list->len; i++) {
        const CalendarPiece *p = &g_array_index(list, CalendarPiece, i);
        json_t *o = json_object();
        set_time(o, "start", zone, p->start);
        set_time(o, "end", zone, p->end);
        json_object_set_new(o, "open", json_boolean(p->open));
        json_object_set_new(o, "seconds", json_integer(p->end - p->start));
        set_text(o, "file", p->file);
        set_text(o, "uid", p->uid);
        set_text(o, "summary", p->summary);
        json_array_append_new(pieces, o);
        if (p->open)
            *sum += p->end - p->start;
    }
    return TRUE;
}

static gboolean starts(const char *event) { return strcmp(event, "start") == 0 || strcmp(event, "resume") == 0 || strcmp(event, "continue") == 0; }
static gboolean ends(const char *event) { return strcmp(event, "pause") == 0 || strcmp(event, "met") == 0 || strcmp(event, "stop") == 0; }

static gboolean add_log(Desk *d, const ClockRow *c, const Zone *zone, json_t *o, GError **err)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(Event));
    json_t *log = json_array(), *pieces = json_array();
    Calendar *calendar = desk_calendar(d, c->calendar);
    Instant running_since = INSTANT_NONE;
    Seconds sum = 0;
    json_object_set_new(o, "events", log);
    json_object_set_new(o, "pieces", pieces);
    if (!read_events(d, c->clock.id, events, err))
        return FALSE;
    for (guint i = 0; i < events->len; i++) {
        const Event *e = &g_array_index(events, Event, i);
        json_t *one = json_object();
        set_time(one, "at", zone, e->at);
        set_text(one, "event", e->event);
        if (e->message != 0)
            json_object_set_new(one, "message", json_integer(e->message));
        json_array_append_new(log, one);
        if (starts(e->event)) {
            running_since = e->at;
        } else if (ends(e->event) && running_since != INSTANT_NONE) {
            if (!add_segment(calendar, zone, running_since, e->at, pieces, &sum, err))
                return FALSE;
            running_since = INSTANT_NONE;
        } else if (strcmp(e->event, "reopen") == 0) { /* as if it had never been met */
            running_since = c->clock.started_at;
            json_array_clear(pieces);
            sum = 0;
        }
    }
    if (running_since != INSTANT_NONE && !add_segment(calendar, zone, running_since, c->clock.due_at, pieces, &sum, err))
        return FALSE;
    json_object_set_new(o, "open_seconds", json_integer(sum));
    return TRUE;
}

static json_t *explain_clock(Desk *d, const ClockRow *c, const Zone *zone, GError **err)
{
    json_t *o = json_object();
    g_autofree char *duration = duration_format(c->clock.duration);
    set_text(o, "target", policy_target_name(c->clock.target));
    set_text(o, "queue", c->queue);
    set_text(o, "calendar", c->calendar);
    set_text(o, "calendar_zone", zone_name(calendar_zone(desk_calendar(d, c->calendar))));
    set_text(o, "duration", duration);
    set_text(o, "state", ticketclock_state_name(c->clock.state));
    set_text(o, "config_version", c->config_version);
    set_time(o, "due", zone, c->clock.due_at);
    set_time(o, "met", zone, c->clock.met_at);
    set_time(o, "breached", zone, c->clock.breached_at);
    if (add_log(d, c, zone, o, err))
        return o;
    json_decref(o);
    return NULL;
}

json_t *explain_ticket(Desk *d, const Ticket *t, const Zone *zone, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    json_t *o = json_object(), *list = json_array(), *next = NULL, *ticket = view_ticket(d, t, zone, err);
    gboolean ok = ticket != NULL && clocks_of_ticket(d->db, t->id, &clocks, err);
    if (ticket != NULL)
        json_object_set_new(o, "ticket", ticket);
    json_object_set_new(o, "clocks", list);
    for (guint i = 0; ok && i < clocks->len; i++) {
        json_t *one = explain_clock(d, g_ptr_array_index(clocks, i), zone, err);
        ok = one != NULL;
        if (ok)
            json_array_append_new(list, one);
    }
    if (ok && upcoming_list(d, t->id, UPCOMING, zone, &next, err)) {
        json_object_set_new(o, "next", next);
        return o;
    }
    json_decref(o);
    return NULL;
}
