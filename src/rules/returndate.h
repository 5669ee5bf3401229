/* returndate: the day on which the sender of an absence note is back, in the languages of data/words/returndate.words. Pure. */
#ifndef RULES_RETURNDATE_H
#define RULES_RETURNDATE_H

#include "rules/glance.h"

/* YYYY-MM-DD, newly allocated, or NULL when the text is not clear about it. "Back on D" is D; "until D" (through, including) is the
 * day after D, since D is the last day away: who is back on D answers a page of D a day late at most, never the other way round.
 * Where both are named "back on" is stored. A day without a year is the nearest on or after the letter's date. Two days that
 * differ, a day in the past, and 3/4/2026 after a word of a language that does not settle the order are none.
 * *ret_evidence: "return date: until 2026-12-05", newly allocated, or NULL. */
char *returndate_find(const Glance *g, char **ret_evidence);

#endif
