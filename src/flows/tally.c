/* tally: counts. It must never hold more than a number for each person and hour, however many mails there were. */
#include "flows/tally.h"

#include <string.h>

#include "base/banned.h"

#define NIGHT_FROM 22
#define NIGHT_TO 6
#define HOURS 24

struct Tally {
    const Zone *zone;
    GHashTable *people; /* contact -> number of pages */
    gint64 hours[HOURS], pages, nights, weekends, fates[REHEARSE_FATE_COUNT], undated;
};

Tally *tally_new(const Zone *zone)
{
    Tally *t = g_new0(Tally, 1);
    t->zone = zone;
    t->people = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return t;
}

void tally_free(Tally *t)
{
    if (t == NULL)
        return;
    g_hash_table_unref(t->people);
    g_free(t);
}

void tally_page(Tally *t, const RehearseMail *mail)
{
    if (!mail->is_page)
        return;
    Civil c = zone_civil(t->zone, mail->at);
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(t->people, mail->contact));
    g_hash_table_insert(t->people, g_strdup(mail->contact), GUINT_TO_POINTER(n + 1));
    t->pages++;
    t->hours[c.hour % HOURS]++;
    t->nights += c.hour >= NIGHT_FROM || c.hour < NIGHT_TO;
    t->weekends += zone_weekday(zone_day_number(c.year, c.month, c.day)) >= 6;
}

void tally_fate(Tally *t, RehearseFate fate) { t->fates[fate]++; }
void tally_undated(Tally *t, guint n) { t->undated += n; }

/* ---- rows ---- */

static void row_clear(gpointer p)
{
    TallyRow *r = p;
    g_free(r->group);
    g_free(r->name);
}

static void add(GArray *rows, const char *group, const char *name, gint64 n)
{
    TallyRow r = {g_strdup(group), g_strdup(name), n};
    g_array_append_val(rows, r);
}

static void add_mails(const Tally *t, GArray *rows)
{
    static const char *const names[] = {[REHEARSE_TAKEN] = "taken in", [REHEARSE_NO_QUEUE] = "for no queue", [REHEARSE_OURS] = "of escalate or to it", [REHEARSE_BAD] = "unusable"};
    for (int f = 0; f < REHEARSE_FATE_COUNT; f++)
        add(rows, "mails", names[f], t->fates[f]);
    add(rows, "mails", "without a date", t->undated);
}

static void add_pages(const Tally *t, GArray *rows)
{
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(t->people), (GCompareFunc)strcmp);
    add(rows, "pages", "total", t->pages);
    add(rows, "pages", "at night", t->nights);
    add(rows, "pages", "at weekends", t->weekends);
    for (const GList *l = names; l != NULL; l = l->next)
        add(rows, "pages to", l->data, GPOINTER_TO_UINT(g_hash_table_lookup(t->people, l->data)));
    for (int h = 0; h < HOURS; h++) {
        g_autofree char *name = g_strdup_printf("%02d", h);
        if (t->hours[h] > 0)
            add(rows, "pages at hour", name, t->hours[h]);
    }
}

static gboolean add_tickets(GArray *rows, Desk *d, GError **err)
{
    gint64 opened, about, runs, exhausted;
    if (!db_value(d->db, &opened, err, "select count(*) from counted_ticket where is_operational = 0", "")
        || !db_value(d->db, &about, err, "select count(*) from counted_ticket where is_operational = 1", "")
        || !db_value(d->db, &runs, err, "select count(*) from run where is_operational = 0", "")
        || !db_value(d->db, &exhausted, err, "select count(*) from audit where event = 'exhausted'", ""))
        return FALSE;
    add(rows, "tickets", "opened", opened);
    add(rows, "tickets", "about tickets that nobody took", about);
    add(rows, "escalations", "total", runs);
    add(rows, "escalations", "exhausted", exhausted);
    return TRUE;
}

static gboolean add_breaches(GArray *rows, Desk *d, GError **err)
{
    for (int k = 0; k < TARGET_COUNT; k++) {
        const char *target = policy_target_name((TargetKind)k);
        gint64 n;
        if (!db_value(d->db, &n, err,
                      "select count(*) from clock c join ticket t on t.id = c.ticket_id where c.target = $1 and c.breached_at is not null and t.is_operational = 0",
                      "s", target))
            return FALSE;
        add(rows, "breaches", target, n);
    }
    return TRUE;
}

gboolean tally_rows(const Tally *t, Desk *d, GArray **ret, GError **err)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(TallyRow));
    g_array_set_clear_func(rows, row_clear);
    add_mails(t, rows);
    if (!add_tickets(rows, d, err) || !add_breaches(rows, d, err))
        return FALSE;
    add_pages(t, rows);
    *ret = g_steal_pointer(&rows);
    return TRUE;
}

/* ---- two of them ---- */

/* Which order of printing a group has: that in which tally_rows makes them. */
static guint rank(const char *group)
{
    static const char *const order[] = {"mails", "tickets", "escalations", "breaches", "pages", "pages to", "pages at hour"};
    guint i = 0;
    while (i < G_N_ELEMENTS(order) && strcmp(order[i], group) != 0)
        i++;
    return i;
}

/* People and hours stand by name; the others are the same rows on both sides, and stay as they are. */
static int by_place(const TallyRow *a, const TallyRow *b)
{
    guint x = rank(a->group), y = rank(b->group);
    return x != y ? (x < y ? -1 : 1) : strcmp(a->name, b->name);
}

static void add_pair(GArray *pairs, const TallyRow *row, gint64 before, gint64 after)
{
    TallyPair p = {row->group, row->name, before, after};
    g_array_append_val(pairs, p);
}

GArray *tally_pairs(const GArray *before, const GArray *after)
{
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(TallyPair));
    for (guint i = 0, k = 0; i < before->len || k < after->len;) {
        const TallyRow *a = i < before->len ? &g_array_index(before, TallyRow, i) : NULL;
        const TallyRow *b = k < after->len ? &g_array_index(after, TallyRow, k) : NULL;
        gboolean is_same = a != NULL && b != NULL && strcmp(a->group, b->group) == 0 && strcmp(a->name, b->name) == 0;
        if (is_same)
            add_pair(pairs, a, a->n, b->n);
        else if (b == NULL || (a != NULL && by_place(a, b) < 0))
            add_pair(pairs, a, a->n, 0);
        else
            add_pair(pairs, b, 0, b->n);
        gboolean from_b = is_same || !(b == NULL || (a != NULL && by_place(a, b) < 0));
        i += is_same || !from_b ? 1 : 0;
        k += from_b ? 1 : 0;
    }
    return pairs;
}
