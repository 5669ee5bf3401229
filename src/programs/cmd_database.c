/* cmd_database: `escalate check --database`: whether the facts fit together, and what can be made again. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "flows/fsck.h"

#include "programs/cmd.h"

#include "base/banned.h"

static const char *const states[] = {[FSCK_WRONG] = "wrong", [FSCK_REPAIRABLE] = "repairable", [FSCK_REPAIRED] = "repaired", [FSCK_NOTE] = "note"};

static void print_finding(void *data, const FsckFinding *found)
{
    if (*(const gboolean *)data) {
        cmd_print_json(json_pack("{s:s, s:s, s:s, s:s}", "state", states[found->state], "what", found->what, "subject", found->subject, "detail", found->detail));
        return;
    }
    g_autofree char *line = g_strdup_printf("%s\t%s\t%s\t%s", states[found->state], found->what, found->subject, found->detail);
    cmd_print_line(line);
}

static void print_end(const Fsck *f, gboolean json)
{
    gint64 left = f->counts[FSCK_WRONG] + f->counts[FSCK_REPAIRABLE];
    if (json)
        cmd_print_json(json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "good", (int)(left == 0), "wrong", (json_int_t)f->counts[FSCK_WRONG], "repairable",
                                 (json_int_t)f->counts[FSCK_REPAIRABLE], "repaired", (json_int_t)f->counts[FSCK_REPAIRED], "notes",
                                 (json_int_t)f->counts[FSCK_NOTE], "rows", (json_int_t)f->rows, "files", (json_int_t)f->mails, "audited", (json_int_t)f->audited));
    else
        printf("%s: %" G_GINT64_FORMAT " rows of mail, %" G_GINT64_FORMAT " files, %" G_GINT64_FORMAT " rows of the record; %" G_GINT64_FORMAT " wrong, %" G_GINT64_FORMAT
               " to be repaired (--repair), %" G_GINT64_FORMAT " repaired\n",
               left == 0 ? "good" : "not good", f->rows, f->mails, f->audited, f->counts[FSCK_WRONG], f->counts[FSCK_REPAIRABLE], f->counts[FSCK_REPAIRED]);
}

int cmd_database(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    int status = 0;
    gboolean repair = argc == 3 && strcmp(argv[2], "--repair") == 0, json = cmd_json(ctx);
    Fsck f;
    if (argc > 2 && !repair)
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (!fsck_run(d, repair, print_finding, &json, &f, &err))
        return cmd_fail(err);
    print_end(&f, json);
    return f.counts[FSCK_WRONG] + f.counts[FSCK_REPAIRABLE] == 0 ? 0 : 1;
}
