/* tzif: the files of the tz database, format of RFC 8536. GLib's reader is not used: it gets negative daylight saving time
 * (Europe/Dublin after 2037) wrong, searches linearly, and takes any file below the directory for a zone.
 * It must never trust a count in the file before it has compared it with the file's length. */
#include "base/tzif.h"

#include <string.h>

#include "base/zone.h"

#include "base/banned.h"

#define HEADER_BYTES 44
#define LAST_EXPLICIT_YEAR 2037

typedef struct {
    guint32 isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
} Counts;

static guint32 be32(const char *p)
{
    guint32 v;
    memcpy(&v, p, sizeof v);
    return GUINT32_FROM_BE(v);
}

static gint64 be64(const char *p)
{
    guint64 v;
    memcpy(&v, p, sizeof v);
    return (gint64)GUINT64_FROM_BE(v);
}

static gboolean read_header(const char *p, gsize left, Counts *c)
{
    if (left < HEADER_BYTES || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return FALSE;
    guint32 *into[] = {&c->isutcnt, &c->isstdcnt, &c->leapcnt, &c->timecnt, &c->typecnt, &c->charcnt};
    for (gsize i = 0; i < G_N_ELEMENTS(into); i++) {
        *into[i] = be32(p + 20 + 4 * i);
        if (*into[i] > 100000)
            return FALSE;
    }
    return c->typecnt > 0 && c->charcnt > 0;
}

static gsize block_bytes(const Counts *c, gsize time_bytes)
{
    return c->timecnt * (time_bytes + 1) + c->typecnt * 6 + c->charcnt + c->leapcnt * (time_bytes + 4) + c->isstdcnt + c->isutcnt;
}

/* The footer: a POSIX TZ string, `CET-1CEST,M3.5.0,M10.5.0/3`. */
typedef struct {
    char form; /* 'M' month.week.day, 'J' day 1..365 without 29 February, 'D' day 0..365 */
    int month, week, day;
    int seconds; /* local time of the change, may be negative or beyond a day */
} PosixDay;

typedef struct {
    const char *name[2]; /* standard, daylight (NULL: none) */
    int offset[2];       /* east of UTC */
    PosixDay change[2];  /* into daylight time, back */
} Posix;

static gboolean posix_number(const char **p, int *ret)
{
    int v = 0, digits = 0;
    for (; g_ascii_isdigit(**p) && digits < 4; (*p)++, digits++)
        v = v * 10 + (**p - '0');
    *ret = v;
    return digits > 0;
}

static gboolean posix_time(const char **p, int *ret)
{
    int sign = **p == '-' ? -1 : 1, part = 0, total = 0;
    if (**p == '-' || **p == '+')
        (*p)++;
    for (int unit = 3600; unit > 0; unit /= 60) {
        if (!posix_number(p, &part))
            return FALSE;
        total += part * unit;
        if (**p != ':' || unit == 1)
            break;
        (*p)++;
    }
    *ret = sign * total;
    return ABS(total) <= 168 * 3600;
}

static const char *posix_name(const char **p)
{
    gboolean quoted = **p == '<';
    const char *start = *p + (quoted ? 1 : 0);
    const char *q = start;
    while (quoted ? *q != '\0' && *q != '>' : g_ascii_isalpha(*q))
        q++;
    if (q - start < 3 || q - start > 20 || (quoted && *q != '>'))
        return NULL;
    g_autofree char *name = g_strndup(start, (gsize)(q - start));
    *p = q + (quoted ? 1 : 0);
    return g_intern_string(name);
}

static gboolean posix_day(const char **p, PosixDay *ret)
{
    if (**p != ',')
        return FALSE;
    (*p)++;
    ret->form = 'D';
    if (**p == 'M' || **p == 'J')
        ret->form = *(*p)++;
    if (ret->form == 'M') {
        if (!posix_number(p, &ret->month) || *(*p)++ != '.' || !posix_number(p, &ret->week) || *(*p)++ != '.')
            return FALSE;
        if (ret->month < 1 || ret->month > 12 || ret->week < 1 || ret->week > 5)
            return FALSE;
    }
    if (!posix_number(p, &ret->day) || ret->day > (ret->form == 'M' ? 6 : 365))
        return FALSE;
    ret->seconds = 2 * 3600;
    if (**p != '/')
        return TRUE;
    (*p)++;
    return posix_time(p, &ret->seconds);
}

static gboolean posix_read(const char *p, Posix *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->name[0] = posix_name(&p);
    if (ret->name[0] == NULL || !posix_time(&p, &ret->offset[0]))
        return FALSE;
    ret->offset[0] = -ret->offset[0]; /* POSIX counts west of Greenwich */
    if (*p == '\0')
        return TRUE;
    ret->name[1] = posix_name(&p);
    if (ret->name[1] == NULL)
        return FALSE;
    ret->offset[1] = ret->offset[0] + 3600;
    if (*p != ',') {
        if (!posix_time(&p, &ret->offset[1]))
            return FALSE;
        ret->offset[1] = -ret->offset[1];
    }
    return posix_day(&p, &ret->change[0]) && posix_day(&p, &ret->change[1]) && *p == '\0';
}

static gint64 posix_day_number(const PosixDay *d, int year)
{
    gint64 first = zone_day_number(year, 1, 1);
    if (d->form == 'D')
        return first + d->day;
    if (d->form == 'J') {
        gboolean leap = zone_day_number(year + 1, 1, 1) - first == 366;
        return first + d->day - 1 + (leap && d->day >= 60 ? 1 : 0);
    }
    first = zone_day_number(year, d->month, 1);
    gint64 next = zone_day_number(year, d->month + 1, 1);
    gint64 day = first + (d->day - zone_weekday(first) % 7 + 7) % 7 + (d->week - 1) * 7;
    return day >= next ? day - 7 : day;
}

static int by_instant(gconstpointer a, gconstpointer b)
{
    const TzifChange *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Of two changes at one instant, which only a rule without sense has, the first stays. */
static void drop_doubles(GArray *changes)
{
    guint kept = 0;
    for (guint i = 1; i < changes->len; i++)
        if (g_array_index(changes, TzifChange, i).at > g_array_index(changes, TzifChange, kept).at)
            g_array_index(changes, TzifChange, ++kept) = g_array_index(changes, TzifChange, i);
    g_array_set_size(changes, kept + 1);
}

/* Writes the yearly rule out, from the last explicit change for one cycle of 400 years. */
static Instant write_out(GArray *changes, const Posix *rule)
{
    TzifChange last = g_array_index(changes, TzifChange, changes->len - 1);
    int year = last.at < 0 ? LAST_EXPLICIT_YEAR : zone_day_civil(last.at / 86400).year;
    for (int y = MIN(year, LAST_EXPLICIT_YEAR); y <= MAX(year, LAST_EXPLICIT_YEAR) + 402; y++) {
        for (int i = 0; i < 2; i++) {
            TzifChange c = {.offset = rule->offset[1 - i], .abbreviation = rule->name[1 - i]};
            c.at = posix_day_number(&rule->change[i], y) * 86400 + rule->change[i].seconds - rule->offset[i];
            if (c.at > last.at)
                g_array_append_val(changes, c);
        }
    }
    g_array_sort(changes, by_instant);
    drop_doubles(changes);
    return zone_day_number(MAX(year, LAST_EXPLICIT_YEAR) + 401, 7, 1) * 86400;
}

static gboolean read_changes(const char *p, const Counts *c, GArray *changes)
{
    const char *kinds = p + c->timecnt * 8, *types = kinds + c->timecnt, *names = types + c->typecnt * 6;
    for (guint32 i = 0; i <= c->timecnt; i++) {
        guint8 kind = i == 0 ? 0 : (guint8)kinds[i - 1];
        if (kind >= c->typecnt || (guint8)types[6 * kind + 5] >= c->charcnt)
            return FALSE;
        guint8 name = (guint8)types[6 * kind + 5];
        g_autofree char *text = g_strndup(names + name, c->charcnt - name);
        TzifChange change = {.at = i == 0 ? G_MININT64 : be64(p + 8 * (i - 1)),
                             .offset = (gint32)be32(types + 6 * kind),
                             .abbreviation = g_intern_string(text)};
        if (ABS((gint64)change.offset) > 26 * 3600)
            return FALSE;
        if (i > 0 && (change.at <= g_array_index(changes, TzifChange, i - 1).at || change.at > INSTANT_MAX))
            return FALSE;
        g_array_append_val(changes, change);
    }
    return TRUE;
}

gboolean tzif_read(const char *bytes, gsize length, GArray **ret, Instant *ret_cycle_end)
{
    Counts c;
    if (!read_header(bytes, length, &c))
        return FALSE;
    gsize skip = HEADER_BYTES + block_bytes(&c, 4); /* the 32-bit block of version 1 */
    if (skip > length || !read_header(bytes + skip, length - skip, &c))
        return FALSE;
    skip += HEADER_BYTES;
    gsize body = block_bytes(&c, 8);
    if (body > length - skip || c.leapcnt > 0) /* "right/" zones count leap seconds: an Instant does not */
        return FALSE;
    g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(TzifChange));
    if (!read_changes(bytes + skip, &c, changes))
        return FALSE;
    const char *footer = bytes + skip + body, *end = bytes + length;
    const char *line_end = footer < end && *footer == '\n' ? memchr(footer + 1, '\n', (gsize)(end - footer - 1)) : NULL;
    if (line_end == NULL)
        return FALSE;
    *ret_cycle_end = G_MAXINT64;
    g_autofree char *text = g_strndup(footer + 1, (gsize)(line_end - footer - 1));
    Posix rule;
    if (*text != '\0') {
        if (!posix_read(text, &rule))
            return FALSE;
        if (rule.name[1] != NULL)
            *ret_cycle_end = write_out(changes, &rule);
    }
    *ret = g_steal_pointer(&changes);
    return TRUE;
}
