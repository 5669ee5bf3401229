/* error: one domain, one table from code to exit status. It must never log: libraries return, programs log. */
#include "base/error.h"

#include <string.h>

#include "base/banned.h"

static const int exit_of[] = {
    [ERROR_TEMPFAIL] = 75, [ERROR_DATA] = 1,     [ERROR_CONFIG] = 78,   [ERROR_REFUSED] = 1,
    [ERROR_NOTFOUND] = 1,  [ERROR_LIMIT] = 1,    [ERROR_INTERNAL] = 75, [ERROR_USAGE] = 2,
};

GQuark error_quark(void) { return g_quark_from_static_string("escalate"); }

int error_exit_status(const GError *err)
{
    if (err == NULL)
        return 0;
    if (err->domain != ESCALATE_ERROR || err->code < 0 || err->code >= (int)G_N_ELEMENTS(exit_of))
        return 75;
    return exit_of[err->code];
}

gboolean error_set(GError **err, ErrorCode code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *text = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_autofree char *valid = g_utf8_make_valid(text, -1); /* what it quotes was cut, or was never UTF-8 */
    g_set_error_literal(err, ESCALATE_ERROR, (int)code, valid);
    return FALSE;
}

gboolean error_set_errno(GError **err, ErrorCode code, int saved_errno, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    g_autofree char *text = g_strdup_vprintf(format, ap);
    va_end(ap);
    return error_set(err, code, "%s: %s", text, g_strerror(saved_errno));
}
