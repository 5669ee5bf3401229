/* words_kind: the words by which machines give themselves away, a row per phrase; and those of customers who ask for escalation. The rows of data/words are compiled in; an admin's
 * files in the same format are added to them. A KindWords is a value: made once, then only read.
 *
 * The format: UTF-8; `#` begins a comment line; "== CLASS LANGUAGE" opens a list, then a phrase a line, whose case does not count;
 * an underscore at either end of a phrase stands for a space. Pure: text in, rows out. */
#ifndef RULES_WORDS_KIND_H
#define RULES_WORDS_KIND_H

#include <glib.h>

typedef enum {
    WORDCLASS_DAEMON,         /* in From: who sends nothing but bounces */
    WORDCLASS_MASTER,         /* in From: who may send bounces, and may be a person */
    WORDCLASS_BOUNCE_SUBJECT, /* anywhere in a subject */
    WORDCLASS_BOUNCE_TEXT,    /* anywhere in the report */
    WORDCLASS_DELAY,          /* subject or report: not given up yet */
    WORDCLASS_GIVEN_UP,       /* report: given up, whatever it says of delays */
    WORDCLASS_SUCCESS,        /* subject or report: delivered */
    WORDCLASS_COPY,           /* a line that begins so ends the report: the returned mail follows */
    WORDCLASS_RECIPIENT,      /* a line that begins so names a recipient */
    WORDCLASS_READ_SUBJECT,   /* a subject that begins so is a receipt's */
    WORDCLASS_READ_TEXT,
    WORDCLASS_AUTO_BEGIN,   /* a subject that begins so is an automatic reply's */
    WORDCLASS_AUTO_WHOLE,   /* the same, where nothing or a colon follows */
    WORDCLASS_AUTO_SUBJECT, /* anywhere in the subject */
    WORDCLASS_AUTO_TEXT,    /* in the first lines: says of itself that it is automatic */
    WORDCLASS_AWAY,         /* in the first lines of an answer */
    WORDCLASS_AWAY_TOO,     /* and somewhere beside it */
    WORDCLASS_NO_REPLY,     /* begins the local part of an address that nobody reads */
    WORDCLASS_UNTIL,        /* before the last day away */
    WORDCLASS_UNTIL_BEHIND, /* behind it */
    WORDCLASS_UNTIL_RANGE,  /* before it, where a date stands right before as well */
    WORDCLASS_BACK,         /* before the first day back */
    WORDCLASS_BACK_BEHIND,  /* behind it */
    WORDCLASS_FROM,         /* before it as well, where one of the next stands near */
    WORDCLASS_AGAIN,
    WORDCLASS_ABSENT,       /* between the two: that date is the first day away */
    WORDCLASS_FILLER,       /* between such a word and its date */
    WORDCLASS_MONTH_1,      /* names of January; the others follow in order */
    WORDCLASS_MONTH_12 = WORDCLASS_MONTH_1 + 11,
    WORDCLASS_STATUS_MAILBOX, /* what a report says where it gives no code: 5.1.1 … words_kind_status() */
    WORDCLASS_STATUS_HOST,
    WORDCLASS_STATUS_DISABLED,
    WORDCLASS_STATUS_FULL,
    WORDCLASS_STATUS_LARGE,
    WORDCLASS_STATUS_UNREACHABLE,
    WORDCLASS_STATUS_EXPIRED,
    WORDCLASS_STATUS_REFUSED,
    WORDCLASS_APPEAL_LEAD,   /* a customer who asks for escalation: rules/appeal.h */
    WORDCLASS_APPEAL_ASK,
    WORDCLASS_APPEAL_DO,
    WORDCLASS_APPEAL_WHOLE,
    WORDCLASS_APPEAL_NOT,
    WORDCLASS_APPEAL_UNLESS,
    WORDCLASS_APPEAL_JOINT,
    WORDCLASS_COUNT
} WordClass;

typedef struct {
    WordClass class;
    const char *language; /* as the file names it: "de", "zh-Hant", "mul" for several */
    const char *phrase;   /* folded by words_quote_fold */
} KindWord;

typedef struct KindWords KindWords;

/* The compiled-in rows. Cannot fail. */
KindWords *words_kind_new(void);
void words_kind_free(KindWords *w);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KindWords, words_kind_free)
/* Adds the phrases of a file of `length` bytes. Each bad line is one of `problems` (char *), "file:line: what is wrong"; the good
 * ones are taken. */
void words_kind_add(KindWords *w, const char *file, const char *text, gsize length, GPtrArray *problems);
guint words_kind_count(const KindWords *w);

/* The enhanced status code (RFC 3463) of a class WORDCLASS_STATUS_…, or NULL for another class. */
const char *words_kind_status(WordClass c);

/* Of folded text; the row lives as long as `w`: */
/* The first phrase of the class that stands anywhere in the text, of several at one place the longest; or NULL. Of classes that
 * read sentences: at the begin of a word. */
const KindWord *words_kind_in(const KindWords *w, WordClass c, const char *folded);
/* The longest phrase of the class that the text begins with, or NULL. */
const KindWord *words_kind_begins(const KindWords *w, WordClass c, const char *folded);
/* The phrase of the class that is the text, or NULL. */
const KindWord *words_kind_is(const KindWords *w, WordClass c, const char *folded);
/* The month of that name (folded), or 0. */
int words_kind_month(const KindWords *w, const char *folded);

#endif
