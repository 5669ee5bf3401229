/* attached: in the order of the mail each part that still fits, so that one large file does not take the small ones with it. */
#include "flows/attached.h"

#include <string.h>

#include "base/error.h"
#include "base/limits.h"

#include "mail/message.h"

#include "flows/phrases.h"

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
    if (c->left_out == NULL)
        return g_strdup(text);
    g_autofree char *path = g_build_filename(c->desk->config->spool, c->mail->archive != NULL ? c->mail->archive : "archive", NULL);
    g_autofree char *line = phrase_make("Not attached, too large for one mail: {files}.\nThe whole mail lies at {path}\non the machine of escalate.", "files",
                                        c->left_out, "path", path, NULL);
    return g_strdup_printf("%s\n\n%s", text, line);
}

char *attached_for_requester(const IntakeCase *c, const char *text, const char *language)
{
    g_autofree char *line = phrase_make("Not attached, too large for one mail: {files}.", "files", c->left_out, NULL);
    g_autofree char *said = phrases_say(c->desk, language, line);
    return c->left_out == NULL ? g_strdup(text) : g_strdup_printf("%s\n\n%s", text, said);
}
