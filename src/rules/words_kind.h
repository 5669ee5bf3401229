/* words_kind: the words by which machines give themselves away, a row per language or program. Pure data. Words stand case
 * folded. */
#ifndef RULES_WORDS_KIND_H
#define RULES_WORDS_KIND_H

#include <glib.h>

typedef enum {
    KINDWORDS_DAEMON,         /* in From: who sends nothing but bounces */
    KINDWORDS_MASTER,         /* in From: who may send bounces, and may be a person */
    KINDWORDS_BOUNCE_SUBJECT, /* anywhere in a subject */
    KINDWORDS_BOUNCE_TEXT,    /* anywhere in a line of the report */
    KINDWORDS_DELAY,          /* subject or report: not given up yet */
    KINDWORDS_GIVEN_UP,       /* report: given up, whatever it says of delays */
    KINDWORDS_SUCCESS,        /* subject or report: delivered */
    KINDWORDS_COPY,           /* a line that begins so ends the report: the returned mail follows */
    KINDWORDS_RECIPIENT,      /* a line that begins so names a recipient */
    KINDWORDS_READ_SUBJECT,   /* a subject that begins so is a receipt's */
    KINDWORDS_READ_TEXT,
    KINDWORDS_AUTO_BEGIN,   /* a subject that begins so is an automatic reply's */
    KINDWORDS_AUTO_SUBJECT, /* anywhere in the subject */
    KINDWORDS_AWAY,         /* in the first lines of an automatic reply */
    KINDWORDS_AWAY_TOO,     /* and somewhere beside it */
    KINDWORDS_NO_REPLY,     /* begins the local part of an address that nobody reads */
    KINDWORDS_UNTIL,        /* before the last day away */
    KINDWORDS_BACK,         /* before the first day back */
    KINDWORDS_FILLER,       /* between such a word and its date */
    KINDWORDS_COUNT
} KindWords;

/* The first phrase of the class that stands anywhere in the folded text, or NULL. */
const char *words_kind_in(KindWords c, const char *folded);
/* The longest phrase of the class that the folded text begins with, or NULL. */
const char *words_kind_begins(KindWords c, const char *folded);
/* Whether the folded text is a phrase of the class. */
gboolean words_kind_is(KindWords c, const char *folded);
/* The month of that name (folded), or 0. */
int words_kind_month(const char *folded);

#endif
