/* command_text: where the text of a verb ends, and the mark before one. Pure. */
#ifndef RULES_COMMAND_TEXT_H
#define RULES_COMMAND_TEXT_H

#include "rules/command.h"

#define COMMAND_LINES_READ 60 /* of a reply; what stands below is rest */
#define COMMAND_WIDE_MARK "\357\274\203" /* the full-width # */

typedef enum { TEXT_ENDS, TEXT_GOES_ON, TEXT_MAY_GO_ON } TextEnd;

/* Whether the text of `c`, the verb at line i, goes on below, where a mail program broke it; *end: behind it. The whole lines say so, where there are such;
 * else it does where a comma stands at the break, or a second break is at the same margin, and the text is for the customer; with one break, or before a
 * capital, a remark may stand there that was meant for others. One that ends in a comma or a
 * colon right above another line only may go on. */
TextEnd command_text_end(char **lines, guint i, const CommandBreaks *breaks, const Command *c, guint *end);
/* Lines [i, end) as the one that was written; newly allocated. */
char *command_text_join(char **lines, guint i, guint end);
/* Its text goes to the customer. Of `next` with a time the text has ended. */
gboolean command_text_is_for_customer(const Command *c);
/* Blanks of all kinds as one, none at the ends: two parts of a mail say the same with others. Newly allocated. */
char *command_text_evened(const char *line);
/* "#note …" of "# note …", of the full-width form and of what editors make of it ("*#note* …", "- #note"), newly allocated; NULL where the line does not
 * begin with a mark and a letter. "#42" is text. */
char *command_text_marked(const char *line);
/* Where in a line a verb stands with its mark, but not at its beginning ("… at noon. #note she is angry"); NULL: nowhere. */
const char *command_text_inside(const char *line);

#endif
