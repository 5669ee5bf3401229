/* opaque: the mail inside an S/MIME signature that holds what it signs (RFC 8551 3.5.2). Nothing is verified here. */
#ifndef MAIL_OPAQUE_H
#define MAIL_OPAQUE_H

#include <gmime/gmime.h>

/* The caller unrefs it; NULL where the part holds none, as when it is encrypted. */
GMimeMessage *opaque_open(GMimePart *part);

#endif
