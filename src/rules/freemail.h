/* freemail: domains where everybody may have an address, so that a shared domain says nothing of who belongs together. Pure. */
#ifndef RULES_FREEMAIL_H
#define RULES_FREEMAIL_H

#include <glib.h>

/* Whether the domain, or one that it lies under, gives addresses to the public; case does not count. */
gboolean freemail_is(const char *domain);
/* Both addresses are of one domain, which is none of those. */
gboolean freemail_are_colleagues(const char *a, const char *b);

#endif
