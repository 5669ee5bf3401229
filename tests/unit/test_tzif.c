/* tzif: files of the tz database as nobody should have written them: none may be taken that zone cannot search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/tzif.h"

#include "base/banned.h"

static void put(GString *s, guint64 n, int bytes)
{
    while (bytes-- > 0)
        g_string_append_c(s, (char)(n >> (8 * bytes)));
}

static void put_header(GString *s, guint32 times, guint32 types, guint32 names)
{
    const guint32 counts[] = {0, 0, 0, times, types, names};
    g_string_append_len(s, "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++)
        put(s, counts[i], 4);
}

static void put_type(GString *s, int offset, gboolean is_dst, guint8 name)
{
    put(s, (guint64)offset, 4);
    put(s, is_dst ? 1 : 0, 1);
    put(s, name, 1);
}

/* CET and CEST, with changes to one and the other at the instants, and a footer. */
static GString *file(const gint64 *at, guint n, const char *footer)
{
    GString *s = g_string_new(NULL);
    put_header(s, 0, 1, 4); /* the old block says nothing */
    put_type(s, 0, FALSE, 0);
    g_string_append_len(s, "UTC", 4);
    put_header(s, n, 2, 9);
    for (guint i = 0; i < n; i++)
        put(s, (guint64)at[i], 8);
    for (guint i = 0; i < n; i++)
        put(s, i % 2 == 0 ? 1 : 0, 1);
    put_type(s, 3600, FALSE, 0);
    put_type(s, 7200, TRUE, 4);
    g_string_append_len(s, "CET\0CEST", 9);
    g_string_append_printf(s, "\n%s\n", footer);
    return s;
}

static void test_order(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        gint64 at[2];
        guint n;
        const char *footer;
        gboolean want;
    } rows[] = {
        {"usual", {1774746000, 1792890000}, 2, "CET-1CEST,M3.5.0,M10.5.0/3", TRUE},
        {"no rule", {1774746000, 1792890000}, 2, "", TRUE},
        {"the big bang of old files", {-((gint64)1 << 59), 1792890000}, 2, "CET-1", TRUE},
        {"the same instant twice", {5, 5}, 2, "CET-1", FALSE},
        {"backwards", {6, 5}, 2, "CET-1", FALSE},
        {"the first no later than the beginning", {G_MININT64, 5}, 2, "CET-1", FALSE},
        {"beyond all years", {5, G_MAXINT64}, 2, "CET-1CEST,M3.5.0,M10.5.0/3", FALSE},
        {"beyond the year 9999", {5, INSTANT_MAX + 1}, 2, "CET-1CEST,M3.5.0,M10.5.0/3", FALSE},
        {"a rule whose two changes are one", {5, 6}, 2, "CET-1CEST,J60/2,J60/3", TRUE},
        {"half a rule", {5, 6}, 2, "CET-1CEST,M3.5.0", FALSE},
        {"a rule of nothing", {5, 6}, 2, "CET", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) s = file(rows[i].at, rows[i].n, rows[i].footer);
        g_autoptr(GArray) changes = NULL;
        Instant end;
        if (tzif_read(s->str, s->len, &changes, &end) != rows[i].want)
            fail_msg("%s", rows[i].label);
        for (guint k = 1; changes != NULL && k < changes->len; k++)
            if (g_array_index(changes, TzifChange, k).at <= g_array_index(changes, TzifChange, k - 1).at)
                fail_msg("%s: change %u is no later than the one before", rows[i].label, k);
        for (gsize cut = 0; cut < s->len; cut++) { /* no beginning of a file is one */
            g_autoptr(GArray) none = NULL;
            g_autofree char *bytes = g_memdup2(s->str, MAX(cut, (gsize)1));
            assert_false(tzif_read(bytes, cut, &none, &end));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order)};
    return cmocka_run_group_tests_name("tzif", tests, NULL, NULL);
}
