/* phrasebook: our phrases in one language, by their English text. Pure. A file of them is a PO file (GNU gettext) without contexts and
 * plurals: msgid "English {name}" msgstr "… {name}", comments with '#', the strings in one or several pairs of quotes. */
#ifndef RULES_PHRASEBOOK_H
#define RULES_PHRASEBOOK_H

#include <glib.h>

typedef struct Phrasebook Phrasebook;

Phrasebook *phrasebook_new(void);
void phrasebook_free(Phrasebook *book);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Phrasebook, phrasebook_free)
/* All is said as it stands. */
gboolean phrasebook_is_empty(const Phrasebook *book);
/* Takes what the book does not have yet. What is wrong goes to `problems` (char *, "FILE:LINE:1: …") and is left out. */
void phrasebook_read(Phrasebook *book, const char *file, const char *source, GPtrArray *problems);
/* By the English text with its {placeholders}, whatever their names are; NULL: it has none. *ret_english (or NULL): the key as written. */
const char *phrasebook_find(const Phrasebook *book, const char *english, const char **ret_english);
/* Each key with its text. */
void phrasebook_each(const Phrasebook *book, void (*visit)(const char *english, const char *text, void *data), void *data);

/* The next placeholder at or after `text`: where it begins, its name and kind ("" where it has none) as lengths; NULL: there is none. */
typedef struct {
    const char *begin, *end, *name, *kind;
    gsize name_length, kind_length;
} PhrasebookHole;
gboolean phrasebook_hole(const char *text, PhrasebookHole *ret);

#endif
