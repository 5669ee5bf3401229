/* occur: the occurrences of the events of a file, as instants: rules, RDATE, EXDATE, overrides, zones. Private to time/. */
#ifndef TIME_OCCUR_H
#define TIME_OCCUR_H

#include "time/icalfile.h"

typedef struct {
    Instant start, end; /* equal: takes no time */
    const IcalEvent *event;
} Occurrence;

/* Those of `events` (IcalEvent) that overlap [from, to), in order of start, but for CANCELLED ones: array of Occurrence. `zone`
 * is for floating values and dates. LIMIT error beyond LIMIT_ICAL_INSTANCES or LIMIT_ICAL_WORK names file and UID. */
gboolean occur_expand(const GPtrArray *events, const Zone *zone, Instant from, Instant to, GArray **ret, GError **err);

/* The instant of a written time: as the start of something. */
Instant occur_start(const IcalTime *t, const Zone *zone);
/* The end of what begins at `start` (its instant is `begins`) and was written with this end. */
Instant occur_end(const IcalTime *start, const IcalEnd *end, const Zone *zone);

#endif
