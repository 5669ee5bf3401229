/* escalate: runs of ladders: loads the state, steps rules/ladder, and applies what it wants: rows, mails, timers, audit. */
#ifndef FLOWS_ESCALATE_H
#define FLOWS_ESCALATE_H

#include "store/runs.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* A cause starts or joins the run of (ticket, policy). level > 0: that level is due by its `at`; 0: a cause that fires level 1 at
 * once; -1: joins, and fires nothing by itself. */
gboolean escalate_cause(Desk *d, const Ticket *t, const char *policy, const char *cause, gint64 clock, int level, GError **err);
/* A cause that is no clock, in each ladder of the ticket's home queue: level 1 fires at once where none has. */
gboolean escalate_cause_all(Desk *d, const Ticket *t, const char *cause, GError **err);
/* That cause, which is no clock, holds no more, in whatever run: those that have none left end. */
gboolean escalate_cause_ended(Desk *d, const Ticket *t, const char *cause, const char *reason, GError **err);
/* One event to one run. *ret_actions (or NULL): what the machine wanted, as applied. */
gboolean escalate_event(Desk *d, const Ticket *t, gint64 run, const LadderEvent *event, GPtrArray **ret_actions, GError **err);
/* The same to every live run of the ticket. *ret_runs (or NULL): how many there were. */
gboolean escalate_each(Desk *d, const Ticket *t, const LadderEvent *event, guint *ret_runs, GError **err);
/* A clock was met or stopped: its causes end, and runs that have none left; `reason` is told to who was asked. */
gboolean escalate_clock_ended(Desk *d, const Ticket *t, gint64 clock, const char *reason, GError **err);
/* `contained`: causes of respond clocks end, and those that are a person's word. */
gboolean escalate_contained(Desk *d, const Ticket *t, GError **err);
/* Suspends runs all of whose causes are paused clocks, resumes the others. */
gboolean escalate_check_paused(Desk *d, const Ticket *t, GError **err);
/* After a change of severity: holds are cut to what the new one allows. */
gboolean escalate_severity(Desk *d, const Ticket *t, GError **err);
/* Before when no further level may fire because of a change of severity: who is being asked has one ack-within. INSTANT_NONE where
 * nobody is. */
gboolean escalate_not_before(Desk *d, const Ticket *t, const char *policy, Instant *ret, GError **err);
/* The end of a hold that begins now: `wanted` (or the policy's ack-holds, or ack-max) capped by the severity's ack-max, on the calendar
 * of the ticket's clocks. wanted_until: INSTANT_NONE, or the instant that was asked for. `is_override`: no cap counts for what is asked. *ret_is_cut
 * (or NULL): whether more was asked for than is allowed. */
Instant escalate_hold_until(Desk *d, const Ticket *t, const char *policy, const Duration *wanted, Instant wanted_until, gboolean is_override,
                            gboolean *ret_is_cut);

#endif
