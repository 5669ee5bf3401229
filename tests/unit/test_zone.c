/* zone: gaps, overlaps and the odd zones, against what the tz database is known to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/zone.h"

#include "base/banned.h"

static Instant utc(const char *text)
{
    Instant t = 0;
    if (!instant_parse(text, &t, NULL))
        fail_msg("bad test instant '%s'", text);
    return t;
}

static Civil civil(const char *text)
{
    Civil c = {0};
    if (sscanf(text, "%d-%d-%dT%d:%d:%d", &c.year, &c.month, &c.day, &c.hour, &c.minute, &c.second) != 6)
        fail_msg("bad test time '%s'", text);
    return c;
}

static const Zone *get(const char *name)
{
    const Zone *z = zone_get(name, NULL);
    if (z == NULL)
        fail_msg("no zone '%s'", name);
    return z;
}

static const struct {
    const char *label, *zone, *local, *first, *last;
} locals[] = {
    {"plain winter", "Europe/Berlin", "2026-01-15T12:00:00", "2026-01-15T11:00:00Z", "2026-01-15T11:00:00Z"},
    {"plain summer", "Europe/Berlin", "2026-07-15T12:00:00", "2026-07-15T10:00:00Z", "2026-07-15T10:00:00Z"},
    {"gap", "Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"gap, its first second", "Europe/Berlin", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"behind the gap", "Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"overlap", "Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
    {"overlap, its end", "Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z"},
    {"day 32", "Europe/Berlin", "2026-01-32T12:00:00", "2026-02-01T11:00:00Z", "2026-02-01T11:00:00Z"},
    {"hour 24", "Europe/Berlin", "2026-03-29T24:00:00", "2026-03-29T22:00:00Z", "2026-03-29T22:00:00Z"},
    {"month 13", "Europe/Berlin", "2026-13-01T00:00:00", "2026-12-31T23:00:00Z", "2026-12-31T23:00:00Z"},
    {"half an hour of overlap", "Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
    {"half an hour of gap", "Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"},
    {"a day that never was", "Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
    {"the day before it", "Pacific/Apia", "2011-12-29T23:59:59", "2011-12-30T09:59:59Z", "2011-12-30T09:59:59Z"},
    {"the day after it", "Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
    {"a day that came twice", "Pacific/Kwajalein", "1969-09-30T12:00:00", "1969-09-30T01:00:00Z", "1969-10-01T00:00:00Z"},
    {"Ramadan, clock back", "Africa/Casablanca", "2026-02-15T02:30:00", "2026-02-15T01:30:00Z", "2026-02-15T02:30:00Z"},
    {"Ramadan, clock on", "Africa/Casablanca", "2026-03-22T02:30:00", "2026-03-22T02:00:00Z", "2026-03-22T02:00:00Z"},
    {"two hours of gap", "Antarctica/Troll", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"},
    {"two hours of overlap", "Antarctica/Troll", "2026-10-25T02:00:00", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"},
    {"quarter", "Asia/Kathmandu", "2026-05-01T09:00:00", "2026-05-01T03:15:00Z", "2026-05-01T03:15:00Z"},
    {"gap at midnight", "America/Havana", "2020-03-08T00:30:00", "2020-03-08T05:00:00Z", "2020-03-08T05:00:00Z"},
    {"midnight twice", "America/Havana", "2020-11-01T00:00:00", "2020-11-01T04:00:00Z", "2020-11-01T05:00:00Z"},
    {"negative saving time, 2050", "Europe/Dublin", "2050-07-01T12:00:00", "2050-07-01T11:00:00Z", "2050-07-01T11:00:00Z"},
    {"negative saving time, 2050, winter", "Europe/Dublin", "2050-01-01T12:00:00", "2050-01-01T12:00:00Z",
     "2050-01-01T12:00:00Z"},
    {"Berlin in 400 years and more", "Europe/Berlin", "2700-07-15T12:00:00", "2700-07-15T10:00:00Z", "2700-07-15T10:00:00Z"},
    {"southern rule, 2060", "Australia/Sydney", "2060-01-15T12:00:00", "2060-01-15T01:00:00Z", "2060-01-15T01:00:00Z"},
    {"Greenland's change on the eve", "America/Nuuk", "2040-03-24T23:30:00", "2040-03-25T01:00:00Z", "2040-03-25T01:00:00Z"},
};

static void test_instant_of_local(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(locals); i++) {
        const Zone *z = get(locals[i].zone);
        Civil c = civil(locals[i].local);
        g_autofree char *first = instant_format(zone_instant(z, c, ZONE_FIRST));
        g_autofree char *last = instant_format(zone_instant(z, c, ZONE_LAST));
        if (g_strcmp0(first, locals[i].first) != 0 || g_strcmp0(last, locals[i].last) != 0)
            fail_msg("%s: got %s %s", locals[i].label, first, last);
    }
}

/* Each instant shows a local time, of which it is the first or the last occurrence. */
static void test_round_trip(void **state)
{
    (void)state;
    static const char *const names[] = {
        "Europe/Berlin",       "Europe/Dublin", "America/New_York",   "America/St_Johns", "Asia/Kathmandu",
        "Australia/Lord_Howe", "Pacific/Apia",  "Africa/Casablanca",  "Antarctica/Troll", "America/Havana",
        "Asia/Tehran",         "Africa/Cairo",  "Pacific/Chatham",    "America/Nuuk",     "Asia/Gaza",
        "Etc/GMT+12",          "UTC",           "Pacific/Kiritimati", "Africa/Monrovia",  "America/Asuncion"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const Zone *z = get(names[i]);
        for (Instant t = utc("1965-01-01T00:00:00Z"); t < utc("2095-01-01T00:00:00Z"); t += 86400 * 3 + 1801) {
            Civil c = zone_civil(z, t);
            Instant first = zone_instant(z, c, ZONE_FIRST), last = zone_instant(z, c, ZONE_LAST);
            if ((t != first && t != last) || first > last)
                fail_msg("%s: %" G_GINT64_FORMAT, names[i], t);
            g_autofree char *text = zone_format_rfc3339(z, t);
            if (utc(text) != t)
                fail_msg("%s: %s", names[i], text);
        }
    }
}

/* Around every change, second by second where it matters: starts never go back, and nothing is left out but gaps. */
static void test_changes(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const Zone *z = get(names[i]);
        for (Instant t = utc("2026-01-01T00:00:00Z"); t < utc("2027-01-01T00:00:00Z"); t += 1800) {
            if (zone_offset(z, t) == zone_offset(z, t - 1))
                continue;
            for (Instant u = t - 3; u <= t + 3; u++) {
                Civil c = zone_civil(z, u);
                assert_true(zone_instant(z, c, ZONE_FIRST) == u || zone_instant(z, c, ZONE_LAST) == u);
            }
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "Nowhere/Town",
                                      "../etc/passwd",
                                      "/etc/passwd",
                                      "Europe/../Europe/Berlin",
                                      "zone.tab",
                                      "tzdata.zi",
                                      "Europe",
                                      "Europe/",
                                      "+03",
                                      "CET-1CEST,M3.5.0,M10.5.0/3",
                                      "Europe//Berlin",
                                      "right/Europe/Berlin"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;
        if (zone_get(bad[i], &err) != NULL)
            fail_msg("'%s' was taken", bad[i]);
        assert_true(g_error_matches(err, ESCALATE_ERROR, ERROR_CONFIG));
    }
    assert_ptr_equal(get("Europe/Berlin"), get("Europe/Berlin"));
    assert_string_equal(zone_name(get("America/Port-au-Prince")), "America/Port-au-Prince");
    assert_non_null(get("Etc/GMT-14"));
    assert_ptr_equal(get("UTC"), zone_utc());
}

static void test_days(void **state)
{
    (void)state;
    for (gint64 n = -800000; n < 3000000; n += 7) {
        Civil c = zone_day_civil(n);
        assert_int_equal(zone_day_number(c.year, c.month, c.day), n);
    }
    assert_int_equal(zone_weekday(zone_day_number(2026, 11, 22)), 7);
    assert_int_equal(zone_weekday(zone_day_number(1969, 12, 29)), 1);
    assert_int_equal(zone_day_number(2026, 14, 1), zone_day_number(2027, 2, 1));
    assert_int_equal(zone_day_number(2026, 0, 1), zone_day_number(2025, 12, 1));
    assert_int_equal(zone_day_number(2026, -11, 1), zone_day_number(2025, 1, 1));
}

static void test_formats(void **state)
{
    (void)state;
    const Zone *z = get("Europe/Berlin");
    Instant t = utc("2026-11-24T09:02:00Z");
    g_autofree char *a = zone_format_rfc3339(z, t), *b = zone_format_human(z, t);
    g_autofree char *c = zone_format_rfc3339(get("America/St_Johns"), t);
    assert_string_equal(a, "2026-11-24T10:02:00+01:00");
    assert_string_equal(b, "Tue 24 Nov 10:02 CET");
    assert_string_equal(c, "2026-11-24T05:32:00-03:30");
    assert_string_equal(zone_abbreviation(z, utc("2026-07-01T00:00:00Z")), "CEST");
    assert_string_equal(zone_abbreviation(get("Europe/Dublin"), utc("2060-07-01T00:00:00Z")), "IST");
}

static void test_table(void **state)
{
    (void)state;
    const ZoneChange changes[] = {{1000000, 3600}, {2000000, 7200}, {3000000, 3600}};
    Zone *z = zone_new_table("own", 0, changes, G_N_ELEMENTS(changes));
    assert_int_equal(zone_offset(z, 999999), 0);
    assert_int_equal(zone_offset(z, 1000000), 3600);
    assert_int_equal(zone_offset(z, 5000000000), 3600);
    Civil c = zone_civil(z, 2999999);
    assert_int_equal(zone_instant(z, c, ZONE_FIRST), 2999999);
    assert_int_equal(zone_instant(z, c, ZONE_LAST), 2999999 + 3600);
    zone_free(z);
    zone_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instant_of_local),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
