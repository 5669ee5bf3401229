/* tried: what a mail that asks says of those who were asked before. */
#ifndef FLOWS_TRIED_H
#define FLOWS_TRIED_H

#include <jansson.h>

#include "store/runs.h"

#include "flows/desk.h"

/* Sets "tried" of `o`: whom the run mailed when beside the reader of page `p`, and what came of it; nothing where there is none. */
gboolean tried_before(Desk *d, const RunRow *r, const LadderPage *p, const Zone *zone, json_t *o, GError **err);

#endif
