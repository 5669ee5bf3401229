/* composed: see the header. */
#include "mail/composed.h"

#include <string.h>

#include <gmime/gmime.h>

#include "base/banned.h"

#define TEXT_PART "\nContent-Type: text/plain;"
#define QUOTED "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
#define SEVEN_BIT "\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
#define BOUNDARY "\r\n--=_"

/* What stands behind the field of that encoding; NULL: it is another. */
static const char *behind(const char *fields, const char *encoding)
{
    const char *end = strstr(fields, "\r\n\r\n"), *found = strstr(fields, encoding);
    return found != NULL && found <= end ? found + strlen(encoding) : NULL;
}

char *composed_text(const char *bytes, gsize length)
{
    g_autofree char *mail = g_strndup(bytes, length);
    const char *fields = strstr(mail, TEXT_PART), *coded = fields != NULL ? behind(fields, QUOTED) : NULL;
    const char *body = coded != NULL ? coded : fields != NULL ? behind(fields, SEVEN_BIT) : NULL;
    if (body == NULL)
        return NULL;
    const char *end = strstr(body, BOUNDARY);
    const gsize n = end != NULL ? (gsize)(end - body) : strlen(body);
    GMimeEncoding coder;
    g_mime_encoding_init_decode(&coder, coded != NULL ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE : GMIME_CONTENT_ENCODING_7BIT);
    char *text = g_malloc(g_mime_encoding_outlen(&coder, n) + 1);
    gsize decoded = g_mime_encoding_flush(&coder, body, n, text), kept = 0;
    for (gsize i = 0; i < decoded; i++)
        if (text[i] != '\r' && text[i] != '\0')
            text[kept++] = text[i];
    text[kept] = '\0';
    return text;
}
