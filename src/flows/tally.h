/* tally: what a rehearsal comes to: numbers with names, so that two can be compared. */
#ifndef FLOWS_TALLY_H
#define FLOWS_TALLY_H

#include "flows/rehearse.h"

typedef struct {
    char *group; /* "mails", "tickets", "escalations", "pages", "person", "hour", "breaches" */
    char *name;  /* "total", "bob", "07", "respond" */
    gint64 n;
} TallyRow;

typedef struct Tally Tally;

/* Hours, nights and weekends are those of `zone`: night is from 22:00 to 06:00, a weekend Saturday and Sunday. */
Tally *tally_new(const Zone *zone);
void tally_free(Tally *t);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tally, tally_free)
/* A mail that goes out: counted where it asks somebody. */
void tally_page(Tally *t, const RehearseMail *mail);
/* A mail that came in, or could not. */
void tally_fate(Tally *t, RehearseFate fate);
void tally_undated(Tally *t, guint n);
/* Adds what the rehearsal's database holds, and gives all rows in order of printing: array of TallyRow with clear func. Tickets about tickets
 * that nobody took are counted apart. */
gboolean tally_rows(const Tally *t, Desk *d, GArray **ret, GError **err);

/* A row of two rehearsals: either may lack it, and has 0 then. Array of TallyPair, whose texts are those of the rows. */
typedef struct {
    const char *group, *name;
    gint64 before, after;
} TallyPair;
GArray *tally_pairs(const GArray *before, const GArray *after);

#endif
