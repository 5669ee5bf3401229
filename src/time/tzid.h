/* tzid: what TZID and X-WR-TIMEZONE values in the wild mean. */
#ifndef TIME_TZID_H
#define TIME_TZID_H

#include "base/zone.h"

/* The zone that an IANA name, a Windows name (`W. Europe Standard Time`) or a path that ends in an IANA name
 * (`/mozilla.org/20050126_1/Europe/Berlin`) stands for; NULL if it is none of them. */
const Zone *tzid_zone(const char *tzid);
/* The IANA name of a Windows name, in any case of letters; NULL if there is none. */
const char *tzid_from_windows(const char *name);

#endif
