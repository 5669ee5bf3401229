/* risks: what a ticket may bring upon the house: a ladder beside its own, a level at once, a report above the ladder. */
#ifndef FLOWS_RISKS_H
#define FLOWS_RISKS_H

#include "store/clocks.h"
#include "store/tickets.h"

#include "flows/desk.h"

/* The ticket has the risk, by a rule ("rule:outage") or a person ("bob"); nothing happens where it had it. Its ladder is the ticket's from
 * now on; who is asked at once waits for risks_fire(). */
gboolean risks_add(Desk *d, const Ticket *t, const char *risk, const char *origin, GError **err);
/* Of each risk that the ticket has: the level that fires at once, and the report above the ladder where it is due. */
gboolean risks_fire(Desk *d, const Ticket *t, GError **err);
/* A `due` row "board": its time has come. */
gboolean risks_board(Desk *d, const DueRow *due, GError **err);

/* Names of the ticket's risks, in the order in which it got them (char *, with free func). */
gboolean risks_of(Desk *d, gint64 ticket, GPtrArray **ret, GError **err);
/* The template that its risks want for pages, or NULL. */
gboolean risks_template(Desk *d, gint64 ticket, const char **ret, GError **err);
/* How long it is kept after its end; *ret_given FALSE: no risk of it says. */
gboolean risks_retain(Desk *d, gint64 ticket, Duration *ret, gboolean *ret_given, GError **err);

#endif
