/* words_replies: the rows of data/replies as C, written by data/replies/table.awk when escalate is built; private to words_command. */
#ifndef RULES_WORDS_REPLIES_H
#define RULES_WORDS_REPLIES_H

#include "rules/command.h"
#include "rules/words_command.h"

typedef struct {
    const char *language;
    WordsClass class;
    int value;
    const char *words; /* each between bars; NULL in the last row */
} WordsRow;

extern const WordsRow words_replies[];

#endif
