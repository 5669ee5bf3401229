/* composed: a mail that mail/compose wrote, read again, without a parser of mail: its form is known, and the parts below its text are others' words. */
#ifndef MAIL_COMPOSED_H
#define MAIL_COMPOSED_H

#include <glib.h>

/* Its text, which stands first, of as much of it as there is; with LF line ends. NULL: compose_mail did not write that. Newly allocated. */
char *composed_text(const char *bytes, gsize length);

#endif
