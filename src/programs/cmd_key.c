/* cmd_key: `escalate key list`, `key rotate`: the keys of the addresses in our mails. It must never print one. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/keyfile.h"

#include "programs/cmd.h"

#include "base/banned.h"

static int list(CommandContext *ctx, Desk *d)
{
    Seconds life = d->config->key_life.amount;
    for (guint i = 0; i < d->key_ring->len; i++) {
        const KeyfileKey *k = g_ptr_array_index(d->key_ring, i);
        Instant until = i == 0 || k->retired_at == INSTANT_NONE ? INSTANT_NONE : k->retired_at + life;
        const char *state = i == 0 ? "signs" : until == INSTANT_NONE || until > d->now ? "verifies" : "over";
        g_autofree char *name = keyfile_name(k->bytes), *retired = k->retired_at != INSTANT_NONE ? instant_format(k->retired_at) : NULL;
        g_autofree char *restored = k->restored_at != INSTANT_NONE ? instant_format(k->restored_at) : NULL;
        g_autofree char *end = until != INSTANT_NONE ? instant_format(until) : NULL;
        if (cmd_json(ctx))
            cmd_print_json(json_pack("{s:s, s:s, s:s?, s:s?, s:s?}", "key", name, "state", state, "retired", retired, "until", end, "restored", restored));
        else
            printf("%s  %-8s%s%s%s%s\n", name, state, end != NULL ? "  until " : "", end != NULL ? end : "", restored != NULL ? "  back by a restore of " : "",
                   restored != NULL ? restored : "");
    }
    return 0;
}

/* The file first, whole and synced: a record of a key that is not there would be worse than a key without one. */
static gboolean rotate(Desk *d, guint *ret_dropped, char **ret_name, GError **err)
{
    g_autoptr(GPtrArray) keys = NULL;
    g_autofree char *old = keyfile_name(((const KeyfileKey *)g_ptr_array_index(d->key_ring, 0))->bytes);
    if (!keyfile_rotate(d->config->key_file, d->now, d->config->key_life.amount, ret_dropped, err) || !keyfile_load(d->config->key_file, &keys, err))
        return FALSE;
    *ret_name = keyfile_name(((const KeyfileKey *)g_ptr_array_index(keys, 0))->bytes);
    return db_begin(d->db, err) && db_end(d->db, desk_audit(d, 0, err, "key-rotated", "key=%s before=%s dropped=%u", *ret_name, old, *ret_dropped), err);
}

static int rotate_and_tell(Desk *d)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *name = NULL, *life = duration_format(d->config->key_life);
    guint dropped;
    if (!rotate(d, &dropped, &name, &err))
        return cmd_fail(err);
    printf("%s signs from now on; what was signed before verifies for %s; %u keys dropped whose time was over\n", name, life, dropped);
    return 0;
}

/* Under a second key the rows before it could be checked only with the first one kept beside it, and whoever has read that can write them anew as
 * before: nothing would be won. */
static int refuse_audit(void)
{
    fputs("escalate: the audit key is not changed: rows under the old one could be checked only with that kept beside the new, so who has it could still"
          " write them anew; what helps against him are heads kept elsewhere (audit head, audit verify --head)\n", stderr);
    return 1;
}

int cmd_key(int argc, char **argv, CommandContext *ctx)
{
    int status = 0;
    gboolean is_list = argc == 2 && strcmp(argv[1], "list") == 0, is_rotate = argc >= 2 && strcmp(argv[1], "rotate") == 0;
    if (is_rotate && argc == 3 && strcmp(argv[2], "--audit") == 0)
        return refuse_audit();
    if (!is_list && !(is_rotate && argc == 2))
        return cmd_usage(argv[0]);
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    return is_list ? list(ctx, d) : rotate_and_tell(d);
}
