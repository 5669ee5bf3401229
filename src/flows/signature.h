/* signature: what `ack-requires: signature` asks of a mail before any of its verbs counts. */
#ifndef FLOWS_SIGNATURE_H
#define FLOWS_SIGNATURE_H

#include "flows/intake_case.h"

/* The clocks of two machines: so much may a signature be older than the delivery, or younger than its arrival. Seconds. */
#define SIGNATURE_SKEW 300

/* Nothing where the contact needs none, or the mail has no verbs. Else *ret_why is set, in words, or c->said becomes what the signed
 * part says and its digest is used up, in the caller's transaction. */
gboolean signature_require(IntakeCase *c, const ConfigContact *actor, char **ret_why, GError **err);

#endif
