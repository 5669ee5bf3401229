/* verbs_shared: what the files of flows/verbs share. Private to them. */
#ifndef FLOWS_VERBS_SHARED_H
#define FLOWS_VERBS_SHARED_H

#include "flows/verbs.h"

/* A line for the transcript: a phrase with its values, as in phrase_make. */
void verbs_say(VerbContext *c, const char *english, ...) G_GNUC_NULL_TERMINATED;
/* "Not done: …" Always TRUE: a refusal is an answer, not an error. */
gboolean verbs_refuse(VerbContext *c, const char *english, ...) G_GNUC_NULL_TERMINATED;
/* The same with a reason that is made: a phrase, or the message of an error. */
gboolean verbs_refuse_for(VerbContext *c, const char *why);
const char *verbs_actor_name(const VerbContext *c);
const Zone *verbs_zone(const VerbContext *c);
/* By key, address or name; NULL: nobody. */
const ConfigContact *verbs_find_contact(const Desk *d, const char *who);
gboolean verbs_set_owner(VerbContext *c, const char *contact, GError **err);

/* In flows/ladderverbs. */
gboolean ladderverbs_ack(VerbContext *c, const Command *cmd, GError **err);
gboolean ladderverbs_decline(VerbContext *c, const Command *cmd, GError **err);
gboolean ladderverbs_pass(VerbContext *c, const Command *cmd, GError **err);
gboolean ladderverbs_escalate(VerbContext *c, const Command *cmd, GError **err);

#endif
