/* returndate: until when the sender of an absence note is away. English, German, French, Spanish, Italian, Dutch, Portuguese, the
 * Scandinavian languages, Japanese. Pure. */
#ifndef RULES_RETURNDATE_H
#define RULES_RETURNDATE_H

#include "rules/letter.h"

/* YYYY-MM-DD, newly allocated, or NULL when the text is not clear about it. A day without a year is the nearest on or after the
 * letter's date. "Back on" goes before "until". */
char *returndate_find(const Letter *l);

#endif
