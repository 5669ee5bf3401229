/* parttype: what a part of that media type is for, as one table. RFC 2046, 3464, 8098, 5965, 6533, 6047. */
#ifndef MAIL_PARTTYPE_H
#define MAIL_PARTTYPE_H

#include <glib.h>

typedef enum {
    PARTTYPE_FILE, /* anything else */
    PARTTYPE_TEXT,
    PARTTYPE_HTML,
    PARTTYPE_STATUS,   /* message/delivery-status */
    PARTTYPE_RECEIPT,  /* message/disposition-notification */
    PARTTYPE_FEEDBACK, /* message/feedback-report */
    PARTTYPE_HEADERS,  /* the header of a returned mail */
    PARTTYPE_MESSAGE,  /* a mail that is encoded */
    PARTTYPE_PARTIAL,  /* message/partial: a piece of a mail */
    PARTTYPE_CALENDAR,
    PARTTYPE_ICS, /* a calendar as a file */
    PARTTYPE_TNEF, /* winmail.dat */
    PARTTYPE_OPAQUE, /* S/MIME: what is signed stands inside (RFC 8551 3.5.2); or it is encrypted */
    PARTTYPE_SIGNATURE
} PartType;

/* `media` in lower case. Cannot fail. */
PartType parttype_of(const char *media);
/* What a file of that type is called that has no name, by what opens it; "" where nothing is known. */
const char *parttype_file_name(const char *media);
/* What mail programs put below a text of their own accord: the logo of a firm, a visiting card, a key. */
gboolean parttype_is_ornament(const char *media);

#endif
