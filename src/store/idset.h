/* idset: keys that several queries gave: arrays of gint64, ascending. Cannot fail. */
#ifndef STORE_IDSET_H
#define STORE_IDSET_H

#include <glib.h>

/* Makes a set of keys in any order. */
void idset_sort(GArray *ids);

/* Leaves in *set what is in `ids` too or, `without`, what is not. *set NULL is the set of all, of which `ids` is left (a copy); with
 * `without` it must be known. */
void idset_narrow(GArray **set, const GArray *ids, gboolean without);

#endif
