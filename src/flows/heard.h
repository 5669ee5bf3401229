/* heard: what of a mail was cut as a quotation or a signature (rules/quote) although nobody wrote it in this ticket before: its writer typed it there.
 * The team reads it below a customer's new text; one of the team is told that it stayed behind (flows/unsent). */
#ifndef FLOWS_HEARD_H
#define FLOWS_HEARD_H

#include "flows/intake_case.h"

/* Fills c->heard, and keeps the lines of the signature where c->row is stored. Needs c->ticket. */
gboolean heard_take(IntakeCase *c, GError **err);
void heard_clear(Heard *h);
/* `text`, and below it what that found, under a heading, which is a phrase. Newly allocated. */
char *heard_with(const IntakeCase *c, const char *text);
/* What was typed into the quotation, without the lines of it that stand above each group; "" where nothing was. Newly allocated. */
char *heard_typed(const IntakeCase *c);
/* Whether that, or what looks like a quotation and is none, asks or denies: a verb above it may not stand. */
gboolean heard_takes_back(const IntakeCase *c);
/* Whether there is anything of it. */
gboolean heard_any(const IntakeCase *c);
/* Whether a line of it is one of our own mail's, however it was quoted. */
gboolean heard_holds_ours(const char *text);

#endif
