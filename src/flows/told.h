/* told: what the answer to a reply of the team says of the customer: what he was told, what he will be, and what he does not get. Lines for the
 * transcript: phrases. It must never say that somebody reads what nobody sent. */
#ifndef FLOWS_TOLD_H
#define FLOWS_TOLD_H

#include "flows/intake_case.h"
#include "flows/verbs.h"

/* The ticket is resolved, and its requester was mailed. */
void told_resolved(VerbContext *v);
/* Beside the verbs of a mail stood an answer, which was relayed. */
void told_relayed(VerbContext *v);
/* A text was recorded, as it was understood. */
gboolean told_recorded(VerbContext *v, const Command *cmd, GError **err);
/* The mail of the case, or what of it is no verb, is a note: where a customer waits who was not written to beside, that he does not get it. */
gboolean told_not_sent(const IntakeCase *c, GPtrArray *lines, GError **err);
/* Who has taken it in a relay queue, and may answer: where he writes to the customer. */
gboolean told_way_out(const IntakeCase *c, const VerbContext *v, GError **err);
/* The mail names the requester in To or Cc: he has it already. */
gboolean told_is_addressed(const IntakeCase *c);
/* No verb was found: how the first line would be one, where it begins as one. */
void told_colon(const IntakeCase *c, GPtrArray *lines);
/* "answered her by phone" in a ticket about one that nobody took, and that is open: refused, *ret TRUE. */
gboolean told_waits_elsewhere(VerbContext *c, gboolean *ret, GError **err);
/* Where the resolved ticket was about one that nobody took, and that one is open: that it is. */
gboolean told_open(VerbContext *c, GError **err);

#endif
