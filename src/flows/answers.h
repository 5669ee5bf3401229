/* answers: what people are made to answer in a rehearsal, from a file: a line each, "TIME WHO VERB …" or "TIME customer TEXT". */
#ifndef FLOWS_ANSWERS_H
#define FLOWS_ANSWERS_H

#include "rules/command.h"

#include "flows/desk.h"

typedef struct {
    Instant at;
    const ConfigContact *who; /* NULL: the customer */
    Command *command;         /* of a contact */
    char *text;               /* as it is written behind the name */
    int line;
} Answer;

/* In order of time, then as written; array of Answer *, with free func. TIME is RFC 3339, or `+` and a duration after `from`, business time on
 * the calendar of `queue`; `#` begins a comment. DATA error names file and line: nobody of that name, no verb, not within from … until. */
gboolean answers_read(const Desk *d, const char *path, const ConfigQueue *queue, Instant from, Instant until, GPtrArray **ret, GError **err);

#endif
