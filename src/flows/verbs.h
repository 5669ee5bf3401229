/* verbs: what a verb does to a ticket, whether it came by mail or by the command line. */
#ifndef FLOWS_VERBS_H
#define FLOWS_VERBS_H

#include "rules/command.h"

#include "store/tickets.h"

#include "flows/desk.h"

typedef struct {
    Desk *desk;
    Ticket *ticket;
    const ConfigContact *actor; /* NULL: the operator at the command line, who may everything */
    const char *machine;        /* where there is no actor: what acts, for the audit; NULL: the operator */
    gint64 run;                 /* of the notification that was answered; 0: every live run of the ticket */
    gint64 page;                /* that notification, or 0 */
    gint64 message;             /* the mail that the verb came in, or 0 */
    GPtrArray *results;         /* char *: a line a verb, for the transcript; phrases */
    gboolean is_digest;         /* the mail that was answered was one: `ack all` is understood */
    gboolean is_work;           /* at a work address: a verb has a # before it */
    gboolean is_override;       /* with a reason: roles and the longest hold do not count */
    gboolean is_refused;        /* any was */
    gboolean with_choices;      /* offer the list of verbs */
} VerbContext;

/* Command * in the order in which they are done: as they were written, but what goes to the customer with the solution before the solution. The array is
 * the caller's, the commands are not. */
GPtrArray *verbs_in_order(const GPtrArray *commands);
/* Applies one verb; a refusal is a line of the results, and nothing changes. *err only for what must be tried again. */
gboolean verbs_apply(VerbContext *c, const Command *command, GError **err);

/* The requester was answered by a person at `at`: state, owner, clocks, holds. `queue`: he answered for that alone; NULL, or the home queue: for all, and
 * where nobody owns the ticket he does. */
gboolean verbs_answered(Desk *d, Ticket *t, const char *contact, const char *queue, Instant at, gint64 message, GError **err);
/* What a machine told of is over: resolved, as by the verb; `by` is for the audit. */
gboolean verbs_recovered(Desk *d, Ticket *t, const char *by, const char *text, gint64 message, GError **err);
/* Resolved, waiting or closed becomes open. */
gboolean verbs_reopen(Desk *d, Ticket *t, gint64 message, GError **err);

#endif
