/* boundary: the boundary of a multipart, where every parser must read the same one. It must never answer one that another parser
 * would read in another way: the pre-scan counts what is unclear more strictly. */
#include "mail/boundary.h"

#include <string.h>

#include "base/banned.h"

#define BOUNDARY_MAX 256

/* Behind a quoted value, which nobody can read in another way: it begins at '=' and ends at ';', a blank or the end. NULL: not so. */
static const char *skip_quoted(const char *field, const char *quote, const char *end)
{
    const char *before = quote, *stop = memchr(quote + 1, '"', (gsize)(end - quote - 1));
    while (before > field && g_ascii_isspace(before[-1]))
        before--;
    if (stop == NULL || before == field || before[-1] != '=')
        return NULL;
    return stop + 1 == end || stop[1] == ';' || g_ascii_isspace(stop[1]) ? stop + 1 : NULL;
}

/* Behind the word "boundary", where it stands once outside of quotes; NULL where that is not plain. */
static const char *find_word(const char *p, gsize n)
{
    const char *end = p + n, *found = NULL;
    if (memchr(p, '\\', n) != NULL)
        return NULL;
    for (const char *q = p; q < end;) {
        gboolean is_word = end - q >= 8 && g_ascii_strncasecmp(q, "boundary", 8) == 0;
        if (*q == '(' || (is_word && found != NULL))
            return NULL;
        if (is_word)
            found = q + 8;
        q = *q == '"' ? skip_quoted(p, q, end) : q + (is_word ? 8 : 1);
        if (q == NULL)
            return NULL;
    }
    return found;
}

gboolean boundary_find(const char *field, gsize n, const char **ret, gsize *ret_length)
{
    const char *end = field + n, *found = find_word(field, n);
    if (found == NULL)
        return FALSE;
    while (found < end && g_ascii_isspace(*found))
        found++;
    if (found >= end || *found++ != '=')
        return FALSE;
    while (found < end && g_ascii_isspace(*found))
        found++;
    gboolean quoted = found < end && *found == '"';
    if (quoted)
        found++;
    const char *stop = found;
    while (stop < end && (quoted ? *stop != '"' : *stop != ';' && !g_ascii_isspace(*stop)))
        stop++;
    while (quoted && stop > found && g_ascii_isspace(stop[-1]))
        stop--;
    *ret = found;
    *ret_length = (gsize)(stop - found);
    return *ret_length > 0 && *ret_length <= BOUNDARY_MAX && memchr(found, '\n', *ret_length) == NULL
           && memchr(found, '\0', *ret_length) == NULL;
}
