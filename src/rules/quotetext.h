/* quotetext: the text of a mail as lines, each with a fate: what rules/quote decides upon. Pure; nothing here decides. */
#ifndef RULES_QUOTETEXT_H
#define RULES_QUOTETEXT_H

#include "rules/letter.h"

typedef enum { FATE_OWN, FATE_QUOTED, FATE_HEAD, FATE_SIGNATURE } QuoteFate;

typedef struct {
    char *raw;        /* without line end; in the text's buffer but for `made` */
    char *made;       /* this line was cut out of another */
    char *folded;     /* made when asked for */
    LineMark mark;
    QuoteFate fate;
    gboolean guessed; /* nothing marks it as what it is taken for: by words, or by where it stands */
} QuoteLine;

typedef struct {
    char *buffer;
    QuoteLine *lines;
    guint count;
    gboolean doubtful, has_cut; /* these and what follows are rules/quote's own */
    guint signatures; /* tried so far: each looks ahead */
    guint forwarded;  /* the line from which all is sent on, or `count` */
} QuoteText;

/* Every line FATE_OWN. `marks` has a LineMark a line, or is NULL: all LINE_OWN. A line in which a heading is glued to text becomes two. */
void quotetext_init(QuoteText *t, const char *text, const GByteArray *marks);
void quotetext_clear(QuoteText *t);
/* The line as words are compared, from its first letter on; owned by the line. */
const char *quotetext_folded(QuoteLine *line);
gboolean quotetext_is_blank(const QuoteLine *line);
/* The lines that `is_wanted`, with the blank lines between them; where something was left out between, one of them. Newly allocated. */
char *quotetext_collect(const QuoteText *t, gboolean (*is_wanted)(const QuoteLine *line));

#endif
