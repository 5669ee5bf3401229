/* rota: who is on duty when, from iCalendar files. ATTENDEE (mailto: in any case) names contacts by address; PARTSTAT=DECLINED is
 * not on duty; PRIORITY layers (0 lowest, then 9 … 1 highest); equal layers that overlap are all on duty. */
#ifndef TIME_ROTA_H
#define TIME_ROTA_H

#include "base/zone.h"
#include "rules/duration.h"

typedef struct Rota Rota;

/* Maps an address or a SUMMARY to a contact's name, or NULL if it is none of ours; the result lives as long as `data`. */
typedef const char *(*RotaContact)(const char *address_or_summary, void *data);

/* Reads the files at once. An attendee that is no contact is a CONFIG error that names file and UID. `zone_id` may be NULL as in
 * calendar_new. */
Rota *rota_new(const char *name, char *const *files, const char *zone_id, RotaContact contact, void *data, GPtrArray *warnings,
               GError **err);
void rota_free(Rota *r);
/* Appends a line (char *) for each file that runs dry or is older than `max_age` (amount 0: any). */
void rota_dry(const Rota *r, Instant now, Duration max_age, GPtrArray *reports);
/* Twelve hex digits that change with the files and the zone. */
const char *rota_version(const Rota *r);
const char *rota_name(const Rota *r);
const Zone *rota_zone(const Rota *r);

/* Names of the contacts on duty at t (const char *, owned by the rota), in order of name; empty where nobody is. */
gboolean rota_on_duty(Rota *r, Instant t, GPtrArray **ret, GError **err);
/* A time in which the same people are on duty. */
typedef struct {
    Instant start, end;
    GPtrArray *names; /* const char *, in order of name, maybe empty */
    gboolean is_equal; /* more than one, since equal duties overlap, and not as several attendees of one */
} RotaPeriod;
/* The periods of [from, to), in order and without gaps; array of RotaPeriod with clear func. At most ROTA_RANGE_MAX long. */
gboolean rota_periods(Rota *r, Instant from, Instant to, GArray **ret, GError **err);
#define ROTA_RANGE_MAX ((Seconds)366 * 86400)
/* The first instant after t at which the answer of rota_on_duty changes; INSTANT_MAX if it never does within a year. */
gboolean rota_next_change(Rota *r, Instant t, Instant *ret, GError **err);

#endif
