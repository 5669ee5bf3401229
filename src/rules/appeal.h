/* appeal: whether a customer asks for escalation, in his own words. Pure: text and phrases (data/words/appeal.words) in, the phrase out. */
#ifndef RULES_APPEAL_H
#define RULES_APPEAL_H

#include "rules/words_kind.h"

/* The phrase by which one of the first sentences of `new_text` asks for it, or NULL; it lives as long as `words`. What is negated, made to
 * depend on something, quoted or told of does not ask. */
const KindWord *appeal_in(const KindWords *words, const char *new_text);

#endif
