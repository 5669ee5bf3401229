/* roundcard: what the configuration says of one contact, in the words of a mail to him. It reads, and changes nothing. */
#include "rules/phrase.h"

#include "flows/roundcall.h"

#include <string.h>

#include "flows/people.h"

#include "base/banned.h"

#define ROTA_AHEAD ((Seconds)90 * 86400)

/* The queue of which he is; and of those with the same lead the first, so that a lead gets one mail. */
const ConfigQueue *roundcard_queue(Desk *d, const ConfigContact *c)
{
    const GPtrArray *queues = d->config->queue_order;
    const ConfigQueue *own = NULL;
    for (guint i = 0; i < queues->len && own == NULL; i++)
        if (people_is_of_queue(d, c, g_ptr_array_index(queues, i)))
            own = g_ptr_array_index(queues, i);
    if (own == NULL)
        return queues->len > 0 ? g_ptr_array_index(queues, 0) : NULL;
    for (guint i = 0; i < queues->len; i++)
        if (g_strcmp0(((ConfigQueue *)g_ptr_array_index(queues, i))->lead, own->lead) == 0)
            return g_ptr_array_index(queues, i);
    return own;
}

static char *queues_of(Desk *d, const ConfigContact *c)
{
    g_autoptr(GString) s = g_string_new(NULL);
    for (guint i = 0; i < d->config->queue_order->len; i++) {
        const ConfigQueue *q = g_ptr_array_index(d->config->queue_order, i);
        if (people_is_of_queue(d, c, q)) {
            g_autofree char *lead = phrase_make("{queue} (lead)", "queue", q->name, NULL);
            g_string_append_printf(s, "%s%s", s->len > 0 ? ", " : "", g_strcmp0(q->lead, c->name) == 0 ? lead : q->name);
        }
    }
    return g_strdup(s->str);
}

static gboolean stands_in(Rota *rota, const char *contact, Instant now)
{
    g_autoptr(GArray) periods = NULL;
    if (!rota_periods(rota, now, now + ROTA_AHEAD, &periods, NULL))
        return FALSE;
    for (guint i = 0; i < periods->len; i++) {
        const GPtrArray *names = g_array_index(periods, RotaPeriod, i).names;
        for (guint k = 0; k < names->len; k++)
            if (strcmp(g_ptr_array_index(names, k), contact) == 0)
                return TRUE;
    }
    return FALSE;
}

static char *rotas_of(Desk *d, const ConfigContact *c)
{
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(d->rotas), (GCompareFunc)strcmp);
    g_autoptr(GString) s = g_string_new(NULL);
    for (GList *n = names; n != NULL; n = n->next)
        if (stands_in(g_hash_table_lookup(d->rotas, n->data), c->name, d->now))
            g_string_append_printf(s, "%s%s", s->len > 0 ? ", " : "", (const char *)n->data);
    return g_strdup(s->str);
}

static void set(json_t *o, const char *key, const char *value)
{
    json_object_set_new(o, key, value != NULL && *value != '\0' ? json_string(value) : json_null());
}

json_t *roundcard_view(Desk *d, const ConfigContact *c)
{
    json_t *o = json_object();
    const ConfigQueue *queue = roundcard_queue(d, c);
    const ConfigContact *backup = desk_contact(d, c->backup), *lead = queue != NULL ? desk_contact(d, queue->lead) : NULL;
    g_autofree char *addresses = g_strjoinv(", ", c->email), *roles = c->roles != NULL ? g_strjoinv(", ", c->roles) : NULL;
    g_autofree char *queues = queues_of(d, c), *rotas = rotas_of(d, c);
    set(o, "contact", c->name);
    set(o, "name", c->full_name);
    set(o, "addresses", addresses);
    set(o, "phone", c->phone);
    set(o, "roles", roles);
    set(o, "queues", queues);
    set(o, "rotas", rotas);
    set(o, "backup", backup != NULL ? backup->full_name : c->backup);
    set(o, "timezone", zone_name(desk_contact_zone(d, c, queue)));
    set(o, "language", c->language);
    set(o, "queue", queue != NULL ? queue->name : NULL);
    set(o, "lead", lead != NULL ? lead->full_name : NULL);
    return o;
}
