/* command_token: a line of a reply cut into words, folded so that they can be looked up in words_command. Pure. */
#ifndef RULES_COMMAND_TOKEN_H
#define RULES_COMMAND_TOKEN_H

#include "rules/words_command.h"

#define COMMAND_TOKENS_MAX 24 /* a line with more words is prose */

typedef struct {
    char *fold;       /* NFKC, case folded, without the punctuation around it */
    gsize start, end; /* bytes in the line, punctuation excluded */
    gboolean capital; /* as written, it begins with a capital letter */
    char after;       /* the first mark behind it: , . ! ; : ? - or 0 */
} CommandToken;

typedef struct {
    char *line;        /* valid UTF-8, NFC, trimmed */
    GPtrArray *tokens; /* CommandToken *, at most COMMAND_TOKENS_MAX */
    gboolean overflow; /* there were more */
    gboolean question; /* a question mark stands somewhere */
} CommandTokens;

CommandTokens *command_token_split(const char *line);
void command_token_free(CommandTokens *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CommandTokens, command_token_free)

const CommandToken *command_token_at(const CommandTokens *t, guint i); /* NULL behind the last */
/* Number of words of the longest phrase of class c that begins at word i and ends before word `end`; 0 if none. */
guint command_token_match(const CommandTokens *t, guint i, guint end, WordsClass c, int *ret_value);
/* The line from word i on, with the marks between; or "". */
const char *command_token_rest(const CommandTokens *t, guint i);
/* Word i is of letters alone and stands in no table. */
gboolean command_token_is_unknown(const CommandTokens *t, guint i);
/* Word i is one of a name: unknown, with a capital letter. */
gboolean command_token_is_name(const CommandTokens *t, guint i);

#endif
