/* mbox: finds where mails begin, and the time in that line. */
#include "programs/mbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/zone.h"

#include "base/banned.h"

#define LINE_MAX_BYTES 1000

gsize mbox_next(const char *bytes, gsize length, gsize at)
{
    const char *p = bytes + at, *end = bytes + length;
    while ((p = memchr(p, '\n', (gsize)(end - p))) != NULL) {
        p++;
        if (end - p >= 5 && memcmp(p, "From ", 5) == 0
            && ((p - bytes >= 2 && p[-2] == '\n') || (p - bytes >= 3 && p[-2] == '\r' && p[-3] == '\n')))
            return (gsize)(p - bytes);
    }
    return length;
}

/* The place of a name of three letters in the list, from 1; 0: it is none of them. */
static int place_in(const char *names, const char *name)
{
    const char *p = strlen(name) == 3 ? strstr(names, name) : NULL;
    return p == NULL || (p - names) % 3 != 0 ? 0 : (int)(p - names) / 3 + 1;
}

static gboolean number(const char *text, int least, int most, int *ret)
{
    char *end;
    gint64 n = g_ascii_strtoll(text, &end, 10);
    *ret = (int)CLAMP(n, -1, 1000000);
    return g_ascii_isdigit(*text) && *end == '\0' && n >= least && n <= most;
}

static gboolean time_of_day(const char *text, Civil *c)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 4);
    guint n = g_strv_length(parts);
    return (n == 2 || n == 3) && number(parts[0], 0, 23, &c->hour) && number(parts[1], 0, 59, &c->minute)
           && (n == 2 || number(parts[2], 0, 60, &c->second));
}

/* "+0100" in seconds. */
static gboolean offset_of(const char *text, Seconds *ret)
{
    int n;
    if ((*text != '+' && *text != '-') || strlen(text) != 5 || !number(text + 1, 0, 1459, &n))
        return FALSE;
    *ret = (n / 100 * 60 + n % 100) * 60 * (*text == '-' ? -1 : 1);
    return TRUE;
}

/* Words behind the day of the week: month, day, time, and the year with an offset before or behind it. */
static Instant date_of_words(char *const *word)
{
    Civil c = {0};
    Seconds east = 0;
    for (int i = 0; i < 4; i++)
        if (word[i] == NULL)
            return INSTANT_NONE;
    c.month = place_in("JanFebMarAprMayJunJulAugSepOctNovDec", word[0]);
    if (c.month == 0 || !number(word[1], 1, 31, &c.day) || !time_of_day(word[2], &c))
        return INSTANT_NONE;
    gboolean is_before = offset_of(word[3], &east);
    const char *year = word[3 + (is_before ? 1 : 0)];
    if (year == NULL || !number(year, 1970, 9999, &c.year))
        return INSTANT_NONE;
    if (!is_before && word[4] != NULL)
        offset_of(word[4], &east);
    return zone_instant(zone_utc(), c, ZONE_FIRST) - east;
}

Instant mbox_date(const char *bytes, gsize length)
{
    const char *end = memchr(bytes, '\n', MIN(length, LINE_MAX_BYTES));
    if (end == NULL || length < 5 || memcmp(bytes, "From ", 5) != 0 || memchr(bytes, '\0', (gsize)(end - bytes)) != NULL)
        return INSTANT_NONE;
    g_autofree char *line = g_strndup(bytes, (gsize)(end - bytes));
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    char *rest = line, *word;
    while ((word = strsep(&rest, " \t\r")) != NULL)
        if (*word != '\0')
            g_ptr_array_add(words, word);
    g_ptr_array_add(words, NULL);
    for (guint i = 1; i + 1 < words->len; i++) {
        const char *day = g_ptr_array_index(words, i);
        Instant at = place_in("MonTueWedThuFriSatSun", day) > 0 ? date_of_words((char *const *)&words->pdata[i + 1]) : INSTANT_NONE;
        if (at != INSTANT_NONE)
            return at;
    }
    return INSTANT_NONE;
}
