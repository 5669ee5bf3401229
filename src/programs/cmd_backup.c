/* cmd_backup: `escalate backup`, `escalate restore`: all that cannot be made again, in one file, and the way back. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/keyfile.h"

#include "flows/backup.h"
#include "flows/restore.h"

#include "programs/cmd.h"

#include "base/banned.h"

/* ---- backup ---- */

static void tell_backup(const BackupResult *r, const char *file, gboolean json)
{
    if (json) {
        cmd_print_json(json_pack("{s:s, s:I, s:I, s:I, s:s}", "file", file, "mails", (json_int_t)r->mails, "unread", (json_int_t)r->unread, "missing",
                                 (json_int_t)r->missing, "head", r->head));
        return;
    }
    printf("%s: database, keys and %" G_GINT64_FORMAT " files of mail, verified; audit head %s\n", file, r->mails, r->head);
    if (r->missing > 0) {
        g_autofree char *lost = g_strdup_printf("warning: mails that the database knows, but are not in the spool, so not in it either: %" G_GINT64_FORMAT ": %s …"
                                                " (escalate check --database names all)", r->missing, r->first_missing);
        cmd_print_line(lost);
    }
    if (r->unread == 0)
        return;
    g_autofree char *line = g_strdup_printf("warning: %" G_GINT64_FORMAT
                                            " files of the spool are not in it, or not whole: they cannot be read, are too long, or were cut off meanwhile: %s …", r->unread, r->first_unread);
    cmd_print_line(line);
}

int cmd_backup(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    int status = 0;
    BackupResult r = {0};
    if (argc != 2 || argv[1][0] == '-')
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    if (backup_write(d, argv[1], &r, &err))
        tell_backup(&r, argv[1], cmd_json(ctx));
    g_free(r.head);
    g_free(r.first_unread);
    g_free(r.first_missing);
    return cmd_fail(err);
}

/* ---- restore ---- */

static gboolean read_restore_options(int argc, char **argv, RestoreOptions *o)
{
    for (int i = 1; i < argc; i++) {
        char *end = NULL;
        if (strcmp(argv[i], "--aside") == 0) {
            o->aside = TRUE;
        } else if (strcmp(argv[i], "--leave") == 0) {
            o->leave = TRUE;
        } else if (strcmp(argv[i], "--verify") == 0) {
            o->verify = TRUE;
        } else if (strcmp(argv[i], "--above") == 0 && i + 1 < argc) {
            o->above = g_ascii_strtoll(argv[++i], &end, 10);
            if (end == argv[i] || *end != '\0' || o->above < 1 || o->above > G_MAXINT32)
                return FALSE;
        } else if (argv[i][0] == '-' || o->file != NULL) {
            return FALSE;
        } else {
            o->file = argv[i];
        }
    }
    return o->file != NULL;
}

typedef struct {
    gboolean json, leave;
} Telling;

static void tell_found(void *data, RestoreFound what, const char *relative)
{
    const Telling *t = data;
    const char *const names[] = {[RESTORE_AGAIN] = t->leave ? "left" : "again", [RESTORE_SENT] = "sent", [RESTORE_DIFFERS] = "differs"};
    if (t->json) {
        cmd_print_json(json_pack("{s:s, s:s}", "what", names[what], "file", relative));
        return;
    }
    g_autofree char *line = g_strdup_printf("%s\t%s", names[what], relative);
    cmd_print_line(line);
}

static json_t *keys_json(const Desk *d, const GPtrArray *keys)
{
    json_t *list = json_array();
    for (guint i = 0; keys != NULL && i < keys->len; i++) {
        const KeyfileKey *k = g_ptr_array_index(keys, i);
        g_autofree char *name = keyfile_name(k->bytes), *until = instant_format(k->retired_at + d->config->key_life.amount);
        json_array_append_new(list, json_pack("{s:s, s:s}", "key", name, "until", until));
    }
    return list;
}

static void tell_keys(const Desk *d, const GPtrArray *keys)
{
    json_t *list = keys_json(d, keys), *key;
    size_t i;
    json_array_foreach(list, i, key)
        printf("key %s had been taken out and verifies again until %s: if it leaked, take its line out of %s\n", json_string_value(json_object_get(key, "key")),
               json_string_value(json_object_get(key, "until")), d->config->key_file);
    json_decref(list);
}

static void tell_numbers(const Desk *d, const RestoreResult *r, const RestoreOptions *o)
{
    printf("restored from %s of %s; files of mail put back: %" G_GINT64_FORMAT "\n", o->file, r->taken, r->mails);
    if (r->aside != NULL)
        printf("what was there is %s\n", r->aside);
    if (r->again > 0)
        printf("%" G_GINT64_FORMAT " %s\n", r->again, o->leave ? "mails since then are in the archive only (left, above)" : "mails since then are taken in again (again, above)");
    if (r->sent > 0)
        printf("sent since then, and in the archive (sent, above): %" G_GINT64_FORMAT "; what they said, no ticket knows\n", r->sent);
    if (r->differs > 0)
        printf("%" G_GINT64_FORMAT " %s\n", r->differs, "files were there with other bytes and stay as they are (differs, above)");
    if (r->waiting > 0)
        printf("what waits in the outbox (%" G_GINT64_FORMAT ") leaves when escalated starts, even where it has left since the backup\n", r->waiting);
    tell_keys(d, r->keys);
    printf("new tickets are numbered above %" G_GINT64_FORMAT "; start escalated, then: escalate check --database\n", r->above);
}

static void tell_restored(Desk *d, const RestoreResult *r, const RestoreOptions *o, gboolean json)
{
    if (json)
        cmd_print_json(json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s?, s:o, s:b}", "taken", r->taken, "head", r->head, "mails", (json_int_t)r->mails, "again",
                                 (json_int_t)r->again, "sent", (json_int_t)r->sent, "differs", (json_int_t)r->differs, "waiting", (json_int_t)r->waiting, "above", (json_int_t)r->above, "aside",
                                 r->aside, "keys", keys_json(d, r->keys), "verified_only", (int)o->verify));
    else if (o->verify)
        printf("%s of %s: whole, database and audit good, head %s\n", o->file, r->taken, r->head);
    else
        tell_numbers(d, r, o);
    if (!json && g_strcmp0(r->configuration, d->config->version) != 0)
        printf("the configuration is another one than then (%.12s, now %.12s)\n", r->configuration != NULL ? r->configuration : "-", d->config->version);
}

int cmd_restore(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    int status = 0;
    RestoreOptions o = {0};
    RestoreResult r = {0};
    if (!read_restore_options(argc, argv, &o))
        return cmd_usage(argv[0]);
    Desk *d = cmd_desk(ctx, &status);
    if (d == NULL)
        return status;
    Telling t = {cmd_json(ctx), o.leave};
    if (restore_run(d, &o, tell_found, &t, &r, &err))
        tell_restored(d, &r, &o, t.json);
    char *texts[] = {r.taken, r.head, r.configuration, r.aside};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_clear_pointer(&r.keys, g_ptr_array_unref);
    return cmd_fail(err);
}
