/* findnames: so that a mistyped name is told from one that finds nothing. */
#include "flows/findnames.h"

#include <string.h>

#include "rules/policy.h"

#include "store/tickets.h"

#include "base/banned.h"

static void add(GPtrArray *names, const char *name)
{
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

static void add_keys(GPtrArray *names, GHashTable *table)
{
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(table), (GCompareFunc)strcmp);
    for (GList *k = keys; k != NULL; k = k->next)
        add(names, k->data);
}

static gboolean add_used(DbRows *rows, GPtrArray *names, GError **err)
{
    GError *local = NULL;
    while (db_next(rows, &local))
        add(names, db_text(rows, 0));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean findnames_states(Desk *d, gboolean used, GPtrArray *names, GError **err)
{
    (void)d;
    (void)err;
    for (int s = 0; !used && s < TICKET_STATE_COUNT; s++)
        add(names, tickets_state_name((TicketState)s));
    return TRUE;
}

gboolean findnames_severities(Desk *d, gboolean used, GPtrArray *names, GError **err)
{
    (void)d;
    (void)err;
    for (int s = 1; !used && s <= SEVERITY_COUNT; s++)
        g_ptr_array_add(names, g_strdup_printf("S%d", s));
    return TRUE;
}

gboolean findnames_queues(Desk *d, gboolean used, GPtrArray *names, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    if (!used)
        add_keys(names, d->config->queues);
    return !used || (db_select(d->db, &rows, err, "select distinct queue from ticket order by 1", "") && add_used(rows, names, err));
}

gboolean findnames_owners(Desk *d, gboolean used, GPtrArray *names, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    if (!used)
        add_keys(names, d->config->contacts);
    return !used || (db_select(d->db, &rows, err, "select distinct owner from ticket where owner is not null order by 1", "") && add_used(rows, names, err));
}

gboolean findnames_policies(Desk *d, gboolean used, GPtrArray *names, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    if (!used)
        add_keys(names, d->config->policies);
    return !used || (db_select(d->db, &rows, err, "select distinct policy from run order by 1", "") && add_used(rows, names, err));
}

gboolean findnames_risks(Desk *d, gboolean used, GPtrArray *names, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    return !used || (db_select(d->db, &rows, err, "select distinct risk from ticket_risk order by 1", "") && add_used(rows, names, err));
}

gboolean findnames_categories(Desk *d, gboolean used, GPtrArray *names, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    for (guint i = 0; !used && i < d->config->rules->len; i++) {
        const ConfigRule *r = g_ptr_array_index(d->config->rules, i);
        if (r->category != NULL)
            add(names, r->category);
    }
    return !used
           || (db_select(d->db, &rows, err, "select distinct category from ticket where category is not null order by 1", "") && add_used(rows, names, err));
}
