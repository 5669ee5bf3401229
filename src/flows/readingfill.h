/* readingfill: fills a Reading from a Letter; private to flows/reading. */
#ifndef FLOWS_READINGFILL_H
#define FLOWS_READINGFILL_H

#include "flows/reading.h"

/* What a field of a Reading may hold; longer text is cut when it is filled, and refused when it comes as JSON. */
#define READING_ADDRESS_BYTES 1000
#define READING_NAME_BYTES 2000
#define READING_ID_BYTES 2000
#define READING_DIAGNOSTIC_BYTES 2000
#define READING_RESULTS_MAX 20
#define READING_RESULT_BYTES 4000
#define READING_LISTED_MAX 1000 /* bounced recipients, attachments, defects */

/* `r` is new; the text of `l` may be cut. */
void readingfill_from_letter(Reading *r, Letter *l, gboolean null_sender, const KindWords *words);

#endif
