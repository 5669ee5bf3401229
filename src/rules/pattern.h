/* pattern: regular expressions from the configuration, that run on what others wrote: case does not count, and a match takes bounded
 * work (base/limits.h). Pure. */
#ifndef RULES_PATTERN_H
#define RULES_PATTERN_H

#include <glib.h>

/* DATA error says what is wrong with it and what is expected; it does not name where it stands. */
GRegex *pattern_new(const char *pattern, GError **err);

#endif
