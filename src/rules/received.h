/* received: did this mail come from inside? Reads the topmost Received field (RFC 5321 4.4), which the server wrote that hands mail to
 * us: the address that it saw (RFC 5321 4.4's TCP-info), and whether the sender had logged in (RFC 3848). Pure. */
#ifndef RULES_RECEIVED_H
#define RULES_RECEIVED_H

#include <glib.h>

/* Whether `word` is `submission`, or a network: an IPv4 or IPv6 address, alone or with a prefix length. */
gboolean received_is_internal_word(const char *word);

/* Whether the mail came from one of `internal` (words as above; NULL or empty: none). `headers`: LetterHeader *, topmost first. Hops
 * over loopback addresses, as of content filters, are passed over unless they are named. *ret_why is set on TRUE, newly allocated. */
gboolean received_is_internal(const GPtrArray *headers, char *const *internal, char **ret_why);

#endif
