/* rating: what the rules of the configuration say of a mail: severity, category, owner, where to file it. */
#ifndef FLOWS_RATING_H
#define FLOWS_RATING_H

#include "store/tickets.h"

#include "flows/desk.h"
#include "flows/reading.h"

/* What rules may ask beside the mail. */
typedef struct {
    const Customer *customer; /* or NULL */
    const char *category;     /* or NULL */
    int history[HISTORY_COUNT];
    gboolean is_open;         /* the queue's calendar */
} RatingFacts;

/* Points of one rule. */
typedef struct {
    const char *rule;
    int points[SCORE_AXES];
} RatingRow;

/* A risk, and the rule that says so. */
typedef struct {
    const char *risk, *rule;
} RatingRisk;

/* What rules ask of a mail; NULL: not known, and what asks for it does not match. */
typedef struct {
    const char *from, *subject, *text; /* text: what is new in it */
    const char *whole;                 /* all of it, or NULL */
    const GPtrArray *to, *cc;          /* char * */
    const GPtrArray *headers;          /* LetterHeader * */
} RatingMail;

typedef struct {
    GArray *rows;         /* RatingRow: of the rules that give points */
    int score;            /* 0 … 100 */
    int severity;         /* 0 … 3: the worse of the score's and the floors of all that match, else the queue's default */
    const char *category; /* the one with most points behind it, of equal ones the first; or NULL */
    gboolean is_tie;      /* another is less than score's margin behind it */
    const Who *owner;     /* of the first that gives one, or NULL */
    const char *service;  /* the same */
    GPtrArray *policies;  /* const ConfigRule *: those that name ladders */
    GArray *risks;        /* RatingRisk */
    const char *file;     /* "other", or NULL */
    GPtrArray *matched;   /* const char *: names of the rules, for the decision log */
    GPtrArray *escalates; /* const char *: names of those that escalate the ticket */
} Rating;

void rating_clear(Rating *r);
RatingMail rating_mail(const Reading *r);
/* Cannot fail: a pattern that runs into its match limit does not match, and is logged. */
void rating_of(const Desk *d, const RatingMail *mail, const ConfigQueue *queue, const RatingFacts *facts, Rating *ret);
/* Whether all that the rule asks for holds. */
gboolean rating_applies(const ConfigRule *rule, const RatingMail *mail, const RatingFacts *facts);
/* What names the alert of a rule with `alert: {key: …}` in that mail: newly allocated, NULL: it does not match; and whether its `closes` does. */
char *rating_alert_key(const ConfigRule *rule, const RatingMail *mail);
gboolean rating_alert_closes(const ConfigRule *rule, const RatingMail *mail);
/* What is known of a ticket (NULL: a new one) of that requester. */
gboolean rating_facts(Desk *d, const ConfigQueue *queue, const Ticket *t, const char *requester, RatingFacts *ret, GError **err);
/* Whether any of `attributes` (ConfigAttribute *) holds. */
gboolean rating_any_attribute(const GPtrArray *attributes, const RatingFacts *facts);
/* Keeps the sum of a mail for `explain`. */
gboolean rating_store(Desk *d, const Rating *r, gint64 ticket, gint64 message, GError **err);

#endif
