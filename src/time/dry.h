/* dry: whether files run out of events soon, or have grown old (rules: a calendar that ends is open, or nobody's, without a word).
 * Private to time/. */
#ifndef TIME_DRY_H
#define TIME_DRY_H

#include "rules/duration.h"
#include "time/icalfile.h"

/* Appends a line (char *) to `reports` for each of `files` (IcalFile) whose last event ends less than DRY_DAYS after `now`, or that was
 * changed longer than `max_age` ago (amount 0: any age). `what` begins the line. */
void dry_check(const GPtrArray *files, const Zone *zone, const char *what, Instant now, Duration max_age, GPtrArray *reports);

#define DRY_DAYS 30

#endif
