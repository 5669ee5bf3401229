/* similar: what subjects of different people about the same thing have in common. Pure. */
#ifndef RULES_SIMILAR_H
#define RULES_SIMILAR_H

#include <glib.h>

/* The subject without reply and forward prefixes, [tags], digits, marks and case, its blanks single; NULL where fewer than two letters are
 * left. At most 200 bytes; newly allocated. */
char *similar_subject(const char *subject);

#endif
