/* command_args: what may stand behind each verb, and how it is read. Pure; private to command_line, but for unread_by. */
#ifndef RULES_COMMAND_ARGS_H
#define RULES_COMMAND_ARGS_H

#include "rules/command.h"
#include "rules/command_token.h"

/* How a verb is read: strictly among people's sentences, or where it is known that a verb stands. */
typedef struct {
    gboolean strict;
    gboolean text_optional;
} CommandMode;

/* Arguments of c's verb from word i on; words from `end` on are courtesy. FALSE: not understood to the last word. */
gboolean command_args_read(const CommandTokens *t, guint i, guint end, const CommandMode *mode, Command *c);
/* The verb's argument is a text to the end of the line. */
gboolean command_args_has_text(Verb v);
/* With "please" before it the verb asks us, not somebody else. */
gboolean command_args_may_please(Verb v);
/* Of the text of a `next` in which no time was read: the end that may have been meant as one ("by 10/6", "by next Tuesday"); or NULL. Newly allocated. */
char *command_args_unread_by(const char *text);
/* "pass CONTACT" */
const char *command_args_expected(Verb v);

#endif
