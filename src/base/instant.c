/* instant: the system's clock and RFC 3339. The only file that may call the clock functions of libc. */
#include "base/instant.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/error.h"
#include "base/zone.h"

#include "base/banned.h"

static gint64 read_us(clockid_t id)
{
    struct timespec ts;
    if (clock_gettime(id, &ts) != 0)
        g_error("clock_gettime failed"); /* a kernel without a clock: nothing here can be right */
    return (gint64)ts.tv_sec * G_USEC_PER_SEC + ts.tv_nsec / 1000;
}

Instant instant_now(void) { return read_us(CLOCK_REALTIME) / G_USEC_PER_SEC; }
gint64 instant_now_us(void) { return read_us(CLOCK_REALTIME); }
gint64 instant_monotonic_us(void) { return read_us(CLOCK_MONOTONIC); }
gint64 instant_since_boot_us(void) { return read_us(CLOCK_BOOTTIME); }

/* Reads exactly `digits` digits at *p, moves on; -1 if there are fewer. */
static int number(const char **p, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*p)++) {
        if (!g_ascii_isdigit(**p))
            return -1;
        value = value * 10 + (**p - '0');
    }
    return value;
}

static gboolean eat(const char **p, const char *set)
{
    if (**p == '\0' || strchr(set, **p) == NULL)
        return FALSE;
    (*p)++;
    return TRUE;
}

static gboolean read_offset(const char **p, Seconds *ret)
{
    if (eat(p, "Zz")) {
        *ret = 0;
        return TRUE;
    }
    int sign = **p == '-' ? -1 : 1;
    if (!eat(p, "+-"))
        return FALSE;
    int h = number(p, 2);
    eat(p, ":");
    int m = number(p, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59)
        return FALSE;
    *ret = sign * (h * 3600 + m * 60);
    return TRUE;
}

gboolean instant_parse(const char *text, Instant *ret, GError **err)
{
    const char *p = text;
    int y = number(&p, 4), mo, d, h, mi, s;
    Seconds off;
    gboolean good = y >= 1 && eat(&p, "-") && (mo = number(&p, 2)) >= 1 && mo <= 12 && eat(&p, "-") && (d = number(&p, 2)) >= 1
                    && zone_day_civil(zone_day_number(y, mo, d)).day == d && eat(&p, "Tt ") && (h = number(&p, 2)) >= 0 && h < 24
                    && eat(&p, ":") && (mi = number(&p, 2)) >= 0 && mi < 60 && eat(&p, ":") && (s = number(&p, 2)) >= 0
                    && s <= 60;
    if (good && eat(&p, ".")) {
        good = g_ascii_isdigit(*p);
        while (g_ascii_isdigit(*p))
            p++;
    }
    if (!good || !read_offset(&p, &off) || *p != '\0')
        return error_set(err, ERROR_DATA, "time '%.40s': expected RFC 3339, like 2026-11-22T10:00:00+01:00", text);
    *ret = zone_day_number(y, mo, d) * 86400 + h * 3600 + mi * 60 + MIN(s, 59) - off;
    return TRUE;
}

char *instant_format(Instant t)
{
    if (t == INSTANT_NONE)
        return g_strdup("-");
    Civil c = zone_civil(zone_utc(), t);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

char *instant_format_mail(Instant t)
{
    static const char *const days[] = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    Civil c = zone_civil(zone_utc(), t);
    return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d +0000", days[zone_weekday(zone_day_number(c.year, c.month, c.day))],
                           c.day, months[c.month], c.year, c.hour, c.minute, c.second);
}
