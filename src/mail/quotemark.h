/* quotemark: what mail programs leave in their HTML around quotations and signatures, as one table. Knows no HTML library. */
#ifndef MAIL_QUOTEMARK_H
#define MAIL_QUOTEMARK_H

#include <glib.h>

typedef enum {
    QUOTEMARK_NONE,
    QUOTEMARK_QUOTED,    /* what is in it is quoted */
    QUOTEMARK_HEAD,      /* what is in it introduces a quotation */
    QUOTEMARK_HEAD_REST, /* and all that follows it in the mail is quoted */
    QUOTEMARK_REST,      /* all that follows is quoted */
    QUOTEMARK_SIGNATURE,
    QUOTEMARK_CONTAINER  /* holds the introduction and then the quotation */
} QuotemarkEffect;

/* The value of an attribute of `node`, or NULL. */
typedef const char *(*QuotemarkAttribute)(const void *node, const char *name);

/* What the element with that lower-case name means. Cannot fail. */
QuotemarkEffect quotemark_of(const char *element, QuotemarkAttribute get, const void *node);
/* The same for one without attributes. */
QuotemarkEffect quotemark_bare(const char *element);
/* Whether a style attribute hides its element, strikes it out, or keeps the ends of lines in it. */
gboolean quotemark_is_hidden(const char *style);
gboolean quotemark_is_struck(const char *style);
gboolean quotemark_keeps_lines(const char *style);

#endif
