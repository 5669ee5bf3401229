/* boundary: the boundary parameter of a Content-Type field, for the pre-scan. Knows no MIME library. */
#ifndef MAIL_BOUNDARY_H
#define MAIL_BOUNDARY_H

#include <glib.h>

/* boundary=token or boundary="text", once outside of other quotes, without comments and escapes, in `n` bytes of a field. FALSE for
 * all else; then *ret may be set all the same. */
gboolean boundary_find(const char *field, gsize n, const char **ret, gsize *ret_length);

#endif
