/* policytext: a policy as text, and back: what a running escalation began with stays readable though the configuration has changed. The
 * text is canonical: two policies are the same where their texts are. */
#ifndef RULES_POLICYTEXT_H
#define RULES_POLICYTEXT_H

#include "rules/policy.h"

/* Newly allocated. Lines in the configuration are no part of it. */
char *policytext_write(const Policy *p);
/* A short name of that text; newly allocated. */
char *policytext_digest(const Policy *p);
/* DATA error where the text is none of ours. The caller frees the policy. */
gboolean policytext_read(const char *text, Policy **ret, GError **err);

#endif
