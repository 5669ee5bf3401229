/* error: the one error domain. A code says what the caller must do; the message says what failed, in lower case without a
 * full stop ("read 'x.ics': unexpected end"), and names file, line, key or message. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <glib.h>

typedef enum {
    ERROR_TEMPFAIL, /* try again later: disk, lock, network */
    ERROR_DATA,     /* this message or file is bad: hold it */
    ERROR_CONFIG,   /* the operator must mend something */
    ERROR_REFUSED,  /* a rule says no */
    ERROR_NOTFOUND, /* no such thing */
    ERROR_LIMIT,    /* too large, too many, too deep, too far ahead */
    ERROR_INTERNAL, /* a fault of this program */
    ERROR_USAGE     /* the command line is wrong */
} ErrorCode;

#define ESCALATE_ERROR error_quark()
GQuark error_quark(void);

/* Exit status of the escalate command for `err`: 1 refused or not found, 2 usage, 75 try again, 78 configuration; 0 for NULL. */
int error_exit_status(const GError *err);

/* Sets *err to code with a message in printf format; always returns FALSE, so that `return error_set(err, …)` reads well. */
gboolean error_set(GError **err, ErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The same with ": strerror(saved_errno)" appended. Pass errno as it was saved at the failing call. */
gboolean error_set_errno(GError **err, ErrorCode code, int saved_errno, const char *format, ...) G_GNUC_PRINTF(4, 5);

#endif
