/* acknowledge: a person's mail at a notification address: whose is it, which verbs, what follows. The text never goes to the requester. */
#ifndef FLOWS_ACKNOWLEDGE_H
#define FLOWS_ACKNOWLEDGE_H

#include "flows/intake_case.h"
#include "flows/verbs.h"

gboolean acknowledge_mail(IntakeCase *c, GError **err);

/* Whose answer at a notification's address this is; loads c->ticket. *ret_done: nobody's, and all is done that is to be. */
gboolean acknowledge_actor(IntakeCase *c, const ConfigContact **ret, gboolean *ret_done, GError **err);
/* A stranger with somebody's address: nothing is done, and he whom we know is asked to answer from where we know him. */
gboolean acknowledge_ask_registered(IntakeCase *c, const ConfigContact *addressed, GError **err);
/* What became of the verbs, to whom wrote them. */
gboolean acknowledge_transcript(IntakeCase *c, const VerbContext *v, GError **err);

/* A contact's verbs came to the queue's or the ticket's address, in answer to a page of his: he is told, and where to answer. Nothing where it
 * is no such answer. */
gboolean acknowledge_misdirected(IntakeCase *c, GError **err);

#endif
