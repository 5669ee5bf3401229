/* words_table: the rows of data/words as C, written by data/words/table.awk when escalate is built; private to words_kind. */
#ifndef RULES_WORDS_TABLE_H
#define RULES_WORDS_TABLE_H

#include "rules/words_kind.h"

typedef struct {
    WordClass class;
    const char *language, *phrase; /* as the file has it */
} WordsTableRow;

extern const WordsTableRow words_table[]; /* the last one has no phrase */

#endif
