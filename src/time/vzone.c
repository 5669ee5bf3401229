/* vzone: the changes that the parts of a VTIMEZONE tell, written out as a table. It must never be used where the system's
 * database knows the zone: files carry old rules. */
#include "time/vzone.h"

#include "base/error.h"
#include "base/limits.h"

#include "base/banned.h"

#define LAST_YEAR 2200
#define CHANGES_MAX 4000 /* of one zone; two a year since 1601 are 1200 */

typedef struct {
    Instant at;
    Seconds from, to;
} Change;

static int by_instant(gconstpointer a, gconstpointer b)
{
    const Change *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void add_change(const VzonePart *part, LocalTime local, GArray *changes)
{
    Change c = {local - part->offset_from, part->offset_from, part->offset_to};
    g_array_append_val(changes, c);
}

static gboolean add_part(const VzonePart *part, gint64 *work, GArray *changes, GError **err)
{
    LocalTime end = zone_day_number(LAST_YEAR, 1, 1) * 86400;
    add_change(part, part->start, changes); /* RFC 5545 3.6.5: DTSTART is the first onset */
    for (guint i = 0; i < part->dates->len; i++)
        add_change(part, g_array_index(part->dates, LocalTime, i), changes);
    for (guint i = 0; i < part->rules->len; i++) {
        const RecurRule *rule = g_ptr_array_index(part->rules, i);
        g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(LocalTime));
        if (!recur_expand(rule, part->start, part->start, end, work, found, err))
            return FALSE;
        if (found->len > CHANGES_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d changes", CHANGES_MAX);
        for (guint k = 0; k < found->len; k++) {
            LocalTime local = g_array_index(found, LocalTime, k);
            if (!rule->has_until || !rule->until_is_utc || local - part->offset_from <= rule->until)
                add_change(part, local, changes);
        }
    }
    return TRUE;
}

Zone *vzone_new(const char *tzid, const VzonePart *parts, gsize n, GError **err)
{
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(Change));
    gint64 work = LIMIT_ICAL_WORK / 100;
    for (gsize i = 0; i < n; i++)
        if (!add_part(&parts[i], &work, changes, err))
            return NULL;
    if (changes->len == 0) {
        error_set(err, ERROR_DATA, "VTIMEZONE '%.80s': neither STANDARD nor DAYLIGHT", tzid);
        return NULL;
    }
    g_array_sort(changes, by_instant);
    g_autoptr(GArray) table = g_array_new(FALSE, FALSE, sizeof(ZoneChange));
    for (guint i = 0; i < changes->len; i++) {
        const Change *c = &g_array_index(changes, Change, i);
        ZoneChange z = {c->at, c->to};
        if (table->len > 0 && g_array_index(table, ZoneChange, table->len - 1).at == c->at)
            g_array_set_size(table, table->len - 1); /* told twice */
        g_array_append_val(table, z);
    }
    return zone_new_table(tzid, g_array_index(changes, Change, 0).from, (const ZoneChange *)(void *)table->data, table->len);
}
