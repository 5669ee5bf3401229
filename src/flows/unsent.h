/* unsent: what of a mail at a work address stays behind although its writer may have meant it for the customer: what only looks like a
 * quotation or a signature, and what stands between quoted lines. He is told; of what is under each of his mails, once. */
#ifndef FLOWS_UNSENT_H
#define FLOWS_UNSENT_H

#include "flows/intake_case.h"
#include "flows/verbs.h"

/* All need c->sender and c->ticket. FALSE with *err: the database, to be tried again. */

#define UNSENT_SHOWN 60 /* characters of a line of his that he is told of */

/* The first line of what was taken for signatures that is a verb, or a bare #note below a quotation, with its mark; newly allocated, or NULL. */
char *unsent_verb(const IntakeCase *c);
/* Beside its verbs, if any, stands a signature alone (rules/signoff). */
gboolean unsent_is_signature(const IntakeCase *c);
/* Adds to v->results what was left out and may be text, but what was told of before; `is_sent`: something went out. */
gboolean unsent_tell(const IntakeCase *c, VerbContext *v, gboolean is_sent, GError **err);
/* He was told: of these signatures no more. The last eight of each writer are kept. */
gboolean unsent_remember(const IntakeCase *c, GError **err);

#endif
