/* acknowledge: a person's mail at a notification address: whose is it, which verbs, what follows. The text never goes to the requester. */
#ifndef FLOWS_ACKNOWLEDGE_H
#define FLOWS_ACKNOWLEDGE_H

#include "flows/intake_case.h"

gboolean acknowledge_mail(IntakeCase *c, GError **err);

#endif
