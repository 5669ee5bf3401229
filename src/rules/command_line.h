/* command_line: one line of a reply: a verb with its arguments, a loose word that is the whole line, courtesy, or prose. Pure. */
#ifndef RULES_COMMAND_LINE_H
#define RULES_COMMAND_LINE_H

#include "rules/command.h"

typedef enum {
    COMMAND_LINE_PROSE,
    COMMAND_LINE_DOUBT,    /* prose that looks meant for us */
    COMMAND_LINE_COURTESY, /* greeting, thanks, a name: says nothing */
    COMMAND_LINE_CLOSING,  /* "Best regards": what follows is a signature */
    COMMAND_LINE_VERB
} CommandLineResult;

typedef struct {
    CommandLineResult result;
    Command *command; /* of COMMAND_LINE_VERB */
} CommandLine;

/* A line at a notification address. */
CommandLine command_line_read(const char *line);
/* Only a verb of the grammar at the first word, no loose words, no courtesy; `expected` (static) says what was wanted where it
 * fails. */
gboolean command_line_read_verb(const char *line, gboolean text_optional, Command **ret, const char **ret_expected);
/* Whether the line begins with a word of the grammar. */
gboolean command_line_begins_with_verb(const char *line);
/* Whether the line is made only of greeting, thanks, praise and names. */
gboolean command_line_is_thanks(const char *line, gboolean *ret_closing);
/* Whether a customer's line says no more than that, or that all is well ("OK thanks", "Yes, it works", "please close the ticket"). */
gboolean command_line_is_content(const char *line, gboolean *ret_closing);
/* Whether the line is a name alone, as under a mail ("Bob", "- Bob Ng"). */
gboolean command_line_is_name(const char *line);
/* Whether a question mark stands in it. */
gboolean command_line_asks(const char *line);
/* Whether a loose word before this line counts no more: it asks, denies, or hands over. */
gboolean command_line_takes_back(const char *line);

#endif
