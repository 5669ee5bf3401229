/* unsent: what of a mail at a work address stays behind although its writer may have meant it for the customer: what only looks like a
 * quotation or a signature. He is told; of what is under each of his mails, once. */
#ifndef FLOWS_UNSENT_H
#define FLOWS_UNSENT_H

#include "flows/intake_case.h"
#include "flows/verbs.h"

#define UNSENT_SHOWN 60 /* characters of a line of his that he is told of */

/* Whether a line of it is one of our own mail's, however it was quoted: what stands around it may be of the house, or of the customer's hand. */
gboolean unsent_holds_ours(const char *text);
/* The first line below what was taken for a signature that is a verb, with its mark; newly allocated, or NULL. */
char *unsent_verb(const IntakeCase *c);
/* Beside its verbs stands a signature alone: it begins with the writer's own name on a line. */
gboolean unsent_is_signature(const IntakeCase *c);
/* Adds to v->results what was left out and looks like text, and remembers what looks like a signature. */
gboolean unsent_tell(const IntakeCase *c, VerbContext *v, GError **err);

#endif
