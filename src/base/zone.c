/* zone: civil time and instants, from the files of the system's tz database (base/tzif). It must never look at TZ, and a name
 * from a file must never make it open anything but a file below that directory. Zones are cached for the life of the process; not
 * for use by several threads. */
#include "base/zone.h"

#include <string.h>

#include "base/error.h"
#include "base/files.h"
#include "base/tzif.h"

#include "base/banned.h"

#define ZONE_FILE_BYTES (1024 * 1024)
#define ZONE_DIRECTORY "/usr/share/zoneinfo"
#define ZONE_FURTHEST 93600 /* no offset exceeds 26 h */

struct Zone {
    char *name;
    GArray *changes;   /* TzifChange, the first at G_MININT64 */
    Instant cycle_end; /* as tzif_read */
};

static GHashTable *zones; /* name -> Zone, never freed: immutable and few */

static Zone *zone_make(const char *name, GArray *changes, Instant cycle_end)
{
    Zone *z = g_new0(Zone, 1);
    z->name = g_strdup(name);
    z->changes = changes;
    z->cycle_end = cycle_end;
    return z;
}

Zone *zone_new_table(const char *name, Seconds first, const ZoneChange *changes, gsize n)
{
    GArray *table = g_array_new(FALSE, FALSE, sizeof(TzifChange));
    const char *abbreviation = g_intern_string(name);
    TzifChange c = {.at = G_MININT64, .offset = (gint32)first, .abbreviation = abbreviation};
    g_array_append_val(table, c);
    for (gsize i = 0; i < n; i++) {
        c.at = changes[i].at;
        c.offset = (gint32)changes[i].offset;
        g_array_append_val(table, c);
    }
    return zone_make(name, table, G_MAXINT64);
}

void zone_free(Zone *z)
{
    if (z == NULL)
        return;
    g_array_unref(z->changes);
    g_free(z->name);
    g_free(z);
}

/* Names of the database: `Europe/Berlin`, `Etc/GMT+5`, `America/Port-au-Prince`. No empty or dotted parts, so no way out. */
static gboolean is_plain(const char *name)
{
    if (!g_ascii_isalpha(name[0]) || strlen(name) >= 64 || strstr(name, "//") != NULL || g_str_has_suffix(name, "/"))
        return FALSE;
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/") == strlen(name);
}

static Zone *zone_load(const char *name)
{
    const char *directory = g_getenv("TZDIR");
    g_autofree char *path = g_build_filename(directory != NULL ? directory : ZONE_DIRECTORY, name, NULL);
    GString *bytes = NULL;
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || !files_read(path, ZONE_FILE_BYTES, &bytes, NULL))
        return NULL;
    GArray *changes = NULL;
    Instant cycle_end;
    gboolean good = tzif_read(bytes->str, bytes->len, &changes, &cycle_end);
    g_string_free(bytes, TRUE);
    return good ? zone_make(name, changes, cycle_end) : NULL;
}

const Zone *zone_get(const char *name, GError **err)
{
    if (zones == NULL) {
        zones = g_hash_table_new(g_str_hash, g_str_equal);
        g_hash_table_insert(zones, (void *)"UTC", zone_new_table("UTC", 0, NULL, 0));
    }
    Zone *z = g_hash_table_lookup(zones, name);
    if (z != NULL)
        return z;
    z = is_plain(name) ? zone_load(name) : NULL;
    if (z == NULL) {
        error_set(err, ERROR_CONFIG, "time zone '%.64s': not in the system's tz database", name);
        return NULL;
    }
    g_hash_table_insert(zones, z->name, z);
    return z;
}

const Zone *zone_utc(void) { return zone_get("UTC", NULL); }

const char *zone_name(const Zone *z) { return z->name; }

/* Howard Hinnant's days-from-civil: years counted from March, in eras of 400. */
gint64 zone_day_number(int year, int month, int day)
{
    gint64 y = (gint64)year + (month - 1) / 12;
    int m = (month - 1) % 12;
    if (m < 0) {
        m += 12;
        y--;
    }
    m += 1;
    y -= m <= 2;
    gint64 era = (y >= 0 ? y : y - 399) / 400;
    gint64 yoe = y - era * 400;
    gint64 doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468 + day - 1;
}

Civil zone_day_civil(gint64 n)
{
    n += 719468;
    gint64 era = (n >= 0 ? n : n - 146096) / 146097;
    gint64 doe = n - era * 146097;
    gint64 yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    gint64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    gint64 mp = (5 * doy + 2) / 153;
    Civil c = {0};
    c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
    c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
    c.year = (int)(yoe + era * 400 + (c.month <= 2));
    return c;
}

int zone_weekday(gint64 n) { return (int)(((n + 3) % 7 + 7) % 7) + 1; }

static const TzifChange *change_at(const Zone *z, gsize i) { return &g_array_index(z->changes, TzifChange, i); }

/* Index of the change in force at t, which lies before cycle_end. */
static gsize change_find(const Zone *z, Instant t)
{
    gsize lo = 0, hi = z->changes->len;
    while (hi - lo > 1) {
        gsize mid = lo + (hi - lo) / 2;
        if (change_at(z, mid)->at <= t)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

/* How far t must be moved back to lie in what is written out. */
static Seconds cycles_beyond(const Zone *z, Instant t)
{
    return t < z->cycle_end ? 0 : ((t - z->cycle_end) / TZIF_CYCLE + 1) * TZIF_CYCLE;
}

static const TzifChange *in_force(const Zone *z, Instant t) { return change_at(z, change_find(z, t - cycles_beyond(z, t))); }

Seconds zone_offset(const Zone *z, Instant t) { return in_force(z, t)->offset; }

const char *zone_abbreviation(const Zone *z, Instant t) { return in_force(z, t)->abbreviation; }

static Civil civil_of_local(gint64 local)
{
    gint64 day = local / 86400, rest = local % 86400;
    if (rest < 0) {
        rest += 86400;
        day--;
    }
    Civil c = zone_day_civil(day);
    c.hour = (int)(rest / 3600);
    c.minute = (int)(rest / 60 % 60);
    c.second = (int)(rest % 60);
    return c;
}

Civil zone_civil(const Zone *z, Instant t) { return civil_of_local(t + zone_offset(z, t)); }

/* Every stretch between two changes near `local` is asked whether it shows that local time; where none does, the change that
 * jumped over it is the answer. */
Instant zone_instant(const Zone *z, Civil c, ZoneChoice choice)
{
    gint64 local = zone_day_number(c.year, c.month, 1) * 86400 + ((gint64)c.day - 1) * 86400 + (gint64)c.hour * 3600
                   + (gint64)c.minute * 60 + c.second;
    Seconds beyond = cycles_beyond(z, local);
    local -= beyond;
    Instant found = INSTANT_NONE, jumped = INSTANT_NONE;
    for (gsize i = change_find(z, local - ZONE_FURTHEST); i < z->changes->len; i++) {
        const TzifChange *now = change_at(z, i);
        if (now->at != G_MININT64 && now->at > local + ZONE_FURTHEST)
            break;
        Instant t = local - now->offset;
        Instant until = i + 1 < z->changes->len ? change_at(z, i + 1)->at : G_MAXINT64;
        if (t >= now->at && t < until && (found == INSTANT_NONE || choice == ZONE_LAST))
            found = t;
        if (t < now->at && jumped == INSTANT_NONE && i > 0 && local - change_at(z, i - 1)->offset >= now->at)
            jumped = now->at;
    }
    return (found != INSTANT_NONE ? found : jumped) + beyond;
}

char *zone_format_rfc3339(const Zone *z, Instant t)
{
    Seconds off = zone_offset(z, t) / 60 * 60, mag = ABS(off);
    Civil c = civil_of_local(t + off);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second,
                           off < 0 ? '-' : '+', (int)(mag / 3600), (int)(mag / 60 % 60));
}

char *zone_day_human(Civil day)
{
    static const char *const days[] = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return g_strdup_printf("%s %d %s", days[zone_weekday(zone_day_number(day.year, day.month, day.day))], day.day, months[day.month]);
}

char *zone_format_human(const Zone *z, Instant t)
{
    Civil c = zone_civil(z, t);
    g_autofree char *day = zone_day_human(c);
    return g_strdup_printf("%s %02d:%02d %s", day, c.hour, c.minute, zone_abbreviation(z, t));
}
