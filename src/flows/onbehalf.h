/* onbehalf: a customer's mail that somebody of the team forwards as attachment is the customer's, where the queue allows it. */
#ifndef FLOWS_ONBEHALF_H
#define FLOWS_ONBEHALF_H

#include "flows/intake_case.h"

typedef struct {
    char *address, *name; /* of the mail inside */
} OnBehalf;

/* FALSE: the mail is its sender's own. */
gboolean onbehalf_of(const IntakeCase *c, OnBehalf *ret);
void onbehalf_clear(OnBehalf *b);
/* Stores the mail inside as a message of c->ticket, as if it had come by itself. */
gboolean onbehalf_store(IntakeCase *c, const OnBehalf *b, GError **err);

#endif
