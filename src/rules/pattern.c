/* pattern: see the header. */
#include "rules/pattern.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

#define PATTERN_MAX 1000

/* GLib's message ends in `at char N: reason`; the pattern in it would be shown with the limit that is put before it. */
GRegex *pattern_new(const char *pattern, GError **err)
{
    g_autoptr(GError) why = NULL;
    if (strlen(pattern) > PATTERN_MAX) {
        error_set(err, ERROR_DATA, "the pattern is too long, expected at most " G_STRINGIFY(PATTERN_MAX) " bytes");
        return NULL;
    }
    g_autoptr(GRegex) bare = g_regex_new(pattern, G_REGEX_CASELESS, 0, &why);
    g_autofree char *bounded = g_strconcat(LIMIT_REGEX_MATCH, pattern, NULL);
    GRegex *regex = bare != NULL ? g_regex_new(bounded, G_REGEX_CASELESS, 0, &why) : NULL;
    if (regex != NULL)
        return regex;
    const char *reason = g_strrstr(why->message, " at char ");
    error_set(err, ERROR_DATA, "pattern '%.200s' is wrong%s, expected a Perl regular expression", pattern, reason != NULL ? reason : "");
    return NULL;
}
