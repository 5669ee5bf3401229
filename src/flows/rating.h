/* rating: what the rules of the configuration say of a mail: severity, category, owner, where to file it. */
#ifndef FLOWS_RATING_H
#define FLOWS_RATING_H

#include "flows/desk.h"
#include "flows/reading.h"

typedef struct {
    int severity;         /* 0 … 3: the worst floor of all that match, else the queue's default */
    const char *category; /* of the first that gives one, or NULL */
    const Who *owner;     /* the same */
    const char *file;     /* "other", or NULL */
    GPtrArray *matched;   /* const char *: names of the rules, for the decision log */
} Rating;

void rating_clear(Rating *r);
/* Cannot fail: a pattern that runs into its match limit does not match, and is logged. */
void rating_of(const Desk *d, const Reading *r, const ConfigQueue *queue, Rating *ret);

#endif
