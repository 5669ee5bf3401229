/* duration: a length of time as people write it: `90s 15m 4h 2d 1w` elapsed, `30bm 4bh 2bd` business time. Pure. */
#ifndef RULES_DURATION_H
#define RULES_DURATION_H

#include "base/instant.h"

typedef enum {
    DURATION_ELAPSED,       /* amount is seconds on the wall clock */
    DURATION_OPEN_SECONDS,  /* amount is seconds of open time: Nbs Nbm Nbh */
    DURATION_BUSINESS_DAYS  /* amount is a number of business days: Nbd */
} DurationUnit;

typedef struct {
    gint64 amount; /* >= 0 */
    DurationUnit unit;
} Duration;

/* `N[b](s|m|h|d|w)`, nothing else beside it; `bw` is refused, as is more than 100 years. DATA error says what is expected. */
gboolean duration_parse(const char *text, Duration *ret, GError **err);
/* The shortest text that parses to the same: "30bm", "2bd", "90s"; newly allocated. */
char *duration_format(Duration d);
/* "25 min", "3 h 10 min", "2 days": for people; newly allocated. */
char *duration_format_human(Seconds s);

#endif
