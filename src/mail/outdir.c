/* outdir: mail as files, for tests, shadow mode and anyone who wants to look first. A name comes from outside this file, so it is
 * held to letters, digits, '-' and '.': it must never lead out of the directory or hide. */
#include "mail/outdir.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"

#include "base/banned.h"

#define NAME_BYTES 200 /* with ".eml" and the half-written name's tail still a file name */

static gboolean is_good_name(const char *name)
{
    if (name == NULL || *name == '\0' || *name == '.' || strlen(name) > NAME_BYTES)
        return FALSE;
    for (const char *p = name; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && *p != '-' && *p != '.')
            return FALSE;
    return TRUE;
}

TransportResult outdir_send(const TransportOptions *options, const TransportMail *mail, char **ret_reply)
{
    if (!is_good_name(mail->name)) { /* of this mail alone, so the others need not wait */
        *ret_reply = g_strdup_printf("file name '%s': only letters, digits, '-' and '.'", mail->name != NULL ? mail->name : "");
        return TRANSPORT_RECIPIENT_FAILED;
    }
    g_autoptr(GError) err = NULL;
    g_autofree char *path = g_strdup_printf("%s/%s.eml", options->directory, mail->name);
    if (!files_replace(path, mail->bytes, mail->length, 0640, &err)) {
        *ret_reply = g_strdup(err->message);
        return TRANSPORT_DOWN;
    }
    *ret_reply = g_strdup_printf("written '%s'", path);
    return TRANSPORT_SENT;
}
