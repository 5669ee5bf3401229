/* dsn: the fields of message/delivery-status (RFC 3464), and reading of status codes and addresses in any report. Pure. */
#ifndef RULES_DSN_H
#define RULES_DSN_H

#include "rules/kind.h"

#define DSN_RECIPIENTS_MAX 100

#define DSN_ANY 0
#define DSN_FAILURE 'f' /* 4 or 5 */

/* Adds a KindRecipient for each recipient that the fields name, at most DSN_RECIPIENTS_MAX in all. */
void dsn_read(const char *text, GPtrArray *recipients);

/* The first enhanced status code (RFC 3463) in the text of class '2', '4', '5', DSN_FAILURE or DSN_ANY that is not vague, else
 * the first; newly allocated, or NULL. */
char *dsn_status(const char *text, char class);
/* The address round the '@' at `at` in `line`, domain in lower case, newly allocated, or NULL; *ret_start is where it begins. */
char *dsn_address(const char *line, const char *at, const char **ret_start);
/* White space single, no control characters, cut to what KindRecipient.diagnostic may hold; newly allocated. */
char *dsn_one_line(const char *text);
/* Takes status and diagnostic, NULL for "". */
void dsn_add(GPtrArray *recipients, const char *address, const char *action, char *status, char *diagnostic);
void dsn_recipient_free(KindRecipient *r);

#endif
