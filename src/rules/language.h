/* language: which language a text is written in, by its small words. Pure. */
#ifndef RULES_LANGUAGE_H
#define RULES_LANGUAGE_H

/* "de", "en" …: constant; NULL where it is not plain. Looks at the first LANGUAGE_BYTES. NULL is no text. */
#define LANGUAGE_BYTES 4000
const char *language_of_text(const char *text);

#endif
