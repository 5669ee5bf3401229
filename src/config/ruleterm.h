/* ruleterm: the small conditions of rules and plans: `segment:gold`, `reopened>=2`. */
#ifndef CONFIG_RULETERM_H
#define CONFIG_RULETERM_H

#include "config/config.h"
#include "config/keys.h"

/* By the key's type, KEYS_ATTRIBUTES or KEYS_HISTORY. */
gpointer ruleterm_parse(KeysType type, const char *text, GError **err);
/* `COLUMN:PATTERN` (or with `=`), of a column of the customer directory or `category`; the pattern is of the whole value. DATA error says
 * what is expected. */
ConfigAttribute *ruleterm_attribute(const char *text, GError **err);
void ruleterm_attribute_free(gpointer attribute);
/* `reopened>=N`, `unanswered`, `reassigned`, `mails`; newly allocated, g_free. */
ConfigHistory *ruleterm_history(const char *text, GError **err);

#endif
