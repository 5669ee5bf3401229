/* scoring: the blocks of escalate.yaml that say how bad a mail is and for whom: rules, customers, score. */
#ifndef CONFIG_SCORING_H
#define CONFIG_SCORING_H

#include "config/fields.h"

void scoring_rule_free(gpointer rule); /* a ConfigRule */
/* `names`: rule names that were read, to where. */
void scoring_read_rules(Fields *f, const YamlTree *value, GHashTable *names);
void scoring_read_customers(Fields *f, const YamlTree *value);
void scoring_read_score(Fields *f, const YamlTree *value);
/* Warns of what was read and has no effect, or leaves somebody without clocks. */
void scoring_check(Fields *f);

#endif
