/* finding_names: so that a mistyped name is told from one that finds nothing. */
#include "flows/finding_names.h"

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

/* What tickets have that the configuration knows no longer. */
static gboolean add_used(Desk *d, GPtrArray *names, const char *sql, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err, sql, ""))
        return FALSE;
    while (db_next(rows, &local))
        add(names, db_text(rows, 0));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}

gboolean finding_states(Desk *d, GPtrArray *names, GError **err)
{
    (void)d;
    (void)err;
    for (int s = 0; s < TICKET_STATE_COUNT; s++)
        add(names, tickets_state_name((TicketState)s));
    return TRUE;
}

gboolean finding_severities(Desk *d, GPtrArray *names, GError **err)
{
    (void)d;
    (void)err;
    for (int s = 1; s <= SEVERITY_COUNT; s++)
        g_ptr_array_add(names, g_strdup_printf("S%d", s));
    return TRUE;
}

gboolean finding_queues(Desk *d, GPtrArray *names, GError **err)
{
    add_keys(names, d->config->queues);
    return add_used(d, names, "select distinct queue from ticket order by 1", err);
}

gboolean finding_owners(Desk *d, GPtrArray *names, GError **err)
{
    add_keys(names, d->config->contacts);
    return add_used(d, names, "select distinct owner from ticket where owner is not null order by 1", err);
}

gboolean finding_policies(Desk *d, GPtrArray *names, GError **err)
{
    add_keys(names, d->config->policies);
    return add_used(d, names, "select distinct policy from run order by 1", err);
}

gboolean finding_risks(Desk *d, GPtrArray *names, GError **err)
{
    return add_used(d, names, "select distinct risk from ticket_risk order by 1", err);
}

gboolean finding_categories(Desk *d, GPtrArray *names, GError **err)
{
    for (guint i = 0; i < d->config->rules->len; i++) {
        const ConfigRule *r = g_ptr_array_index(d->config->rules, i);
        if (r->category != NULL)
            add(names, r->category);
    }
    return add_used(d, names, "select distinct category from ticket where category is not null order by 1", err);
}
