/* attached: in the order of the mail each part that still fits, so that one large file does not take the small ones with it. */
#include "flows/attached.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "mail/message.h"

#include "base/banned.h"

#define NAMED 10 /* files in the sentence */

static void leave_out(GString *all, guint n, const char *name, gsize size)
{
    g_autofree char *amount = size >= 1024 * 1024 ? g_strdup_printf("%" G_GSIZE_FORMAT " MB", size / (1024 * 1024))
                                                  : g_strdup_printf("%" G_GSIZE_FORMAT " kB", size / 1024 + 1);
    if (n < NAMED)
        g_string_append_printf(all, "%s%.60s (%s)", n > 0 ? ", " : "", *name != '\0' ? name : "a file without a name", amount);
    else if (n == NAMED)
        g_string_append(all, ", …");
}

/* Of parts that could not even be read: what the reading knows of them. */
static void leave_all_out(const GPtrArray *attachments, GString *all)
{
    for (guint i = 0; i < attachments->len; i++) {
        const LetterAttachment *a = g_ptr_array_index(attachments, i);
        leave_out(all, i, a->name, a->size);
    }
}

static void leave_large_out(GPtrArray *parts, GString *all)
{
    gsize total = 0;
    guint kept = 0, n = 0, count = parts->len;
    for (guint i = 0; i < count; i++) {
        const MessagePart *p = g_ptr_array_index(parts, kept);
        gsize size = g_bytes_get_size(p->bytes);
        if (size <= LIMIT_ATTACHED_BYTES - total) {
            total += size;
            kept++;
        } else {
            leave_out(all, n++, p->name, size);
            g_ptr_array_remove_index(parts, kept);
        }
    }
}

gboolean attached_parts(IntakeCase *c, GPtrArray **ret, GError **err)
{
    g_autoptr(GString) all = g_string_new(NULL);
    GError *local = NULL;
    *ret = NULL;
    g_clear_pointer(&c->left_out, g_free);
    if (c->reading->attachments->len == 0 || c->mail->parts == NULL)
        return TRUE;
    if (c->mail->parts(c->mail->data, ret, &local)) {
        leave_large_out(*ret, all);
    } else if (local->code == ERROR_LIMIT) {
        leave_all_out(c->reading->attachments, all);
        g_clear_error(&local);
    } else {
        g_propagate_error(err, local);
        return FALSE;
    }
    if (all->len == 0)
        return TRUE;
    intake_note(c, "attachments not passed on, too large for one mail: %s", all->str);
    c->left_out = g_utf8_make_valid(all->str, -1);
    g_strdelimit(c->left_out, "\r\n", ' ');
    return TRUE;
}

char *attached_for_team(const IntakeCase *c, const char *text)
{
    return c->left_out == NULL ? g_strdup(text)
                               : g_strdup_printf("%s\n\nNot attached, too large for one mail: %s.\nThe whole mail lies at %s/%s\non the machine of escalate.", text,
                                                 c->left_out, c->desk->config->spool, c->mail->archive != NULL ? c->mail->archive : "archive");
}

char *attached_for_requester(const IntakeCase *c, const char *text, const char *language)
{
    gboolean de = language != NULL && g_ascii_strncasecmp(language, "de", 2) == 0;
    return c->left_out == NULL ? g_strdup(text)
                               : g_strdup_printf(de ? "%s\n\nNicht angehängt, da zu groß für eine E-Mail: %s." : "%s\n\nNot attached, too large for one mail: %s.", text,
                                                 c->left_out);
}
