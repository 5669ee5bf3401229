/* opaque: what comes out of a signature is as hostile as the mail: it passes the same prescan before GMime sees it. */
#include "mail/opaque.h"

#include "mail/partdata.h"
#include "mail/smime.h"

#include "base/banned.h"

GMimeMessage *opaque_open(GMimePart *part)
{
    g_autoptr(GByteArray) der = partdata_bytes(GMIME_OBJECT(part));
    g_autoptr(GBytes) inner = der->len > 0 ? smime_embedded(der->data, der->len) : NULL;
    gsize length = 0;
    const char *bytes = inner != NULL ? g_bytes_get_data(inner, &length) : NULL;
    return length > 0 ? partdata_scanned(bytes, length) : NULL;
}
