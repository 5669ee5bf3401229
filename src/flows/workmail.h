/* workmail: a team's answer through escalate, at the work address of one ticket and one contact (rules: verbs with '#'). */
#ifndef FLOWS_WORKMAIL_H
#define FLOWS_WORKMAIL_H

#include "flows/intake_case.h"

gboolean workmail_take(IntakeCase *c, GError **err);
/* Of a mail of another kind, after its row is stored: where it may be his answer nevertheless, he is told that it was not sent. */
gboolean workmail_not_taken(IntakeCase *c, GError **err);

#endif
