/* authres: is From authenticated? Reads Authentication-Results (RFC 8601) of trusted servers only: the topmost field of a trusted
 * authserv-id, since everybody can write the others. Pure. */
#ifndef RULES_AUTHRES_H
#define RULES_AUTHRES_H

#include <glib.h>

typedef enum {
    AUTHRES_NONE, /* nobody trusted said anything, or nothing aligned */
    AUTHRES_PASS, /* dmarc=pass, or SPF or DKIM passed for a domain aligned with From (RFC 7489 3.1, relaxed) */
    AUTHRES_BROKEN, /* dkim=fail of an aligned domain, or of none that is named, and nothing passed: what NONE is for authority (RFC
                     * 6376 6.1), but no stranger is answered by a machine */
    AUTHRES_FAIL  /* dmarc=fail, or spf=fail without an aligned DKIM pass */
} AuthresVerdict;

/* `fields`: values of the Authentication-Results fields, topmost first (char *); `trusted`: authserv-ids, or NULL. With
 * `from_doubtful` the server may have judged another From than from_address: a dmarc=pass counts only where header.from says which.
 * Cannot fail. */
AuthresVerdict authres_verdict(const GPtrArray *fields, char *const *trusted, const char *from_address, gboolean from_doubtful);
const char *authres_name(AuthresVerdict v);

#endif
