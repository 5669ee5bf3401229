/* duration: lengths of time as text. One table of units serves reading and writing. It must never guess: what is not exactly a
 * number and a unit is refused. rules.md's grammar: N[b](s|m|h|d|w), without bw. */
#include "rules/duration.h"

#include <string.h>

#include "base/error.h"

#include "base/banned.h"

#define DAY ((gint64)86400)
#define DAYS_MAX ((gint64)36525) /* 100 years */

static const struct {
    const char *suffix;
    DurationUnit unit;
    gint64 factor; /* of Duration.amount */
    gint64 max;    /* of Duration.amount */
} units[] = {
    /* of each kind the largest first: duration_format takes the first that divides */
    {"w", DURATION_ELAPSED, 7 * DAY, DAYS_MAX * DAY},
    {"d", DURATION_ELAPSED, DAY, DAYS_MAX * DAY},
    {"h", DURATION_ELAPSED, 3600, DAYS_MAX * DAY},
    {"m", DURATION_ELAPSED, 60, DAYS_MAX * DAY},
    {"s", DURATION_ELAPSED, 1, DAYS_MAX * DAY},
    {"bh", DURATION_OPEN_SECONDS, 3600, DAYS_MAX * DAY},
    {"bm", DURATION_OPEN_SECONDS, 60, DAYS_MAX * DAY},
    {"bs", DURATION_OPEN_SECONDS, 1, DAYS_MAX * DAY},
    {"bd", DURATION_BUSINESS_DAYS, 1, DAYS_MAX},
};

static int find_unit(const char *suffix)
{
    for (int i = 0; i < (int)G_N_ELEMENTS(units); i++)
        if (strcmp(units[i].suffix, suffix) == 0)
            return i;
    return -1;
}

/* What "30min", "2 Hours" or "1 bday" was meant for: "30m", "2h", "1bd". Newly allocated; NULL: who knows. */
static char *meant(const char *text, const char *behind)
{
    static const struct {
        const char *word, *suffix;
    } words[] = {{"s", "s"},     {"sec", "s"},   {"secs", "s"}, {"second", "s"}, {"seconds", "s"}, {"m", "m"},   {"min", "m"},
                 {"mins", "m"},  {"minute", "m"}, {"minutes", "m"}, {"h", "h"},  {"hr", "h"},      {"hrs", "h"}, {"hour", "h"},
                 {"hours", "h"}, {"d", "d"},     {"day", "d"},  {"days", "d"},   {"w", "w"},       {"week", "w"}, {"weeks", "w"}};
    if (behind == text || behind - text > 12)
        return NULL;
    const char *word = behind + strspn(behind, " ");
    gboolean is_business = g_ascii_tolower(*word) == 'b';
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *suffix = g_strconcat(is_business ? "b" : "", words[i].suffix, NULL);
        if (g_ascii_strcasecmp(word + is_business, words[i].word) == 0 && find_unit(suffix) >= 0)
            return g_strdup_printf("%.*s%s", (int)(behind - text), text, suffix);
    }
    return NULL;
}

gboolean duration_parse(const char *text, Duration *ret, GError **err)
{
    const char *p = text;
    gint64 number = 0;
    gboolean too_long = FALSE;
    for (; g_ascii_isdigit(*p); p++) {
        number = number * 10 + (*p - '0');
        too_long = too_long || number > DAYS_MAX * DAY;
        if (too_long)
            number = 0;
    }
    int i = p > text ? find_unit(p) : -1;
    if (i < 0 && p > text && strcmp(p, "bw") == 0)
        return error_set(err, ERROR_DATA, "duration '%.40s': there are no business weeks, say it in 'bd'", text);
    g_autofree char *hint = i < 0 ? meant(text, p) : NULL;
    if (i < 0)
        return error_set(err, ERROR_DATA, "duration '%.40s': expected a number and one unit, s m h d w bs bm bh bd, like %s", text,
                         hint != NULL ? hint : "90s or 4bh");
    if (too_long || number > units[i].max / units[i].factor)
        return error_set(err, ERROR_DATA, "duration '%.40s': more than 100 years", text);
    *ret = (Duration){.amount = number * units[i].factor, .unit = units[i].unit};
    return TRUE;
}

char *duration_format(Duration d)
{
    static const char *const zero[] = {"0s", "0bs", "0bd"};
    if (d.amount == 0)
        return g_strdup(zero[d.unit]);
    guint i = 0;
    while (units[i].unit != d.unit || d.amount % units[i].factor != 0)
        i++; /* ends: each kind has a factor of 1 */
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", d.amount / units[i].factor, units[i].suffix);
}

/* What is said: whole units, the smaller one only where it is not zero; nobody wants minutes beside days. */
char *duration_format_human(Seconds s)
{
    static const struct {
        gint64 factor;
        const char *one, *many;
    } words[] = {{DAY, "day", "days"}, {3600, "h", "h"}, {60, "min", "min"}, {1, "s", "s"}};
    guint64 left = s < 0 ? (guint64)0 - (guint64)s : (guint64)s;
    guint i = 0;
    while (i + 1 < G_N_ELEMENTS(words) && left < (guint64)words[i].factor)
        i++;
    guint64 big = left / (guint64)words[i].factor, rest = left % (guint64)words[i].factor, small = 0;
    if (i < 2) /* days and hours, hours and minutes; not minutes and seconds */
        small = rest / (guint64)words[i + 1].factor;
    const char *sign = s < 0 ? "-" : "", *unit = big == 1 ? words[i].one : words[i].many;
    if (small == 0)
        return g_strdup_printf("%s%" G_GUINT64_FORMAT " %s", sign, big, unit);
    return g_strdup_printf("%s%" G_GUINT64_FORMAT " %s %" G_GUINT64_FORMAT " %s", sign, big, unit, small, words[i + 1].many);
}
