/* rate: see the header. Business time would make the window depend on a calendar: what comes in bursts does so by the wall clock. */
#include "rules/rate.h"

#include <string.h>

#include "base/error.h"

#include "rules/duration.h"

#include "base/banned.h"

gboolean rate_parse(const char *text, Rate *ret, GError **err)
{
    const char *slash = strchr(text, '/');
    g_autofree char *number = slash == NULL ? NULL : g_strndup(text, (gsize)(slash - text));
    guint64 count;
    Duration within;
    if (number != NULL && g_ascii_string_to_unsigned(number, 10, 1, G_MAXINT, &count, NULL) && duration_parse(slash + 1, &within, NULL)
        && within.unit == DURATION_ELAPSED && within.amount > 0) {
        *ret = (Rate){(int)count, within.amount};
        return TRUE;
    }
    return error_set(err, ERROR_DATA, "'%.40s', expected a number and an elapsed time, like 10/15m", text);
}
