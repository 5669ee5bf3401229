/* glance: what the questions about a mail's kind look at, folded once: subject, sender, first lines. Pure. */
#ifndef RULES_GLANCE_H
#define RULES_GLANCE_H

#include "rules/letter.h"
#include "rules/words_kind.h"

typedef struct {
    const Letter *letter;   /* both the caller's */
    const KindWords *words;
    gboolean null_sender;
    gboolean is_answer;     /* by In-Reply-To, References or a reply's subject */
    gboolean is_reply;      /* by the subject alone */
    char *subject;          /* folded */
    char *from;             /* folded: name, address and the header as written */
    char *few, *more;       /* folded: the sender's first 3 and 12 lines that are not empty, before any quotation, as one line */
} Glance;

Glance *glance_new(const Letter *l, gboolean null_sender, const KindWords *words);
void glance_free(Glance *g);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Glance, glance_free)

/* The phrase of class `c` in the text, or NULL. */
const char *glance_in(const Glance *g, WordClass c, const char *folded);
/* The longest with which the text begins, or NULL. */
const char *glance_begins(const Glance *g, WordClass c, const char *folded);

#endif
