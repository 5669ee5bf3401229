/* begins: whether a line begins with one of many rows. */
#ifndef RULES_BEGINS_H
#define RULES_BEGINS_H

#include <glib.h>

typedef struct {
    const char *const *rows;
    gsize count;
    const char **sorted; /* by first byte; made when first asked */
    guint16 from[257];   /* where the rows of each first byte begin there */
} Begins;

/* Of an array of rows, none of them empty, at most 65,535. */
#define BEGINS(array) {.rows = array, .count = G_N_ELEMENTS(array)}

/* Byte by byte: who calls has folded both. The index is made by the first call and stays. */
gboolean begins_any(Begins *b, const char *line);

#endif
