/* templatewords: which values each template of a mail gets, as a table: `check` warns of others, which render as nothing. A test compares it
 * with escalate-templates(5) and with the built-in templates. */
#ifndef FLOWS_TEMPLATEWORDS_H
#define FLOWS_TEMPLATEWORDS_H

#include <glib.h>

/* Whether a template of that name ("escalation") may use that name ("ticket.subject", or inside a section "subject"). A name that none of the
 * mails has is one of a level's own templates, with the values of notifications; NULL: a partial, which any template may include. */
gboolean templatewords_knows(const char *template_name, const char *name);
/* All names without their objects, in the order of the table, each maybe more than once; for the test. NULL behind the last. */
const char *templatewords_name(gsize i);

#endif
