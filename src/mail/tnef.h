/* tnef: winmail.dat (application/ms-tnef, [MS-OXTNEF]), which Outlook and Exchange send in place of MIME parts: its text and its
 * files. The only user of libytnef. */
#ifndef MAIL_TNEF_H
#define MAIL_TNEF_H

#include <glib.h>

typedef struct {
    char *name;    /* as written, valid UTF-8, or "" */
    char *type;    /* media type in lower case, application/octet-stream where it says nothing */
    GBytes *bytes;
} TnefFile;

typedef struct {
    char *text;         /* valid UTF-8 without NUL, or NULL */
    gsize length;       /* of text, in bytes */
    gboolean html;      /* what text is */
    gboolean damaged;   /* cut off, a checksum is wrong, or a property could not be read; the rest is there */
    GPtrArray *files;   /* TnefFile * */
} Tnef;

/* NULL: `bytes` are no TNEF, or longer than TNEF_BYTES. Writes no file. */
Tnef *tnef_read(const char *bytes, gsize length);
void tnef_free(Tnef *t); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tnef, tnef_free)

#define TNEF_BYTES (48u * 1024 * 1024)

#endif
