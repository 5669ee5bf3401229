/* tame: hostile HTML to small, plain HTML that costs a parser linear time: no comments, scripts and styles, few attributes with
 * short values, bounded depth and number of tags. */
#ifndef MAIL_TAME_H
#define MAIL_TAME_H

#include <glib.h>

/* `html` is valid UTF-8. *ret_cut is set to TRUE where text or structure was left out for a limit. Never NULL. */
GString *tame_html(const char *html, gsize length, gboolean *ret_cut);

#endif
