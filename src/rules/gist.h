/* gist: what a mail begins to say, for a line on a telephone. Pure. */
#ifndef RULES_GIST_H
#define RULES_GIST_H

/* On one line: its first paragraph that is more than a word or two, without greeting, thanks, closing and signature; else the longest one. Control
 * characters become spaces. NULL: it says nothing. Newly allocated. */
char *gist_of(const char *text);

#endif
