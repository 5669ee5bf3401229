/* rehearsed: what simulate and replay share on the command line: which queue, and how mails and ends are printed. */
#ifndef PROGRAMS_REHEARSED_H
#define PROGRAMS_REHEARSED_H

#include "flows/rehearse.h"

typedef struct {
    const Desk *desk;
    const Zone *zone;   /* of all times */
    gboolean json;
    guint mails, pages; /* printed so far */
} Rehearsed;

/* The queue `name`, or the first that has that policy, or the first of all; from now on it has that policy. NOTFOUND names what there is not. */
gboolean rehearsed_queue(Desk *d, const char *policy, const char *name, ConfigQueue **ret, GError **err);
/* RehearseListener over a Rehearsed: time, level/try, template, contact and address, ticket, first line, with tabs between. */
void rehearsed_mail(const RehearseMail *mail, void *data);
/* What somebody answers, and what he is told. */
void rehearsed_answer(Rehearsed *s, Instant at, const char *who, const char *text);
void rehearsed_result(Rehearsed *s, Instant at, const char *who, const char *text);
/* How each escalation ended, and how many mails. `until`: where it was looked no further; INSTANT_NONE: only repeats were left. */
void rehearsed_end(Rehearsed *s, const GPtrArray *runs, Instant until);

#endif
