/* signoff: the end of a mail: thanks, a closing, names, and what stands below them. Pure; words per language come from tables. */
#ifndef RULES_SIGNOFF_H
#define RULES_SIGNOFF_H

#include <glib.h>

/* Whether a text is made only of thanks, greetings and that all is well ("Many thanks, Bob", "Thanks, works!").
 * *ret_more, or NULL: behind a closing stands more than names, a signature most likely. */
gboolean signoff_is_only_thanks(const char *text, gboolean *ret_more);

/* Whether nothing but a signature stands there: a closing and what may be one below it, or what begins with the writer's name. Thanks alone are none,
 * nor is a word that may be a name ("Refunded."). `names`: NULL-terminated, what he is called. *ret_more: more than closings and his names. */
gboolean signoff_is_signature(const char *text, const char *const *names, gboolean *ret_more);

/* Whether a short line of what looks like a signature asks, denies, hands over, or is a postscript: what was said above may not stand. `only_plainly`: it
 * begins with a no, hands over, or is a postscript; a slogan may deny something. */
gboolean signoff_takes_back(const char *signature, gboolean only_plainly);

/* Without the lines that phones add ("Sent from my iPhone"), where nothing else stands in them. Newly allocated. */
char *signoff_without_phones(const char *signature);

#endif
