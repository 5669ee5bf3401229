/* policies: the text of a policy is stored once, under its digest; a run names that. It decides nothing about levels. */
#include "flows/policies.h"

#include <string.h>

#include "base/log.h"

#include "rules/policytext.h"

#include "flows/cadence.h"
#include "flows/deadlines.h"

#include "base/banned.h"

#define RISKS "risk:" /* origins that add a ladder; any other stands in the place of the queue's … */
#define QUEUE "queue" /* … but the one of the queue itself, when a run began */

/* ---- what a run began with ---- */

static Policy *read_text(Desk *d, const char *digest)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) err = NULL;
    Policy *p = NULL;
    if (!db_text_value(d->db, &text, &err, "select text from policy_text where digest = $1", "s", digest)
        || (text != NULL && !policytext_read(text, &p, &err)))
        log_error("policy of a run", err);
    return p;
}

const Policy *policies_begun(Desk *d, const char *name, const char *digest)
{
    if (digest == NULL)
        return desk_policy(d, name);
    Policy *p = g_hash_table_lookup(d->begun, digest);
    if (p == NULL && (p = read_text(d, digest)) != NULL)
        g_hash_table_insert(d->begun, g_strdup(digest), p);
    return p != NULL ? p : desk_policy(d, name);
}

const Policy *policies_of_run(Desk *d, const RunRow *r) { return policies_begun(d, r->policy, r->policy_digest); }

const char *policies_calendar(const Policy *p, const PolicyLevel *level, const ConfigQueue *queue)
{
    return level->calendar != NULL ? level->calendar : p->calendar != NULL ? p->calendar : queue->calendar;
}

gboolean policies_running(Desk *d, gint64 ticket, GPtrArray **ret, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    GError *local = NULL;
    if (!db_select(d->db, &rows, err, "select policy, policy_digest from run where ticket_id = $1 and ended_at is null order by id", "i", ticket))
        return FALSE;
    while (db_next(rows, &local))
        g_ptr_array_add(list, (gpointer)policies_begun(d, db_text(rows, 0), db_text(rows, 1)));
    if (local != NULL) {
        g_propagate_error(err, local);
        return FALSE;
    }
    *ret = g_steal_pointer(&list);
    return TRUE;
}

gboolean policies_for(Desk *d, const Ticket *t, const char *name, const Policy **ret, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    if (!runs_live(d->db, t->id, name, &r, err))
        return FALSE;
    *ret = r != NULL ? policies_of_run(d, r) : desk_policy(d, name);
    return TRUE;
}

/* A configured policy stays as it is until the next reload, and so does its text: d->policy_texts, policy -> { digest, text }. */
static char *const *text_of(Desk *d, const Policy *p)
{
    char **kept = g_hash_table_lookup(d->policy_texts, p);
    if (kept == NULL) {
        kept = g_new0(char *, 3);
        kept[0] = policytext_digest(p);
        kept[1] = policytext_write(p);
        g_hash_table_insert(d->policy_texts, (gpointer)p, kept);
    }
    return kept;
}

gboolean policies_keep(Desk *d, const Policy *p, char **ret_digest, GError **err)
{
    char *const *kept = text_of(d, p);
    if (!db_run(d->db, err, "insert into policy_text (digest, text) values ($1, $2) on conflict do nothing", "ss", kept[0], kept[1]))
        return FALSE;
    *ret_digest = g_strdup(kept[0]);
    return TRUE;
}

/* ---- which ladders a ticket has ---- */

static void add_name(GPtrArray *names, const char *name)
{
    if (name != NULL && !g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

/* Ladders that the ticket was given: in the place of the queue's, and beside them. One that is not configured any more, or was the queue's
 * when its run began, counts while that lasts. */
static gboolean given(Desk *d, const Ticket *t, GPtrArray *names, GPtrArray *added, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    g_autoptr(GPtrArray) of_queue = g_ptr_array_new_with_free_func(g_free);
    GError *local = NULL;
    if (!db_select(d->db, &rows, err,
                   "select policy, origin, exists (select 1 from run r where r.ticket_id = t.ticket_id and r.policy = t.policy and r.ended_at is null)"
                   " from ticket_policy t where ticket_id = $1 order by rowid",
                   "i", t->id))
        return FALSE;
    while (db_next(rows, &local)) {
        const char *name = db_text(rows, 0), *origin = db_text(rows, 1);
        gboolean is_live = db_int(rows, 2) != 0;
        if (strcmp(origin, QUEUE) == 0 ? is_live : is_live || desk_policy(d, name) != NULL)
            add_name(strcmp(origin, QUEUE) == 0 ? of_queue : g_str_has_prefix(origin, RISKS) ? added : names, name);
    }
    for (guint i = 0; names->len == 0 && i < of_queue->len; i++)
        add_name(names, g_ptr_array_index(of_queue, i));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean policies_names(Desk *d, const Ticket *t, const char *queue, GPtrArray **ret, GError **err)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free), added = g_ptr_array_new_with_free_func(g_free);
    const ConfigQueue *q = desk_queue(d, queue);
    if (strcmp(queue, t->queue) == 0 && !given(d, t, names, added, err))
        return FALSE;
    if (names->len == 0 && q != NULL)
        add_name(names, q->policy);
    for (guint i = 0; i < added->len; i++)
        add_name(names, g_ptr_array_index(added, i));
    *ret = g_steal_pointer(&names);
    return TRUE;
}

gboolean policies_began(Desk *d, const Ticket *t, const char *policy, GError **err)
{
    const ConfigQueue *queue = desk_queue(d, t->queue);
    return queue == NULL || strcmp(queue->policy, policy) != 0
           || db_run(d->db, err, "insert into ticket_policy (ticket_id, policy, origin) values ($1, $2, 'queue') on conflict do nothing", "is", t->id, policy);
}

gboolean policies_add(Desk *d, const Ticket *t, const char *policy, const char *origin, gboolean *ret_is_new, GError **err)
{
    gint64 known;
    if (!db_value(d->db, &known, err, "select count(*) from ticket_policy where ticket_id = $1 and policy = $2 and origin <> 'queue'", "is", t->id, policy))
        return FALSE;
    *ret_is_new = known == 0;
    return known > 0
           || (db_run(d->db, err,
                      "insert into ticket_policy (ticket_id, policy, origin) values ($1, $2, $3)"
                      " on conflict (ticket_id, policy) do update set origin = excluded.origin",
                      "iss", t->id, policy, origin)
               && desk_audit(d, t->id, err, "policy", "policy=%s by=%s", policy, origin));
}

char *policies_version(const Desk *d)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(d->config->policies), (GCompareFunc)strcmp);
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *queue = g_ptr_array_index(d->config->queue_order, i);
        g_autofree char *line = g_strdup_printf("%s %s\n", queue->name, queue->policy);
        g_checksum_update(sum, (const guchar *)line, -1);
    }
    for (const GList *l = names; l != NULL; l = l->next) {
        g_autofree char *text = policytext_write(g_hash_table_lookup(d->config->policies, l->data));
        g_checksum_update(sum, (const guchar *)text, -1);
    }
    return g_strndup(g_checksum_get_string(sum), 12);
}

/* ---- adopting ---- */

static gboolean adopt_one(Desk *d, gint64 id, guint *moved, guint *stayed, GError **err)
{
    g_autoptr(RunRow) r = NULL;
    g_autoptr(Ticket) t = NULL;
    g_autofree char *digest = NULL;
    if (!runs_load(d->db, id, &r, err))
        return FALSE;
    const Policy *now = desk_policy(d, r->policy);
    if (now == NULL || now->levels->len < r->run->levels->len) {
        (*stayed)++;
        return TRUE;
    }
    if (!policies_keep(d, now, &digest, err))
        return FALSE;
    if (g_strcmp0(digest, r->policy_digest) == 0)
        return TRUE;
    (*moved)++;
    return tickets_load(d->db, r->ticket_id, &t, err) && runs_rebase(d->db, r, digest, now->levels->len, d->config->version, err)
           && deadlines_repolicied(d, t, err) && cadence_follow(d, t, err)
           && desk_audit(d, r->ticket_id, err, "adopted", "run=%" G_GINT64_FORMAT " policy=%s config=%.12s text=%s", r->id, r->policy, d->config->version, digest);
}

gboolean policies_adopt(Desk *d, gint64 ticket, guint *ret_moved, guint *ret_stayed, GError **err)
{
    g_autoptr(GArray) ids = NULL;
    *ret_moved = *ret_stayed = 0;
    if (!db_ids(d->db, &ids, err, "select id from run where ended_at is null and ($1 = 0 or ticket_id = $1) order by id", "i", ticket))
        return FALSE;
    for (guint i = 0; i < ids->len; i++)
        if (!adopt_one(d, g_array_index(ids, gint64, i), ret_moved, ret_stayed, err))
            return FALSE;
    return TRUE;
}
