/* echo: what somebody typed between the lines of a mail that he quotes: told by laying the quotation beside what was sent, however it is broken into
 * lines now. Pure. Time is n log n in the lengths of both, memory linear. */
#ifndef RULES_ECHO_H
#define RULES_ECHO_H

#include <glib.h>

/* Whether a line is of the quoted mail's own frame, which nobody typed. `is_below`: below all that is known of it. */
typedef gboolean (*EchoIsFrame)(const char *line, gboolean is_below, gpointer data);

/* The lines of `quote` that are not the original's, of which it is a quotation: from behind its head, or the first line of the original, to the head of
 * the next mail or a frame, below most of the original. Above each group stands the line of the original that it follows, marked "> ". Frames are left
 * out, and so are the marks of quoted lines. Newly allocated, "" where there is none. *ret_known: words of the original in it, 0 where nothing shows that it is one: no four
 * in a row, nor all of them, nor half of the quotation's. */
char *echo_typed_in(const char *original, const char *quote, EchoIsFrame is_frame, gpointer data, guint *ret_known);
/* The lines of `text` that stand in none of `known` (char *), blanks and case aside, each once. Newly allocated. */
char *echo_new_lines(const GPtrArray *known, const char *text);

#endif
