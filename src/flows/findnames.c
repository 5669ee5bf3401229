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

void findnames_states(Desk *d, GPtrArray *names)
{
    (void)d;
    for (int s = 0; s < TICKET_STATE_COUNT; s++)
        add(names, tickets_state_name((TicketState)s));
}

void findnames_severities(Desk *d, GPtrArray *names)
{
    (void)d;
    for (int s = 1; s <= SEVERITY_COUNT; s++)
        g_ptr_array_add(names, g_strdup_printf("S%d", s));
}

void findnames_queues(Desk *d, GPtrArray *names) { add_keys(names, d->config->queues); }
void findnames_owners(Desk *d, GPtrArray *names) { add_keys(names, d->config->contacts); }
void findnames_policies(Desk *d, GPtrArray *names) { add_keys(names, d->config->policies); }

void findnames_categories(Desk *d, GPtrArray *names)
{
    for (guint i = 0; i < d->config->rules->len; i++) {
        const ConfigRule *r = g_ptr_array_index(d->config->rules, i);
        if (r->category != NULL)
            add(names, r->category);
    }
}

gboolean findnames_used(Desk *d, const char *select, GPtrArray *names, GError **err)
{
    g_autoptr(DbRows) rows = NULL;
    GError *local = NULL;
    if (!db_select(d->db, &rows, err, select, ""))
        return FALSE;
    while (db_next(rows, &local))
        add(names, db_text(rows, 0));
    if (local != NULL)
        g_propagate_error(err, local);
    return local == NULL;
}
