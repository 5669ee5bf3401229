/* rescore: what the rules say of a ticket again, when a mail comes or a fact changes: it may become worse, never milder. */
#ifndef FLOWS_RESCORE_H
#define FLOWS_RESCORE_H

#include "flows/rating.h"

/* A new ticket is rated: which ladders it climbs and which risks it has, before its clocks start … */
gboolean rescore_prepare(Desk *d, const Ticket *t, const Rating *r, GError **err);
/* … and, when they run and its team knows, who is asked at once because of a risk, or sorts it because no rule is sure. */
gboolean rescore_begin(Desk *d, const Ticket *t, const Rating *r, GError **err);

/* A later mail of the requester (its row's id) was rated; lines for the decision log go to `notes`. */
gboolean rescore_mail(Desk *d, Ticket *t, const Rating *r, gint64 message, GPtrArray *notes, GError **err);
/* A fact changed that rules may ask about: the newest mail of the requester is rated again, by what is kept of it. */
gboolean rescore_again(Desk *d, Ticket *t, GError **err);

/* Before somebody sets the severity by hand: from now on the rules raise it only by more than they know by now. */
void rescore_by_hand(Ticket *t);
/* Somebody gave the category or the severity: whoever was to sort it need not. */
gboolean rescore_sorted(Desk *d, const Ticket *t, GError **err);

#endif
