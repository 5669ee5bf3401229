/* partdata: content, type, parameters and name of one part of GMime's tree. For mail/message. RFC 2045, 2183, 2231. */
#ifndef MAIL_PARTDATA_H
#define MAIL_PARTDATA_H

#include <gmime/gmime.h>

/* All are newly allocated and cannot fail. */

/* The decoded content of a part, or the bytes of a message inside a mail. */
GByteArray *partdata_bytes(GMimeObject *object);
/* The same for text: what is only labelled base64 stays as it is. */
GByteArray *partdata_text_bytes(GMimePart *part);
/* Lower case; application/octet-stream where the part says nothing. */
char *partdata_media_type(GMimeObject *object);
/* Of the Content-Type, or NULL. */
char *partdata_parameter(GMimeObject *object, const char *name);
/* By mail/salvage's rules, or "". */
char *partdata_file_name(GMimeObject *object);

/* A mail of bytes that prescan has passed, which are copied; NULL where GMime finds none. The caller unrefs it. */
GMimeMessage *partdata_message(const char *bytes, gsize length);

/* The same of any bytes: the prescan comes first. NULL too where no header begins them. */
GMimeMessage *partdata_scanned(const char *bytes, gsize length);

#endif
