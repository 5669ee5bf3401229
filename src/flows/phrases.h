/* phrases: the phrases (rules/phrase) of each language, from files beside the templates: LANGUAGE/messages.po. */
#ifndef FLOWS_PHRASES_H
#define FLOWS_PHRASES_H

#include "rules/phrase.h"

#include "flows/desk.h"

#define PHRASES_FILE "messages.po"

/* The phrases of the language, then of it without its region, then those that the site has for English; of each the site's own file before the
 * built-in one. Read when first asked for and kept with the desk, whose they stay; what is wrong in a file is logged, and left out. */
const Phrasebook *phrases_of(const Desk *d, const char *language);
/* A text of ours in that language (NULL: English). Newly allocated. */
char *phrases_say(const Desk *d, const char *language, const char *text);
/* In which language a contact reads mail; `queue` (or NULL) decides where he has none. Borrowed. */
const char *phrases_language(const ConfigContact *contact, const ConfigQueue *queue);
/* What is wrong with the site's file of that language: what cannot be read, and phrases that escalate does not have. */
void phrases_check(const Desk *d, const char *language, GPtrArray *problems);

#endif
