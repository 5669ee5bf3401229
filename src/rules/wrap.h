/* wrap: text for a narrow screen. Pure. */
#ifndef RULES_WRAP_H
#define RULES_WRAP_H

#include <glib.h>

/* Lines longer than `width` characters are broken at spaces; what follows hangs under the text of a "Label     text" line, else under
 * its first character. Words longer than the width (addresses) stay whole. Trailing blanks go, runs of empty lines become one. Newly
 * allocated. */
char *wrap_text(const char *text, int width);
int wrap_line_count(const char *text);
/* The first `n` characters with line breaks as spaces: what a lock screen shows. Newly allocated. */
char *wrap_preview(const char *text, int n);
/* The columns at which a mail program may have broken the lines that were asked about; all zero before the first. */
typedef struct {
    glong least, most;
} WrapMargin;
/* Whether a mail program broke `line` at its margin, so that the sentence goes on in `next`: no sentence ends there, the next word found no room at
 * any margin that explains the lines before, is no label and begins with a small letter. In doubt it did not. */
gboolean wrap_goes_on(WrapMargin *m, const char *line, const char *next);
/* The same of any first letter: a name begins with a capital, in German every noun; and so does another sentence. */
gboolean wrap_may_go_on(WrapMargin *m, const char *line, const char *next);
/* Whether it can have been broken there at all: the next word found no room. */
gboolean wrap_is_full(WrapMargin *m, const char *line, const char *next);
/* At most `bytes` of the text, cut between characters, since JSON takes no half one; what is not UTF-8 is replaced. Newly allocated. */
char *wrap_clip(const char *text, gsize bytes);
/* The same of the line that begins at `p`. */
char *wrap_line_at(const char *p, gsize bytes);
/* Where the next line begins. */
const char *wrap_next_line(const char *p);

#endif
