/* causes: why a run is there, in words. The names in the database are few and short; people read sentences. */
#ifndef FLOWS_CAUSES_H
#define FLOWS_CAUSES_H

#include <jansson.h>

#include "flows/desk.h"

/* Those of a run in the order of their begin: [{cause, name, over, clock}]: the words, the
 * name in the database, whether it holds no more, and whether it is a clock. */
gboolean causes_of_run(Desk *d, gint64 run, json_t **ret, GError **err);
/* Those that are no clock and hold still, joined for a sentence; *ret is NULL where there is none. */
gboolean causes_beside_clocks(Desk *d, gint64 run, char **ret, GError **err);

#endif
