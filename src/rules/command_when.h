/* command_when: times and holds as people name them in a verb's argument: `until tue 10:00`, `bis 1.12. 10 Uhr`, `2 Stunden`.
 * What is not understood to its last word is refused. Pure. command_when() itself stands in command.h. */
#ifndef RULES_COMMAND_WHEN_H
#define RULES_COMMAND_WHEN_H

#include "rules/command.h"
#include "rules/command_token.h"

/* Words [from, to) as a whole name a time. */
gboolean command_when_read(const CommandTokens *t, guint from, guint to, CommandWhen *ret);
/* Words [from, to) as a whole name a length of time greater than none. */
gboolean command_when_hold(const CommandTokens *t, guint from, guint to, Duration *ret);

#endif
