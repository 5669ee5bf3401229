/* idset: merges of sorted arrays, in place. */
#include "store/idset.h"

#include "base/banned.h"

static int by_value(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return x < y ? -1 : x > y;
}

void idset_sort(GArray *ids)
{
    guint kept = 0;
    gboolean is_sorted = TRUE;
    for (guint i = 1; i < ids->len && is_sorted; i++)
        is_sorted = g_array_index(ids, gint64, i - 1) <= g_array_index(ids, gint64, i);
    if (!is_sorted)
        g_array_sort(ids, by_value);
    for (guint i = 0; i < ids->len; i++)
        if (kept == 0 || g_array_index(ids, gint64, i) != g_array_index(ids, gint64, kept - 1))
            g_array_index(ids, gint64, kept++) = g_array_index(ids, gint64, i);
    g_array_set_size(ids, kept);
}

void idset_narrow(GArray **set, const GArray *ids, gboolean without)
{
    guint kept = 0, k = 0;
    if (*set == NULL) {
        *set = g_array_sized_new(FALSE, FALSE, sizeof(gint64), ids->len);
        g_array_append_vals(*set, ids->data, ids->len);
        return;
    }
    for (guint i = 0; i < (*set)->len; i++) {
        gint64 id = g_array_index(*set, gint64, i);
        while (k < ids->len && g_array_index(ids, gint64, k) < id)
            k++;
        gboolean found = k < ids->len && g_array_index(ids, gint64, k) == id;
        if (found != without)
            g_array_index(*set, gint64, kept++) = id;
    }
    g_array_set_size(*set, kept);
}
