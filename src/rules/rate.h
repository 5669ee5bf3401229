/* rate: so many within a time: "10/15m". Pure. */
#ifndef RULES_RATE_H
#define RULES_RATE_H

#include "base/instant.h"

typedef struct {
    int count;
    Seconds within; /* elapsed */
} Rate;

/* N/DURATION, of elapsed time, both more than 0; nothing else may stand there. DATA says what is expected. */
gboolean rate_parse(const char *text, Rate *ret, GError **err);

#endif
