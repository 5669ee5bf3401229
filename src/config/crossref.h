/* crossref: whether what was read fits together. */
#ifndef CONFIG_CROSSREF_H
#define CONFIG_CROSSREF_H

#include "config/fields.h"

/* Looks up every name that was used and checks one thing against another; tells errors and warnings. */
void crossref_check(Fields *f);

#endif
