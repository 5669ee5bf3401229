/* cmd_inspect: `escalate inspect [--mbox] [FILE…]`: what escalate reads in a mail, one JSON object a line, in order. Needs no
 * configuration (one that -c names adds its words) and changes nothing. A file that cannot be read is told and passed over; a mail that cannot be parsed is still
 * answered. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/spoolname.h"
#include "mail/message.h"
#include "flows/reading.h"
#include "programs/cmd.h"
#include "programs/mbox.h"

#include "base/banned.h"

#define MBOX_BYTES ((gsize)2 * 1024 * 1024 * 1024)
#define ENVELOPE "X-Escalate-Envelope-"

/* One line of compact JSON. */
static gboolean print_reading(const Reading *r, GError **err)
{
    g_autoptr(GString) text = g_string_new(NULL);
    reading_to_json(r, text);
    return puts(text->str) >= 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "write standard output");
}

/* `bytes` may be changed. A spool file's envelope is skipped; it says whether the sender is null. */
static gboolean inspect_one(char *bytes, gsize length, const KindWords *words, GError **err)
{
    gsize skip = 0;
    gboolean null_sender = FALSE;
    if (length > strlen(ENVELOPE) && g_ascii_strncasecmp(bytes, ENVELOPE, strlen(ENVELOPE)) == 0) {
        SpoolEnvelope envelope;
        const char *why;
        if (spoolname_envelope_read(bytes, length, &envelope, &why) == 0) {
            skip = envelope.mail_offset;
            null_sender = envelope.sender != NULL && *envelope.sender == '\0';
        }
    }
    g_autoptr(Reading) r = reading_of_mail(bytes + skip, length - skip, null_sender, words);
    return print_reading(r, err);
}

static gboolean inspect_all(GString *all, gboolean mbox, const KindWords *words, GError **err)
{
    if (!mbox)
        return inspect_one(all->str, all->len, words, err);
    for (gsize at = 0; at < all->len;) {
        gsize next = mbox_next(all->str, all->len, at);
        if (!inspect_one(all->str + at, next - at, words, err))
            return FALSE;
        at = next;
    }
    return TRUE;
}

/* NULL: standard input. */
static gboolean read_input(const char *path, gboolean mbox, GString **ret, GError **err)
{
    gsize max = mbox ? MBOX_BYTES : (gsize)LIMIT_MAIL_BYTES + SPOOLNAME_ENVELOPE_MAX;
    if (path == NULL)
        return files_read_fd(STDIN_FILENO, "standard input", max, ret, err);
    return files_read(path, max, ret, err);
}

static int inspect_input(const char *path, gboolean mbox, const KindWords *words)
{
    g_autoptr(GError) err = NULL;
    GString *all;
    if (!read_input(path, mbox, &all, &err)) {
        cmd_fail(err);
        return 1;
    }
    gboolean good = inspect_all(all, mbox, words, &err);
    g_string_free(all, TRUE);
    return good ? 0 : cmd_fail(err);
}

int cmd_inspect(int argc, char **argv, CommandContext *ctx)
{
    gboolean mbox = FALSE;
    int first = 1, status = 0;
    for (; first < argc && argv[first][0] == '-' && argv[first][1] != '\0'; first++) {
        if (strcmp(argv[first], "--mbox") == 0) {
            mbox = TRUE;
        } else if (strcmp(argv[first], "--") == 0) {
            first++;
            break;
        } else {
            return cmd_usage(argv[0]);
        }
    }
    Desk *desk = cmd_has_config(ctx) ? cmd_desk(ctx, &status) : NULL;
    if (status != 0)
        return status;
    message_init();
    g_autoptr(KindWords) built_in = desk == NULL ? words_kind_new() : NULL;
    const KindWords *words = desk != NULL ? desk->words : built_in;
    if (first >= argc)
        return inspect_input(NULL, mbox, words);
    for (int i = first; i < argc; i++) {
        int s = inspect_input(strcmp(argv[i], "-") == 0 ? NULL : argv[i], mbox, words);
        status = s > status ? s : status;
    }
    return status;
}
