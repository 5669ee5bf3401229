/* icalread: small values of libical's tree as plain data, and a VTIMEZONE as a zone. Private to time/ical. */
#ifndef TIME_ICALREAD_H
#define TIME_ICALREAD_H

#include <libical/ical.h>

#include "time/recur.h"

gboolean icalread_local(struct icaltimetype t, LocalTime *ret); /* FALSE: no such date or time */
/* Appends the rules (RecurRule) of all properties of that kind. */
gboolean icalread_rules(icalcomponent *c, icalproperty_kind kind, gboolean is_date, GPtrArray *out, GError **err);
char *icalread_text(icalcomponent *c, icalproperty_kind kind); /* valid UTF-8, newly allocated; or NULL */
char *icalread_x_text(icalcomponent *c, const char *name);     /* the same of an X- property */
int icalread_number(icalcomponent *c, icalproperty_kind kind); /* 0 where there is none */
/* The caller frees it with zone_free. */
Zone *icalread_vtimezone(const char *tzid, icalcomponent *c, GError **err);
/* The first noon of 2024 to 2035 on which the two zones show another time; INSTANT_NONE: none. */
Instant icalread_first_difference(const Zone *a, const Zone *b);

#endif
