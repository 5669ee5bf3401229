/* autoreply: mail that a machine wrote in a person's or its own name, by headers and by words. Pure. */
#ifndef RULES_AUTOREPLY_H
#define RULES_AUTOREPLY_H

#include "rules/letter.h"

typedef enum {
    AUTOREPLY_NONE,
    AUTOREPLY_REPLY,     /* RFC 3834 auto-replied */
    AUTOREPLY_GENERATED, /* auto-generated, auto-notified */
    AUTOREPLY_BULK       /* lists, mailings */
} AutoreplyClass;

/* By headers; evidence newly allocated. */
AutoreplyClass autoreply_by_headers(const Letter *l, char **ret_evidence);
/* Whether subject or first lines read like an absence note; evidence or NULL. */
char *autoreply_by_words(const Letter *l);

#endif
