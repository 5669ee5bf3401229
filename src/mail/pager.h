/* pager: hands a page to a program: its standard input is the page, its exit status the answer. */
#ifndef MAIL_PAGER_H
#define MAIL_PAGER_H

#include "mail/transport.h"

typedef struct {
    const char *const *argv; /* NULL-terminated; the first is an absolute path */
    Seconds seconds;         /* then it is killed, with its process group */
    const char *bytes;
    gsize length;
} PagerCall;

/* Exit 0 is handed over, 75 is later, anything else failed; never TRANSPORT_DOWN. *ret_reply: how it ended and the first line that it said, newly
 * allocated. Blocks for so many seconds at most. */
TransportResult pager_run(const PagerCall *call, char **ret_reply);

#endif
