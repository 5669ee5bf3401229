/* problems: what is wrong with a configuration, collected so that one run names all of it, in order of file, line and column. */
#ifndef CONFIG_PROBLEMS_H
#define CONFIG_PROBLEMS_H

#include <glib.h>

/* Where something stands. `path` is shown and lives as long as the sources; line 0: the file as a whole, which cannot be read. */
typedef struct {
    const char *path;
    int file; /* number of the file in reading order */
    int line, column;
} Place;

typedef struct Problems Problems;

Problems *problems_new(void);
void problems_free(Problems *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Problems, problems_free)

/* `what is wrong, what is expected` in printf format. Control characters are escaped, long texts cut. */
void problems_error(Problems *p, const Place *at, const char *format, ...) G_GNUC_PRINTF(3, 4);
void problems_warning(Problems *p, const Place *at, const char *format, ...) G_GNUC_PRINTF(3, 4);
gboolean problems_has_errors(const Problems *p);
/* Whether further errors would only be counted: spares the work of wording them. */
gboolean problems_is_full(const Problems *p);
/* Appends all texts (char *), sorted, to the arrays; either may be NULL. */
void problems_finish(Problems *p, GPtrArray *errors, GPtrArray *warnings);
/* `file:line:column`; newly allocated. */
char *problems_place_format(const Place *at);

#endif
