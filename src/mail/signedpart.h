/* signedpart: where in a mail the signed bytes and their signature stand: multipart/signed (RFC 1847) with PGP (RFC 3156) or S/MIME
 * (RFC 8551), and only where that is the whole mail. Byte offsets into the mail as it came; nothing is verified here. */
#ifndef MAIL_SIGNEDPART_H
#define MAIL_SIGNEDPART_H

#include <glib.h>

typedef enum { SIGNEDPART_NONE, SIGNEDPART_PGP, SIGNEDPART_SMIME } SignedpartKind;

typedef struct {
    SignedpartKind kind;
    const char *why; /* of SIGNEDPART_NONE: constant text, what is wrong; else NULL */
    gsize content_at, content_length;     /* first part, header and body, without the line break before the boundary */
    gsize signature_at, signature_length; /* body of the second part, still in its transfer encoding */
    gboolean is_base64;
} Signedpart;

#define SIGNEDPART_SIGNATURE_BYTES (256 * 1024)

Signedpart signedpart_find(const char *mail, gsize length);
/* With CRLF for every LF that has no CR: what was signed (RFC 3156 section 5). */
GString *signedpart_canonical(const char *content, gsize length);
/* SHA-256, hex, of canonical bytes without blanks at the ends of lines: a PGP text signature does not cover those, so two mails that
 * differ only there must count as one. */
char *signedpart_digest(const GString *canonical);

#endif
