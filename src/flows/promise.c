/* promise: honest times for requesters, taken from the clocks that will be held against us. */
#include "flows/promise.h"

#include <string.h>

#include "rules/language.h"

#include "store/clocks.h"

#include "flows/deadlines.h"
#include "flows/rendering.h"
#include "flows/view.h"

#include "base/banned.h"

void promise_set(const Desk *d, const Ticket *t, const char *key, Instant at, json_t *view)
{
    if (at == INSTANT_NONE)
        return;
    /* seconds are not said: 10:00:40 is "10:01", so that what meets the clock keeps the promise */
    g_autofree char *when = view_date(desk_contact_zone(d, NULL, desk_queue(d, t->queue)), (at + 59) / 60 * 60);
    json_object_set_new(view, key, json_string(when));
}

/* The home queue's respond clock that runs; *ret NULL: there is none, so nothing is promised. It belongs to the list. */
static const ClockRow *respond(const GPtrArray *clocks, const Ticket *t)
{
    for (guint i = clocks->len; i-- > 0;) {
        const ClockRow *c = g_ptr_array_index(clocks, i);
        if (c->clock.target == TARGET_RESPOND && c->clock.state == CLOCK_RUNNING && strcmp(c->queue, t->queue) == 0)
            return c;
    }
    return NULL;
}

/* Closed is what the calendar says that the answer is reckoned by: where somebody answers by night, the queue is not closed to him. */
gboolean promise_times(Desk *d, const Ticket *t, json_t **ret, GError **err)
{
    g_autoptr(GPtrArray) clocks = NULL;
    const ConfigQueue *queue = desk_queue(d, t->queue);
    gboolean is_open = TRUE;
    Instant opens;
    if (!clocks_of_ticket(d->db, t->id, &clocks, err))
        return FALSE;
    const ClockRow *c = respond(clocks, t);
    Calendar *calendar = c != NULL ? deadlines_calendar(d, c->calendar, c->queue) : desk_calendar(d, queue->calendar);
    *ret = json_object();
    promise_set(d, t, "answer_by", c != NULL ? c->clock.due_at : INSTANT_NONE, *ret);
    if (!calendar_is_open(calendar, d->now, &is_open, NULL) || is_open)
        return TRUE;
    json_object_set_new(*ret, "closed", json_true());
    if (calendar_next(calendar, d->now, &opens, NULL))
        promise_set(d, t, "opens", opens, *ret);
    if (queue->hours_notice != NULL)
        json_object_set_new(*ret, "hours_notice", json_string(queue->hours_notice));
    return TRUE;
}

const char *promise_language(const Desk *d, const char *text)
{
    const char *language = language_of_text(text);
    return language != NULL && rendering_speaks(d, language) ? language : NULL;
}
