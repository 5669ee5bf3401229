/* echo: what somebody typed between the lines of a text that he quotes: told by holding it against what was written before, however it is broken into
 * lines now. Pure. */
#ifndef RULES_ECHO_H
#define RULES_ECHO_H

#include <glib.h>

typedef struct Echo Echo;

Echo *echo_new(void);
void echo_free(Echo *e);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Echo, echo_free)

/* A text that was written before. Of all together the first million words count. */
void echo_hear(Echo *e, const char *text);

/* Whether a line is of the quoted mail's own frame, which nobody typed. */
typedef gboolean (*EchoIsFrame)(const char *line, gpointer data);

/* The lines of `quote` with words that nobody wrote before, from the first line on that somebody did, to the head of the next mail that is quoted, or to
 * a frame below the last known line; frames are none. Above each group stands the known line that it follows, marked "> ". Newly allocated, "" where
 * there is none. Time and memory are linear in what was heard and in `quote`. */
char *echo_typed_in(Echo *e, const char *quote, EchoIsFrame is_frame, gpointer data);
/* Whether a line of it was written before. */
gboolean echo_knows(Echo *e, const char *text);
/* The lines of `text` with words that nobody wrote before. Newly allocated. */
char *echo_news(Echo *e, const char *text);

#endif
