/* digestreply: an answer at the address of a digest. Only `ack all` is taken there: whatever else is written would be for more than one ticket. */
#ifndef FLOWS_DIGESTREPLY_H
#define FLOWS_DIGESTREPLY_H

#include "flows/intake_case.h"
#include "flows/verbs.h"

/* The verbs of c->said, for c->notification, a digest; the lines of the transcript go to v->results, a line a ticket. */
gboolean digestreply_apply(IntakeCase *c, VerbContext *v, GError **err);

#endif
