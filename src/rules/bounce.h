/* bounce: what a delivery report says: whom it is about, what became of it, why, and of which mail. RFC 3464 fields where they
 * are there, else the free texts of mail servers, by their common shape and not by product. Pure. */
#ifndef RULES_BOUNCE_H
#define RULES_BOUNCE_H

#include "rules/glance.h"
#include "rules/kind.h"

typedef enum {
    BOUNCE_FROM_ANYBODY,
    BOUNCE_FROM_MASTER, /* an address that persons use as well: postmaster */
    BOUNCE_FROM_DAEMON  /* a mail server: the null sender, MAILER-DAEMON */
} BounceFrom;

/* Who sent it; the evidence newly allocated, NULL for anybody. */
BounceFrom bounce_from(const Glance *g, char **ret_evidence);
/* Whether subject and text read like a report of non-delivery; of a daemon less is asked for. Evidence or NULL.
 * *ret_sure: there is more than words to it. */
char *bounce_words(const Glance *g, BounceFrom from, gboolean *ret_sure);
/* Fills recipients (KindRecipient *) and the original Message-ID (or NULL). */
void bounce_read(const Glance *g, GPtrArray *recipients, char **ret_original_id);

#endif
