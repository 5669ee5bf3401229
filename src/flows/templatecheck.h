/* templatecheck: what `escalate check` says of a template beside that it can be read. */
#ifndef FLOWS_TEMPLATECHECK_H
#define FLOWS_TEMPLATECHECK_H

#include "flows/desk.h"

/* A template of a language for customers or vendors (by the name of the file at `path`) that would show them what is not for them: a problem for
 * each place, in it or in a partial. */
void templatecheck_audience(const Desk *d, const char *language, const char *path, const char *source, GPtrArray *problems);

/* The tags of a template ("escalation.txt") of that language that no mail has a value for, where they stand in a file of the site's own: a
 * warning for each place. */
void templatecheck_unknown(const Desk *d, const char *language, const char *file, GPtrArray *warnings);

#endif
