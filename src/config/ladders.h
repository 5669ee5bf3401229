/* ladders: what an operator should be warned of in a policy, beside wrong names: levels that nothing reaches, and people who are asked too
 * late to help. Only what is so whatever the day: a warning that is not true teaches to overlook the next. */
#ifndef CONFIG_LADDERS_H
#define CONFIG_LADDERS_H

#include "config/fields.h"

void ladders_check(Fields *f);

#endif
