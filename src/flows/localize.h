/* localize: the few words that code puts into values of a view, in the reader's language: days, months, lengths of time. */
#ifndef FLOWS_LOCALIZE_H
#define FLOWS_LOCALIZE_H

#include <jansson.h>

/* In place. A language without a table stays as it is, English. Harmless when done twice. */
void localize_view(json_t *view, const char *language);

#endif
