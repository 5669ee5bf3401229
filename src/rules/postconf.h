/* postconf: the words of Postfix's postconf(1) as text: `postconf -n` (settings) and `postconf -M` (services of master.cf). Pure. */
#ifndef RULES_POSTCONF_H
#define RULES_POSTCONF_H

#include "base/instant.h"

/* `name = value` lines, a value going on in lines that begin with a blank: name -> value. Bounded by LIMIT_POSTCONF_LINES lines. */
GHashTable *postconf_settings(const char *text);

/* A service of pipe(8). */
typedef struct {
    char *name;
    char *user;        /* without its group, or NULL */
    char *null_sender; /* or NULL: not given, and the null sender is MAILER-DAEMON */
    char *flags;       /* or NULL */
    char **argv;       /* at least an empty list */
} PostconfPipe;
void postconf_pipe_free(PostconfPipe *p);

/* The services of type unix that run `pipe`, in order; PostconfPipe *, with free func. */
GPtrArray *postconf_pipes(const char *text);

/* Postfix's time: a number and s m h d w (none: s). -1: it is none. */
Seconds postconf_time(const char *value);
/* A list of tables or words, by comma and blank, but not within braces: char *, with free func. */
GPtrArray *postconf_words(const char *value);

#endif
