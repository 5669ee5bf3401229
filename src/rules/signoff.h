/* signoff: the end of a mail: thanks, a closing, names, and what stands below them. Pure; words per language come from tables. */
#ifndef RULES_SIGNOFF_H
#define RULES_SIGNOFF_H

#include <glib.h>

/* Whether a text is made only of thanks, greetings and that all is well ("Many thanks, Bob", "Thanks, works!").
 * *ret_more, or NULL: behind a closing stands more than names, a signature most likely. */
gboolean signoff_is_only_thanks(const char *text, gboolean *ret_more);
/* The same of a customer, who may say in more words that he is content, or that his ticket can be closed. */
gboolean signoff_is_content(const char *text, gboolean *ret_more);

/* Whether nothing but a signature stands there: a closing and what may be one below it, or what begins with the writer's name. Thanks alone are none,
 * nor is a word that may be a name ("Refunded."). `names`: NULL-terminated, what he is called. *ret_more: more than closings and his names. */
gboolean signoff_is_signature(const char *text, const char *const *names, gboolean *ret_more);

typedef enum {
    SIGNOFF_BELOW_VERB,  /* in a signature below `ack`: only what begins with a no, hands over, or is a postscript; a slogan may deny something */
    SIGNOFF_BELOW_WORD,  /* in one below a loose "ok": any short line that asks or denies, but for what signatures usually say */
    SIGNOFF_AMONG_QUOTED /* typed between the lines of our own mail, with a loose "ok" above: any line that asks or denies */
} SignoffPlace;

/* Whether a line of the text takes back, for all that one can tell, what was said above it. */
gboolean signoff_takes_back(const char *text, SignoffPlace place);

/* Without the lines that phones add ("Sent from my iPhone"), where nothing else stands in them. Newly allocated. */
char *signoff_without_phones(const char *signature);

#endif
