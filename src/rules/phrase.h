/* phrase: a sentence of ours for people, made once and said in the language of each reader. Its English text is its key: "{who} has it,
 * until {until:time}." A made phrase is that text with marks (control characters) around itself and its values, so it may be stored, put into
 * a list or into another phrase, and is the English text again once the marks are taken out. Pure.
 *   {name}         the value as it is; a phrase in it is said in the same language
 *   {name:time}    a time or a length of time, said word by word
 *   {name:phrase}  one of our own texts without values: "it is resolved"
 * Values may come from anybody: marks that are none of ours are taken out of them. */
#ifndef RULES_PHRASE_H
#define RULES_PHRASE_H

#include <glib.h>

#include "rules/phrasebook.h"

/* Marks a key that stands in a table or is made elsewhere: tests/house/messages.sh finds it. */
#define PHRASE(english) english

/* NAME, VALUE (NULL is ""), …, NULL. Newly allocated; cannot fail: a name without value stays as it is written. */
char *phrase_make(const char *english, ...) G_GNUC_NULL_TERMINATED;
char *phrase_make_valist(const char *english, va_list ap);
/* Any text, with the phrases in it in the language of `book` (NULL: English). What the book does not have is English. Newly allocated. */
char *phrase_say(const char *text, const Phrasebook *book);
/* A time or a length of time as we write it in English ("Tue 24 Nov 10:02", "2 days 3 h") in that language. Newly allocated. */
char *phrase_time(const char *text, const Phrasebook *book);
/* phrase_say in English. */
char *phrase_plain(const char *text);
gboolean phrase_is_in(const char *text);
/* About `max` characters: what is longer is cut in the values, so that the phrase is still known. Newly allocated. */
char *phrase_cut(const char *text, gsize max);

#endif
