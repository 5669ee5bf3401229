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
#include "flows/intake.h"
#include "flows/jsonout.h"
#include "programs/cmd.h"
#include "programs/mbox.h"

#include "base/banned.h"

#define MBOX_BYTES ((gsize)2 * 1024 * 1024 * 1024)
#define ENVELOPE "X-Escalate-Envelope-"

typedef struct {
    const KindWords *words;
    Desk *desk; /* with its database, or NULL: there is no configuration */
} Inspection;

/* Where it would go: members of the object that ends `text`. */
static void add_place(GString *text, const IntakePlace *p)
{
    g_string_truncate(text, text->len - 1);
    jsonout_text(text, "queue", p->queue);
    jsonout_text(text, "sender_contact", p->sender);
    jsonout_text(text, "sender_role", p->sender_role);
    if (p->ticket != 0 || p->claimed != 0) {
        jsonout_open(text, "ticket", '{');
        jsonout_integer(text, "id", p->ticket != 0 ? p->ticket : p->claimed);
        jsonout_flag(text, "joins", p->ticket != 0);
        jsonout_text(text, "evidence", p->decisions->len > 0 ? p->decisions->pdata[p->decisions->len - 1] : "");
        jsonout_close(text, '}');
    } else {
        jsonout_null(text, "ticket");
    }
    jsonout_texts(text, "decisions", p->decisions);
    jsonout_close(text, '}');
}

/* One line of compact JSON. */
static gboolean print_reading(const Inspection *in, const Reading *r, const SpoolEnvelope *envelope, GError **err)
{
    g_autoptr(GString) text = g_string_new(NULL);
    reading_to_json(r, text);
    if (in->desk != NULL) {
        IntakePlace place;
        IntakeMail mail = {.name = "", .sender = envelope->sender, .queue = envelope->queue,
                           .recipients = (const char *const *)envelope->recipients, .recipient_count = envelope->recipient_count, .reading = r};
        if (!intake_preview(in->desk, &mail, &place, err))
            return FALSE;
        add_place(text, &place);
        intake_place_clear(&place);
    }
    return puts(text->str) >= 0 || error_set_errno(err, ERROR_TEMPFAIL, errno, "write standard output");
}

/* `bytes` may be changed. A spool file's envelope is skipped; it says whether the sender is null, and for whom the mail is. */
static gboolean inspect_one(char *bytes, gsize length, const Inspection *in, GError **err)
{
    gsize skip = 0;
    SpoolEnvelope envelope = {0};
    if (length > strlen(ENVELOPE) && g_ascii_strncasecmp(bytes, ENVELOPE, strlen(ENVELOPE)) == 0) {
        const char *why;
        if (spoolname_envelope_read(bytes, length, &envelope, &why) == 0)
            skip = envelope.mail_offset;
    }
    gboolean null_sender = skip > 0 && envelope.sender != NULL && *envelope.sender == '\0';
    g_autoptr(Reading) r = reading_of_mail(bytes + skip, length - skip, null_sender, in->words);
    return print_reading(in, r, &envelope, err);
}

static gboolean inspect_all(GString *all, gboolean mbox, const Inspection *in, GError **err)
{
    if (!mbox)
        return inspect_one(all->str, all->len, in, err);
    for (gsize at = 0; at < all->len;) {
        gsize next = mbox_next(all->str, all->len, at);
        if (!inspect_one(all->str + at, next - at, in, err))
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

static int inspect_input(const char *path, gboolean mbox, const Inspection *in)
{
    g_autoptr(GError) err = NULL;
    GString *all;
    if (!read_input(path, mbox, &all, &err)) {
        cmd_fail(err);
        return 1;
    }
    gboolean good = inspect_all(all, mbox, in, &err);
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
    Desk *desk = cmd_has_config(ctx) ? cmd_store(ctx, &status) : NULL;
    if (status != 0)
        return status;
    message_init();
    g_autoptr(KindWords) built_in = desk == NULL ? words_kind_new() : NULL;
    Inspection in = {.words = desk != NULL ? desk->words : built_in, .desk = desk};
    if (first >= argc)
        return inspect_input(NULL, mbox, &in);
    for (int i = first; i < argc; i++) {
        int s = inspect_input(strcmp(argv[i], "-") == 0 ? NULL : argv[i], mbox, &in);
        status = s > status ? s : status;
    }
    return status;
}
