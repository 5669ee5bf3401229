/* deadlines: the clocks of a ticket: which targets it has, when they start, pause, are met, and what fires because of them. */
#ifndef FLOWS_DEADLINES_H
#define FLOWS_DEADLINES_H

#include "store/clocks.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* Starts respond, resolve and assign for the ticket in that queue (not home: respond only) at `at`. */
gboolean deadlines_start(Desk *d, const Ticket *t, const ConfigQueue *queue, gboolean is_home, Instant at, gint64 message, GError **err);
/* Starts one target of the home queue afresh (respond and update after a reopening). */
gboolean deadlines_start_one(Desk *d, const Ticket *t, const ConfigQueue *queue, TargetKind target, Instant at, gint64 message, GError **err);
/* A person's message to the requester at `at`: respond is met (in `queue`, NULL: in all), update starts or restarts. */
gboolean deadlines_answered(Desk *d, const Ticket *t, const char *queue, Instant at, gint64 message, GError **err);
/* A vendor's own clocks begin, and the one for his answer is met. */
gboolean deadlines_start_vendor(Desk *d, const Ticket *t, const char *vendor, const ConfigPlanSeverity *targets, Instant at, GError **err);
gboolean deadlines_vendor_answered(Desk *d, const Ticket *t, const char *vendor, Instant at, gint64 message, GError **err);
/* Ends the open clocks of that target: met, or (`met` FALSE) stopped. */
gboolean deadlines_end(Desk *d, const Ticket *t, TargetKind target, gboolean met, Instant at, gint64 message, GError **err);
/* The delivery of the answer `answer` (a message's id) failed: a respond clock that it met runs on from its original start, to the
 * next answer that was handed over, if there is one. */
gboolean deadlines_reopen_respond(Desk *d, const Ticket *t, gint64 answer, Instant at, gint64 message, GError **err);
/* A resolved ticket is open again: resolve goes on with what was left, respond starts afresh. */
gboolean deadlines_reopened(Desk *d, const Ticket *t, Instant at, gint64 message, GError **err);
/* Waiting for the customer: update and resolve pause; and back. */
gboolean deadlines_pause(Desk *d, const Ticket *t, Instant at, gint64 message, GError **err);
gboolean deadlines_resume(Desk *d, const Ticket *t, Instant at, gint64 message, GError **err);
/* Before the clocks of `from` go over to `into`: of two open ones of one kind the later due stops. */
gboolean deadlines_merge(Desk *d, const Ticket *from, const Ticket *into, gint64 message, GError **err);
/* After it: what they fire is reckoned anew. */
gboolean deadlines_moved(Desk *d, const Ticket *into, gint64 message, GError **err);
/* `c` was made anew from its log: stores it, and what it fires. `before`: its due until now. */
gboolean deadlines_recalculated(Desk *d, ClockRow *c, Instant before, GError **err);
/* The plan may give the clock another target or calendar than it has: a shorter one counts from now, a longer one from its start. */
gboolean deadlines_replanned(Desk *d, const Ticket *t, ClockRow *c, const ConfigQueue *queue, GError **err);
/* The ticket's severity changed from `old`. */
gboolean deadlines_retarget(Desk *d, const Ticket *t, int old, Instant at, GError **err);
/* The ticket has other ladders than before, or they have other levels: what its clocks fire is reckoned anew. */
gboolean deadlines_repolicied(Desk *d, const Ticket *t, GError **err);
/* The same for one clock. */
gboolean deadlines_rescheduled(Desk *d, const ClockRow *c, GError **err);
/* Whether a clock of that target was reached by its due: marks it breached. */
gboolean deadlines_breach(Desk *d, ClockRow *c, Instant at, GError **err);

/* The plan of a ticket in that queue, or NULL; and its line that applies. */
const ConfigPlan *deadlines_plan(const Desk *d, const ConfigQueue *queue, const Ticket *t);
const ConfigPlanSeverity *deadlines_targets(const Desk *d, const ConfigQueue *queue, const Ticket *t);
/* The calendar of that name for a clock of that queue: where the configuration has none of that name any more, the queue's own counts in
 * its place, which it mostly is under another name. */
Calendar *deadlines_calendar(const Desk *d, const char *name, const char *queue);
/* The same as rules/ticketclock asks it. */
ClockCalendar deadlines_clock_calendar(const Desk *d, const char *name, const char *queue);

#endif
