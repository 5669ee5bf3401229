/* csv: comma-separated values as RFC 4180 has them, from whatever a CRM writes: CR LF or LF, `;` or a tab in place of the comma where the
 * first line has that and no comma, a byte order mark. Pure. */
#ifndef RULES_CSV_H
#define RULES_CSV_H

#include <glib.h>

#define CSV_FIELDS_MAX 200

typedef struct {
    const char *p, *end;
    char comma;
    guint line; /* of the last record */
} CsvReader;

/* `text` lives as long as the reader. */
void csv_init(CsvReader *r, const char *text, gsize length);
/* The next record: its fields (char *) replace those of `fields`, which frees them. Empty lines are passed over. FALSE: the end. *ret_problem
 * (constant text): what is wrong with this record, or NULL. */
gboolean csv_next(CsvReader *r, GPtrArray *fields, const char **ret_problem);

#endif
