/* promise: what a mail to the requester says about time. It says no instant that a clock or a row of `due` does not hold. */
#ifndef FLOWS_PROMISE_H
#define FLOWS_PROMISE_H

#include <jansson.h>

#include "store/tickets.h"

#include "flows/desk.h"

/* For the first mail: `answer_by`, or `closed` and `opens`; `hours_notice` while it is closed. */
gboolean promise_times(Desk *d, const Ticket *t, json_t **ret, GError **err);
/* "by when" under `key`, in the language of the ticket and the zone of its queue, never earlier than `at`; INSTANT_NONE: nothing. */
void promise_set(const Desk *d, const Ticket *t, const char *key, Instant at, json_t *view);
/* The language of that text where requesters can be answered in it, or NULL; constant. */
const char *promise_language(const Desk *d, const char *text);

#endif
