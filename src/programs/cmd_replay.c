/* cmd_replay: `escalate replay`, and here `escalate replay --threads MBOX…`: which mails of an old mailbox belong together: a line each, MESSAGE-ID<TAB>TICKET, in file
 * order. All senders are taken for participants; needs no configuration. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/files.h"

#include "rules/threading.h"

#include "mail/message.h"

#include "flows/reading.h"

#include "programs/cmd.h"
#include "programs/mbox.h"
#include "programs/replay.h"

#include "base/banned.h"

#define MBOX_BYTES ((gsize)2 * 1024 * 1024 * 1024)

typedef struct {
    GHashTable *tickets; /* Message-ID, of a mail or named by one -> number of a thread */
    GArray *parent;      /* union-find over those numbers: a late parent joins the threads of its children */
    GPtrArray *ids;      /* char *: in file order */
    GArray *threads;     /* guint: of each */
    KindWords *words;
} Threads;

static guint root_of(Threads *t, guint n)
{
    while (g_array_index(t->parent, guint, n) != n)
        n = g_array_index(t->parent, guint, n) = g_array_index(t->parent, guint, g_array_index(t->parent, guint, n));
    return n;
}

/* The thread of that Message-ID, or a new one. */
static guint thread_of(Threads *t, const char *id)
{
    gpointer value;
    if (*id != '\0' && g_hash_table_lookup_extended(t->tickets, id, NULL, &value))
        return root_of(t, GPOINTER_TO_UINT(value));
    guint fresh = t->parent->len;
    g_array_append_val(t->parent, fresh);
    if (*id != '\0')
        g_hash_table_insert(t->tickets, g_strdup(id), GUINT_TO_POINTER(fresh));
    return fresh;
}

static void join(Threads *t, guint a, guint b)
{
    guint x = root_of(t, a), y = root_of(t, b);
    g_array_index(t->parent, guint, MAX(x, y)) = MIN(x, y);
}

static void add(Threads *t, const char *bytes, gsize length)
{
    g_autoptr(Reading) r = reading_of_mail(bytes, length, FALSE, t->words);
    guint thread = thread_of(t, r->message_id);
    const GPtrArray *fields[] = {r->references, r->in_reply_to};
    for (gsize f = 0; f < G_N_ELEMENTS(fields); f++)
        for (guint i = 0; i < fields[f]->len; i++)
            join(t, thread, thread_of(t, g_ptr_array_index(fields[f], i)));
    g_ptr_array_add(t->ids, g_strdup(r->message_id));
    g_array_append_val(t->threads, thread);
}

static gboolean read_mbox(Threads *t, const char *path, GError **err)
{
    g_autoptr(GString) all = NULL;
    if (!files_read(path, MBOX_BYTES, &all, err))
        return FALSE;
    for (gsize at = 0; at < all->len;) {
        gsize next = mbox_next(all->str, all->len, at);
        add(t, all->str + at, next - at);
        at = next;
    }
    return TRUE;
}

int cmd_replay(int argc, char **argv, CommandContext *ctx)
{
    g_autoptr(GError) err = NULL;
    if (argc > 1 && strcmp(argv[1], "--threads") != 0)
        return replay_run(argc, argv, ctx);
    if (argc < 3)
        return cmd_usage(argv[0]);
    message_init();
    Threads t = {g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL), g_array_new(FALSE, FALSE, sizeof(guint)),
                 g_ptr_array_new_with_free_func(g_free), g_array_new(FALSE, FALSE, sizeof(guint)), words_kind_new()};
    for (int i = 2; i < argc && err == NULL; i++)
        read_mbox(&t, argv[i], &err);
    for (guint i = 0; err == NULL && i < t.ids->len; i++)
        printf("%s\t%u\n", (const char *)g_ptr_array_index(t.ids, i), root_of(&t, g_array_index(t.threads, guint, i)) + 1);
    g_hash_table_unref(t.tickets);
    g_array_unref(t.parent);
    g_ptr_array_unref(t.ids);
    g_array_unref(t.threads);
    words_kind_free(t.words);
    return cmd_fail(err);
}
