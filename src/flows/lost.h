/* lost: mails that answer what was made after the backup which was restored. Their tokens are ours, but nothing here knows the row. */
#ifndef FLOWS_LOST_H
#define FLOWS_LOST_H

#include "flows/intake_case.h"

/* Of a token that has no row: notes it in the case where it is one of those. The mail goes on as if it had none. */
gboolean lost_look(IntakeCase *c, Token token, const char *mac, GError **err);
/* In the transaction of a person's mail: tells whose token it was that nothing was acknowledged, and the lead of the queue that it went to, once a number.
 * Not where the mail answers something else besides, which was done. */
gboolean lost_tell(IntakeCase *c, GError **err);

#endif
