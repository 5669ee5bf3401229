/* cmd_verb: the verbs of escalate-reply(7) at the command line: `escalate ack 42 2h`. With --as NAME (before the arguments) it is that
 * contact's verb, else the operator's. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"

#include "flows/verbs.h"

#include "programs/cmd.h"

#include "base/banned.h"

static gboolean apply(Desk *d, VerbContext *v, const Command *command, GError **err)
{
    return db_begin(d->db, err) && db_end(d->db, verbs_apply(v, command, err), err);
}

static int run(CommandContext *ctx, gint64 id, const Command *command, const char *as)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(Ticket) t = NULL;
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func(g_free);
    int status = 0;
    Desk *d = cmd_store(ctx, &status);
    if (d == NULL)
        return status;
    VerbContext v = {.desk = d, .actor = desk_contact(d, as), .results = results};
    if (as != NULL && v.actor == NULL) {
        error_set(&err, ERROR_NOTFOUND, "contact '%s': the configuration has none of that name", as);
        return cmd_fail(err);
    }
    if (!tickets_load(d->db, id, &t, &err))
        return cmd_fail(err);
    v.ticket = t;
    if (!apply(d, &v, command, &err))
        return cmd_fail(err);
    for (guint i = 0; i < results->len; i++) {
        cmd_print_safe(g_ptr_array_index(results, i));
        putchar('\n');
    }
    return v.is_refused ? 1 : 0;
}

int cmd_verb(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(Command) command = NULL;
    g_autoptr(GString) line = g_string_new(argv[0]);
    const char *as = NULL;
    gint64 id;
    int first = 2;
    if (argc >= 4 && strcmp(argv[1], "--as") == 0) {
        as = argv[2];
        first = 4;
    }
    if (argc < first)
        return cmd_usage(argv[0]);
    if (!cmd_ticket_id(argv[first - 1], &id, &err))
        return cmd_fail(err);
    if (argc > first && g_str_has_prefix(argv[first], "--")) { /* a customer would read it */
        error_set(&err, ERROR_DATA, "'%s': options stand before the number: escalate %s --as NAME %s …", argv[first], argv[0], argv[first - 1]);
        return cmd_fail(err), 2;
    }
    for (int i = first; i < argc; i++)
        g_string_append_printf(line, " %s", argv[i]);
    if (!command_read_line(line->str, &command, &err))
        return cmd_fail(err), 2;
    return run(ctx, id, command, as);
}
