/* localize: what code puts into values of a view, in the reader's language: phrases, and the few words of times. */
#ifndef FLOWS_LOCALIZE_H
#define FLOWS_LOCALIZE_H

#include <jansson.h>

#include "flows/desk.h"

/* In place. What the language does not have stays English; NULL: all of it. Harmless when done twice. */
void localize_view(const Desk *d, json_t *view, const char *language);
/* The same in English, without what a site says in place of it: for output that scripts read. */
void localize_plain(json_t *view);

#endif
