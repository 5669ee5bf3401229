/* containment: the harm is stopped and the cause not yet gone. Where the severity says `confirm-by`, one word is not enough: without a second it
 * counts no more. */
#ifndef FLOWS_CONTAINMENT_H
#define FLOWS_CONTAINMENT_H

#include "store/clocks.h"

#include "flows/verbs.h"

/* The first `contained`, or the one that confirms it; says in the transcript what is owed. */
gboolean containment_say(VerbContext *c, GError **err);
/* The ticket is over, or another one's word counts: nothing waits for the second word any more. */
gboolean containment_over(Desk *d, gint64 ticket, GError **err);
/* A `due` row "confirm": nobody confirmed. What it ended is asked for again. */
gboolean containment_expired(Desk *d, const DueRow *due, GError **err);

#endif
