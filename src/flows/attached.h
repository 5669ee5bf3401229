/* attached: what of a mail's attachments is passed on. What one mail cannot carry is left out and said, with where it can be had; it never
 * keeps the rest back. */
#ifndef FLOWS_ATTACHED_H
#define FLOWS_ATTACHED_H

#include "flows/intake_case.h"

/* The mail's attachments (MessagePart *), read in the sandbox, as far as one mail carries them; NULL: it has none. What is left out is
 * in c->left_out, else NULL. */
gboolean attached_parts(IntakeCase *c, GPtrArray **ret, GError **err);
/* Text with a line below it, where anything was left out: for the team, with where the whole mail lies, or for the requester in his
 * language. Newly allocated. */
char *attached_for_team(const IntakeCase *c, const char *text);
char *attached_for_requester(const IntakeCase *c, const char *text, const char *language);

#endif
