/* autoreply: mail that a machine wrote in a person's or its own name, by headers and by words. Pure. */
#ifndef RULES_AUTOREPLY_H
#define RULES_AUTOREPLY_H

#include "rules/glance.h"

typedef enum {
    AUTOREPLY_NONE,
    AUTOREPLY_REPLY,     /* RFC 3834 auto-replied */
    AUTOREPLY_GENERATED, /* auto-generated, auto-notified */
    AUTOREPLY_BULK       /* lists, mailings */
} AutoreplyClass;

/* By headers; evidence newly allocated. `without_lists`: as if no list had put its marks (List-*, Precedence) on it.
 * *ret_is_list: it is AUTOREPLY_BULK by such a mark. Both are set unless AUTOREPLY_NONE. */
AutoreplyClass autoreply_by_headers(const Glance *g, gboolean without_lists, gboolean *ret_is_list, char **ret_evidence);
/* Whether it tells that somebody is away, and not only that a machine answers. */
gboolean autoreply_tells_absence(const Glance *g);
/* Whether subject or first lines read like an absence note; evidence or NULL. */
char *autoreply_by_words(const Glance *g);

#endif
