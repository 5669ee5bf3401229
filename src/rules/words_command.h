/* words_command: the words of the reply grammar, per language, class and meaning: the files of data/replies, compiled in. A new
 * language is a new file and nothing else. All words stand folded: NFKC, case folded (so `ss` for sharp s), straight apostrophes;
 * phrases with single spaces. */
#ifndef RULES_WORDS_COMMAND_H
#define RULES_WORDS_COMMAND_H

#include <glib.h>

typedef enum {
    WORDS_VERB,     /* value: the Verb; takes arguments */
    WORDS_STRONG,   /* value: the Verb; a whole line that says it beyond doubt ("on it") */
    WORDS_WEAK,     /* value: the Verb; a whole line, and nothing else in the reply ("ok") */
    WORDS_GREETING, /* names may follow */
    WORDS_THANKS,   /* names may follow */
    WORDS_CLOSING,  /* value 1: what follows in the mail is a signature; names may follow */
    WORDS_PRAISE,   /* beside thanks it adds nothing ("perfect", "works again") */
    /* the next six only where a customer's mail is read: below "ok", or in what may be a signature, they would say more than courtesy does */
    WORDS_WELL,        /* that all is well, and nothing more is wanted ("everything works again", "please close it") */
    WORDS_WELL_MORE,   /* behind that or praise, in the same clause ("now") */
    WORDS_THANKS_MORE, /* as WORDS_THANKS */
    WORDS_THANKS_AHEAD, /* thanks of who wants something: what he wants may follow */
    WORDS_THANKS_FOR,  /* behind thanks ("for your"), before a run of: */
    WORDS_THANKED,     /* words of what is thanked for ("quick", "help") */
    WORDS_PEOPLE,   /* stand where a name may stand ("all") */
    WORDS_NO_NAME,  /* written with a capital, yet no name */
    WORDS_PLEASE,
    WORDS_NEAR,     /* people think they have acknowledged by it ("seen"): never a verb, but worth offering the choices */
    WORDS_NEGATION, /* a loose word before it counts no more */
    WORDS_NEGATION_IN, /* the same as a part of a word, where words stand together without blanks */
    WORDS_RISKY,    /* value: the Verb; after that verb these go on as an ordinary sentence ("resolve this yourself") */
    WORDS_UNDONE,   /* anywhere in the text of a verb that states something ("resolved partly"), these say that it is not so yet */
    WORDS_ALL,     /* after "ack": all that a digest lists */
    WORDS_UNTIL,
    WORDS_UNTIL_BEHIND, /* stands behind its time */
    WORDS_FOR,
    WORDS_AT,
    WORDS_ON,
    WORDS_BY,
    WORDS_BY_BEHIND,
    WORDS_TO,
    WORDS_BECAUSE, /* before the reason of an override */
    WORDS_CUSTOMER,
    WORDS_VENDOR,
    WORDS_UNIT,    /* value: s m h d w, or H D for open hours and business days */
    WORDS_NUMBER,  /* value: the number */
    WORDS_WEEKDAY, /* value: 1 Monday … 7 */
    WORDS_MONTH,   /* value: 1 … 12 */
    WORDS_DAY,     /* value: days ahead */
    WORDS_CLOCK,   /* "o'clock", may be left out */
    WORDS_DAYTIME, /* value: the hour that is meant */
    WORDS_HALF,    /* value: 0 before noon, 12 after it; stands before its hour */
    WORDS_MONTH_SIGN, /* behind the number of a month */
    WORDS_DAY_SIGN,   /* behind the number of a day of a month */
    WORDS_COUNT
} WordsClass;

/* Whether `phrase` (folded) is of that class in any language, and its value. */
gboolean words_command_find(WordsClass c, const char *phrase, int *ret_value);
/* Whether it is of that class with that value. */
gboolean words_command_has(WordsClass c, int value, const char *phrase);
/* Whether a part of `word` is a phrase of WORDS_NEGATION_IN. */
gboolean words_command_negates(const char *word);
/* Words of the longest phrase of any class that begins with that word; 0: none does. */
guint words_command_longest(const char *first_word);
/* `begin`: the first word of a line, or the first two with one blank between, folded. Whether it is a phrase of one word, or the first two words of a
 * longer one, of a class that may stand at the beginning of a line. */
gboolean words_command_opens(const char *begin);

#endif
